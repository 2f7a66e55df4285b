"""One run of the site's tool: who everybody is in pass 1, then clean files in pass 2, and what is told of them."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

import vesalius
from vesalius.deid import Collected, DomainKey, Identity, PatientContext, Recipe
from vesalius.deid.patient.lookup import LookupTable, resolved
from vesalius.deid.proof import unresolved
from vesalius.errors import BadInput
from vesalius.settings.keys import key_in
from vesalius.site.kept.journal import DECIDED, Journal, key_of, text_key
from vesalius.site.kept.maps import decisions, write_maps, write_missing
from vesalius.site.out.durable import clear_drafts
from vesalius.site.out.naming import Names, Targets, Telling
from vesalius.site.places import Maps, PlacesClash, check_apart
from vesalius.site.work.hands import Hands
from vesalius.site.work.scripts import counts
from vesalius.site.work.supporting import (
    DocumentTask,
    TableTask,
    clean_documents,
    clean_tables,
    is_document,
    lost_document,
    lost_table,
    pairs,
)
from vesalius.site.work.tasks import (
    CleanTask,
    CollectTask,
    Done,
    Seen,
    clean_files,
    collect_files,
    digest_of,
    lost_cleaning,
    lost_reading,
)
from vesalius.store.sources import Source, gather

FILES_PER_TASK: Final = 20
BYTES_PER_TASK: Final = 64_000_000

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
    targets: dict[str, str] = field(default_factory=dict)  # path in OUT by file
    missing: list[tuple[str, str]] = field(default_factory=list)
    lookup_digest: str = ""
    keys_missing: set[tuple[str, str]] = field(
        default_factory=set
    )  # (key type, original) that a script asked for
    leaning: int = 0

    @property
    def aside(self) -> str | None:
        """Where long files are kept while they are worked on."""
        return str(self.order.maps.folder) if self.order.maps and not self.order.preflight else None


def key_of_site(order: Order) -> tuple[DomainKey, bool]:
    """The secret of this site, and whether it was made just now; a preflight without one takes a passing one.

    Raises Misconfigured for a damaged file, and IdentityError.
    """
    path = order.key or (order.maps.key if order.maps else None)
    if path is not None and (order.key or path.exists()):
        return DomainKey(path.read_bytes()), False
    if path is None or order.preflight:
        return DomainKey(secrets.token_bytes(32)), False
    if order.maps:
        order.maps.make()
    return DomainKey(key_in(path)), True


def check_places(order: Order, report: Path | None) -> None:
    """Refuse places that lie in each other, and an OUT that holds something else. Raises PlacesClash."""
    site_only = [place for place in (order.maps.folder if order.maps else None, report) if place is not None]
    check_apart(order.source, order.out, *site_only)
    if order.out.exists() and not order.out.is_dir():
        raise PlacesClash("OUT is no folder.")
    is_ours = order.maps is not None and order.maps.journal.exists()
    if not order.preflight and not is_ours and order.out.is_dir() and any(order.out.iterdir()):
        raise PlacesClash("OUT is not empty, and these maps know nothing of it.")


def deidentify(
    order: Order, key: DomainKey, watcher: Watcher, report: Callable[[Run, Outcome], None] | None = None
) -> Outcome:
    """Clean every file of IN into OUT; `report` is called while the journal is open.

    Raises PlacesClash, OtherRun, BadInput for a damaged ZIP, and OutFailed where OUT takes no more.
    """
    sources = {key_of(source): source for source in _gathered(order.source)}
    if order.maps and not order.preflight:
        order.maps.make()
    kept = order.maps.journal if order.maps and not order.preflight else None
    with Journal(kept) as journal:
        journal.hold_to(key=key.fingerprint, OUT=str(order.out.resolve()), names=order.names)
        identity = _identity(order, key)
        telling = Telling(identity, order.recipe.options)
        run = Run(order, journal, identity, watcher, sources, telling, lookup_digest=_digest(order.lookup))
        if not order.preflight and order.out.is_dir():
            clear_drafts(order.out)
        journal.read_again_for(order.recipe.event_attribute if order.recipe.event else "")
        journal.meet(sources.values())
        _collect(run)
        run.identity = identity.dated(journal.events())
        journal.reopen()
        _decide_same(run)
        run.missing = list(identity.unnamed(journal.patients()))
        for patient in journal.patients():
            names = [name for name, *_ in journal.files_of(patient)]
            telling.learn(_context(run, patient), names)
        run.targets = _targets(run)
        accepted = decisions(order.maps, sources) if order.maps else {}
        _clean(run, accepted)
        _clean_supporting(run, accepted)
        _prove_references(run)
        outcome = _outcome(run)
        if order.maps and not order.preflight:
            write_maps(order.maps, journal, telling, sources)
            write_missing(order.maps, run.missing, run.keys_missing)
        if report is not None:
            report(run, outcome)
    return outcome


def _gathered(place: Path) -> list[Source]:
    """Every file of IN. Raises BadInput for a damaged or locked ZIP archive, and where there is no file."""
    sources = gather([place])
    if not sources:
        raise BadInput("IN holds no file")
    if place.is_file() and place.suffix.lower() == ".zip" and not sources[0].member:
        raise BadInput("the ZIP archive is damaged")
    return sources


def _digest(lookup: LookupTable | None) -> str:
    told = sorted((*key, value) for key, value in lookup.entries.items()) if lookup else []
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _targets(run: Run) -> dict[str, str]:
    """Where each file would lie in OUT; given out in one order, always."""
    targets = Targets(run.telling)
    return {name: targets.of(source.name) for name, source in sorted(run.sources.items())}


def _identity(order: Order, key: DomainKey) -> Identity:
    identity = Identity(key).named_by(order.recipe)
    return identity.looked_up(order.lookup, order.recipe) if order.lookup is not None else identity


def _collect(run: Run) -> None:
    """Pass 1 over what it has not read yet."""
    unread = sorted(run.journal.unread())
    run.watcher.begin("Reading", len(unread), sum(run.sources[name].size for name in unread))
    tasks = (
        CollectTask(sources=tuple(part), recipe=run.order.recipe, aside=run.aside)
        for part in _parts(run, unread)
    )
    for seen in Hands[CollectTask, list[Seen]](run.order.workers, collect_files, lost_reading).results(tasks):
        _withdraw(run, [text_key(one.name) for one in seen if one.state])
        run.journal.save_seen(seen)
        run.watcher.advance(len(seen), sum(run.sources[text_key(one.name)].size for one in seen))


def _parts(run: Run, names: Iterable[str]) -> Iterator[list[Source]]:
    """Sources in groups that one task takes."""
    part: list[Source] = []
    size = 0
    for name in names:
        source = run.sources[name]
        if part and (len(part) >= FILES_PER_TASK or size + source.size > BYTES_PER_TASK):
            yield part
            part, size = [], 0
        part.append(source)
        size += source.size
    if part:
        yield part


def _context(run: Run, patient: tuple[str, str]) -> PatientContext:
    """What the patient's files say, and those under other IDs that are the same person's."""
    same = run.identity.same
    person = resolved(patient, same)
    identifiers: set[tuple[str, str]] = set()
    for other in [patient] if not same else run.journal.patients():
        if other == patient or resolved(other, same) == person:
            context = PatientContext.of(Collected.from_json(text) for text in run.journal.collected_of(other))
            identifiers.update(context.identifiers)
    issuer, patient_id = patient
    return PatientContext(issuer=issuer, patient_id=patient_id, identifiers=tuple(sorted(identifiers)))


def _decide_same(run: Run) -> None:
    """Of files with one SOP Instance UID the first goes on; the others are duplicates, or contradict it."""
    for names in run.journal.same_instances():
        digests = {name: digest_of(run.sources[name]) for name in names}
        first = digests[names[0]]
        copies = [name for name in names[1:] if digests[name] == first]
        others = [name for name in names[1:] if digests[name] != first]
        _withdraw(run, names[1:])
        run.journal.decide(
            copies, "duplicate", ("duplicate", "", "the same file stands in another place too")
        )
        sentence = "another file with this SOP Instance UID and other content came before"
        run.journal.decide(others, "quarantined", ("identity", "(0008,0018)", sentence))


def _clean(run: Run, accepted: Accepted) -> None:
    """Pass 2, patient by patient."""
    tasks = list(_tasks(run, accepted))
    runs = {key_of(source): key for key, task in tasks for source in task.sources}
    count, size = len(runs), sum(run.sources[name].size for name in runs)
    run.watcher.begin("Checking" if run.order.preflight else "Cleaning", count, size)
    workers = 1 if counts(run.order.recipe) else run.order.workers
    hands = Hands[CleanTask, list[Done]](workers, clean_files, lost_cleaning)
    for done in hands.results(task for _, task in tasks):
        _save(run, done, runs, accepted)
        run.keys_missing.update(key for one in done for key in one.missing)
        run.watcher.advance(len(done), sum(run.sources[text_key(one.name)].size for one in done))


def _save(run: Run, done: Sequence[Done], runs: Mapping[str, str], accepted: Accepted) -> None:
    """Write down what was made, and take out of OUT what no longer stands there."""
    _withdraw(run, [text_key(one.name) for one in done], {one.out for one in done})
    run.journal.save_done(done, runs, accepted)


def _tasks(run: Run, accepted: Accepted) -> Iterator[tuple[str, CleanTask]]:
    """What is still to do, with the key of each run."""
    for patient in run.journal.patients():
        files = run.journal.files_of(patient)
        if patient in run.missing:
            names = [name for name, *_ in files]
            _withdraw(run, names)
            sentence = "the lookup table names no new ID for this Patient ID (0010,0020)"
            run.journal.decide(names, "waiting", ("lookup", "(0010,0020)", sentence))
            continue
        context = _context(run, patient)
        told = context.to_json()
        for _, series in groupby(files, key=lambda row: row[1]):
            waiting: dict[str, list[str]] = {}
            for name, _, state, before, out in series:
                key = _run_key(run, context, accepted.get(name, frozenset()))
                if key != before or not _still_stands(run, name, state, out):
                    waiting.setdefault(key, []).append(name)
            for key, names in waiting.items():
                for part in _parts(run, names):
                    yield key, _task(run, part, accepted, told)


def _task(run: Run, part: Sequence[Source], accepted: Accepted, context: str) -> CleanTask:
    return CleanTask(
        sources=tuple(part),
        targets=tuple(_target(run, key_of(source)) for source in part),
        accepted=tuple(accepted.get(key_of(source), frozenset()) for source in part),
        out=_out(run),
        aside=run.aside,
        recipe=run.order.recipe,
        identity=run.identity,
        context=context,
        lookup=run.order.lookup,
        counters=str(run.order.maps.counters) if run.order.maps and not run.order.preflight else "",
    )


def _target(run: Run, name: str) -> str:
    """The path of an image in OUT; empty where it is named by its new UIDs."""
    return run.targets[name] if run.order.names == "mirror" else ""


def _out(run: Run) -> str:
    return "" if run.order.preflight else str(run.order.out)


def _still_stands(run: Run, name: str, state: str, out: str) -> bool:
    if state != "written":
        return bool(state)
    return _target(run, name) in {"", out} and (run.order.out / out).is_file()


def _run_key(run: Run, context: PatientContext, accepted: frozenset[str]) -> str:
    """What a cleaned file depends on besides its own bytes."""
    new_id = run.identity.patient_id(context.issuer, context.patient_id)
    event = run.identity.event_date(context.issuer, context.patient_id)
    parts = (
        vesalius.__version__,
        run.order.recipe.digest,
        run.lookup_digest if run.order.recipe.script else "",
        context.digest,
        new_id,
        str(event),
        *sorted(accepted),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _withdraw(run: Run, names: Iterable[str], still: Iterable[str] = ()) -> None:
    """Take files of earlier runs out of OUT, unless they stand under the same name again."""
    if run.order.preflight:
        return
    stays = {*still, ""}
    for out in run.journal.outs(names):
        if out not in stays:
            with suppress(FileNotFoundError):
                (run.order.out / out).unlink()


def _clean_supporting(run: Run, accepted: Accepted) -> None:
    """What is no image: tables and their dictionaries, pictures and volumes; of other documents nothing is copied."""
    left = [run.sources[name] for name in run.journal.not_dicom()]
    tables = list(_table_tasks(run, left, accepted))
    told = {source.name for task in tables for source in (task.table, task.dictionary)}
    documents = [
        DocumentTask(
            source=source,
            target=run.targets[key_of(source)],
            accepted=accepted.get(key_of(source), frozenset()),
            out=_out(run),
        )
        for source in left
        if is_document(source) and source.name not in told
    ]
    for results in (
        Hands[TableTask, list[Done]](run.order.workers, clean_tables, lost_table).results(tables),
        Hands[DocumentTask, list[Done]](run.order.workers, clean_documents, lost_document).results(documents),
    ):
        for done in results:
            _save(run, done, dict.fromkeys((text_key(one.name) for one in done), DECIDED), accepted)


def _table_tasks(run: Run, left: Iterable[Source], accepted: Accepted) -> Iterator[TableTask]:
    found = list(pairs(left))
    patients = run.journal.patients() if found else []
    contexts = {patient: _context(run, patient).to_json() for patient in patients}
    for table, dictionary in found:
        yield TableTask(
            table=table,
            dictionary=dictionary,
            target=run.targets[key_of(table)],
            accepted=accepted.get(key_of(table), frozenset()),
            out=_out(run),
            identity=run.identity,
            contexts=contexts,
        )


def _prove_references(run: Run) -> None:
    """Every reference that resolved among the files that were written still does; else the file is taken back."""
    names: dict[object, str] = {}
    befores: list[Mapping[str, Any]] = []
    afters: list[Mapping[str, Any]] = []
    for name, before, after in run.journal.facts():
        names[after.get("SOPInstanceUID", "")] = name
        befores.append(before)
        afters.append(after)
    broken = sorted({names[one.sop_instance] for one in unresolved(befores, afters, run.identity)})
    _withdraw(run, broken)
    sentence = "a reference that resolved before the run does not resolve after it"
    run.journal.decide(broken, "quarantined", ("reference", "", sentence))
    held = {run.identity.uid(sop) for sop in run.journal.held()}
    run.leaning = sum(not held.isdisjoint(after["references"]["SOPInstanceUID"]) for after in afters)


def _outcome(run: Run) -> Outcome:
    kinds: Counter[str] = Counter()
    for verdict in run.journal.verdicts():
        kinds.update({kind for kind, *_ in verdict.findings})
    kept, removed = run.journal.words()
    return Outcome(
        counts=run.journal.counts(),
        size=sum(source.size for source in run.sources.values()),
        kept=kept,
        removed=removed,
        findings=kinds,
        missing=len(run.missing),
        leaning=run.leaning,
        fingerprint=run.identity.key.fingerprint,
    )
