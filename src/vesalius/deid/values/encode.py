"""How a value and its element are written (PS3.5 7.1)."""

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from pydicom.charset import encode_string

from vesalius.dicom import charset
from vesalius.dicom import vr as representations

_LONGEST_SHORT: Final = 0xFFFE
_PAD_WITH_NULL: Final = frozenset({"UI", "OB", "UN"})


def padded(vr: str, value: bytes) -> bytes:
    """The value at even length (PS3.5 6.2): text ends with a blank, UIDs and bytes with a null."""
    if len(value) % 2 == 0:
        return value
    return value + (b"\0" if vr in _PAD_WITH_NULL else b" ")


@lru_cache(maxsize=8192)
def header(tag: int, vr: str, length: int, *, implicit: bool, big_endian: bool) -> bytes:
    """Tag, VR where it is written, and length."""
    end = ">" if big_endian else "<"
    group, element = tag >> 16, tag & 0xFFFF
    if implicit:
        return struct.pack(f"{end}HHI", group, element, length)
    if vr in representations.LONG_LENGTH or length > _LONGEST_SHORT:
        # a value too long for its VR's two-byte length is written as UN (PS3.5 6.2.2)
        written = vr if vr in representations.LONG_LENGTH else "UN"
        return struct.pack(f"{end}HH2sHI", group, element, written.encode(), 0, length)
    return struct.pack(f"{end}HH2sH", group, element, vr.encode(), length)


def element(tag: int, vr: str, value: bytes, *, implicit: bool = False, big_endian: bool = False) -> bytes:
    """One whole element of defined length."""
    value = padded(vr, value)
    return header(tag, vr, len(value), implicit=implicit, big_endian=big_endian) + value


def length_field(length: int, *, big_endian: bool) -> bytes:
    """The four bytes of a length."""
    return struct.pack(">I" if big_endian else "<I", length)


def item(body: bytes, *, big_endian: bool) -> bytes:
    """One item of defined length (PS3.5 7.5)."""
    return struct.pack(">HHI" if big_endian else "<HHI", 0xFFFE, 0xE000, len(body)) + body


def characters(text: str, codecs: Sequence[str]) -> bytes:
    """Text in the data set's character sets (PS3.5 6.1), unpadded; a sign that none of them holds is left out."""
    if text.isascii():
        return text.encode("ascii")
    if len(codecs) == 1:
        return text.encode(codecs[0], "ignore")
    try:
        written: bytes = encode_string(text, list(codecs))
    except UnicodeError:
        return text.encode("ascii", "ignore")
    return written if charset.decode(written, codecs) == text else text.encode("ascii", "ignore")
