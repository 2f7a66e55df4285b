"""What is known of one patient while cleaning: identifiers, collected from all files of that patient first."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cache, cached_property, lru_cache
from typing import Final

from vesalius.deid.language.letters import composed
from vesalius.deid.language.words import Reading
from vesalius.deid.patient.sought import Sought, Span
from vesalius.deid.resources import load_rows, load_words
from vesalius.dicom import Dataset, DicomFile, Element
from vesalius.dicom.tree import every
from vesalius.dicom.vr import public_vr
from vesalius.errors import BadInput

_PATIENT_ID: Final = 0x00100020
_ISSUER: Final = 0x00100021
_SOP_CLASS: Final = 0x00080016
_SOP_INSTANCE: Final = 0x00080018
_STUDY: Final = 0x0020000D
_SERIES: Final = 0x0020000E
_REFERENCED_CLASS: Final = 0x00081150
_REFERENCED_INSTANCE: Final = 0x00081155
_PATIENT_GROUP: Final = 0x0010
_PATIENTS_OWN: Final = frozenset({"name", "patient_id", "birth_date", "accession", "phone"})
_DATES: Final = frozenset({"birth_date", "date"})
_LONGEST_REMEMBERED: Final = 1024  # characters
_DAY: Final = re.compile(r"\d{8}")


class ContextError(BadInput):
    """Files of more than one patient, or none, were taken for one patient's."""

    hint = "Group the files by Issuer of Patient ID and Patient ID first."


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Collected:
    """What pass 1 found in one file; original values, so it is as secret as the file."""

    patient_id: str
    issuer: str
    sop_class: str
    sop_instance: str
    study: str
    series: str
    identifiers: tuple[tuple[str, str], ...]  # (kind, value), sorted
    references: tuple[tuple[str, str], ...]  # (referenced SOP Instance UID, SOP Class UID or ""), sorted

    def to_json(self) -> str:
        """Canonical JSON."""
        return _json(self)

    @classmethod
    def from_json(cls, text: str) -> "Collected":
        """What `to_json` wrote."""
        fields = json.loads(text)
        identifiers, references = _pairs(fields.pop("identifiers")), _pairs(fields.pop("references"))
        return cls(identifiers=identifiers, references=references, **fields)


@dataclass(frozen=True, kw_only=True, repr=False)
class PatientContext:
    """One patient's identifiers, frozen; the digest is part of the key of every run that used it."""

    issuer: str
    patient_id: str
    identifiers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, collected: Iterable[Collected]) -> "PatientContext":
        """The context of one patient, the same in whatever order the files come.

        Raises ContextError unless all files name one patient.
        """
        found = list(collected)
        if len({(one.issuer, one.patient_id) for one in found}) != 1:
            raise ContextError("the files do not name one and the same patient")
        identifiers = {identifier for one in found for identifier in one.identifiers}
        return cls(
            issuer=found[0].issuer, patient_id=found[0].patient_id, identifiers=tuple(sorted(identifiers))
        )

    def merge(self, other: "PatientContext") -> "PatientContext":
        """Both contexts of one patient as one. Raises ContextError for another patient's."""
        if (self.issuer, self.patient_id) != (other.issuer, other.patient_id):
            raise ContextError("the contexts are of different patients")
        merged = tuple(sorted({*self.identifiers, *other.identifiers}))
        return PatientContext(issuer=self.issuer, patient_id=self.patient_id, identifiers=merged)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON, in hex."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Canonical JSON; it holds identifiers, so it never leaves the side where de-identification happens."""
        return _json(self)

    @classmethod
    def from_json(cls, text: str) -> "PatientContext":
        """What `to_json` wrote."""
        fields = json.loads(text)
        return cls(**{**fields, "identifiers": _pairs(fields["identifiers"])})

    def __hash__(self) -> int:
        return hash(self.digest)

    def betrayed_by(self, text: str, *, only_patient: bool = False, dates: bool = False) -> bool:
        """Whether an identifier stands in the text, in whatever spelling.

        `only_patient` leaves staff, institutions and devices out, for attributes that an option retains; `dates` asks
        for the days of the studies too, which a shifted date may happen to be.
        """
        if len(text) > _LONGEST_REMEMBERED:
            return bool(self.stretches(Reading(composed(text)), only_patient=only_patient, dates=dates))
        return _is_betrayed(self, text, only_patient, dates)

    def stretches(
        self, reading: Reading, *, only_patient: bool = False, dates: bool = False, strict: bool = False
    ) -> list[Span]:
        """Where identifiers stand in the text; `strict` doubts more: initials, short codes, bare words."""
        sought = self._patients_own if only_patient else self._everybodys
        return sought.stretches(reading, strict=strict, dates=dates)

    @cached_property
    def _everybodys(self) -> Sought:
        return Sought(self.identifiers)

    @cached_property
    def _patients_own(self) -> Sought:
        return Sought(pair for pair in self.identifiers if pair[0] in _PATIENTS_OWN)


def _json(told: Collected | PatientContext) -> str:
    values = {field.name: getattr(told, field.name) for field in fields(told)}
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=16384)
def _is_betrayed(context: PatientContext, text: str, only_patient: bool, dates: bool) -> bool:  # noqa: FBT001
    return bool(context.stretches(Reading(composed(text)), only_patient=only_patient, dates=dates))


def collect(file: DicomFile) -> Collected:
    """Pass 1 over one file: whose it is, which identifiers stand in it at any depth, and to what it refers."""
    root = file.dataset
    identifiers: set[tuple[str, str]] = set()
    references: set[tuple[str, str]] = set()
    for element in every(root):
        kind = _kind(element.tag, element.vr)
        if kind is not None:
            identifiers.update([(kind, value) for value in _values(kind, element) if _identifies(value)])
        elif element.tag == _REFERENCED_INSTANCE and element.text():
            references.add((element.text(), element.parent.text(_REFERENCED_CLASS)))
    return Collected(
        patient_id=root.text(_PATIENT_ID),
        issuer=root.text(_ISSUER),
        sop_class=root.text(_SOP_CLASS),
        sop_instance=root.text(_SOP_INSTANCE),
        study=root.text(_STUDY),
        series=root.text(_SERIES),
        identifiers=tuple(sorted(identifiers)),
        references=tuple(sorted(references)),
    )


def patient_of(dataset: Dataset) -> tuple[str, str]:
    """Issuer of Patient ID and Patient ID, by which files are grouped into patients."""
    return dataset.text(_ISSUER), dataset.text(_PATIENT_ID)


@cache
def _kinds() -> dict[int, str]:
    return {int(row["tag"], 16): row["kind"] for row in load_rows("identifiers.csv")}


@lru_cache(maxsize=8192)
def _kind(tag: int, vr: str) -> str | None:
    if vr == "PN" or public_vr(tag) == "PN":
        return "name" if tag >> 16 == _PATIENT_GROUP else "staff"
    return _kinds().get(tag)


def _values(kind: str, element: Element) -> Iterator[str]:
    """Each value without padding; of dates those that name a day."""
    for value in element.values():
        text = str(value).strip(" \0") if not isinstance(value, bytes) else ""
        if kind not in _DATES:
            yield text
        elif found := _DAY.match(text.replace(".", "", 2)):
            yield found[0]


def _identifies(value: str) -> bool:
    return bool(value) and value.casefold() not in load_words("placeholders.txt")


def _pairs(pairs: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((first, second) for first, second in pairs)
