"""An archive in a folder of its own, for tests that start its commands as processes."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class OwnArchive:
    """A prepared archive with one collection, "Test-Chest"; nobody has opened it."""

    folder: Path  # for whatever else a test writes
    data: Path
    environment: dict[str, str]

    def command(self, *words: str | Path) -> list[str]:
        """A `vesalius` command line."""
        return [sys.executable, "-m", "vesalius.cli.main", *map(str, words)]

    def run(self, *words: str | Path) -> str:
        """Run a `vesalius` command to its end: all that it printed."""
        done = subprocess.run(
            self.command(*words),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture
def own_archive(tmp_path: Path) -> OwnArchive:
    data = tmp_path / "data"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VESALIUS_")}
    environment = inherited | {"VESALIUS_DATA": str(data), "COLUMNS": "200"}
    prepare = [sys.executable, "-m", "vesalius.web.process", "staff", "prepare"]
    subprocess.run(prepare, env=environment, check=True, timeout=120)
    archive = OwnArchive(folder=tmp_path, data=data, environment=environment)
    archive.run("collection", "create", "Test-Chest", "--title", "A test collection")
    return archive
