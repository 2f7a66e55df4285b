"""What is asked of a run, what it knows while it runs, and how it ended."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

from vesalius.deid import Collected, Identity, PatientContext, Recipe
from vesalius.deid.patient.lookup import LookupTable, resolved
from vesalius.site.kept.journal import Journal
from vesalius.site.out.naming import Names, Telling
from vesalius.site.places import Maps
from vesalius.site.work.hands import Hands
from vesalius.store.sources import Source

Accepted: TypeAlias = Mapping[str, frozenset[str]]
"""By file the kinds of findings that a person settled."""


class Watcher(Protocol):
    """Who shows how far a run is."""

    def begin(self, what: str, files: int, size: int) -> None:
        """A pass over so many files and bytes begins."""

    def advance(self, files: int, size: int) -> None:
        """So many more are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for."""

    source: Path
    out: Path
    recipe: Recipe
    maps: Maps | None  # None only for a preflight
    key: Path | None = None  # else the key under the maps, made at first use
    lookup: LookupTable | None = None  # where there is one, it names everybody
    names: Names = "mirror"
    workers: int = 1
    preflight: bool = False  # nothing is written
    faces: str | None = None  # why series of heads may go out with their faces; None holds them back
    prune: bool = False  # take out of OUT what is gone from IN


@dataclass(slots=True, kw_only=True)
class Outcome:
    """How a run ended: every file of IN stands in one of the counts."""

    counts: dict[str, int]
    size: int  # bytes of IN
    kept: int
    removed: int
    findings: Counter[str]  # files by kind of finding
    missing: int  # patients without a new ID
    leaning: int  # files in OUT that refer to one that is held back
    fingerprint: str
    faces: int  # series of heads that show one
    faces_held: int  # of them, those that wait
    faces_reason: str  # why the others may go out, as somebody said
    gone: int  # files of OUT whose original is no longer in IN

    @property
    def whole(self) -> bool:
        """Whether nothing was held back and nothing waits."""
        return not any(self.counts[state] for state in ("quarantined", "waiting", ""))


@dataclass(slots=True)
class Run:
    """A run while it runs."""

    order: Order
    journal: Journal
    identity: Identity
    watcher: Watcher
    sources: dict[str, Source]
    telling: Telling
    hands: Hands
    targets: dict[str, str] = field(default_factory=dict)  # path in OUT by file
    missing: list[tuple[str, str]] = field(default_factory=list)
    lookup_digest: str = ""
    keys_missing: set[tuple[str, str]] = field(
        default_factory=set
    )  # (key type, original) that a script asked for
    leaning: int = 0
    faces: dict[str, str] = field(
        default_factory=dict
    )  # files of series that show one, with the series of each

    @property
    def aside(self) -> str | None:
        """Where long files are kept while they are worked on."""
        return str(self.order.maps.folder) if self.order.maps and not self.order.preflight else None

    @property
    def out(self) -> str:
        """The folder OUT for those who write; empty where nothing is written."""
        return "" if self.order.preflight else str(self.order.out)

    def size_of(self, names: Iterable[str]) -> int:
        """Bytes of these files of IN."""
        return sum(self.sources[name].size for name in names)

    def context(self, patient: tuple[str, str]) -> PatientContext:
        """What the patient's files say, and those under other IDs that are the same person's."""
        same = self.identity.same
        person = resolved(patient, same)
        identifiers: set[tuple[str, str]] = set()
        for other in [patient] if not same else self.journal.patients():
            if other == patient or resolved(other, same) == person:
                context = PatientContext.of(
                    Collected.from_json(text) for text in self.journal.collected_of(other)
                )
                identifiers.update(context.identifiers)
        issuer, patient_id = patient
        return PatientContext(issuer=issuer, patient_id=patient_id, identifiers=tuple(sorted(identifiers)))

    def withdraw(self, names: Iterable[str], still: Iterable[str] = ()) -> None:
        """Take files of earlier runs out of OUT, unless they stand under the same name again."""
        if self.order.preflight:
            return
        stays = {*still, ""}
        for out in self.journal.outs(names):
            if out not in stays:
                with suppress(FileNotFoundError):
                    (self.order.out / out).unlink()
