"""Edits over a file's bytes, and the writer that applies them and copies everything else as it is."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from vesalius.dicom import DicomFile

_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Edit:
    """The bytes from `start` to `end` of the file's source give way to `data`; equal offsets insert."""

    start: int
    end: int
    data: bytes

    @property
    def growth(self) -> int:
        """Bytes that the file gains; negative where it loses."""
        return len(self.data) - (self.end - self.start)


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
    for block in _gathered(_pieces(file, edits)):
        out.write(block)
        sha256.update(block)
        md5.update(block)
        crc32 = zlib.crc32(block, crc32)
        size += len(block)
    return Written(size, sha256.hexdigest(), md5.hexdigest(), crc32)


def _pieces(file: DicomFile, edits: Iterable[Edit]) -> Iterator[bytes]:
    position = 0
    for edit in edits:
        if edit.start < position:
            raise ValueError("edits overlap or are out of order")
        yield from _untouched(file.source, position, edit.start)
        yield edit.data
        position = edit.end
    yield from _untouched(file.source, position, file.size)


def _untouched(source: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    if start >= end:
        return
    source.seek(start)
    while start < end:
        block = source.read(min(_BLOCK, end - start))
        if not block:
            raise OSError("the source ends sooner than it did when it was read")
        start += len(block)
        yield block


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer blocks: small pieces are joined, large ones pass uncopied."""
    waiting: list[bytes] = []
    held = 0
    for piece in pieces:
        if len(piece) >= _BLOCK // 16:
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
