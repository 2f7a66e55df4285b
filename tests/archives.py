"""Whole archives as an operator runs them: the real command, its processes, its ports, its data folder."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file

VESALIUS = [sys.executable, "-m", "vesalius.cli.main"]
DRIVER = Path(__file__).parent / "crash" / "driver.py"
PATIENCE = 120  # seconds that a loaded machine may take for anything here
COLLECTIONS = {"Open-Chest": "public", "Limited-Chest": "limited"}


def environ(**more: str) -> dict[str, str]:
    """The surroundings of a command, without what the tests' own process was told."""
    return {name: value for name, value in os.environ.items() if not name.startswith("VESALIUS")} | more


def run(data: Path, *words: str, given: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command on a data folder; `given`: what is typed."""
    return subprocess.run(
        [*VESALIUS, "--data", str(data), *words],
        input=given, capture_output=True, text=True, timeout=PATIENCE, check=False, env=environ(**more),
    )  # fmt: skip


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def until(true: Callable[[], object], what: str) -> None:
    """Wait for something; the sentence says for what."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited {PATIENCE} s until {what}"
        time.sleep(0.1)


@dataclass
class Served:
    """A running `vesalius serve`."""

    data: Path
    public_port: int
    staff_port: int
    log: Path
    process: subprocess.Popen[bytes]
    seen: set[int] = field(default_factory=set)

    @property
    def public(self) -> str:
        return f"http://127.0.0.1:{self.public_port}"

    @property
    def staff(self) -> str:
        return f"http://127.0.0.1:{self.staff_port}"

    @property
    def said(self) -> str:
        return self.log.read_text()

    def family(self) -> list[psutil.Process]:
        """The supervisor's processes, their children too."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        self.seen |= {one.pid for one in found}
        return found

    def member(self, side: str, duty: str) -> psutil.Process | None:
        """The process of one duty; None while there is none."""
        for one in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # a zombie is one that nobody has missed yet
                if one.cmdline()[-2:] == [side, duty]:
                    return one
        return None

    def stop(self) -> int:
        """Ask it to end, as an operator's service manager does; its exit code."""
        if self.process.poll() is None:
            self.family()
            self.process.terminate()
        return self.process.wait(PATIENCE)


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts `vesalius serve` on free ports and waits until it says that it is ready."""
    started: list[Served] = []

    def start(
        data: Path, *words: str, before: Sequence[str] = (), surroundings: Mapping[str, str] | None = None
    ) -> Served:
        public_port, staff_port = free_ports(2)
        ports = ["--public-port", str(public_port)]
        if "--public" not in words:
            ports += ["--staff-port", str(staff_port)]
        log = tmp_path / f"serve-{len(started)}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [*before, *VESALIUS, "serve", "--data", str(data), *ports, *words],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                env=environ() if surroundings is None else dict(surroundings), cwd="/",
            )  # fmt: skip
        served = Served(data, public_port, staff_port, log, process)
        started.append(served)
        until(lambda: "Ready after" in served.said or process.poll() is not None, "the sites were ready")
        assert process.poll() is None, served.said
        served.family()
        return served

    yield start
    for served in started:
        served.stop()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a public and a limited collection, each of one delivery carried to its release."""
    data = tmp_path_factory.mktemp("built") / "data"
    assert run(data, "init").returncode == 0
    for name, access in COLLECTIONS.items():
        made = run(data, "collection", "create", name, "--title", f"{name} for tests", "--access", access)
        assert made.returncode == 0, made.stderr
        files = _files(tmp_path_factory.mktemp(name), name)
        carried = subprocess.run(
            [sys.executable, str(DRIVER), str(files), name],
            env=environ(VESALIUS_DATA=str(data)), capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert carried.stdout.endswith("done\n"), carried.stderr
    return data


@pytest.fixture
def archive(built: Path, tmp_path: Path) -> Path:
    """A copy of the built data folder, for one test."""
    return shutil.copytree(built, tmp_path / "data")


def _files(folder: Path, name: str) -> Path:
    """Four CT files of one patient and two series, as a hospital names them."""
    image = dcmread(get_testdata_file("CT_small.dcm"))
    root = f"1.2.3.{sum(name.encode())}"
    image.PatientID, image.PatientName = f"MRN-{name}", "Canary^Person"
    image.StudyInstanceUID = root
    for number in range(4):
        image.SeriesInstanceUID = f"{root}.{number % 2 + 1}"
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = f"{root}.9.{number}"
        image.InstanceNumber = number
        image.save_as(folder / f"{number}.dcm")
    return folder
