"""Runs of the site's tool, as a person at a hospital starts them."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pydicom
import pytest
from click.testing import CliRunner
from tests.archives import VESALIUS
from tests.site import hospital

from vesalius.cli.main import cli


class Said(NamedTuple):
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def said(*words: str) -> Said:
    result = CliRunner().invoke(cli, list(words))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return Said(result.exit_code, result.stdout, result.stderr)


@dataclass
class Site:
    """One place with IN, OUT and the maps."""

    base: Path

    @property
    def source(self) -> Path:
        return self.base / "in"

    @property
    def out(self) -> Path:
        return self.base / "out"

    @property
    def maps(self) -> Path:
        return self.base / "maps"

    def command(self, *words: str, source: Path | None = None) -> list[str]:
        more = [] if "--maps" in words or "--preflight" in words else ["--maps", str(self.maps)]
        recipe = [] if "--recipe" in words else ["--recipe", "tcia"]
        return [
            *VESALIUS,
            "deidentify",
            str(source or self.source),
            str(self.out),
            *recipe,
            *more,
            "--workers",
            "2",
            *words,
        ]

    def run(self, *words: str, source: Path | None = None) -> Said:
        """Run the command here, so that its children start from one server of processes."""
        return said(*self.command(*words, source=source)[len(VESALIUS) :])

    def written(self) -> dict[str, pydicom.Dataset]:
        """What lies in OUT, by its path there."""
        return {
            path.relative_to(self.out).as_posix(): pydicom.dcmread(path)
            for path in sorted(self.out.rglob("*"))
            if path.is_file()
        }

    def table(self, name: str) -> list[dict[str, str]]:
        with (self.maps / name).open(newline="") as file:
            return list(csv.DictReader(file))

    def report(self) -> Any:
        return json.loads((self.maps / "report" / "report.json").read_text())

    def states(self) -> dict[str, str]:
        return {row["file"].rpartition("/")[2]: row["state"] for row in self.table("files.csv")}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "in").mkdir()
    return Site(tmp_path)


@pytest.fixture
def exported(site: Site) -> Site:
    hospital.export(site.source)
    return site


@pytest.fixture
def snapshot() -> Callable[[Path], dict[str, tuple[int, int]]]:
    """Every file below a folder with its size and time."""

    def take(folder: Path) -> dict[str, tuple[int, int]]:
        return {
            path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in folder.rglob("*")
            if path.is_file()
        }

    return take
