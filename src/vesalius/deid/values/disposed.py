"""New values by what a value means, which of private elements the VR alone does not say."""

import re
import struct
from collections.abc import Callable
from math import isfinite
from typing import Final

from vesalius.deid.profile.kept_private import Meaning
from vesalius.deid.values.dates import shift_date, shift_datetime
from vesalius.deid.values.treatment import Patient, cleaned_value, mapped_uids, text_of
from vesalius.deid.values.uids import uids_in
from vesalius.dicom import Element
from vesalius.dicom import vr as representations

# More bytes than this nobody can vouch for.
_MOST: Final = 16_000_000
_SECONDS_OF_A_DAY: Final = 86_400
_PRINTABLE: Final = re.compile(r"[\x20-\x7e\r\n\t\f]*\0?")
_LETTERS: Final = re.compile(r"[A-Za-z]{2}")


def new_value(element: Element, meaning: Meaning, patient: Patient) -> bytes | None:
    """The value that takes the old one's place; None where none can be made and the element has to go."""
    if element.value_end - element.value_start > _MOST:
        return None
    return _MAKERS[meaning](element, patient)


def tells_nothing(element: Element, patient: Patient, *, uids: bool) -> bool:
    """Whether bytes may stay as they are: no identifier of the patient in them, and without `uids` no UID either.

    Of text and numbers this asks nothing: they are judged as those of the standard's attributes are.
    """
    if element.vr not in representations.BYTES:
        return True
    if element.value_end - element.value_start > _MOST:
        return False
    text = text_of(element)
    old = (
        uid for uid in uids_in(text) if patient.identity.uid(uid) != uid
    )  # it cannot be exchanged in there
    return not patient.context.betrayed_by(text) and (uids or not any(old))


def _text(element: Element, patient: Patient) -> bytes | None:
    """Text is cleaned as any other; bytes that hold no words stay where they tell nothing."""
    if element.vr not in representations.BYTES:
        return cleaned_value(element, patient)
    text = text_of(element)
    if _PRINTABLE.fullmatch(text) and _LETTERS.search(text):
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
            shift = shift_date if len(value) in {8, 10} else shift_datetime
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
