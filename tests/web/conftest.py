"""A real server in a process of its own, on a free port, and plain clients for it."""

import http.client
import os
import socket
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest

from vesalius.web.ready import wait_until_ready


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(
                method, path, body, {name.replace("_", "-"): headers[name] for name in headers}
            )
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def raw(self, request: bytes, seconds: float = 20) -> bytes:
        """Everything the server says to these bytes until it closes the connection."""
        with self.connect(request) as link:
            link.settimeout(seconds)
            return b"".join(iter(lambda: link.recv(1 << 16), b""))

    def connect(self, request: bytes = b"") -> socket.socket:
        link = socket.create_connection(("127.0.0.1", self.port))
        link.sendall(request)
        return link

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def processes(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def bytes_read(self) -> int:
        return sum(process.io_counters().read_chars for process in self.processes())

    def memory(self) -> int:
        return sum(process.memory_info().rss for process in self.processes())


def write_blob(path: Path, content: bytes) -> None:
    """A blob, and its row, which later harm to the file does not change."""
    path.write_bytes(content)
    path.with_suffix(".row").write_text(f"{len(content)} {zlib.crc32(content)}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def stop(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    try:
        return process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


StartSite = Callable[..., Site]


def start(folder: Path, way: str, *, edge: str = "", **options: float) -> Site:
    port = free_port()
    words = "".join(f", {name}={value}" for name, value in options.items())
    command = f"from vesalius.web.server import serve; serve('small_site:application', port={port}{words})"
    surroundings = os.environ | {
        "SMALL_SITE": str(folder), "SMALL_SITE_EDGE": edge, "SMALL_SITE_WAY": way,
        "PYTHONPATH": str(Path(__file__).parent),
    }  # fmt: skip
    site = Site(port, folder, subprocess.Popen([sys.executable, "-c", command], env=surroundings))
    try:
        wait_until_ready("127.0.0.1", port, seconds=60)
    except BaseException:
        stop(site.process)
        raise
    return site


@pytest.fixture(scope="module")
def way(request: pytest.FixtureRequest) -> str:
    """How bytes go out: over the "wire", the bare socket, or as "messages" to the server."""
    return getattr(request, "param", "wire")


@pytest.fixture
def start_site(tmp_path: Path, way: str) -> Iterator[StartSite]:
    """Start a site that has these blobs; `edge` sets options of the edge, the rest are options of `serve`."""
    running: list[Site] = []

    def start_one(blobs: dict[str, bytes], **options: object) -> Site:
        for name, content in blobs.items():
            write_blob(tmp_path / name, content)
        running.append(start(tmp_path, way, **({"workers": 1} | options)))
        return running[-1]

    yield start_one
    for one in running:
        stop(one.process)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, way: str) -> Iterator[Site]:
    """One site for the tests that change nothing; its ZIP holds blobs of many sizes."""
    folder = tmp_path_factory.mktemp("site")
    dice = np.random.default_rng(5)
    for name, size in {"a": 527_000, "b": 0, "c": 65_536, "d": 1, "e": 65_537, "f": 3_000_000}.items():
        write_blob(folder / f"{name}.dcm", dice.bytes(size))
    one = start(folder, way, workers=2)
    yield one
    stop(one.process)
