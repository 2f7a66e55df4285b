"""`vesalius init` and `vesalius serve`: the supervisor knows processes, and nothing of either side."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from vesalius import settings
from vesalius.cli.django import prepare
from vesalius.errors import Unavailable
from vesalius.web.server import wait_until_ready

STOP_SECONDS = 30


@click.command()
@click.option("--public", is_flag=True, help="The public side alone.")
def init(*, public: bool) -> None:
    """Make the data folder and its databases, or bring them up to date."""
    _write_settings_file()
    prepare("public" if public else "staff")
    click.echo(f"The archive in {settings.load().data} is ready.")


@click.command()
@click.option("--public", is_flag=True, help="The public side alone: no intake database, no intake code.")
@click.option("--demo", is_flag=True, help="Fill an empty archive with demonstration collections.")
@click.option("--public-port", type=int, help="Port of the public site (8000).")
@click.option("--staff-port", type=int, help="Port of the staff site (8001).")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The data folder.")
def serve(
    *, public: bool, demo: bool, public_port: int | None, staff_port: int | None, data: Path | None
) -> None:
    """Run the archive: public site, staff site and their workers, until Ctrl-C."""
    begun = time.monotonic()
    _take_options(public_port=public_port, staff_port=staff_port, data=data, demo=demo)
    _write_settings_file()
    ours = settings.load()
    sites = {"public": ours.public_port} if public else {"public": ours.public_port, "staff": ours.staff_port}
    for port in sites.values():
        if not _is_free(ours.host, port):
            raise Unavailable(f"port {port} is taken; stop what listens there or choose another port")
    prepare("public" if public else "staff")
    crew = Crew()
    crew.obey_signals()
    for side in sites:
        crew.start(side, [sys.executable, "-m", "vesalius.web.process", side, "site"])
        crew.start(side, [sys.executable, "-m", "vesalius.web.process", side, "work"])
    for side, port in sites.items():
        wait_until_ready(ours.host, port)
        click.echo(f"{side.capitalize()} site: http://{ours.host}:{port}/")
    click.echo(f"Ready after {time.monotonic() - begun:.1f} s. Data folder: {ours.data}. Ctrl-C stops.")
    if demo:
        crew.start("staff", [sys.executable, "-m", "vesalius.cli.main", "demo"], once=True)
    raise SystemExit(crew.wait())


def _take_options(*, public_port: int | None, staff_port: int | None, data: Path | None, demo: bool) -> None:
    """Options become the settings of every process that we start."""
    chosen = {
        "VESALIUS_DATA": str(data.absolute()) if data else None,
        "VESALIUS_PUBLIC_PORT": public_port,
        "VESALIUS_STAFF_PORT": staff_port,
        "VESALIUS_PUBLIC_URL": f"http://127.0.0.1:{public_port}" if public_port else None,
        "VESALIUS_STAFF_URL": f"http://127.0.0.1:{staff_port}" if staff_port else None,
        "VESALIUS_SYNTHETIC": "true" if demo else None,
    }
    for name, value in chosen.items():
        if value is not None:
            os.environ.setdefault(name, str(value)) if name.endswith("_URL") else os.environ.update(
                {name: str(value)}
            )


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _write_settings_file() -> None:
    ours = settings.load()
    ours.data.mkdir(parents=True, exist_ok=True)
    path = ours.data / settings.FILE_NAME
    if not path.exists() and os.access(ours.data, os.W_OK):
        path.write_text("# Settings of this archive; docs/guides/operator.md lists them.\n", "utf-8")


@dataclass
class Crew:
    """The processes of an archive: one that ends is started again, all end together."""

    commands: list[tuple[str, Sequence[str], bool]] = field(default_factory=list)
    running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self, side: str, command: Sequence[str], *, once: bool = False) -> None:
        """Start a process of a side; `once`: it may end when its work is done."""
        self.commands.append((side, command, once))
        self._spawn(len(self.commands) - 1)

    def _spawn(self, place: int) -> None:
        side, command, _ = self.commands[place]
        # The public side is told nothing of the intake side, not even in its environment.
        environ = {
            name: value
            for name, value in os.environ.items()
            if side != "public" or not name.startswith("VESALIUS_INTAKE")
        }
        self.running[place] = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            command, env=environ | {"VESALIUS_SIDE": side}, start_new_session=False
        )

    def obey_signals(self) -> None:
        """SIGTERM and SIGINT end the crew."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())

    def wait(self) -> int:
        """Watch until told to stop; then stop everybody."""
        while not self.stopping.wait(0.5):
            for place, process in list(self.running.items()):
                if process.poll() is not None:
                    self._replace(place, process.returncode)
        return self.stop()

    def _replace(self, place: int, code: int) -> None:
        side, command, once = self.commands[place]
        del self.running[place]
        if once:
            return
        click.echo(f"the {side} process {command[-1]!r} ended with {code}; starting it again", err=True)
        self.stopping.wait(1)
        if not self.stopping.is_set():
            self._spawn(place)

    def stop(self) -> int:
        """End every process; those that do not end in time are killed."""
        for process in self.running.values():
            process.terminate()
        end = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
        return 0
