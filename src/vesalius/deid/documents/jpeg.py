"""A JPEG picture without what it says beside its pixels (ISO/IEC 10918-1 Annex B); coded data stay byte for byte."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from vesalius.deid.documents.form import DocumentError, Stripped

MAGIC: Final = b"\xff\xd8\xff"
_SCAN, _END, _JFIF, _ADOBE, _COMMENT = 0xDA, 0xD9, 0xE0, 0xEE, 0xFE
_ALONE: Final = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})
# Frames, tables and parameters of lossy, lossless and JPEG-LS pictures.
_CODING: Final = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xF7, 0xF8})
_ADOBE_LENGTH: Final = 14
_JFIF_START: Final = b"JFIF\0"
_JFIF_FIXED: Final = 12  # its signature, version, units and density, before the size of a thumbnail
_KINDS: Final = (
    (b"Exif", "Exif"),
    (b"http://ns.adobe.com/x", "XMP"),
    (b"ICC_PROFILE", "colour profile"),
    (b"Photoshop", "Photoshop and IPTC"),
    (b"JFXX", "thumbnail"),
)


class Segment(NamedTuple):
    """One marker segment: its marker, and where it stands from its 0xFF to its end; a scan with its coded data."""

    marker: int
    start: int
    end: int


def strip(data: bytes) -> Stripped:
    """The picture with the segments that code it, and no other. DocumentError for a damaged one."""
    out = bytearray(data[:2])
    removed: set[str] = set()
    end = 0
    for segment in segments(data):
        end = segment.end
        kept, name = _kept(segment, data)
        out += kept
        removed |= {name} - {""}
    if data[end:].strip(b"\0"):
        removed.add("bytes behind the picture")
    return Stripped(bytes(out), tuple(sorted(removed)))


def blanked(data: bytes) -> bytes:
    """The same, with zeros in place of what is taken out: for a picture whose length stands elsewhere."""
    out = bytearray(data)
    end = len(data)
    for segment in segments(data):
        end = segment.end
        kept, _ = _kept(segment, data)
        if kept != data[segment.start : segment.end]:
            size = len(_payload(data[segment.start : segment.end]))
            out[segment.end - size : segment.end] = bytes(size)
    out[end:] = bytes(len(data) - end)
    return bytes(out)


def segments(data: bytes) -> Iterator[Segment]:
    """Every segment from the one behind the start of the picture to its end."""
    place = 2
    while True:
        start = place
        if data[start : start + 1] != b"\xff":
            raise DocumentError("the JPEG picture is damaged")
        while data[place : place + 1] == b"\xff":
            place += 1
        marker = data[place] if place < len(data) else _END
        place += 1
        if marker == _END:
            yield Segment(marker, place - 2, min(place, len(data)))
            return
        if marker not in _ALONE:
            length = int.from_bytes(data[place : place + 2], "big")
            if length < 2 or place + length > len(data):
                raise DocumentError("the JPEG picture is cut short")
            place += length
        if marker == _SCAN:
            place = _end_of_scan(data, place)
        yield Segment(marker, start, place)


def _end_of_scan(data: bytes, place: int) -> int:
    """Behind the coded data: at the next marker that neither stuffs a byte nor restarts."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            raise DocumentError("the JPEG picture is cut short")
        following = data[place + 1]
        if following not in {0, 0xFF} and following not in _ALONE:
            return place
        place += 1 if following == 0xFF else 2


def _kept(segment: Segment, data: bytes) -> tuple[bytes, str]:
    """The bytes of a segment that stay, and the name of what does not."""
    whole, marker = data[segment.start : segment.end], segment.marker
    if marker in _CODING or marker in _ALONE or marker == _END:
        return whole, ""
    payload = _payload(whole)
    if marker == _JFIF and payload.startswith(_JFIF_START):
        plain = b"\xff\xe0\0\x10" + payload[:_JFIF_FIXED] + b"\0\0"
        return plain, "" if plain == whole else "thumbnail"
    if marker == _ADOBE and payload.startswith(b"Adobe") and len(payload) == _ADOBE_LENGTH - 2:
        return whole, ""
    if marker == _COMMENT:
        return b"", "comment"
    return b"", next((name for begins, name in _KINDS if payload.startswith(begins)), "application data")


def _payload(segment: bytes) -> bytes:
    """What stands behind marker and length; a marker may be led by any number of 0xFF."""
    return segment.lstrip(b"\xff")[3:]
