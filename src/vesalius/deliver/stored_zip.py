"""A ZIP that is computed, not built: entries are stored, so sizes and CRC-32 from rows place every byte.

Records and fields are those of PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3 (ZIP64).
"""

import hashlib
import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from vesalius.deliver.plan import FileSpan, Piece, SendPlan
from vesalius.errors import BadInput

_MAX16: Final = 0xFFFF
MAX32: Final = 0xFFFFFFFF
_DATE: Final = 0x0021  # 1980-01-01, the first day that ZIP can say: equal rows give equal bytes
_UTF8: Final = 0x0800  # general purpose bit 11: names are UTF-8
_PLAIN, _ZIP64 = 20, 45  # version needed to extract

_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END64 = struct.Struct("<IQHHIIQQQQ")
_LOCATOR64 = struct.Struct("<IIQI")
_END = struct.Struct("<IHHHHIIH")


class UnsafeName(BadInput):
    """A name that could leave the reader's folder, or that no disk can hold, may not stand in a ZIP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of the ZIP; `digest` names its content (a SHA-256), so that the ETag changes with it."""

    name: str  # "folder/file.dcm"
    source: Piece
    crc32: int
    digest: str
    more: tuple[Piece, ...] = ()  # what follows `source` in the same file; for `StoredZip` alone

    @classmethod
    def of_bytes(cls, name: str, content: bytes) -> "Entry":
        """An entry that is made here and now, such as LICENSE or md5hashes.csv."""
        digest = hashlib.sha256(content).hexdigest()
        return cls(name=name, source=content, crc32=zlib.crc32(content), digest=digest)

    @property
    def size(self) -> int:
        """Bytes of content."""
        return sum(map(size_of, (self.source, *self.more)))


class StoredZip:
    """A layout of headers in memory and spans of files; any range of it can be named without reading one."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Lay the entries out in order. UnsafeName: a name that leaves the folder, or stands there twice."""
        self._parts: list[Piece] = []
        self._starts: list[int] = []
        self.length = 0  # bytes
        tag = hashlib.sha256()
        names: set[bytes] = set()
        directory: list[bytes] = []
        for entry in entries:
            name = safe_name(entry.name)
            names.add(name)
            if len(names) == len(directory):
                raise UnsafeName("a name stands twice in one ZIP")
            directory.append(central_record(entry, name, self.length))
            local = local_record(entry, name)
            self._add(local)
            for piece in (entry.source, *entry.more):
                self._add(piece)
            tag.update(local + entry.digest.encode())
        body = b"".join(directory)
        self._add(body + closing_records(len(directory), len(body), self.length))
        self.etag = f'"{tag.hexdigest()[:32]}"'

    def pieces(self, start: int, stop: int) -> Iterator[Piece]:
        """What stands in [start, stop), wherever that begins: in a header, in a file, in the directory."""
        for at in range(bisect_right(self._starts, start) - 1, len(self._parts)):
            begin, part = self._starts[at], self._parts[at]
            if begin >= stop:
                return
            piece = part_of(part, max(start - begin, 0), min(stop - begin, size_of(part)))
            if size_of(piece):
                yield piece

    def plan(self, *, filename: str, still_allowed: Callable[[], bool], public: bool = False) -> SendPlan:
        """The plan that sends this ZIP."""
        return SendPlan(
            length=self.length,
            etag=self.etag,
            content_type="application/zip",
            filename=filename,
            pieces=self.pieces,
            still_allowed=still_allowed,
            public=public,
        )

    def _add(self, part: Piece) -> None:
        if size_of(part):
            self._parts.append(part)
            self._starts.append(self.length)
            self.length += size_of(part)


def size_of(piece: Piece) -> int:
    """Bytes of a piece."""
    return len(piece) if isinstance(piece, bytes) else piece.count


def part_of(piece: Piece, start: int, stop: int) -> Piece:
    """The bytes [start, stop) of a piece."""
    if isinstance(piece, bytes):
        return piece[start:stop]
    return FileSpan(piece.path, piece.offset + start, stop - start)


def safe_name(name: str) -> bytes:
    """The name in UTF-8, if it stays in the folder where a reader unpacks it, on any system."""
    if not name.isprintable() or any(sign in name for sign in '\\:*?"<>|'):
        raise UnsafeName("a name in a ZIP holds a sign that some system cannot store")
    encoded = name.encode()
    if len(encoded) > _MAX16 or any(step in {"", ".", ".."} for step in name.split("/")):
        raise UnsafeName("a name in a ZIP is empty, absolute, too long or leaves its folder")
    return encoded


def local_record(entry: Entry, name: bytes) -> bytes:
    """Local file header (4.3.7)."""
    wide = entry.size >= MAX32
    size = min(entry.size, MAX32)
    extra = _zip64_extra([entry.size, entry.size] if wide else [])
    needed = _ZIP64 if wide else _PLAIN
    record = _LOCAL.pack(
        0x04034B50, needed, _UTF8, 0, 0, _DATE, entry.crc32, size, size, len(name), len(extra)
    )
    return record + name + extra


def central_record(entry: Entry, name: bytes, offset: int) -> bytes:
    """Central directory header (4.3.12) of an entry whose local header stands at `offset`."""
    size = min(entry.size, MAX32)
    wide = [entry.size, entry.size] if entry.size >= MAX32 else []
    wide += [offset] if offset >= MAX32 else []
    extra = _zip64_extra(wide)
    needed = _ZIP64 if wide else _PLAIN
    record = _CENTRAL.pack(
        0x02014B50, _ZIP64, needed, _UTF8, 0, 0, _DATE, entry.crc32, size, size,
        len(name), len(extra), 0, 0, 0, 0, min(offset, MAX32),
    )  # fmt: skip
    return record + name + extra


def _zip64_extra(values: list[int]) -> bytes:
    """ZIP64 extended information (4.5.3): only those fields that do not fit their 32 bits, in this order."""
    return struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values) if values else b""


def closing_records(count: int, size: int, offset: int) -> bytes:
    """What ends the file (4.3.14 to 4.3.16) after a directory of so many entries and bytes, standing at `offset`."""
    end64 = b""
    if count >= _MAX16 or size >= MAX32 or offset >= MAX32:
        end64 = _END64.pack(0x06064B50, 44, _ZIP64, _ZIP64, 0, 0, count, count, size, offset)
        end64 += _LOCATOR64.pack(0x07064B50, 0, offset + size, 1)
    few, length, at = min(count, _MAX16), min(size, MAX32), min(offset, MAX32)
    return end64 + _END.pack(0x06054B50, 0, 0, few, few, length, at, 0)
