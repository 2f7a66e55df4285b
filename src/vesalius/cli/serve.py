"""`vesalius init` and `vesalius serve`: the supervisor knows processes, and nothing of either side."""

import os
import socket
import sys
import time
from collections.abc import Mapping

import click

from vesalius import settings
from vesalius.cli.crew import Crew
from vesalius.cli.django import prepare
from vesalius.errors import Misconfigured, Unavailable
from vesalius.web.ready import answers

START_SECONDS = 60  # that a loaded machine may take until a site answers


class PortTaken(Unavailable):
    """Another program listens where a site should."""

    hint = "Stop what listens there, or choose another port with --public-port or --staff-port."


class DidNotStart(Unavailable):
    """A process of the archive ended before it could work."""

    hint = "The lines above say why; `vesalius doctor` looks at every part."


@click.command()
@click.option("--public", is_flag=True, help="The public side alone.")
def init(*, public: bool) -> None:
    """Make the data folder and its databases, or bring them up to date."""
    _make_data_folder()
    prepare("public" if public else "staff")
    click.echo(f"The archive in {settings.load().data} is ready.")


@click.command()
@click.option("--public", is_flag=True, help="The public side alone: no intake database, no intake code.")
@click.option("--demo", is_flag=True, help="Fill an empty archive with demonstration collections.")
@click.option("--public-port", type=click.IntRange(1, 65535), help="Port of the public site (8000).")
@click.option("--staff-port", type=click.IntRange(1, 65535), help="Port of the staff site (8001).")
def serve(*, public: bool, demo: bool, public_port: int | None, staff_port: int | None) -> None:
    """Run the archive: public site, staff site and their workers, until Ctrl-C."""
    begun = time.monotonic()
    if public and demo:
        raise click.UsageError("the demonstration needs both sides: leave --public out")
    _take_options(public_port=public_port, staff_port=staff_port, demo=demo)
    _make_data_folder(synthetic=demo)
    ours = settings.load()
    sites = {"public": ours.public_port} if public else {"public": ours.public_port, "staff": ours.staff_port}
    for port in sites.values():
        _require_free(ours.host, port)
    with Crew() as crew:
        prepare("public" if public else "staff")
        for side in sites:
            crew.start(side, _process(side, "site"))
        _await_sites(crew, ours.host, sites)
        for side, port in sites.items():
            click.echo(f"{side.capitalize()} site: http://{ours.host}:{port}/")
        # Only now: workers would slow the sites' own start.
        for side in sites:
            crew.start(side, _process(side, "work"))
        if demo:
            crew.start("staff", [sys.executable, "-m", "vesalius.cli.main", "demo"], once=True)
        click.echo(f"Ready after {time.monotonic() - begun:.1f} s. Data folder: {ours.data}. Ctrl-C stops.")
        crew.watch()


def _process(side: str, duty: str) -> list[str]:
    return [sys.executable, "-m", "vesalius.web.process", side, duty]


def _take_options(*, public_port: int | None, staff_port: int | None, demo: bool) -> None:
    """Options become the settings of every process that we start."""
    chosen = {
        "VESALIUS_PUBLIC_PORT": public_port,
        "VESALIUS_STAFF_PORT": staff_port,
        "VESALIUS_SYNTHETIC": "true" if demo else None,
    }
    os.environ.update({name: str(value) for name, value in chosen.items() if value is not None})


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise PortTaken(f"Port {port} is for the system's own programs alone.") from None
        except OSError:
            raise PortTaken(f"Port {port} of {host} is taken.") from None


def _make_data_folder(*, synthetic: bool = False) -> None:
    """The folder and its file of settings, which says for good where all data are synthetic."""
    ours = settings.load()
    path = ours.data / settings.FILE_NAME
    try:
        ours.data.mkdir(parents=True, exist_ok=True)
        if not path.exists() and os.access(ours.data, os.W_OK):
            said = "synthetic = true\n" if synthetic else ""
            path.write_text(
                f"# Settings of this archive; docs/guides/operator.md lists them.\n{said}", "utf-8"
            )
    except OSError as error:
        raise Misconfigured(f"The data folder {ours.data} cannot be made: {error.strerror}.") from None


def _await_sites(crew: Crew, host: str, sites: Mapping[str, int]) -> None:
    """Return when every site answers, or the crew is told to stop. DidNotStart: one ended, or took too long."""
    end = time.monotonic() + START_SECONDS
    waiting = set(sites)
    while waiting and not crew.stopping.wait(0.05):
        waiting = {side for side in waiting if not answers(host, sites[side])}
        if ended := crew.ended():
            raise DidNotStart(f"The {ended[0].side} site did not start.")
        if time.monotonic() > end:
            raise DidNotStart(f"The {min(waiting)} site did not answer in {START_SECONDS} s.")
