"""A look into a whole folder, by several processes at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vesalius.site.inputs import gathered
from vesalius.site.order import Watcher
from vesalius.site.survey.looking import LookTask, Survey, look_into, lost_looking
from vesalius.site.work.hands import Hands
from vesalius.site.work.heads import look_at, lost_head, task_of
from vesalius.store.sources import Source

FILES_PER_TASK: Final = 40


def survey(folder: Path, workers: int, watcher: Watcher) -> Survey:
    """What stands in the headers of every file. Raises BadInput for a damaged ZIP archive."""
    sources = gathered(folder)
    watcher.begin("Looking into", len(sources), sum(source.size for source in sources))
    whole = Survey()
    with Hands(workers) as hands:
        for part in hands.results(look_into, lost_looking, _tasks(sources)):
            whole.add(part)
            watcher.advance(part.files, part.size)
        _look_at_heads(whole, hands, watcher)
    whole.suspects.sort()
    whole.unreadable.sort()
    return whole


def _look_at_heads(whole: Survey, hands: Hands, watcher: Watcher) -> None:
    tasks = [task for series in whole.volumes.values() if (task := task_of(series)) is not None]
    if tasks:
        slices = sum(len(task.slices) for task in tasks)
        watcher.begin(
            "Looking at heads", slices, sum(source.size for task in tasks for source, _ in task.slices)
        )
        whole.heads = list(hands.results(look_at, lost_head, tasks))
        whole.heads.sort(key=lambda head: head.file)


def _tasks(sources: list[Source]) -> Iterator[LookTask]:
    for start in range(0, len(sources), FILES_PER_TASK):
        yield LookTask(sources=tuple(sources[start : start + FILES_PER_TASK]))
