"""A TIFF picture without its texts (TIFF 6.0, and BigTIFF): the tags that show the pixels stay, and the pixels.

The file keeps its layout; whatever no tag that stays points to becomes zero.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from vesalius.deid.documents import jpeg
from vesalius.deid.documents.form import DocumentError, Stripped
from vesalius.deid.resources import load_rows

_MOST_PAGES: Final = 10_000
_STARTS: Final = {
    b"II*\0": ("<", False),
    b"MM\0*": (">", False),
    b"II+\0": ("<", True),
    b"MM\0+": (">", True),
}
# Bytes of one value by field type (TIFF 6.0 section 2, BigTIFF).
_SIZES: Final = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_NUMBERS: Final = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_ASCII: Final = 2
_SUB_PAGES, _COMPRESSION, _JPEG_TABLES = 330, 259, 347
_STRIPS: Final = ((273, 279), (324, 325))  # where the coded pixels lie, and how many bytes
_JPEG, _OLD_JPEG = 7, 6
_KINDS: Final = {
    270: "image description", 271: "make", 272: "model", 305: "software", 306: "time", 315: "artist", 316: "computer",
    700: "XMP", 33432: "copyright", 33723: "Photoshop and IPTC", 34377: "Photoshop and IPTC", 34665: "Exif",
    34675: "colour profile", 34853: "GPS position",
}  # fmt: skip


class _Entry(NamedTuple):
    """One field of a page's directory."""

    tag: int
    kind: int
    values: int
    place: int  # of its twelve or twenty bytes
    value: int  # where the value begins
    size: int  # bytes of the value


@dataclass
class _File:
    """The bytes as they came, and those that stay."""

    data: bytes
    end: str
    big: bool
    out: bytearray = field(init=False)
    removed: set[str] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    last: int = 0  # behind the last byte that stays

    def __post_init__(self) -> None:
        self.out = bytearray(len(self.data))

    @property
    def pointer(self) -> str:
        """How a place in the file is written."""
        return "Q" if self.big else "I"

    def number(self, place: int, form: str) -> int:
        """An unsigned number; DocumentError behind the end of the file."""
        size = struct.calcsize(form)
        if place < 0 or place + size > len(self.data):
            raise DocumentError("the TIFF picture is cut short")
        return int(struct.unpack_from(self.end + form, self.data, place)[0])

    def keep(self, start: int, size: int) -> None:
        """These bytes stay."""
        if start < 0 or start + size > len(self.data):
            raise DocumentError("the TIFF picture is cut short")
        self.write(start, self.data[start : start + size])

    def write(self, start: int, data: bytes) -> None:
        """These bytes stand there from now on."""
        self.out[start : start + len(data)] = data
        self.last = max(self.last, start + len(data))


def is_tiff(data: bytes) -> bool:
    """Whether these are the first bytes of a TIFF file."""
    return data[:4] in _STARTS


def strip(data: bytes) -> Stripped:
    """The picture with the tags of `tiff_tags.csv` alone. DocumentError for a damaged one, or one coded of old."""
    file = _File(data, *_STARTS[data[:4]])
    head = 16 if file.big else 8
    file.keep(0, head)
    _pages(file, file.number(head // 2, file.pointer))
    if any(data[file.last :]):
        file.removed.add("bytes behind the picture")
    return Stripped(bytes(file.out[: file.last]), tuple(sorted(file.removed)))


def _pages(file: _File, place: int) -> None:
    """Every page of a chain: its directory anew, with what stays of it."""
    while place:
        if place in file.seen or len(file.seen) >= _MOST_PAGES:
            raise DocumentError("the pages of the TIFF picture go round in a circle, or are too many")
        file.seen.add(place)
        place = _page(file, place)


def _page(file: _File, place: int) -> int:
    """One page; where the next one is, 0 for none."""
    counter, width = ("Q", 20) if file.big else ("H", 12)
    count = file.number(place, counter)
    first = place + struct.calcsize(counter)
    following = file.number(first + count * width, file.pointer)
    entries = list(_entries(file, first, count, width))
    kept = [entry for entry in entries if entry.tag in _known() and entry.kind != _ASCII]
    file.removed |= {
        _KINDS.get(entry.tag, "private and other tags") for entry in entries if entry not in kept
    }
    file.write(place, struct.pack(file.end + counter, len(kept)))
    for index, entry in enumerate(kept):
        file.write(first + index * width, file.data[entry.place : entry.place + width])
        if not entry.place <= entry.value < entry.place + width:
            file.keep(entry.value, entry.size)
    file.write(first + len(kept) * width, struct.pack(file.end + file.pointer, following))
    fields = {entry.tag: entry for entry in kept}
    _pixels(file, fields)
    if _SUB_PAGES in fields:
        for sub in _values(file, fields[_SUB_PAGES]):
            _pages(file, sub)
    return following


def _entries(file: _File, first: int, count: int, width: int) -> Iterator[_Entry]:
    inline = 8 if file.big else 4
    for place in range(first, first + count * width, width):
        tag, kind = file.number(place, "H"), file.number(place + 2, "H")
        number = file.number(place + 4, file.pointer)
        size = _SIZES.get(kind, 1) * number
        value = place + width - inline
        yield _Entry(
            tag, kind, number, place, value if size <= inline else file.number(value, file.pointer), size
        )


def _values(file: _File, entry: _Entry) -> list[int]:
    form = _NUMBERS.get(entry.kind)
    if form is None or entry.size > len(file.data):
        raise DocumentError("the TIFF picture is damaged")
    return [file.number(entry.value + index * _SIZES[entry.kind], form) for index in range(entry.values)]


def _pixels(file: _File, fields: dict[int, _Entry]) -> None:
    """The coded pixels stay; of those coded as JPEG, without what they say for themselves."""
    compression = _values(file, fields[_COMPRESSION])[0] if _COMPRESSION in fields else 1
    if compression == _OLD_JPEG:
        raise DocumentError(
            "the TIFF picture is coded as JPEG in the way of old, which cannot be looked into"
        )
    if compression == _JPEG and _JPEG_TABLES in fields:
        tables = fields[_JPEG_TABLES]
        file.write(tables.value, jpeg.blanked(file.data[tables.value : tables.value + tables.size]))
    for places, sizes in _STRIPS:
        if places in fields and sizes in fields:
            for start, size in zip(_values(file, fields[places]), _values(file, fields[sizes]), strict=False):
                file.keep(start, size)
                if compression == _JPEG and size:
                    file.write(start, jpeg.blanked(file.data[start : start + size]))


@cache
def _known() -> frozenset[int]:
    return frozenset(int(row["tag"]) for row in load_rows("tiff_tags.csv"))
