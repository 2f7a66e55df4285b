"""One run of the site's tool: who everybody is in pass 1, then clean files in pass 2, and what is told of them."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

from vesalius.deid import DomainKey, Identity
from vesalius.deid.language.words import is_known
from vesalius.deid.patient.lookup import LookupTable
from vesalius.settings.keys import key_in
from vesalius.site.inputs import gathered
from vesalius.site.kept.journal import Journal, key_of
from vesalius.site.kept.maps import decisions, write_maps, write_missing
from vesalius.site.order import Order, Outcome, Run, Watcher
from vesalius.site.out.durable import clear_drafts
from vesalius.site.out.naming import Targets, Telling
from vesalius.site.passes.cleaning import clean, prove_references
from vesalius.site.passes.faces import find_faces, with_faces
from vesalius.site.passes.reading import collect, decide_same
from vesalius.site.places import PlacesClash, check_apart
from vesalius.site.work.hands import Hands


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
    sources = {key_of(source): source for source in gathered(order.source)}
    if order.maps and not order.preflight:
        order.maps.make()
    kept = order.maps.journal if order.maps and not order.preflight else None
    with Journal(kept) as journal, Hands(order.workers) as hands:
        journal.hold_to(key=key.fingerprint, OUT=str(order.out.resolve()), names=order.names)
        identity = _identity(order, key)
        telling = Telling(identity, order.recipe.options)
        run = Run(
            order, journal, identity, watcher, sources, telling, hands, lookup_digest=_digest(order.lookup)
        )
        if not order.preflight and order.out.is_dir():
            clear_drafts(order.out)
        journal.read_again_for(order.recipe.event_attribute if order.recipe.event else "")
        journal.meet(sources.values())
        Thread(
            target=is_known, args=("word",)
        ).start()  # loads what file names are judged by, while children read
        collect(run)
        run.identity = identity.dated(journal.events())
        journal.reopen()
        decide_same(run)
        find_faces(run)
        run.missing = list(identity.unnamed(journal.patients()))
        for patient in journal.patients():
            names = [name for name, *_ in journal.files_of(patient)]
            telling.learn(run.context(patient), names)
        run.targets = _targets(run)
        accepted = with_faces(run, decisions(order.maps, sources) if order.maps else {})
        clean(run, accepted)
        if journal.not_dicom():
            from vesalius.site.passes.supporting import clean_supporting  # noqa: PLC0415 - loads what reads workbooks

            clean_supporting(run, accepted)
        prove_references(run)
        if order.prune and not order.preflight:
            prune(run)
        outcome = _outcome(run)
        if order.maps and not order.preflight:
            write_maps(order.maps, journal, telling, sources)
            write_missing(order.maps, run.missing, run.keys_missing)
        if report is not None:
            report(run, outcome)
    return outcome


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


def prune(run: Run) -> None:
    """Take out of OUT what is gone from IN, and the folders that it leaves empty."""
    gone = run.journal.gone()
    for _, out in gone:
        path = run.order.out / out
        path.unlink(missing_ok=True)
        with suppress(OSError):  # a folder that holds something else stays
            for folder in path.relative_to(run.order.out).parents:
                (run.order.out / folder).rmdir()
    run.journal.let_go(name for name, _ in gone)


def _outcome(run: Run) -> Outcome:
    kinds: Counter[str] = Counter()
    held: set[str] = set()
    for verdict in run.journal.verdicts():
        kinds.update({kind for kind, *_ in verdict.findings})
        if verdict.state == "waiting" and verdict.name in run.faces:
            held.add(run.faces[verdict.name])
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
        faces=len(set(run.faces.values())),
        faces_held=len(held),
        faces_reason=run.journal.setting("faces") or "",
        gone=len(run.journal.gone()),
    )
