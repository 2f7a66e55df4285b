"""How `vesalius deidentify` and `vesalius inspect` show how far they are, and what came of it."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from vesalius.cli.bars import bars
from vesalius.site.order import Order, Outcome
from vesalius.site.report.attributes import Line
from vesalius.site.report.cleaned import HTML, STATES, notes, rates

_WIDE = 160  # columns
_EVERY = 30  # seconds between two lines of a log


class Lines:
    """A line now and then, for logs."""

    def __init__(self) -> None:
        """Nothing is said yet."""
        self._began = time.monotonic()
        self._said = 0.0
        self.what, self.files, self.done = "", 0, 0

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def begin(self, what: str, files: int, size: int) -> None:
        """Say how much is to come."""
        self.what, self.files, self.done = what, files, 0
        self._said = time.monotonic()
        click.echo(f"{what} {files:,} files, {decimal(size)}", err=True)

    def advance(self, files: int, size: int) -> None:
        """Say how far it is, if some time has passed."""
        del size
        self.done += files
        if time.monotonic() - self._said >= _EVERY:
            self._said = time.monotonic()
            click.echo(f"{self.what}: {self.done:,} of {self.files:,} files", err=True)


class Bars(Lines):
    """A bar in bytes for each pass."""

    def __init__(self, progress: Progress) -> None:
        """Draw with this."""
        super().__init__()
        self._progress = progress
        self._task = TaskID(0)

    def begin(self, what: str, files: int, size: int) -> None:
        """Draw an empty bar below those that are full."""
        self.what, self.files, self.done = what, files, 0
        self._task = self._progress.add_task(what, total=size, of=f"0/{files:,} files")

    def advance(self, files: int, size: int) -> None:
        """Move the bar."""
        self.done += files
        self._progress.update(self._task, advance=size, of=f"{self.done:,}/{self.files:,} files")


@contextmanager
def display() -> Iterator[Lines]:
    """What suits the place where the reader looks."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines()
        return
    with bars(console) as progress:
        yield Bars(progress)


def say_key(order: Order) -> None:
    """Tell of a key that was made."""
    assert order.maps is not None
    click.echo(
        f"A new key was made: {order.maps.key}. Keep a copy in a safe place: with it the same patients get the same "
        "new names again, and whoever has it can find out who they are.",
        err=True,
    )


def show_changes(changes: Sequence[Line]) -> None:
    """What would be done to each attribute, and by which rule; the report shows values too."""
    table = Table(title="What would change")
    for column in ("Element", "Attribute", "Action", "Rule"):
        table.add_column(column, overflow="fold")
    table.add_column("Times", justify="right")
    for one in changes:
        table.add_row(
            escape(one.path), escape(one.name), f"{one.deed} ({one.action})", one.rule, f"{one.count:,}"
        )
    console().print(table)


def console() -> Console:
    """Standard output; wide where no terminal says how many columns there are."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDE)


def sum_up(outcome: Outcome, order: Order, report: Path | None, seconds: float) -> None:
    """A table of what became of every file, and where to read more."""
    total = sum(outcome.counts.values())
    table = Table(title="What would become of the files" if order.preflight else "What became of the files")
    table.add_column("State")
    table.add_column("Files", justify="right")
    for state, count in outcome.counts.items():
        if count or state:
            table.add_row(STATES[state][0], f"{count:,}")
    table.add_section()
    table.add_row("all files of IN", f"{total:,}")
    console().print(table)
    kept, removed = rates(outcome)
    click.echo(f"Words of cleaned texts: {kept} kept, {removed} removed.")
    for kind, count in sorted(outcome.findings.items()):
        click.echo(f"Finding {kind}: {count:,} files")
    for sentence in notes(outcome, order):
        click.echo(sentence)
    if report is not None:
        click.echo(f"Report, for the site alone: {report / HTML}")
    rate = total / seconds if seconds else 0
    click.echo(f"{total:,} files, {decimal(outcome.size)} in {seconds:,.1f} s ({rate:,.0f} files/s).")
