"""How `vesalius get` shows what it does: a bar on a terminal, elsewhere a line per series; at the end a sentence."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.filesize import decimal
from rich.progress import Progress

from vesalius.cli.bars import bars
from vesalius.client.metadata import Facts
from vesalius.client.retrieve import Outcome
from vesalius.client.series import Tally
from vesalius.errors import ArchiveError

SHOWN_FAILURES = 20


class Lines:
    """A line per series, for logs."""

    def __init__(self) -> None:
        """Nothing is said yet."""
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self.series = self.size = self.ended = 0

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def begin(self, series: int, size: int) -> None:
        """Say how much is to come."""
        self.series, self.size = series, size
        self.say(f"{series:,} series, {decimal(size)}")

    def bytes(self, count: int) -> None:
        """Lines say nothing of single bytes."""

    def done(self, facts: Facts, tally: Tally) -> None:
        """Say that a series is there."""
        state = "was there already" if tally.kept else f"{facts.image_count:,} files, {decimal(facts.size)}"
        self._end(f"{facts.uid}: {state}")

    def failed(self, uid: str, error: ArchiveError) -> None:
        """Say that a series is not there, and why."""
        self._end(f"{uid}: failed. {error}")

    def say(self, line: str) -> None:
        """Write one line."""
        click.echo(line)

    def _end(self, sentence: str) -> None:
        with self._lock:
            self.ended += 1
            self.say(f"[{self.ended}/{self.series}] {sentence}")


class Bar(Lines):
    """One bar in bytes, and a line for what failed."""

    def __init__(self, progress: Progress) -> None:
        """Draw with this."""
        super().__init__()
        self._progress = progress
        self._task = progress.add_task("Asking", total=None, of="")

    def begin(self, series: int, size: int) -> None:
        """Draw the empty bar."""
        self.series, self.size = series, size
        self._progress.update(self._task, description="Fetching", total=size, of=f"0/{series:,} series")

    def bytes(self, count: int) -> None:
        """Move the bar."""
        self._progress.advance(self._task, count)

    def done(self, facts: Facts, tally: Tally) -> None:
        """Count a series."""
        del facts, tally
        self._count()

    def failed(self, uid: str, error: ArchiveError) -> None:
        """Count a series, and say what was wrong with it above the bar."""
        self.say(f"{uid}: failed. {error}")
        self._count()

    def say(self, line: str) -> None:
        """Write one line above the bar."""
        self._progress.console.print(line, markup=False, highlight=False)

    def _count(self) -> None:
        with self._lock:
            self.ended += 1
            self._progress.update(self._task, of=f"{self.ended:,}/{self.series:,} series")


@contextmanager
def display() -> Iterator[Lines]:
    """What suits the place where the reader looks."""
    console = Console(stderr=True)
    if not console.is_terminal or not sys.stdout.isatty():
        yield Lines()
        return
    with bars(console) as progress:
        yield Bar(progress)


def sum_up(outcome: Outcome, seconds: float) -> None:
    """Say in one sentence what is there, and of what is not, why."""
    missing = outcome.missing
    click.echo(
        f"{len(outcome.whole):,} of {len(outcome.asked):,} series are there: {outcome.files:,} files, "
        f"{decimal(outcome.size)}; {outcome.kept:,} were there before. "
        f"{decimal(outcome.fetched)} came in {seconds:,.0f} s."
    )
    if outcome.stopped:
        click.echo("Stopped. Run the same command again: it goes on where it stopped.", err=True)
    elif missing:
        click.echo(f"{len(missing):,} series are missing:", err=True)
    for uid, error in list(outcome.failed.items())[:SHOWN_FAILURES]:
        click.echo(f"  {uid}: {error} {error.hint}", err=True)
    if len(outcome.failed) > SHOWN_FAILURES:
        click.echo(f"  and {len(outcome.failed) - SHOWN_FAILURES:,} more", err=True)
