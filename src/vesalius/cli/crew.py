"""The processes of an archive: one that ends is started again, all end together."""

import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import click

from vesalius.cli.django import environ_of

STOP_SECONDS = 30  # that a process has to finish what it is at


@dataclass(slots=True)
class Member:
    """One process with its command."""

    side: str
    command: Sequence[str]
    once: bool  # may end when its work is done
    process: subprocess.Popen[bytes]


@dataclass
class Crew:
    """Starts processes, watches them until SIGTERM or Ctrl-C, and stops every one on leaving, whatever happened."""

    members: list[Member] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Obey signals from here on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everybody."""
        self._stop()

    def start(self, side: str, command: Sequence[str], *, once: bool = False) -> None:
        """Start a process of a side, unless we are stopping; `once`: it may end when its work is done."""
        if not self.stopping.is_set():
            self.members.append(Member(side, command, once, _spawn(side, command)))

    def ended(self) -> list[Member]:
        """Those whose process is over."""
        return [member for member in self.members if member.process.poll() is not None]

    def watch(self) -> None:
        """Until told to stop, start again what ends."""
        while not self.stopping.wait(0.5):
            for member in self.ended():
                self._replace(member)

    def _replace(self, member: Member) -> None:
        code = member.process.returncode
        if member.once:
            self.members.remove(member)
            if code:
                click.echo("The demonstration was cut off; the next start goes on with it.", err=True)
            return
        click.echo(
            f"The {member.side} {member.command[-1]} process {_how(code)}; starting it again.", err=True
        )
        if not self.stopping.wait(1):
            member.process = _spawn(member.side, member.command)

    def _stop(self) -> None:
        for member in self.members:
            member.process.terminate()
        end = time.monotonic() + STOP_SECONDS
        for member in self.members:
            try:
                member.process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                member.process.kill()
                member.process.wait()


def _spawn(side: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environ_of(side))  # noqa: S603 - our own interpreter and modules


def _how(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
