"""A child that was taken over by a hostile file can answer with any pickle it likes."""

import builtins
import os
import pickle
import subprocess
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import PosixPath, PurePosixPath
from uuid import UUID

import pytest

from vesalius.errors import ArchiveError, BadInput
from vesalius.jobs.answers import NotAnAnswer, load_answer
from vesalius.jobs.limits import TaskLimits
from vesalius.jobs.pool import ChildPool
from vesalius.store import BlobFacts, FolderStore, open_store

VALUES = [
    None,
    True,
    -(10**30),
    2.5,
    "Größe",
    b"DICM",
    [1, (2, {3}), frozenset({4}), {"a": bytearray(b"b")}],
    date(2026, 1, 2),
    datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    timedelta(days=-400),
    Decimal("1.50"),
    PosixPath("/a/b"),
    UUID(int=7),
    BlobFacts(sha256="0" * 64, size=1, crc32=2),
    TaskLimits(seconds=1),
]


@pytest.mark.parametrize("protocol", range(4, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_and_records_cross(value, protocol):
    assert load_answer(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("kind", [BadInput, ArchiveError, ValueError, UnicodeDecodeError, FileNotFoundError])
def test_errors_of_the_archive_and_of_python_cross(kind):
    args = ("utf-8", b"x", 0, 1, "no") if kind is UnicodeDecodeError else (2, "no")
    assert type(load_answer(pickle.dumps(kind(*args)))) is kind


@pytest.mark.parametrize(
    "thing",
    [
        os.system,
        subprocess.Popen,
        builtins.eval,
        builtins.exec,
        builtins.getattr,
        type,
        object,
        open_store,
        FolderStore,
        ChildPool,
        KeyboardInterrupt,
    ],
    ids=lambda thing: thing.__name__,
)
def test_nothing_that_acts_crosses(thing):
    with pytest.raises(NotAnAnswer):
        load_answer(pickle.dumps(thing))


@pytest.mark.parametrize(
    "name", ["multiprocessing.context", "_CONTEXT.Process", "TaskLimits.__init__", "threading"]
)
def test_nothing_is_reached_through_a_module_of_ours(name):
    module, name = b"vesalius.jobs.pool", name.encode()
    message = b"\x80\x04\x8c" + bytes([len(module)]) + module + b"\x8c" + bytes([len(name)]) + name + b"\x93."
    with pytest.raises(NotAnAnswer):
        load_answer(message)
    assert message.startswith(pickle.PROTO + b"\x04"), "a real pickle of protocol 4"


def test_a_module_that_nobody_listed_is_not_even_imported():
    with pytest.raises(NotAnAnswer):
        load_answer(b"cantigravity\nfly\n.")
    with pytest.raises(NotAnAnswer):
        load_answer(pickle.dumps(PurePosixPath))
