"""Values out of bytes, by VR (PS3.5 6.2)."""

import struct
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from vesalius.dicom import charset, vr
from vesalius.dicom.problem import tag_text

Value: TypeAlias = str | int | float | bytes

_PADDING = " \0"
# Most numbers stand alone.
_ONE: Final = {
    (name, big_endian): struct.Struct(f"{'>' if big_endian else '<'}{code}").unpack
    for name, (code, _) in vr.NUMBERS.items()
    for big_endian in (False, True)
}


def terms(raw: bytes) -> tuple[str, ...]:
    """Values of Specific Character Set, always in ASCII."""
    text = raw.decode("latin-1").rstrip(_PADDING)
    return tuple(term.strip() for term in text.split("\\")) if text else ()


def decoded(name: str, raw: bytes, codecs: Sequence[str], *, big_endian: bool) -> list[Value]:
    """All values of a non-empty `raw` under the VR `name`, which is none of bytes; see `Dataset.values`."""
    if name in vr.NUMBERS:
        return _numbers(name, raw, big_endian=big_endian)
    if name == "AT":
        return [*_tags(raw, big_endian=big_endian)] or [raw]
    texts = _texts(name, raw, codecs)
    read = _READ.get(name)
    return [*map(read, texts)] if read is not None else [*texts]


def first_text(name: str, raw: bytes, codecs: Sequence[str], *, big_endian: bool) -> str:
    """The first value of a non-empty `raw` as text without padding on either side; empty for bytes."""
    if name == "AT":
        return next((tag_text(tag) for tag in _tags(raw, big_endian=big_endian)), "")
    if name in vr.NUMBERS:
        first = _numbers(name, raw, big_endian=big_endian)[0]
        return "" if isinstance(first, bytes) else str(first)
    return _texts(name, raw, codecs)[0].strip(_PADDING)


def _numbers(name: str, raw: bytes, *, big_endian: bool) -> list[Value]:
    code, size = vr.NUMBERS[name]
    if len(raw) == size:
        return [*_ONE[name, big_endian](raw)]
    count, rest = divmod(len(raw), size)
    if rest:
        return [raw]
    return [*struct.unpack(f"{'>' if big_endian else '<'}{count}{code}", raw)]


def _tags(raw: bytes, *, big_endian: bool) -> list[int]:
    count = len(raw) // 4
    halves = struct.unpack(f"{'>' if big_endian else '<'}{2 * count}H", raw[: 4 * count])
    return [group << 16 | element for group, element in zip(halves[::2], halves[1::2], strict=True)]


def _texts(name: str, raw: bytes, codecs: Sequence[str]) -> list[str]:
    if name not in vr.LOCAL_TEXT:
        text = raw.decode("latin-1")
        if name == "AE":
            return [part.strip(_PADDING) for part in text.split("\\")]
        text = text.rstrip(_PADDING)
        return [text] if name in vr.SINGLE_TEXT else text.split("\\")
    text = charset.decode(raw, codecs)
    if name in vr.SINGLE_TEXT:
        return [text.rstrip(_PADDING)]
    parts = [part.rstrip(_PADDING) for part in text.split("\\")]
    # Component groups that stand empty at the end say nothing (PS3.5 6.2.1.1).
    return [part.rstrip("=") for part in parts] if name == "PN" else parts


def _real(text: str) -> Value:
    try:
        return float(text)
    except ValueError:
        return text.strip()


def _whole(text: str) -> Value:
    try:
        return int(text)
    except ValueError:
        number = _real(text)
        return int(number) if isinstance(number, float) and number.is_integer() else text.strip()


_READ: Final[dict[str, Callable[[str], Value]]] = {"DS": _real, "IS": _whole}
