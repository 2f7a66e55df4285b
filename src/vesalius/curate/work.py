"""Registers what this capability does for the job table."""

from vesalius.curate import admit, forget, previews

HANDLERS = (admit.admit_release, forget.forget, forget.forget_tables, previews.preview_series)
