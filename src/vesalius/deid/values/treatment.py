"""One element under one action: the bytes of its new value, and the text that stood and stands there."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from vesalius.deid.patient.context import PatientContext
from vesalius.deid.patient.identity import Identity
from vesalius.deid.text import CleanText, UnknownWords, clean_text, without_identifiers
from vesalius.deid.text.cleaning import MARK
from vesalius.deid.values.codes import is_public_code
from vesalius.deid.values.dates import shift_date, shift_datetime
from vesalius.deid.values.encode import characters
from vesalius.deid.values.enumerated import is_enumerated
from vesalius.dicom import Element, charset
from vesalius.dicom import vr as representations

TEXT: Final = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
_READABLE: Final = TEXT | {"UN"}
_SHIFT: Final = {"DA": shift_date, "DT": shift_datetime}
_LONGEST_RECORDED: Final = 1024
# Texts that are read as prose: a mark stands where something was taken out.
_LONG: Final = frozenset({"LT", "ST", "UT"})
# Values that are a term, an address or a title as a whole: part of one is none.
_WHOLE: Final = frozenset({"AE", "CS", "UR"})


@dataclass(slots=True)
class Tally:
    """Words of the texts cleaned so far: kept, taken out, and kept though nobody listed them."""

    kept: int = 0
    removed: int = 0
    unlisted: int = 0

    def counts(self, before: tuple[int, int, int] = (0, 0, 0)) -> tuple[int, int, int]:
        """The three numbers, less those of `before`."""
        return self.kept - before[0], self.removed - before[1], self.unlisted - before[2]

    def add(self, kept: int, removed: int, unlisted: int) -> None:
        """Count these words as well."""
        self.kept += kept
        self.removed += removed
        self.unlisted += unlisted


@dataclass(frozen=True, repr=False)
class Patient:
    """Who is being cleaned: the domain's identity and the context of one patient."""

    identity: Identity
    context: PatientContext
    unknown_words: UnknownWords = "mask"
    tally: Tally = field(default_factory=Tally, compare=False)

    @cached_property
    def days(self) -> int:
        """Day offset of this patient."""
        return self.identity.day_offset(self.context.issuer, self.context.patient_id)

    @cached_property
    def new_id(self) -> str:
        """The patient's new ID."""
        return self.identity.patient_id(self.context.issuer, self.context.patient_id)

    def betrayed_by(self, element: Element, *, retained: bool = False, dates: bool = False) -> bool:
        """Whether a text that stays holds an identifier; one that an option retains, one of the patient's own.

        `dates` asks for the days of the studies too.
        """
        if element.vr not in _READABLE or _is_enumerated(element):
            return False
        return self.context.betrayed_by(text_of(element), only_patient=retained, dates=dates)

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

    Dates move by whole days and times stay (PS3.15 E.3.6), UIDs are mapped, text loses what identifies (E.3.5), and
    a code of a published terminology and an Enumerated Value stay.
    """
    if element.vr in _SHIFT:
        return _shifted(element, patient.days)
    if element.vr == "UI":
        return mapped_uids(element, patient.identity)
    if element.vr == "TM":
        return element.raw()
    if element.vr in TEXT and element.vr != "PN":
        stays = _is_enumerated(element) or is_public_code(element, patient.context)
        return element.raw() if stays else _cleaned_text(element, patient)
    return None


def kept_value(element: Element, patient: Patient, *, retained: bool, dates: bool) -> bytes | None:
    """A text that stays without the identifiers in it; None where nothing else stands in it.

    `retained`: an option keeps it, so that only what is the patient's own goes; `dates`: the days of the studies go.
    """
    if element.vr not in representations.LOCAL_TEXT - {"PN"}:
        return None
    cleaned = [
        without_identifiers(
            value, patient.context, only_patient=retained, dates=dates, mark=_mark(element.vr)
        )
        for value in _values(element)
    ]
    return _rewritten(element, cleaned)


def _is_enumerated(element: Element) -> bool:
    return element.vr == "CS" and is_enumerated(element.tag, element.raw())


def _cleaned_text(element: Element, patient: Patient) -> bytes | None:
    cleaned = [
        clean_text(value, patient.context, patient.unknown_words, mark=_mark(element.vr))
        for value in _values(element)
    ]
    patient.tally.removed += sum(one.removed for one in cleaned)
    if element.vr in _WHOLE and any(one.removed for one in cleaned):
        return None
    patient.tally.kept += sum(one.kept for one in cleaned)
    if patient.unknown_words == "review":
        patient.tally.unlisted += sum(one.unknown for one in cleaned)
    return _rewritten(element, cleaned)


def _values(element: Element) -> list[str]:
    text = text_of(element).rstrip(" \0")
    return [text] if element.vr in representations.SINGLE_TEXT else text.split("\\")


def _mark(vr: str) -> str:
    return MARK if vr in _LONG else ""


def _rewritten(element: Element, cleaned: list[CleanText]) -> bytes | None:
    """The value of texts that were cleaned: as it was where nothing went, None where nothing is left."""
    if not any(one.removed for one in cleaned):
        return element.raw()
    if not any(one.kept for one in cleaned):
        return None
    text = "\\".join(one.text for one in cleaned)
    return characters(
        text, element.parent.codecs if element.vr in representations.LOCAL_TEXT else ("latin-1",)
    )


def mapped_uids(element: Element, identity: Identity) -> bytes:
    """Every UID of the value under its new name."""
    uids = element.raw().decode("latin-1").split("\\")
    return "\\".join(identity.uid(uid) for uid in uids).encode("latin-1")


def _shifted(element: Element, days: int) -> bytes | None:
    shift = _SHIFT[element.vr]
    values = element.raw().decode("latin-1").strip(" \0").split("\\")
    try:
        return "\\".join(shift(value, days) for value in values).encode("ascii")
    except ValueError:
        return None
