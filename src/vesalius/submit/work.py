"""Registers what this capability does for the job table."""

from vesalius.submit import clean, inspect, receive, tables

HANDLERS = (
    inspect.inspect_submission,
    clean.clean_patient,
    receive.close_when_idle,
    tables.clean_tables,
    tables.clean_table_again,
)
