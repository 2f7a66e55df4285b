"""Lookup tables: what people decided that patients are called, which IDs are one person's, and when it began.

An entry has a key type, an original value and what stands for it: `ptid/MRN123=ABC-001`. A table is a Java properties
file, as CTP reads it, or a CSV file whose columns are the key types.
"""

import csv
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from typing import Final, NamedTuple, TypeAlias

from vesalius.deid.java_properties import Entry, entries
from vesalius.errors import BadInput

Patient: TypeAlias = tuple[str, str]
"""Issuer of Patient ID, "" for every issuer, and Patient ID."""

PATIENT_KEYS: Final = "ptid"
SAME_AS: Final = "same_as"
SAME_AS_ISSUER: Final = "same_as_issuer"
REASON: Final = "reason"
_OLD, _NEW, _ISSUER = "id_old", "id_new", "issuer"
_MOST_POINTERS: Final = 10
_BOM: Final = "\ufeff"


class LookupTableError(BadInput):
    """A lookup table that cannot be read; the sentence names the line, never a value."""

    hint = "Mend the line: `ptid/OLD=NEW` in a properties file, or a CSV file with the columns id_old,id_new."


class Key(NamedTuple):
    """What an entry is found by; an empty issuer speaks for every issuer."""

    key_type: str
    issuer: str
    original: str


@dataclass(frozen=True, slots=True)
class Correction:
    """Two patient IDs that are one person's: recorded, with the reason, by whoever found out."""

    same_as: Patient  # an empty issuer is that of the file
    reason: str


@dataclass(frozen=True, repr=False)
class LookupTable:
    """All entries of a table; original values, so it is as secret as the files."""

    entries: Mapping[Key, str] = field(default_factory=dict)
    lines: Mapping[Key, int] = field(default_factory=dict)

    @classmethod
    def read(cls, file_name: str, text: str) -> "LookupTable":
        """The table in a file's text: CSV where its name ends so, else properties. Raises LookupTableError."""
        text = unicodedata.normalize("NFC", text.removeprefix(_BOM))
        told = _csv_entries(text) if file_name.casefold().endswith(".csv") else _property_entries(text)
        entries: dict[Key, str] = {}
        lines: dict[Key, int] = {}
        for line, key, value in told:
            if entries.get(key, value) != value:
                raise LookupTableError(f"lines {lines[key]} and {line} say different things of one key")
            entries[key] = value
            lines.setdefault(key, line)
        return cls(entries, lines)

    def value(self, key_type: str, original: str, issuer: str = "") -> str | None:
        """What stands for `original`; a value `@type/key` points to another entry, ten times at the most."""
        found = self._entry(key_type, issuer, original)
        for _ in range(_MOST_POINTERS):
            if found is None or not found.startswith("@"):
                return found
            pointed_type, _, pointed = found[1:].partition("/")
            found = self._entry(pointed_type, issuer, pointed)
        return None

    def by_patient(self, key_type: str) -> dict[Patient, str]:
        """Every entry of one key type, pointers followed."""
        of_type = [key for key in self.entries if key.key_type == key_type]
        found = {(key.issuer, key.original): self.value(*_swapped(key)) for key in of_type}
        return {patient: value for patient, value in found.items() if value}

    def corrections(self) -> dict[Patient, Correction]:
        """Which patient IDs are the same person as another. LookupTableError for one without a reason."""
        found = {}
        for (issuer, original), other in self.by_patient(SAME_AS).items():
            reason = self.value(REASON, original, issuer)
            line = self.lines.get(Key(SAME_AS, issuer, original), 0)
            if not reason:
                raise LookupTableError(f"line {line} says that two IDs are one person's and gives no reason")
            other_issuer = self.value(SAME_AS_ISSUER, original, issuer) or issuer
            found[issuer, original] = Correction((other_issuer, other), reason)
        return found

    def line_of(self, key_type: str, patient: Patient) -> int:
        """Line of the entry of one patient; 0 where there is none."""
        return self.lines.get(Key(key_type, *patient), 0)

    def _entry(self, key_type: str, issuer: str, original: str) -> str | None:
        own = self.entries.get(Key(key_type, issuer, original))
        return self.entries.get(Key(key_type, "", original)) if own is None else own


def resolved(patient: Patient, same: Mapping[Patient, Patient]) -> Patient:
    """The patient ID that stands for this one: corrections are followed to their end.

    LookupTableError where they go round in a circle.
    """
    seen = {patient}
    while True:
        other = same.get(patient) or same.get(("", patient[1]))
        if other is None:
            return patient
        patient = (other[0] or patient[0], other[1])
        if patient in seen:
            raise LookupTableError("corrections that say who is the same person go round in a circle")
        seen.add(patient)


def shared_name(names: Mapping[Patient, str], same: Mapping[Patient, Patient]) -> tuple[Patient, ...]:
    """Two originals that no correction makes one person and that have one new ID; () where there are none."""
    first: dict[str, Patient] = {}
    for patient, new in names.items():
        other = first.setdefault(new, patient)
        if not _one_person(resolved(patient, same), resolved(other, same)):
            return other, patient
    return ()


def true_date(text: str) -> date:
    """A date of a table: `YYYY-MM-DD`, `YYYYMMDD`, or `M/d/yyyy` as CTP writes it. ValueError for anything else."""
    month, slash, rest = text.strip().partition("/")
    if not slash:
        return date.fromisoformat(text.strip())
    day, _, year = rest.partition("/")
    return date(int(year), int(month), int(day))


def _one_person(one: Patient, other: Patient) -> bool:
    return one[1] == other[1] and (one[0] == other[0] or not one[0] or not other[0])


def _swapped(key: Key) -> tuple[str, str, str]:
    return key.key_type, key.original, key.issuer


def _csv_entries(text: str) -> Iterator[tuple[int, Key, str]]:
    """Columns id_old, perhaps issuer, and a key type each; id_new is the key type of patients.

    Two columns without such a header are originals and new patient IDs, as CTP means them.
    """
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    header: list[str] = []
    try:
        for fields in reader:
            values = [value.strip() for value in fields]
            if not header:
                header = values if _OLD in values else [_OLD, _NEW]
                if header is values:
                    continue
            if any(values):
                yield from _row_entries(reader.line_num, header, values)
    except csv.Error:
        raise LookupTableError(f"line {reader.line_num} is not quoted as CSV asks for") from None


def _row_entries(line: int, header: list[str], values: list[str]) -> Iterator[tuple[int, Key, str]]:
    if len(values) != len(header):
        raise LookupTableError(f"line {line} has {len(values)} fields and not {len(header)}")
    told = dict(zip(header, values, strict=True))
    if not told[_OLD]:
        raise LookupTableError(f"line {line} names no original")
    issuer = told.get(_ISSUER, "")
    for column, value in told.items():
        if value and column not in {_OLD, _ISSUER}:
            yield line, Key(PATIENT_KEYS if column == _NEW else column, issuer, told[_OLD]), value


def _property_entries(text: str) -> Iterator[tuple[int, Key, str]]:
    for line, name, value in _properties(text):
        key_type, slash, original = name.removeprefix("..").partition("/")
        if not (slash and key_type.strip() and original.strip()):
            raise LookupTableError(f"line {line} has no key such as ptid/MRN123")
        yield line, Key(key_type.strip(), "", original.strip()), value.strip()


def _properties(text: str) -> Iterator[Entry]:
    try:
        yield from entries(text)
    except ValueError as error:
        raise LookupTableError(str(error)) from None
