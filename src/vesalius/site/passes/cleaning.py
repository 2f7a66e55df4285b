"""Pass 2: clean what is still to do, patient by patient, series by series."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from itertools import groupby
from typing import Any

import vesalius
from vesalius.deid import PatientContext
from vesalius.deid.proof import unresolved
from vesalius.site.kept.journal import key_of, text_key
from vesalius.site.order import Accepted, Run
from vesalius.site.passes.faces import hold_faces, telling_of_face
from vesalius.site.passes.reading import parts
from vesalius.site.work.hands import Hands
from vesalius.site.work.scripts import counts
from vesalius.site.work.tasks import CleanTask, Done, clean_files, lost_cleaning
from vesalius.store.sources import Source


def clean(run: Run, accepted: Accepted) -> None:
    """Pass 2, patient by patient."""
    tasks = list(_tasks(run, accepted))
    runs = {key_of(source): key for key, task in tasks for source in task.sources}
    count, size = len(runs), run.size_of(runs)
    run.watcher.begin("Checking" if run.order.preflight else "Cleaning", count, size)
    with Hands(1) if counts(run.order.recipe) else nullcontext(run.hands) as hands:
        for done in hands.results(clean_files, lost_cleaning, (task for _, task in tasks)):
            save(run, telling_of_face(run, done), runs, accepted)
            run.keys_missing.update(key for one in done for key in one.missing)
            run.watcher.advance(len(done), run.size_of(text_key(one.name) for one in done))


def save(run: Run, done: Sequence[Done], runs: Mapping[str, str], accepted: Accepted) -> None:
    """Write down what was made, and take out of OUT what no longer stands there."""
    run.withdraw([text_key(one.name) for one in done], {one.out for one in done})
    run.journal.save_done(done, runs, accepted)


def _tasks(run: Run, accepted: Accepted) -> Iterator[tuple[str, CleanTask]]:
    """What is still to do, with the key of each run."""
    for patient in run.journal.patients():
        files = run.journal.files_of(patient)
        if patient in run.missing:
            names = [name for name, *_ in files]
            run.withdraw(names)
            sentence = "the lookup table names no new ID for this Patient ID (0010,0020)"
            run.journal.decide(names, "waiting", ("lookup", "(0010,0020)", sentence))
            continue
        held = hold_faces(run, (name for name, *_ in files), accepted)
        context = run.context(patient)
        told = context.to_json()
        for _, series in groupby(files, key=lambda row: row[1]):
            waiting: dict[str, list[str]] = {}
            for name, _, state, before, out in series:
                if name in held:
                    continue
                key = _run_key(run, context, accepted.get(name, frozenset()))
                if key != before or not _still_stands(run, name, state, out):
                    waiting.setdefault(key, []).append(name)
            for key, names in waiting.items():
                for part in parts(run, names):
                    yield key, _task(run, part, accepted, told)


def _task(run: Run, part: Sequence[Source], accepted: Accepted, context: str) -> CleanTask:
    return CleanTask(
        sources=tuple(part),
        targets=tuple(_target(run, key_of(source)) for source in part),
        accepted=tuple(accepted.get(key_of(source), frozenset()) for source in part),
        out=run.out,
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


def prove_references(run: Run) -> None:
    """Every reference that resolved among the files that were written still does; else the file is taken back."""
    names: dict[object, str] = {}
    befores: list[Mapping[str, Any]] = []
    afters: list[Mapping[str, Any]] = []
    for name, before, after in run.journal.facts():
        names[after.get("SOPInstanceUID", "")] = name
        befores.append(before)
        afters.append(after)
    broken = sorted({names[one.sop_instance] for one in unresolved(befores, afters, run.identity)})
    run.withdraw(broken)
    sentence = "a reference that resolved before the run does not resolve after it"
    run.journal.decide(broken, "quarantined", ("reference", "", sentence))
    held = {run.identity.uid(sop) for sop in run.journal.held()}
    run.leaning = sum(not held.isdisjoint(after["references"]["SOPInstanceUID"]) for after in afters)
