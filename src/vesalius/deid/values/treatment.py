"""One element under one action: the bytes of its new value, and the text that stood and stands there."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from vesalius.deid.patient.context import PatientContext
from vesalius.deid.patient.identity import Identity
from vesalius.deid.values.codes import is_public_code
from vesalius.deid.values.dates import shift_date, shift_datetime
from vesalius.deid.values.words import is_harmless
from vesalius.dicom import Element, charset, walk
from vesalius.dicom import vr as representations

TEXT: Final = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
_READABLE: Final = TEXT | {"UN"}
_OPAQUE: Final = frozenset({*representations.BYTES, "PN"})
_SHIFT: Final = {"DA": shift_date, "DT": shift_datetime}
_LONGEST_RECORDED: Final = 1024


@dataclass(frozen=True, repr=False)
class Patient:
    """Who is being cleaned: the domain's identity and the context of one patient."""

    identity: Identity
    context: PatientContext

    @cached_property
    def days(self) -> int:
        """Day offset of this patient."""
        return self.identity.day_offset(self.context.issuer, self.context.patient_id)

    @cached_property
    def new_id(self) -> str:
        """The patient's new ID."""
        return self.identity.patient_id(self.context.issuer, self.context.patient_id)

    def betrayed_by(self, element: Element, *, retained: bool = False) -> bool:
        """Whether a text that stays holds an identifier; one that an option retains, one of the patient's own."""
        if element.vr not in _READABLE:
            return False
        return self.context.betrayed_by(text_of(element), only_patient=retained)

    def id_for(self, element: Element, issuer: str) -> str:
        """The new ID for the Patient ID in `element`, which may be another patient's."""
        return self.identity.patient_id(issuer or self.context.issuer, element.text())


def text_of(element: Element) -> str:
    """All of a text value as characters, padding and separators included."""
    raw = element.raw()
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii")
    if element.vr in representations.LOCAL_TEXT:
        return charset.decode(raw, element.parent.codecs)
    return raw.decode("latin-1")


def recorded(element: Element) -> str | None:
    """The value as a Change records it; None for sequences and bytes."""
    if element.vr == "SQ" or element.vr in representations.BYTES:
        return None
    if element.vr in representations.NUMBERS or element.vr == "AT":
        return "\\".join(str(value) for value in element.values())[:_LONGEST_RECORDED]
    return text_of(element).rstrip(" \0")[:_LONGEST_RECORDED]


def cleaned_value(element: Element, patient: Patient) -> bytes | None:
    """The value under C where something can clean it, the old one included; None where nothing can.

    Dates move by whole days and times stay (PS3.15 E.3.6), UIDs are mapped, text stays where every word is
    harmless (E.3.5), and so does a code of a published terminology.
    """
    if element.vr in _SHIFT:
        return _shifted(element, patient.days)
    if element.vr == "UI":
        return mapped_uids(element, patient.identity)
    if element.vr == "TM":
        return element.raw()
    if element.vr in TEXT and element.vr != "PN" and _may_stay(element, patient.context):
        return element.raw()
    return None


def _may_stay(element: Element, context: PatientContext) -> bool:
    return is_harmless(text_of(element), context) or is_public_code(element, context)


def mapped_uids(element: Element, identity: Identity) -> bytes:
    """Every UID of the value under its new name."""
    uids = element.raw().decode("latin-1").split("\\")
    return "\\".join(identity.uid(uid) for uid in uids).encode("latin-1")


def is_harmless_inside(sequence: Element, context: PatientContext) -> bool:
    """Whether a sequence may stay under C: every text inside is harmless, and nothing in it is opaque."""
    inside = [element for item in sequence.items for _, element in walk(item.dataset)]
    return all(
        element.vr not in _OPAQUE and (element.vr not in TEXT or is_harmless(text_of(element), context))
        for element in inside
        if not representations.is_private(element.tag)
    )


def _shifted(element: Element, days: int) -> bytes | None:
    shift = _SHIFT[element.vr]
    values = element.raw().decode("latin-1").strip(" \0").split("\\")
    try:
        return "\\".join(shift(value, days) for value in values).encode("ascii")
    except ValueError:
        return None
