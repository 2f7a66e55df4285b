"""A script's text as the bytes of a value (PS3.5 6.2), refused where it is none of its VR."""

import contextlib
import re
import struct
import warnings
from collections.abc import Sequence
from typing import Final

from pydicom.charset import encode_string

from vesalius.dicom import charset
from vesalius.dicom import vr as representations

_FORMS: Final = {
    vr: re.compile(form)
    for vr, form in (
        ("AS", r"\d+[DWMY]"),
        ("DA", r"\d{8}|\d{4}\.\d{2}\.\d{2}"),
        ("DS", r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"),
        ("DT", r"\d{4,14}(\.\d{1,6})?([+-]\d{4})?"),
        ("IS", r"[+-]?\d+"),
        ("TM", r"[\d:]{2,8}(\.\d{1,6})?"),
        ("UI", r"[0-9.]{1,64}"),
    )
}
_REAL: Final = frozenset({"FD", "FL"})


def value_of(vr: str, text: str, codecs: Sequence[str], *, big_endian: bool) -> bytes:
    """The value's bytes, unpadded. ValueError where the text is no value of this VR or of the character set."""
    if not text:
        return b""
    if vr in representations.LOCAL_TEXT:
        return _encoded(text, codecs)
    if vr in representations.NUMBERS:
        return _numbers(vr, text, big_endian=big_endian)
    if vr == "AT":
        return b"".join(_tag(part, big_endian=big_endian) for part in text.split("\\"))
    if vr == "SQ" or vr in representations.BYTES:
        raise ValueError("no text can stand here")
    form = _FORMS.get(vr)
    if form is not None and text.strip() and not all(_is(form, part.strip()) for part in text.split("\\")):
        raise ValueError("not the form of this VR")
    return text.encode("ascii")


def _is(form: re.Pattern[str], part: str) -> bool:
    return not part or form.fullmatch(part) is not None


def _encoded(text: str, codecs: Sequence[str]) -> bytes:
    if text.isascii():
        return text.encode("ascii")
    with contextlib.suppress(UnicodeEncodeError):
        return text.encode(codecs[0])
    with warnings.catch_warnings():
        # it warns and writes question marks where it can do no better, which the comparison finds
        warnings.simplefilter("ignore")
        encoded: bytes = encode_string(text, list(codecs))
    if charset.decode(encoded, codecs) != text:
        raise ValueError("signs that the character set does not have")
    return encoded


def _numbers(vr: str, text: str, *, big_endian: bool) -> bytes:
    code, _ = representations.NUMBERS[vr]
    read = float if vr in _REAL else int
    try:
        return b"".join(
            struct.pack(f"{'>' if big_endian else '<'}{code}", read(part)) for part in text.split("\\")
        )
    except (struct.error, OverflowError):
        raise ValueError("a number that the VR cannot hold") from None


def _tag(text: str, *, big_endian: bool) -> bytes:
    if not re.fullmatch(r"[0-9a-fA-F]{8}", text):
        raise ValueError("no tag")
    return struct.pack(">HH" if big_endian else "<HH", int(text[:4], 16), int(text[4:], 16))
