"""Pass 1: whose every file is and what identifies; of files with one SOP Instance UID one goes on."""

from collections.abc import Iterable, Iterator
from typing import Final

from vesalius.site.kept.journal import text_key
from vesalius.site.order import Run
from vesalius.site.work.opening import digest_of
from vesalius.site.work.tasks import CollectTask, collect_files, lost_reading
from vesalius.store.sources import Source

FILES_PER_TASK: Final = 20
BYTES_PER_TASK: Final = 64_000_000
_TASKS_PER_CHILD: Final = 4  # at least


def collect(run: Run) -> None:
    """Pass 1 over what it has not read yet."""
    unread = sorted(run.journal.unread())
    run.watcher.begin("Reading", len(unread), run.size_of(unread))
    tasks = (
        CollectTask(sources=tuple(part), recipe=run.order.recipe, aside=run.aside)
        for part in parts(run, unread)
    )
    for seen in run.hands.results(collect_files, lost_reading, tasks):
        run.withdraw(text_key(one.name) for one in seen if one.state)
        run.journal.save_seen(seen)
        run.watcher.advance(len(seen), run.size_of(text_key(one.name) for one in seen))


def parts(run: Run, names: Iterable[str]) -> Iterator[list[Source]]:
    """Sources in groups that one task takes, small enough that all children end at about the same time."""
    most = min(FILES_PER_TASK, 1 + len(run.sources) // (run.order.workers * _TASKS_PER_CHILD))
    part: list[Source] = []
    size = 0
    for name in names:
        source = run.sources[name]
        if part and (len(part) >= most or size + source.size > BYTES_PER_TASK):
            yield part
            part, size = [], 0
        part.append(source)
        size += source.size
    if part:
        yield part


def decide_same(run: Run) -> None:
    """Of files with one SOP Instance UID the first goes on; the others are duplicates, or contradict it."""
    for names in run.journal.same_instances():
        digests = {name: digest_of(run.sources[name]) for name in names}
        first = digests[names[0]]
        copies = [name for name in names[1:] if digests[name] == first]
        others = [name for name in names[1:] if digests[name] != first]
        run.withdraw(names[1:])
        run.journal.decide(
            copies, "duplicate", ("duplicate", "", "the same file stands in another place too")
        )
        sentence = "another file with this SOP Instance UID and other content came before"
        run.journal.decide(others, "quarantined", ("identity", "(0008,0018)", sentence))
