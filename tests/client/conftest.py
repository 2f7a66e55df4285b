"""A real public site that can be ended and begun again, and a wire that counts, slows and cuts what passes."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from tests.archives import environ
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study
from tests.web.conftest import free_port, stop

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import Blob, RevisionInstance, SeriesRevision
from vesalius.web.ready import wait_until_ready

HOST = "127.0.0.1"
GET = [sys.executable, "-m", "vesalius.cli.main", "get"]


@dataclass
class PublicSite:
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        told = {
            "VESALIUS_DATA": str(settings.VESALIUS.data), "VESALIUS_PUBLIC_PORT": str(self.port),
            "VESALIUS_PUBLIC_URL": self.base, "VESALIUS_WEB_WORKERS": "1",
        }  # fmt: skip
        command = [sys.executable, "-m", "vesalius.web.process", "public", "site"]
        self.process = subprocess.Popen(command, env=os.environ | told)
        wait_until_ready(HOST, self.port, seconds=60)

    def end(self) -> None:
        if self.process:
            stop(self.process)
        self.process = None


@pytest.fixture(scope="module")
def _site(_migrated: None) -> Iterator[PublicSite]:
    one = PublicSite(free_port())
    one.start()
    yield one
    one.end()


@pytest.fixture
def site(_site: PublicSite, house) -> PublicSite:
    """A public site over the archive of this test, which is empty at first."""
    if _site.process is None:
        _site.start()
    return _site


@dataclass
class Relay:
    """A wire to a port: counts the bytes that come back, and holds them up past a limit."""

    target: int
    limit: int = 1 << 60  # bytes
    back: int = 0
    full: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.listener = socket.create_server((HOST, 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def base(self) -> str:
        return f"http://{HOST}:{self.listener.getsockname()[1]}"

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((HOST, self.target))
            except OSError:
                client.close()
                continue
            threading.Thread(target=self._carry, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._carry, args=(server, client, True), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        try:
            while block := source.recv(16384):
                if counted:
                    self.back += len(block)
                    if self.back > self.limit:
                        self.full.set()
                        threading.Event().wait(3)
                        break
                sink.sendall(block)
        except OSError:
            pass
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.fixture
def relay(site: PublicSite) -> Iterator[Callable[..., Relay]]:
    made: list[Relay] = []

    def one(**how: int) -> Relay:
        made.append(Relay(site.port, **how))
        return made[-1]

    yield one
    for each in made:
        each.close()


Get = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def get(tmp_path: Path) -> Get:
    """Runs `vesalius get` to its end, into the folder `out`."""

    def run(*words: str, given: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*GET, *words, "--to", str(tmp_path / "out")],
            input=given, capture_output=True, text=True, timeout=120, check=False, env=environ(**more), cwd=tmp_path,
        )  # fmt: skip

    return run


def make_collection(
    name: str = "Lung", *, series: int = 3, files: int = 3, size: int = 0, patient_id: str = "", **rules: str
) -> list[SeriesRevision]:
    """A published collection of one patient; size: bytes of each file, which is noise instead of a small image."""
    holding = make_holding(name, concept_doi=f"10.5072/{name}", **rules)
    study = make_study(make_patient(holding, patient_id or f"{name}-1"))
    made = [make_revision(make_series(study), images=files, real=not size) for _ in range(series)]
    if size:
        _make_large(made, size)
    make_release(holding, made)
    return made


def _make_large(revisions: list[SeriesRevision], size: int) -> None:
    dice = np.random.default_rng(3)
    for revision in revisions:
        for row in RevisionInstance.objects.filter(revision=revision):
            facts = archive_store().put(dice.bytes(size), md5=True)
            blob = Blob.objects.create(sha256=facts.sha256, size=facts.size, md5=facts.md5, crc32=facts.crc32)
            RevisionInstance.objects.filter(pk=row.pk).update(blob=blob)
        revision.size = size * revision.image_count
        revision.save(update_fields=["size"])


def uids_of(revisions: list[SeriesRevision]) -> list[str]:
    return [one.series.series_instance_uid for one in revisions]
