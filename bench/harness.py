"""What every benchmark here shares: ports that are free, servers that end, alternating rounds, a last line of JSON."""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

Figures = dict[str, list[float]]  # case: one value for each round


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def refuse_taken_port(port: int) -> None:
    """End the benchmark if somebody listens on `port`: it would measure a stranger."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            sys.exit(f"port {port} is taken; a benchmark measures only servers that it started")


@contextmanager
def running(
    command: Sequence[str | Path],
    port: int,
    *,
    path: str = "/",
    env: Mapping[str, str] | None = None,
    output: int | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A server that `command` starts on `port` and that answers at `path`; ended, by its pid, with the block.

    output: where what it prints goes, such as subprocess.DEVNULL.
    """
    refuse_taken_port(port)
    process = subprocess.Popen(
        [str(word) for word in command], env=os.environ | dict(env or {}), stdout=output, stderr=output
    )
    try:
        _wait(process, port, path)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    """Until the server answers anything at all."""
    for _ in range(1200):
        if process.poll() is not None:
            sys.exit(f"a server ended before it answered: {process.args!r}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("HEAD", path)
            connection.getresponse()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    sys.exit(f"a server did not answer in time: {process.args!r}")


def alternate(cases: Mapping[str, Callable[[], float]], rounds: int) -> Figures:
    """Every case in turn in every round, after one round that does not count: neighbours disturb all alike."""
    figures: Figures = {name: [] for name in cases}
    for turn in range(rounds + 1):
        for name, measure in cases.items():
            value = measure()
            if turn:
                figures[name].append(value)
    return figures


def print_table(title: str, unit: str, figures: Figures) -> None:
    """Median, least and most of each case."""
    width = max(len(name) for name in figures)
    print(f"\n{title} ({unit})\n{'':{width}}   median    least     most")
    for name, values in figures.items():
        print(f"{name:{width}} {statistics.median(values):8.1f} {min(values):8.1f} {max(values):8.1f}")


def ratio(figures: Figures, ours: str, peer: str) -> float:
    """Our median over the peer's."""
    return round(statistics.median(figures[ours]) / statistics.median(figures[peer]), 3)


def last_line(**facts: object) -> None:
    """The machine's line; nothing may be printed after it."""
    print(json.dumps(facts), flush=True)
