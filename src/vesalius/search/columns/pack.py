"""One file of named arrays: written whole or not at all, mapped without being read."""

import json
import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.errors import ArchiveError

Array: TypeAlias = NDArray[Any]
MAGIC: Final = b"VESALIUS COLUMNS\n"
ALIGNED: Final = 64  # bytes
_LENGTH: Final = 8  # bytes that say how long the table of arrays is


class Damaged(ArchiveError):
    """A file of columns is not what was written; it is made anew from the rows."""


def write_pack(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays of one dimension under a temporary name, then let the file appear; durable once this returns."""
    table: dict[str, tuple[str, int, int]] = {}
    start = 0
    for name, array in arrays.items():
        table[name] = (array.dtype.str, len(array), start)
        start += -(-array.nbytes // ALIGNED) * ALIGNED
    told = json.dumps(table).encode()
    told += b" " * (-(len(MAGIC) + _LENGTH + len(told)) % ALIGNED)
    temporary = path.with_name(f"{path.name}.part")
    with temporary.open("wb") as file:
        file.write(MAGIC + len(told).to_bytes(_LENGTH, "little") + told)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).view(np.uint8).data if array.size else b"")
            file.write(bytes(-array.nbytes % ALIGNED))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def map_pack(path: Path) -> dict[str, Array]:
    """The arrays of a file, read only, their pages shared by all that map it; Damaged where it is cut short."""
    with path.open("rb") as file:
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    head = len(MAGIC) + _LENGTH
    if whole[: len(MAGIC)] != MAGIC:
        raise Damaged("A file of columns does not begin as one.")
    first = head + int.from_bytes(whole[len(MAGIC) : head], "little")
    table: dict[str, tuple[str, int, int]] = json.loads(whole[head:first])
    try:
        return {
            name: np.frombuffer(whole, dtype, count, first + start) if count else np.empty(0, dtype)
            for name, (dtype, count, start) in table.items()
        }
    except ValueError as error:
        raise Damaged("A file of columns ends too early.") from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
