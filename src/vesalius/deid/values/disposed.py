"""New values by what a value means, which of private elements the VR alone does not say."""

import re
import struct
from collections.abc import Callable
from math import isfinite
from typing import Final

from vesalius.deid.patient.leaks import Leaks
from vesalius.deid.patient.uids import uids_in
from vesalius.deid.profile.kept_private import Meaning
from vesalius.deid.values.dates import shift_date, shift_datetime
from vesalius.deid.values.treatment import Patient, cleaned_value, mapped_uids, text_of
from vesalius.dicom import Element, charset
from vesalius.dicom import vr as representations

# More bytes than this nobody can vouch for.
_MOST: Final = 16_000_000
_SECONDS_OF_A_DAY: Final = 86_400
_DAY: Final = len("YYYYMMDD")
_PRINTABLE: Final = re.compile(r"[\x20-\x7e\r\n\t\f]*\0?")
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
_BREAKS: Final = str.maketrans("\r\n\t\f", "    ")
_UNREADABLE: Final = "\ufffd"  # what a character set cannot read
_OPAQUE: Final = frozenset({*representations.BYTES, *representations.NUMBERS, "AT"})


def new_value(element: Element, meaning: Meaning, patient: Patient) -> bytes | None:
    """The value that takes the old one's place; None where none can be made and the element has to go."""
    if element.value_end - element.value_start > _MOST:
        return None
    return _MAKERS[meaning](element, patient)


def tells_nothing(element: Element, patient: Patient, *, uids: bool) -> bool:
    """Whether bytes or numbers may stay: no identifier of the patient in them, and without `uids` no UID either.

    Of text this asks nothing: it is judged as that of the standard's attributes is.
    """
    if element.vr not in _OPAQUE:
        return True
    if element.value_end - element.value_start > _MOST or Leaks(patient.context).in_bytes(element):
        return False
    old = (uid for uid in uids_in(text_of(element)) if patient.identity.uid(uid) != uid)
    return uids or not any(old)  # within other bytes it cannot be exchanged


def _text(element: Element, patient: Patient) -> bytes | None:
    """Text is cleaned as any other; bytes that hold no words stay where they tell nothing."""
    if element.vr not in representations.BYTES:
        return cleaned_value(element, patient)
    text = charset.decode(element.raw(), element.parent.codecs).strip(" \0")
    if text.translate(_BREAKS).isprintable() and _UNREADABLE not in text and _LETTERS.search(text):
        return cleaned_value(_read_as("LT", element), patient)
    return element.raw() if tells_nothing(element, patient, uids=False) else None


def _uid(element: Element, patient: Patient) -> bytes | None:
    if element.vr != "UI" and not _PRINTABLE.fullmatch(text_of(element)):
        return None
    return mapped_uids(element, patient.identity)


def _date(element: Element, patient: Patient) -> bytes | None:
    if element.vr == "TM":
        return element.raw()
    moved = []
    for value in text_of(element).strip(" \0").split("\\"):
        try:
            shift = shift_date if len(value) == _DAY or value[4:5] == "." else shift_datetime
            moved.append(shift(value, patient.days))
        except ValueError:
            return None
    return "\\".join(moved).encode("ascii")


def _seconds(element: Element, patient: Patient) -> bytes | None:
    """Seconds since some day, moved by the patient's days; 0 says that nobody set them."""
    if element.value_end == element.value_start:
        return b""
    values = element.values() if element.vr in representations.NUMBERS else []
    numbers = [value for value in values if isinstance(value, int | float) and isfinite(value)]
    if not numbers or len(numbers) != len(values):
        return None
    moved = [number + patient.days * _SECONDS_OF_A_DAY if number else number for number in numbers]
    code, _ = representations.NUMBERS[element.vr]
    try:
        return struct.pack(f"{'>' if element.parent.big_endian else '<'}{len(moved)}{code}", *moved)
    except (struct.error, OverflowError):
        return None


def _read_as(vr: str, element: Element) -> Element:
    """The same bytes under another VR."""
    return Element(
        element.parent, element.tag, vr, element.written_vr,
        element.start, element.value_start, element.length, element.end,
    )  # fmt: skip


_MAKERS: Final[dict[Meaning, Callable[[Element, Patient], bytes | None]]] = {
    Meaning.AS_WRITTEN: cleaned_value,
    Meaning.TEXT: _text,
    Meaning.UID: _uid,
    Meaning.DATE: _date,
    Meaning.SECONDS: _seconds,
}
