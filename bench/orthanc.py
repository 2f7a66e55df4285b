"""Orthanc as it comes, on ports and in folders of the benchmark's own."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.harness import free_port, refuse_taken_port, running

CONNECTIONS = 4


@dataclass(frozen=True)
class Orthanc:
    """A running Orthanc with an empty storage."""

    url: str

    def upload(self, files: Sequence[Path], scratch: Path) -> float:
        """POST /instances with every file: four curls, one connection each; seconds."""
        plans = [_plan(self.url, files[at::CONNECTIONS], scratch / f"{at}.curl") for at in range(CONNECTIONS)]
        begun = time.perf_counter()
        curls = [subprocess.Popen(["curl", "-sSf", "-K", plan], stdout=subprocess.DEVNULL) for plan in plans]
        codes = [curl.wait() for curl in curls]
        took = time.perf_counter() - begun
        if any(codes):
            raise RuntimeError(f"Orthanc refused an upload: curl ended with {codes}")
        return took

    def anonymise(self) -> tuple[list[str], float]:
        """POST /patients/ID/anonymize with every patient, four at a time: the new patients, and seconds."""
        patients = self._get("/patients")
        begun = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as senders:
            answers = list(senders.map(self._anonymise_one, patients))
        return [answer["ID"] for answer in answers], time.perf_counter() - begun

    def files_of(self, patients: Sequence[str]) -> Iterator[bytes]:
        """Every stored file of these patients."""
        for patient in patients:
            for instance in self._get(f"/patients/{patient}/instances"):
                with urllib.request.urlopen(f"{self.url}/instances/{instance['ID']}/file") as answer:
                    yield answer.read()

    @property
    def patients(self) -> list[str]:
        """All patients that it holds."""
        return list(self._get("/patients"))

    def _anonymise_one(self, patient: str) -> dict[str, Any]:
        body = json.dumps({"Synchronous": True}).encode()
        request = urllib.request.Request(f"{self.url}/patients/{patient}/anonymize", body)
        with urllib.request.urlopen(request, timeout=600) as answer:
            return dict(json.load(answer))

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path) as answer:
            return json.load(answer)


@contextmanager
def orthanc(folder: Path) -> Iterator[Orthanc]:
    """Start Debian's Orthanc, every setting its default but for ports, folders and the door to strangers."""
    port, dicom_port = free_port(), free_port()
    refuse_taken_port(dicom_port)
    config = folder / "orthanc.json"
    ours = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "HttpPort": port,
        "DicomPort": dicom_port,
        "RemoteAccessAllowed": False,
    }
    config.write_text(json.dumps(ours))
    with running(["Orthanc", config], port, path="/system", output=subprocess.DEVNULL):
        server = Orthanc(f"http://127.0.0.1:{port}")
        if server.patients:
            raise RuntimeError("this Orthanc is not empty: it is not the one that was started")
        yield server


def _plan(url: str, files: Sequence[Path], path: Path) -> Path:
    """A curl configuration that sends these files one after the other over one connection."""
    each = 'url = "{url}/instances"\ndata-binary = "@{file}"\nheader = "Content-Type: application/dicom"\n'
    each += 'header = "Expect:"\noutput = "/dev/null"\n'
    path.write_text("next\n".join(each.format(url=url, file=file) for file in files))
    return path
