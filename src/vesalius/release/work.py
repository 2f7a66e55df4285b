"""Registers what this capability does for the job table."""

from vesalius.release import destruction

HANDLERS = (destruction.destroy,)
