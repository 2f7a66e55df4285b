"""What is known of one patient while cleaning: identifiers, collected from all files of that patient first."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from typing import Final

from vesalius.deid.resources import load_rows, load_words
from vesalius.dicom import Dataset, DicomFile, Element, walk
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
# An identifier of fewer characters would be found inside of any word; of names, three are sought as a whole word.
_SHORTEST_SOUGHT: Final = 4
_SHORT_NAME: Final = 3
# Two signs of another script are as rare in a text as four Latin letters.
_SHORTEST_FOREIGN: Final = 2
# One word of a name below this is an initial, and no token can be kept from everybody for its sake.
_SHORTEST_NAME: Final = 2
_NAMES: Final = frozenset({"name", "staff"})
_PATIENTS_OWN: Final = frozenset({"name", "patient_id", "birth_date", "accession", "phone"})
_DATE: Final = re.compile(r"\d{8}")
_DATE_FORMS: Final = (
    "{0}-{1}-{2}",
    "{0}/{1}/{2}",
    "{2}.{1}.{0}",
    "{2}/{1}/{0}",
    "{1}/{2}/{0}",
    "{2}-{1}-{0}",
    "{1}-{2}-{0}",
)
_APART: Final = re.compile(r"[\W_]+")


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
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

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
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "PatientContext":
        """What `to_json` wrote."""
        fields = json.loads(text)
        return cls(**{**fields, "identifiers": _pairs(fields["identifiers"])})

    def betrayed_by(self, text: str, *, only_patient: bool = False) -> bool:
        """Whether the text holds an identifier longer than three characters, in any spelling of case.

        `only_patient` leaves staff, institutions and devices out, for attributes that an option retains.
        """
        pattern = self._patients_own if only_patient else self._everybodys
        return pattern is not None and pattern.search(text.casefold()) is not None

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Case-folded words that no cleaned text may hold: whole identifiers, and the words of names."""
        return _tokens(self.identifiers)

    @cached_property
    def _everybodys(self) -> re.Pattern[str] | None:
        return _pattern(self.identifiers)

    @cached_property
    def _patients_own(self) -> re.Pattern[str] | None:
        return _pattern(tuple(pair for pair in self.identifiers if pair[0] in _PATIENTS_OWN))


def _tokens(identifiers: tuple[tuple[str, str], ...]) -> frozenset[str]:
    return frozenset({value.casefold() for _, value in identifiers} | _name_words(identifiers, _NAMES))


def _name_words(identifiers: tuple[tuple[str, str], ...], kinds: frozenset[str]) -> set[str]:
    names = (value.casefold() for kind, value in identifiers if kind in kinds)
    words = {word for name in names for word in _APART.split(name) if len(word) >= _SHORTEST_NAME}
    return words - load_words("placeholders.txt")


def _is_telling(token: str) -> bool:
    return len(token) >= (_SHORTEST_SOUGHT if token.isascii() else _SHORTEST_FOREIGN)


def _pattern(identifiers: tuple[tuple[str, str], ...]) -> re.Pattern[str] | None:
    sought = [re.escape(token) for token in sorted(_tokens(identifiers)) if _is_telling(token)]
    short = (word for word in _name_words(identifiers, frozenset({"name"})) if len(word) == _SHORT_NAME)
    sought += [rf"(?<![^\W_]){re.escape(word)}(?![^\W_])" for word in sorted(short)]
    return re.compile("|".join(sought)) if sought else None


def collect(file: DicomFile) -> Collected:
    """Pass 1 over one file: whose it is, which identifiers stand in it at any depth, and to what it refers."""
    root = file.dataset
    identifiers: set[tuple[str, str]] = set()
    references: set[tuple[str, str]] = set()
    for _, element in walk(root):
        kind = _kind(element)
        if kind is not None:
            identifiers.update((kind, value) for value in _spellings(kind, element) if _identifies(value))
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


def _kind(element: Element) -> str | None:
    if element.vr == "PN" or public_vr(element.tag) == "PN":
        return "name" if element.tag >> 16 == _PATIENT_GROUP else "staff"
    return _kinds().get(element.tag)


def _spellings(kind: str, element: Element) -> Iterable[str]:
    """Each value without padding; of a name also each component group (PS3.5 6.2.1), of a date the ways to write it."""
    for value in element.values():
        text = str(value).strip(" \0") if not isinstance(value, bytes) else ""
        yield text
        if kind == "birth_date" and _DATE.fullmatch(text):
            year, month, day = text[:4], text[4:6], text[6:]
            yield from (form.format(year, month, day) for form in _DATE_FORMS)
        if kind in _NAMES:
            yield from (group.strip() for group in text.split("="))


def _identifies(value: str) -> bool:
    return bool(value) and value.casefold() not in load_words("placeholders.txt")


def _pairs(pairs: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((first, second) for first, second in pairs)
