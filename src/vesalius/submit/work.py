"""Registers what this capability does for the job table."""

from vesalius.submit import clean, inspect, receive

HANDLERS = (inspect.inspect_submission, clean.clean_patient, receive.close_when_idle)
