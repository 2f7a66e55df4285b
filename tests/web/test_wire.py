"""The look into the page cache that decides whether the loop may send a stretch of a file."""

import os

import pytest

from vesalius.web.wire import in_memory

SIZE = 1 << 24  # more than the system keeps as one piece


@pytest.fixture
def descriptor(tmp_path):
    path = tmp_path / "blob"
    path.write_bytes(os.urandom(SIZE))
    number = os.open(path, os.O_RDWR)
    os.fsync(number)  # only what a disk has can be dropped
    yield number
    os.close(number)


def drop(descriptor, at, count):
    os.posix_fadvise(descriptor, at, count, os.POSIX_FADV_DONTNEED)


def test_what_was_just_written_is_in_memory(descriptor):
    if not in_memory(descriptor, 0, 1):
        pytest.skip("this file system cannot tell")
    assert in_memory(descriptor, 0, SIZE)
    assert in_memory(descriptor, SIZE - 1, 1)


@pytest.mark.parametrize(("at", "count"), [(0, SIZE), (0, SIZE // 2), (SIZE // 2, SIZE // 2)])
def test_a_stretch_with_a_run_dropped_is_not(descriptor, at, count):
    if not in_memory(descriptor, 0, 1):
        pytest.skip("this file system cannot tell")
    drop(descriptor, at, count)
    if in_memory(descriptor, at, 1):
        pytest.skip("this file system keeps everything in memory")
    assert not in_memory(descriptor, 0, SIZE)


def test_bytes_beyond_the_end_are_not(descriptor):
    assert not in_memory(descriptor, SIZE - 1, 2)
