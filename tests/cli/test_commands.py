"""The commands as an operator meets them: sentences, exit codes, and the deed in the audit trail."""

import os
import re
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file
from tests.archives import VESALIUS, environ, run

from vesalius.store import open_store

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("system")]

PASSWORD = "correct horse battery"


def _deeds(data: Path, side: str) -> list[tuple[str, str]]:
    """Deed and target of every audit entry of a side, in order."""
    with closing(sqlite3.connect(data / side / f"{side}.sqlite3")) as connection:
        return connection.execute("select deed, target from audit_auditentry order by id").fetchall()


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    done = run(data, "init")
    assert (done.returncode, done.stdout) == (0, f"The archive in {data} is ready.\n"), done.stderr
    return data


@pytest.mark.parametrize("words", [["doctor"], ["jobs"], ["user", "create", "x", "--password", PASSWORD]])
def test_a_folder_without_an_archive_is_named_with_what_to_do(tmp_path, words):
    done = run(tmp_path / "nothing", *words)
    assert done.returncode == 3
    assert done.stderr == (
        f"There is no archive of this version in {tmp_path / 'nothing'}.\n"
        "Run `vesalius init` with the same data folder; it makes them, or brings them up to date.\n"
    )


@pytest.mark.parametrize(
    "words", [["--data", "{}", "doctor"], ["doctor", "--data", "{}"], ["doctor", "--data={}"]]
)
def test_the_data_folder_is_named_before_the_command_or_behind_it(empty, words):
    said = [word.format(empty) for word in words]
    done = subprocess.run([*VESALIUS, *said], capture_output=True, text=True, check=False, env=environ())
    assert done.returncode == 0, done.stderr
    assert done.stdout == run(empty, "doctor").stdout


def test_a_setting_that_does_not_exist_is_named(empty):
    (empty / "vesalius.toml").write_text("public_prot = 9000\n")
    for words in (["serve"], ["doctor"], ["init"]):
        done = run(empty, *words)
        assert done.returncode == 3
        assert done.stderr.splitlines() == [
            "vesalius.toml names a setting that does not exist: public_prot",
            "Correct it in vesalius.toml or in the environment; the operator's guide lists every setting.",
        ]


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["serve", "--public-port", "70000"],
        ["serve", "--public", "--demo"],
        ["user", "create", "x", "--role", "curator", "--password", PASSWORD],
        ["submit", "--collection", "A", "--site", "B"],
        ["jobs", "--retry", "twelve"],
    ],
)
def test_wrong_usage_ends_with_two(empty, words):
    done = run(empty, *words)
    assert done.returncode == 2
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_accounts_and_tokens_are_made_and_ended_and_each_deed_is_audited(empty):
    def told(*words: str, given: str | None = None) -> str:
        done = run(empty, *words, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    told("collection", "create", "Chest", "--title", "A chest", "--access", "limited")
    made = told("user", "create", "ann", given=f"{PASSWORD}\n{PASSWORD}\n")
    assert made.endswith("ann can sign in on the public site.\n")
    told("user", "grant", "ann", "Chest", "--days", "30")
    secret = told("token", "create", "ann", "--label", "notebook").strip()
    assert secret.startswith("vsl_")
    told("token", "revoke", "1")
    told("user", "close", "ann")
    assert _deeds(empty, "archive") == [
        ("holding.make", "Chest"),
        ("person.create", "ann"),
        ("grant.give", "ann"),
        ("token.create", "ann/1"),
        ("token.revoke", "ann/1"),
        ("person.close", "ann"),
    ]
    told("user", "create", "cora", "--site", "staff", "--role", "curator", "--password", PASSWORD)
    assert _deeds(empty, "intake") == [("person.create", "cora"), ("person.set-roles", "cora")]


def test_rows_of_data_access_are_added_closed_and_opened(empty):
    run(empty, "collection", "create", "Chest", "--title", "Chest CT")
    for words in (
        ("download-add", "Chest", "--title", "Clinical data", "--embargo-until", "2099-01-01"),
        ("download-add", "Chest", "--title", "Genomics", "--kind", "link", "--url", "https://example.org/"),
        ("embargo", "Chest", "--download", "Clinical data", "--lift"),
    ):
        done = run(empty, "collection", *words)
        assert done.returncode == 0, done.stderr
    assert run(empty, "collection", "embargo", "Chest").returncode == 2
    refused = run(empty, "collection", "download-add", "Chest", "--title", "genomics")
    assert (refused.returncode, refused.stderr.splitlines()[0]) == (
        3,
        "a row of data access with this title exists already",
    )
    assert _deeds(empty, "archive") == [
        ("holding.make", "Chest"),
        ("download.add", "Chest/Clinical data"),
        ("download.add", "Chest/Genomics"),
        ("download.embargo", "Chest/Clinical data"),
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["token", "create", "nobody"], "There is no such account."),
        (["token", "revoke", "9"], "There is no such token."),
        (["user", "close", "nobody"], "There is no such account."),
        (["jobs", "--retry", "12"], "The job is not parked any more."),
    ],
)
def test_what_cannot_be_done_ends_with_three_and_a_hint(empty, words, sentence):
    done = run(empty, *words)
    assert done.returncode == 3
    first, hint = done.stderr.splitlines()
    assert first == sentence
    assert hint
    assert _deeds(empty, "archive") == []


def test_a_delivery_is_told_with_its_equation_and_sending_it_again_sends_nothing(empty, tmp_path):
    run(empty, "collection", "create", "Chest", "--title", "A chest")
    folder = tmp_path / "sent"
    folder.mkdir()
    shutil.copy(get_testdata_file("CT_small.dcm"), folder)
    (folder / "note.txt").write_text("no image")
    words = (
        "submit",
        str(folder),
        "--collection",
        "Chest",
        "--site",
        "Hospital",
        "--origin",
        "identifiable",
        "--work",
    )
    refused = run(empty, *words, given="n\n")
    assert refused.returncode == 1
    assert "not cleaned yet" in refused.stderr
    sent = run(empty, *words, "--yes")
    assert sent.returncode == 0, sent.stderr
    assert "2 received = 0 accepted + 0 excluded + 0 duplicate + 1 quarantined + 1 open" in sent.stdout
    again = run(empty, *words, "--yes")
    assert again.returncode == 0
    assert "nothing was sent" in again.stderr
    waiting = run(empty, "jobs").stdout
    assert "close-idle-submission" in waiting
    assert "until" in waiting
    assert run(empty, "jobs", "--side", "archive").stdout == "No job is waiting, running or parked.\n"
    assert "inspect" in run(empty, "jobs", "--all").stdout


def test_the_doctor_finds_nothing_wrong_with_a_sound_archive(archive):
    done = run(archive, "doctor", "--bytes")
    assert done.returncode == 0, done.stdout
    assert "✗" not in done.stdout
    assert re.search(
        r"derived files of the public site take \d+\.\d{3} GB, of which decoded frames 0\.000", done.stdout
    )


def _blob(data: Path, side: str) -> Path:
    return next(
        path for path in sorted((data / side / "blobs").rglob("*")) if path.is_file() and path.stat().st_size
    )


def _lose(data: Path) -> None:
    _blob(data, "archive").unlink()


def _damage(data: Path) -> None:
    path = _blob(data, "intake")
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def _open(data: Path) -> None:
    (data / "intake").chmod(0o755)


def _park(data: Path) -> None:
    with closing(sqlite3.connect(data / "intake" / "intake.sqlite3")) as connection, connection:
        connection.execute("update jobs_job set state = 'parked' where id = (select min(id) from jobs_job)")


@pytest.mark.parametrize(
    ("harm", "part", "remark"),
    [
        (_lose, "stored files of the archive side", "1 files are missing and 0 are damaged"),
        (_damage, "stored files of the intake side", "0 files are missing and 1 are damaged"),
        (_park, "jobs", "1 parked jobs on the intake side: `vesalius jobs`"),
    ],
)
def test_the_doctor_names_what_is_wrong(archive, harm, part, remark):
    harm(archive)
    done = run(archive, "doctor", "--bytes")
    assert done.returncode == 3
    assert f"✗ {part}\n    {remark}\n" in done.stdout
    assert done.stdout.count("✗") == 1


def test_the_doctor_sees_an_intake_folder_that_was_left_open(archive):
    _open(archive)
    done = run(archive, "doctor")
    assert done.returncode == 3
    assert done.stdout.startswith("✗ intake folder\n    it was open to other users of this machine until now")
    assert os.stat(archive / "intake").st_mode & 0o777 == 0o700


def test_the_doctor_sweeps_old_files_without_a_row_and_no_other(archive):
    store = open_store(archive / "intake" / "blobs")
    old, fresh = store.put(b"left behind by an interrupted job"), store.put(b"its row may be on its way")
    two_days_ago = time.time() - 2 * 86_400
    os.utime(store.path(old.sha256), (two_days_ago, two_days_ago))
    assert "2 files have no row" in run(archive, "doctor").stdout
    assert store.has(old.sha256)
    done = run(archive, "doctor", "--sweep", "--bytes")
    assert done.returncode == 0
    assert "1 of 2 files without a row were destroyed" in done.stdout
    assert (store.has(old.sha256), store.has(fresh.sha256)) == (False, True)
