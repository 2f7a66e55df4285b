"""Runs of the site's tool, as a person at a hospital starts them."""

import csv
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
import pytest
from tests.archives import VESALIUS, environ
from tests.site import hospital


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
        return [*VESALIUS, "deidentify", str(source or self.source), str(self.out), *recipe, *more, "--workers", "2", *words]

    def run(self, *words: str, source: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = self.command(*words, source=source)
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environ())

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


