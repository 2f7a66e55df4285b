"""The embedded database is set so that a committed row survives a power cut and a busy neighbour."""

import sqlite3
from contextlib import closing

import pytest
from django.db import connections

from vesalius.settings.routing import Side, alias_of, on

IN_FORCE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


@pytest.mark.parametrize("side", Side)
def test_a_commit_is_on_disk_and_a_writer_waits(house, side):
    connection = connections[alias_of(side)]
    if connection.vendor != "sqlite":
        pytest.skip("settings of the embedded database")
    with connection.cursor() as cursor:
        found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in IN_FORCE}
    assert found == IN_FORCE


@pytest.mark.parametrize("side", Side)
def test_a_transaction_takes_the_right_to_write_when_it_begins(house, side):
    connection = connections[alias_of(side)]
    if connection.vendor != "sqlite":
        pytest.skip("settings of the embedded database")
    with (
        on(side),
        closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0)) as neighbour,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        neighbour.execute("BEGIN IMMEDIATE")
