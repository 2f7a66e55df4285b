"""Keyed identity: new UIDs, patient IDs and date offsets that need no stored map and cannot be guessed."""

import hmac
import unicodedata
from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Final

from vesalius.deid.patient.lookup import (
    LookupTable,
    LookupTableError,
    Patient,
    resolved,
    shared_name,
    true_date,
)
from vesalius.deid.recipes.recipe import Recipe
from vesalius.errors import BadInput

_WELL_KNOWN: Final = "1.2.840.10008."
_KEY_BYTES: Final = 32
_UID_LENGTH: Final = 64
_SHORTEST_SHIFT: Final = 365
_SHIFTS: Final = 3650 - _SHORTEST_SHIFT + 1


class IdentityError(BadInput):
    """A key or a lookup table cannot be used."""

    hint = (
        "Take the key file that this domain began with; new patient IDs are ASCII of at most 64 characters."
    )


@dataclass(frozen=True, slots=True)
class DomainKey:
    """The secret of one (site, collection); it lives where de-identification happens."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != _KEY_BYTES:
            raise IdentityError(f"a domain key has {_KEY_BYTES} bytes")

    @classmethod
    def generate(cls, random_bytes: bytes) -> "DomainKey":
        """A new key out of 32 bytes from the caller's source of secrets."""
        return cls(random_bytes)

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose; it does not reveal the domain key."""
        return _mac(self.secret, "derive", purpose)

    @property
    def fingerprint(self) -> str:
        """16 hex digits that name the key and say nothing about it."""
        return self.derive("fingerprint")[:8].hex()


@dataclass(frozen=True)
class Identity:
    """The answers of a domain, from (key, site, issuer, normalised original) and what people decided alone.

    `lookup` names new IDs, `same` says which ID stands for another of the same person, `events` when it began
    (YYYY-MM-DD), each by (issuer, original Patient ID); an empty issuer speaks for every issuer.
    """

    key: DomainKey
    site: str = ""
    lookup: Mapping[Patient, str] = field(default_factory=dict, repr=False)
    same: Mapping[Patient, Patient] = field(default_factory=dict, repr=False)
    events: Mapping[Patient, str] = field(default_factory=dict, repr=False)
    uid_root: str | None = None
    patient_id_prefix: str = ""

    def __post_init__(self) -> None:
        if not all(
            new.isascii() and new.isprintable() and 0 < len(new) <= 64 for new in self.lookup.values()
        ):
            raise IdentityError(
                "the lookup table holds a new patient ID that is empty, too long or not ASCII"
            )
        if shared_name(self.lookup, self.same):
            raise IdentityError(
                "two originals have one new patient ID, and no correction says they are one person"
            )

    def named_by(self, recipe: Recipe) -> "Identity":
        """The same identity under the recipe's UID root and patient ID prefix."""
        if (self.uid_root, self.patient_id_prefix) == (recipe.uid_root, recipe.patient_id_prefix):
            return self
        return replace(self, uid_root=recipe.uid_root, patient_id_prefix=recipe.patient_id_prefix)

    def looked_up(self, table: LookupTable, recipe: Recipe) -> "Identity":
        """The same identity with what a table says under the recipe's key types.

        LookupTableError with the lines for two originals on one new ID, and for corrections and dates that no one
        can follow.
        """
        lookup = table.by_patient(recipe.patient_keys)
        same = {patient: correction.same_as for patient, correction in table.corrections().items()}
        lines = [table.line_of(recipe.patient_keys, patient) for patient in shared_name(lookup, same)]
        if lines:
            raise LookupTableError(
                f"lines {lines[0]} and {lines[1]} give one new patient ID to two originals: record that they are one "
                "person, with the reason, or name one of them anew"
            )
        for patient in same:
            if patient in lookup and lookup[patient] != lookup.get(resolved(patient, same)):
                line = table.line_of(recipe.patient_keys, patient)
                raise LookupTableError(
                    f"line {line} names an ID that stands for the same person as another anew"
                )
        return replace(self, lookup=lookup, same=same, events=_events(table, recipe.event_keys))

    def dated(self, events: Iterable[tuple[Patient, date]]) -> "Identity":
        """The same identity with dates that files tell: the earliest of each person, where no table tells one."""
        found: dict[Patient, str] = {}
        for patient, day in events:
            person = self.person(*patient)
            found[person] = min(found.get(person, day.isoformat()), day.isoformat())
        return replace(self, events={**found, **self.events})

    def unnamed(self, patients: Iterable[Patient]) -> tuple[Patient, ...]:
        """The patients whom the lookup table ought to name and does not, each once, sorted; () without a table."""
        if not self.lookup:
            return ()
        return tuple(sorted({patient for patient in patients if patient[1] and not self._named(*patient)}))

    def event_date(self, issuer: str, original: str) -> date | None:
        """The true date of the patient's event; None where nobody recorded it."""
        issuer, original = self.person(issuer, original)
        told = self.events.get((issuer, original)) or self.events.get(("", original))
        return date.fromisoformat(told) if told else None

    def uid(self, original: str) -> str:
        """`2.25.` and 128 bits in decimal (PS3.5 B.2), or under the root as many bits as fit in 64 characters.

        UIDs that the standard itself defines, and the empty UID, stay.
        """
        return _new_uid(self.key, self.uid_root, _normal(original))

    def patient_id(self, issuer: str, original: str) -> str:
        """The lookup's ID, else the prefix and 8 base32 letters; empty for an empty original."""
        issuer, original = self.person(issuer, original)
        if not original:
            return ""
        named = self._named(issuer, original)
        if named:
            return named
        digest = _of_person(self.key, "patient", self.site, issuer, original)
        return self.patient_id_prefix + b32encode(digest[:5]).decode("ascii")

    def day_offset(self, issuer: str, original: str) -> int:
        """Days to add to every date of one patient, in [-3650, -365] (PS3.15 E.3.6)."""
        digest = _of_person(self.key, "days", self.site, *self.person(issuer, original))
        return -_SHORTEST_SHIFT - int.from_bytes(digest[:8], "big") % _SHIFTS

    def person(self, issuer: str, original: str) -> Patient:
        """The ID that stands for this patient, of all that corrections say are one person's."""
        return resolved((_normal(issuer), _normal(original)), self.same)

    def _named(self, issuer: str, original: str) -> str | None:
        issuer, original = self.person(issuer, original)
        return self.lookup.get((issuer, original)) or self.lookup.get(("", original))


def _events(table: LookupTable, key_type: str) -> dict[Patient, str]:
    events = {}
    for patient, told in table.by_patient(key_type).items():
        try:
            events[patient] = true_date(told).isoformat()
        except ValueError:
            line = table.line_of(key_type, patient)
            raise LookupTableError(f"line {line} dates an event neither YYYY-MM-DD nor M/d/yyyy") from None
    return events


@lru_cache(maxsize=65536)
def _new_uid(key: DomainKey, root: str | None, original: str) -> str:
    if not original or original.startswith(_WELL_KNOWN):
        return original
    number = int.from_bytes(_mac(_derived(key, "uid"), original)[:16], "big")
    if root is None:
        return f"2.25.{number}"
    return f"{root}.{number % 10 ** (_UID_LENGTH - len(root) - 1)}"


@lru_cache(maxsize=64)
def _of_person(key: DomainKey, purpose: str, site: str, issuer: str, original: str) -> bytes:
    return _mac(_derived(key, purpose), site, issuer, original)


@lru_cache(maxsize=256)
def _derived(key: DomainKey, purpose: str) -> bytes:
    return key.derive(purpose)


def _normal(original: str) -> str:
    normal = original if original.isascii() else unicodedata.normalize("NFC", original)
    return normal.strip(" \0")


def _mac(key: bytes, *parts: str) -> bytes:
    """HMAC-SHA-256 over parts that cannot run into each other: each is led by its length."""
    encoded = [part.encode() for part in parts]
    message = b"".join(len(part).to_bytes(8, "big") + part for part in encoded)
    return hmac.digest(key, message, "sha256")
