"""Wake Django for a command; bring databases up to date."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import vesalius
from vesalius import settings
from vesalius.errors import ArchiveError
from vesalius.jobs.lifeline import STARTER

DJANGOS_OWN: Final = ("contenttypes", "auth", "sessions")  # apps of Django that have tables here


class NotPrepared(ArchiveError):
    """The databases do not exist, or are of an older version of the archive."""

    hint = "Run `vesalius init` with the same data folder; it makes them, or brings them up to date."


def wake(side: str = "staff") -> None:
    """Set Django up as a process of this side, on databases that `vesalius init` has made; else NotPrepared."""
    if is_prepared(side) is False:
        raise NotPrepared(f"There is no archive of this version in {settings.load().data}.")
    os.environ["VESALIUS_SIDE"] = side
    os.environ["DJANGO_SETTINGS_MODULE"] = "vesalius.settings.django"
    import django  # noqa: PLC0415 - the settings above come first

    django.setup()


def prepare(side: str) -> None:
    """Bring the databases of a side up to date, in a process of its own; NotPrepared where that fails."""
    if is_prepared(side):
        return
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "vesalius.web.process", side, "prepare"], check=False, env=environ_of(side)
    )
    if done.returncode:
        raise NotPrepared("The databases could not be brought up to date; the lines above say why.")


def environ_of(side: str) -> dict[str, str]:
    """The environment of a process of a side: the public one is told nothing of the intake side, not even here."""
    told = {
        name: value
        for name, value in os.environ.items()
        if side != "public" or not name.startswith("VESALIUS_INTAKE")
    }
    return told | {"VESALIUS_SIDE": side, STARTER: str(os.getpid())}


def is_prepared(side: str) -> bool | None:
    """Whether every migration stands in the databases of a side; None where only Django can tell.

    Read without Django, which takes a second: this is asked before every command.
    """
    ours = settings.load()
    if ours.archive_database or (ours.intake_database and side == "staff"):
        return None
    folders = [ours.archive_folder] if side == "public" else [ours.archive_folder, ours.intake_folder]
    wanted = set(_migrations(without=("intake",) if side == "public" else ()))
    return all(wanted <= _applied(folder / f"{folder.name}.sqlite3") for folder in folders)


def _migrations(*, without: Iterable[str]) -> Iterable[tuple[str, str]]:
    """App and name of every migration in the code."""
    spec = find_spec("django")
    contrib = Path(spec.origin).parent / "contrib" if spec and spec.origin else Path()
    apps = [contrib / name for name in DJANGOS_OWN] + list(Path(vesalius.__file__).parent.iterdir())
    for app in apps:
        if app.name not in without:
            yield from ((app.name, path.stem) for path in app.glob("migrations/[0-9]*.py"))


def _applied(database: Path) -> set[tuple[str, str]]:
    """App and name of every migration that a SQLite file has seen; none where there is no such file."""
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            return set(connection.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.Error:
        return set()
