"""SIGKILL to the whole process group, at random moments: nothing acknowledged is lost, nothing is done twice."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from numpy.random import default_rng
from pydicom import dcmread
from pydicom.data import get_testdata_file

from vesalius.store import open_store

DRIVER = Path(__file__).with_name("driver.py")
COLLECTION = "Crash-Test"
SEED = 20261122
# What may differ between two runs that end the same: times, who held a lease, how often something was tried.
AUDIT = "select deed, target_kind, target, person, detail from audit_auditentry order by 1, 2, 3, 5"
STEPS = "select path, step, reason, blob_id from intake_submittedfile order by path"
SERIES = "select series_instance_uid, digest, step, image_count, size from intake_cleanedseries order by 1"
RUNS = "select content_digest, recipe_digest, context_digest, position from intake_deidrun order by 1, 2, 3"
REVISIONS = "select digest, number, image_count, size from catalog_seriesrevision order by 1"
CELLS = "select modality, series_count, image_count, size from catalog_cell order by 1"


def _vesalius(data: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "vesalius.cli.main", "--data", str(data), *words],
        check=True,
        capture_output=True,
        env=_environ(data),
    )


def _environ(data: Path) -> dict[str, str]:
    return {**os.environ, "VESALIUS_DATA": str(data)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Sixty files of three patients and six series, a text file and a cut file."""
    place = tmp_path_factory.mktemp("delivery")
    template = dcmread(get_testdata_file("CT_small.dcm"))
    for number in range(60):
        patient, series = number % 3, number % 6
        template.PatientID, template.PatientName = f"MRN-{patient}", f"Canary^Number{patient}"
        template.StudyInstanceUID, template.SeriesInstanceUID = (
            f"1.2.3.{patient}",
            f"1.2.3.{patient}.{series}",
        )
        template.SOPInstanceUID = template.file_meta.MediaStorageSOPInstanceUID = (
            f"1.2.3.{patient}.{series}.{number}"
        )
        template.InstanceNumber = number
        template.save_as(place / f"{number}.dcm")
    (place / "note.txt").write_text("no image")
    (place / "cut.dcm").write_bytes((place / "0.dcm").read_bytes()[:-500])
    return place


@pytest.fixture(scope="module")
def begun(tmp_path_factory, folder: Path) -> Path:
    """A data folder with its collection and its domain's key, so that all runs map identities alike."""
    data = tmp_path_factory.mktemp("begun") / "data"
    _vesalius(data, "init")
    _vesalius(data, "collection", "create", COLLECTION, "--title", "Crash test")
    first = tmp_path_factory.mktemp("first") / "note.txt"
    first.write_text("the first delivery makes the domain's key")
    _vesalius(
        data, "submit", str(first), "--collection", COLLECTION, "--site", "Hospital", "--origin", "identifiable",
        "--yes", "--work",
    )  # fmt: skip
    return data


def _start(data: Path, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(DRIVER), str(folder), COLLECTION],
        env=_environ(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _finish(data: Path, folder: Path) -> None:
    for _ in range(3):
        _free_leases(data)
        process = _start(data, folder)
        out, err = process.communicate(timeout=240)
        if process.returncode == 0 and out.strip().endswith(b"done"):
            return
    raise AssertionError(err.decode()[-3000:])


def _free_leases(data: Path) -> None:
    """Stands for the minute that a lease lasts: a dead holder's jobs are free again."""
    for name in ("archive/archive", "intake/intake"):
        with sqlite3.connect(data / f"{name}.sqlite3") as connection:
            connection.execute(
                "update jobs_job set leased_until = '2000-01-01', run_after = null where state in ('running', 'waiting')"
            )
        connection.close()


def _outcome(data: Path) -> dict[str, object]:
    rows: dict[str, object] = {}
    for name, questions in {
        "intake": (AUDIT, STEPS, SERIES, RUNS),
        "archive": (AUDIT, REVISIONS, CELLS),
    }.items():
        with sqlite3.connect(data / name / f"{name}.sqlite3") as connection:
            rows |= {f"{name}: {question}": connection.execute(question).fetchall() for question in questions}
        connection.close()
        store = open_store(data / name / "blobs")
        names = sorted(store.names())
        assert all(store.verify(one) for one in names), "a torn blob is visible"
        rows[f"{name} blobs"] = names
    return rows


@pytest.fixture(scope="module")
def undisturbed(begun: Path, folder: Path, tmp_path_factory) -> tuple[dict[str, object], float]:
    """What an undisturbed run ends with, and how long it takes in seconds."""
    import time

    data = tmp_path_factory.mktemp("undisturbed") / "data"
    shutil.copytree(begun, data)
    start = time.monotonic()
    _finish(data, folder)
    return _outcome(data), time.monotonic() - start


def _kill_and_finish(round_: int, begun: Path, folder: Path, undisturbed, tmp_path: Path) -> None:
    expected, seconds = undisturbed
    data = tmp_path / "data"
    shutil.copytree(begun, data)
    moment = float(default_rng(SEED + round_).uniform(0.1, 1.0)) * seconds
    process = _start(data, folder)
    try:
        process.communicate(timeout=moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    _finish(data, folder)
    found = _outcome(data)
    for what, rows in expected.items():
        assert found[what] == rows, f"killed after {moment:.2f} s of {seconds:.1f} s: {what}"
    shutil.rmtree(data)


@pytest.mark.slow
@pytest.mark.xdist_group("crash")
@pytest.mark.parametrize("round_", range(4))
def test_a_kill_at_a_random_moment_changes_nothing_of_the_outcome(
    round_, begun, folder, undisturbed, tmp_path
):
    _kill_and_finish(round_, begun, folder, undisturbed, tmp_path)


@pytest.mark.soak
@pytest.mark.xdist_group("crash")
@pytest.mark.parametrize("round_", range(4, 204))
def test_two_hundred_kills_change_nothing_of_the_outcome(round_, begun, folder, undisturbed, tmp_path):
    _kill_and_finish(round_, begun, folder, undisturbed, tmp_path)
