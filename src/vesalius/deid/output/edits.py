"""Edits over a file's bytes, and the writer that applies them and copies everything else as it is."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, NamedTuple, Protocol

from vesalius.dicom import DicomFile

_BLOCK: Final = 1 << 20
# Up to here the tree's own window, which holds the header already, is quicker than the source.
_SMALL: Final = 1 << 14


class Filling(Protocol):
    """Bytes too many to hold: known by their number, and made in pieces each time that they are asked for."""

    def __len__(self) -> int:
        """How many bytes all pieces have."""
        ...

    def __iter__(self) -> Iterator[bytes]:
        """The pieces in order."""
        ...


class Edit(NamedTuple):
    """The bytes from `start` to `end` of the file's source give way to `data`; equal offsets insert."""

    start: int
    end: int
    data: "bytes | Filling"


@dataclass(frozen=True, slots=True)
class Written:
    """Size and digests (lower-case hex; CRC-32 as in ZIP) of the bytes that `write` gave out."""

    size: int
    sha256: str
    md5: str
    crc32: int


def write(file: DicomFile, edits: Iterable[Edit], out: BinaryIO) -> Written:
    """Write the edited file to `out` in one pass; edits are ordered by offset and do not overlap.

    Raises ValueError where they overlap, and OSError as the streams do.
    """
    size, crc32 = 0, 0
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    for block in blocks(file, edits):
        out.write(block)
        sha256.update(block)
        md5.update(block)
        crc32 = zlib.crc32(block, crc32)
        size += len(block)
    return Written(size, sha256.hexdigest(), md5.hexdigest(), crc32)


def blocks(file: DicomFile, edits: Iterable[Edit]) -> Iterator[bytes]:
    """The edited file in order, for a writer that hashes by itself; raises as `write` does."""
    return _gathered(_pieces(file, edits))


def moved(edits: Iterable[Edit], start: int, end: int) -> tuple[int, int] | None:
    """Where the bytes from `start` to `end` of the source stand once edited; None where an edit moves them about."""
    growth = 0
    for edit in edits:
        if edit.end <= start:
            growth += len(edit.data) - (edit.end - edit.start)
        elif edit.start < end and not (start <= edit.start and len(edit.data) == edit.end - edit.start):
            return None
    return start + growth, end + growth


def _pieces(file: DicomFile, edits: Iterable[Edit]) -> Iterator[bytes]:
    position = 0
    for edit in edits:
        if edit.start < position:
            raise ValueError("edits overlap or are out of order")
        yield from _untouched(file, position, edit.start)
        if isinstance(edit.data, bytes):
            yield edit.data
        else:
            yield from edit.data
        position = edit.end
    yield from _untouched(file, position, file.size)


def _untouched(file: DicomFile, start: int, end: int) -> Iterator[bytes]:
    if end - start <= _SMALL:
        yield file.window.read(start, end - start)
        return
    file.source.seek(start)
    while start < end:
        block = file.source.read(min(_BLOCK, end - start))
        if not block:
            raise OSError("the source ends sooner than it did when it was read")
        start += len(block)
        yield block


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer blocks: small pieces are joined, large ones pass uncopied."""
    waiting: list[bytes] = []
    held = 0
    for piece in pieces:
        if len(piece) > _SMALL:
            if waiting:
                yield b"".join(waiting)
            yield piece
            waiting, held = [], 0
            continue
        waiting.append(piece)
        held += len(piece)
        if held >= _BLOCK:
            yield b"".join(waiting)
            waiting, held = [], 0
    if waiting:
        yield b"".join(waiting)
