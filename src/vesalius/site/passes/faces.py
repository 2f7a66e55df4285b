"""Between the passes: which series of heads show a face. Only a whole series tells, so this waits for pass 1."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from vesalius.site.kept.journal import key_of, text_key
from vesalius.site.order import Accepted, Run
from vesalius.site.work.heads import SENTENCE, HeadTask, look_at, lost_head, task_of
from vesalius.site.work.tasks import Done
from vesalius.store.sources import Source

FACE: Final = "face"
"""The kind of finding."""

_FINDING: Final = (FACE, "", SENTENCE)

_Series: TypeAlias = tuple[str, ...]  # names of its files


def find_faces(run: Run) -> None:
    """Note the files of every series that shows a face; a series that is known is not looked at again."""
    tasks: list[HeadTask] = []
    unseen: dict[str, tuple[str, _Series]] = {}  # digest and files of a series by a file that tells of it
    for _, heads in run.journal.heads():
        names = tuple(name for name, _ in heads)
        task = task_of([(run.sources[name], json.loads(told)) for name, told in heads])
        if task is None:
            continue
        digest = _digest([run.sources[name] for name in names])
        shows = run.journal.face(digest)
        if shows is None:
            tasks.append(task)
            unseen[key_of(task.slices[0][0])] = digest, names
        elif shows:
            run.faces.update(dict.fromkeys(names, digest))
    if tasks:
        _look(run, tasks, unseen)


def _look(run: Run, tasks: Sequence[HeadTask], unseen: dict[str, tuple[str, _Series]]) -> None:
    slices = [source for task in tasks for source, _ in task.slices]
    run.watcher.begin("Looking for faces in", len(slices), sum(source.size for source in slices))
    for head in run.hands.results(look_at, lost_head, tasks):
        digest, names = unseen[text_key(head.file)]
        run.journal.save_face(digest, shows=head.shows)
        if head.shows:
            run.faces.update(dict.fromkeys(names, digest))
        run.watcher.advance(head.looked_at, head.size)


def with_faces(run: Run, accepted: Accepted) -> Accepted:
    """What a person settled, one by one, and for all faces of the run where the order says so."""
    if run.order.faces is None:
        return accepted
    run.journal.note(faces=run.order.faces)
    return {**accepted, **{name: accepted.get(name, frozenset()) | {FACE} for name in run.faces}}


def hold_faces(run: Run, names: Iterable[str], accepted: Accepted) -> set[str]:
    """Of these files those that wait because of a face; they are taken out of OUT, should they stand there."""
    held = {name for name in names if name in run.faces and FACE not in accepted.get(name, frozenset())}
    run.withdraw(held)
    run.journal.decide(held, "waiting", _FINDING)
    return held


def telling_of_face(run: Run, done: Sequence[Done]) -> list[Done]:
    """The same, with a word beside each file that went out with a face."""
    return [
        replace(one, findings=(*one.findings, _FINDING)) if text_key(one.name) in run.faces else one
        for one in done
    ]


def _digest(sources: Sequence[Source]) -> str:
    told = "\n".join(f"{key_of(one)}\0{one.size}\0{one.stamp}" for one in sources)
    return hashlib.sha256(told.encode()).hexdigest()
