"""Many series at once: `retrieve` fetches them into a folder and says what became of each."""

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Protocol

from vesalius.client.archive import Archive
from vesalius.client.folder import Folder
from vesalius.client.metadata import Facts, facts_of
from vesalius.client.problems import NoRoom, NoSuchHost, Refused, Stopped
from vesalius.client.series import SeriesFetch, Tally
from vesalius.errors import ArchiveError

TICK = 0.2  # seconds between two looks at whether the reader wants to stop
ENDS_ALL = (NoRoom, NoSuchHost)  # what would befall every other series too


class Watcher(Protocol):
    """Who is told how the work goes; from several threads."""

    def begin(self, series: int, size: int) -> None:
        """So many series of so many bytes are to come."""

    def bytes(self, count: int) -> None:
        """So many bytes came; a negative number takes some back."""

    def done(self, facts: Facts, tally: Tally) -> None:
        """A series lies whole in its place."""

    def failed(self, uid: str, error: ArchiveError) -> None:
        """A series was not fetched."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of everything that was asked for."""

    asked: tuple[str, ...]
    whole: list[str] = field(default_factory=list)
    kept: int = 0  # of these, series that were whole before
    files: int = 0
    size: int = 0  # bytes of the whole series
    fetched: int = 0  # bytes that came over the network
    failed: dict[str, ArchiveError] = field(default_factory=dict)
    stopped: bool = False  # by the reader

    @property
    def missing(self) -> list[str]:
        """What is not there, in the order asked: what failed and what was not begun."""
        whole = set(self.whole)
        return [uid for uid in self.asked if uid not in whole]


def retrieve(
    archive: Archive, folder: Folder, uids: Sequence[str], watcher: Watcher, *, parallel: int = 4
) -> Outcome:
    """Fetch these series into a folder, `parallel` at once. One that fails does not stop the others.

    KeyboardInterrupt stops: what has come is kept for the next time. FolderBusy; NoSuchHost, NoAnswer, Refused: the
    archive says nothing of the series; NoRoom: they have no room on the disk.
    """
    outcome = Outcome(asked=tuple(dict.fromkeys(uids)))
    with folder.alone():
        known = facts_of(archive, outcome.asked)
        _check_room(folder, known, parallel)
        watcher.begin(len(outcome.asked), sum(facts.size for facts in known.values()))
        for uid in outcome.asked:
            if uid not in known:
                outcome.failed[uid] = Refused("The archive has no such series for this asker.")
                watcher.failed(uid, outcome.failed[uid])
        with ThreadPoolExecutor(parallel, thread_name_prefix="get") as hands:
            waiting = {
                hands.submit(SeriesFetch(archive, folder, known[uid], watcher.bytes).run): known[uid]
                for uid in outcome.asked
                if uid in known
            }
            _collect(archive, waiting, outcome, watcher)
    return outcome


def _collect(
    archive: Archive, waiting: dict[Future[Tally], Facts], outcome: Outcome, watcher: Watcher
) -> None:
    """Take what is done until nothing is left, or until the reader or a full disk ends it."""
    left = set(waiting)
    while left:
        try:
            done, left = wait(left, timeout=TICK, return_when=FIRST_COMPLETED)
            for one in done:
                if not one.cancelled():
                    _note(archive, one, waiting[one], outcome, watcher)
        except KeyboardInterrupt:
            outcome.stopped = True
            archive.stopping.set()
        if archive.stopping.is_set():
            for one in left:
                one.cancel()


def _note(archive: Archive, one: Future[Tally], facts: Facts, outcome: Outcome, watcher: Watcher) -> None:
    try:
        tally = one.result()
    except Stopped:
        return
    except ArchiveError as error:
        outcome.failed[facts.uid] = error
        watcher.failed(facts.uid, error)
        if isinstance(error, ENDS_ALL):
            archive.stopping.set()
        return
    outcome.whole.append(facts.uid)
    outcome.kept += tally.kept
    outcome.files += tally.files
    outcome.size += facts.size
    outcome.fetched += tally.fetched
    watcher.done(facts, tally)


def _check_room(folder: Folder, known: dict[str, Facts], parallel: int) -> None:
    """Each series needs its files, and a part beside them while it is unpacked."""
    new = [facts for uid, facts in known.items() if not folder.note(uid, "whole")]
    largest = sorted((facts.size for facts in new), reverse=True)[:parallel]
    needed = sum(facts.size for facts in new) + sum(largest)
    if needed > folder.room():
        raise NoRoom(
            f"These series need {needed / 1e9:,.1f} GB and {folder.room() / 1e9:,.1f} GB are free on this disk."
        )
