"""A group of files is on disk before its rows are, and its rows before the sender is told."""

import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

FILES, GROUPS = 150, 2  # a group ends at 100 files
CALL = re.compile(r"^(?P<pid>\d+) +(?P<call>\w+)\((?P<args>.*?)(?P<end>\) += -?\d+.*| <unfinished \.\.\.>)$")
RESUMED = re.compile(r"^(?P<pid>\d+) +<\.\.\. (?P<call>\w+) resumed>")
TRACED = "trace=fsync,fdatasync,link,linkat,write,pwrite64"


def _ended(log: str) -> Iterator[tuple[str, str]]:
    """System calls as (name, arguments), in the order in which they ended; threads interrupt each other's lines."""
    begun: dict[str, str] = {}
    for line in log.splitlines():
        if call := CALL.match(line):
            if "unfinished" in call["end"]:
                begun[call["pid"]] = call["args"]
            else:
                yield call["call"], call["args"]
        elif resumed := RESUMED.match(line):
            yield resumed["call"], begun.pop(resumed["pid"])


def _step(call: str, args: str, store: Path) -> str:
    """Which step of taking a group in this is; "" for none."""
    if call in {"link", "linkat"} and f"{store}/incoming/" in args:
        return "link"
    if call == "fsync" and f"<{store}/" in args:
        return "file" if "/incoming/" in args else "folder"
    if "intake.sqlite3-wal>" in args:
        return "rows synced" if "sync" in call else "rows written"
    return "told" if call == "write" and "acknowledged" in args else ""


@pytest.mark.slow
def test_bytes_are_synced_linked_and_named_durably_before_rows_and_rows_before_the_sender_is_told(
    own_archive,
):
    folder = own_archive.folder / "delivery"
    folder.mkdir()
    for at in range(FILES):
        (folder / f"{at:03}.dcm").write_bytes(at.to_bytes(2, "big") * 500)
    log = own_archive.folder / "strace.log"
    driver = str(Path(__file__).with_name("intake_tasks.py"))
    run = subprocess.run(
        ["strace", "-f", "-qq", "-y", "-s", "100", "-o", log, "-e", TRACED, sys.executable, driver, folder],
        env=own_archive.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.stdout.count("acknowledged") == GROUPS, run.stderr
    steps = [_step(*call, own_archive.data / "intake/blobs") for call in _ended(log.read_text())]
    steps = [step for step in steps if step]
    steps = steps[
        steps.index("file") : len(steps) - steps[::-1].index("told")
    ]  # the database is tidied up at the end
    assert steps.count("file") == steps.count("link") == FILES
    assert [step for step, _ in groupby(steps)] == [
        "file", "link", "folder", "rows written", "rows synced", "told",
    ] * GROUPS  # fmt: skip
