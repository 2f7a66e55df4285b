"""A delivery that is killed goes on where it was, and one that is whole is not sent twice."""

import re
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

FILES, SIZE = 1000, 60_000
TOTAL = FILES * SIZE


def _received(data) -> int:
    """Rows of received files, as another process sees them."""
    with closing(sqlite3.connect(f"file:{data}/intake/intake.sqlite3?mode=ro", uri=True)) as rows:
        count: int = rows.execute("select count(*) from intake_submittedfile").fetchone()[0]
    return count


def _sent(said: str) -> int:
    """Bytes that the command says it sent now, give or take its rounding."""
    found = re.search(r"([\d,.]+) MB sent now", said)
    assert found, said
    return int(float(found[1].replace(",", "")) * 1e6)


@pytest.mark.slow
def test_a_delivery_killed_at_half_sends_less_than_55_percent_again(own_archive):
    folder = own_archive.folder / "delivery"
    folder.mkdir()
    for at in range(FILES):
        (folder / f"{at:04}.dcm").write_bytes(at.to_bytes(4, "big") * (SIZE // 4))
    words = ("submit", folder, "--collection", "Test-Chest", "--site", "Hospital")
    first = subprocess.Popen(
        own_archive.command(*words),
        env=own_archive.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 120
    while _received(own_archive.data) < FILES // 2:
        assert first.poll() is None, "it ended before it could be killed at half"
        assert time.monotonic() < until
        time.sleep(0.002)
    first.kill()
    first.wait()
    held = _received(own_archive.data)
    assert FILES // 2 <= held < FILES
    again = own_archive.run(*words)
    assert _sent(again) == pytest.approx((FILES - held) * SIZE, abs=1e5)
    assert _sent(again) < 0.55 * TOTAL
    assert _received(own_archive.data) == FILES
    assert f"{FILES:,} received" in again
    third = own_archive.run(*words)
    assert "nothing was sent" in third
    assert _received(own_archive.data) == FILES
