"""`vesalius get` against a real public site: what arrives, what a break costs, and what is said when it cannot be."""

import hashlib
import os
import pty
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from tests.archives import environ
from tests.client.conftest import GET, make_collection, uids_of

from vesalius.access.models import Grant
from vesalius.access.people import create_person, grant
from vesalius.access.tokens import create_token
from vesalius.catalog.models import Blob, Patient
from vesalius.deliver.manifest import manifest_text
from vesalius.settings.routing import Side

pytestmark = pytest.mark.slow


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def digests(folder: Path) -> list[str]:
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.dcm"))


def in_archive(revisions) -> list[str]:
    return sorted(name for one in revisions for name in one.contents.values_list("blob_id", flat=True))


def manifest(folder: Path, revisions, base: str) -> str:
    path = folder / "wanted.tcia"
    own = manifest_text(uids_of(revisions), name="wanted.tcia").splitlines()
    own[0] = f"downloadServerUrl={base}/nbia-download/servlet/DownloadServlet"
    path.write_text("\n".join(own) + "\n")
    return str(path)


def test_a_manifest_becomes_folders_of_the_very_bytes(site, get, out, tmp_path):
    lung = make_collection()
    done = get(manifest(tmp_path, lung, site.base))
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 of 3 series are there: 9 files" in done.stdout
    assert digests(out) == in_archive(lung)
    for one in lung:
        place = out / "Lung" / "Lung-1" / one.series.study.study_instance_uid / one.series.series_instance_uid
        assert sorted(path.name for path in place.iterdir()) == [
            "00000001.dcm", "00000002.dcm", "00000003.dcm", "md5hashes.csv",
        ]  # fmt: skip
    assert (out / "Lung" / "LICENSE").read_text() == "CC-BY-4.0 https://spdx.org/licenses/CC-BY-4.0\n"
    assert "10.5072/" in (out / "Lung" / "CITATION").read_text()
    assert not [path for path in (out / ".vesalius-get").iterdir() if path.suffix in {".part", ".unpacking"}]


def test_the_address_is_the_manifests_or_from_or_the_environments(site, get, tmp_path):
    uid = uids_of(make_collection())[0]
    nowhere = "http://127.0.0.1:9"
    assert get(uid, VESALIUS_URL=site.base).returncode == 0
    assert get(uid, "--from", site.base + "/nbia-api/services/v4/", VESALIUS_URL=nowhere).returncode == 0
    assert get("-", "--from", site.base, given=f"{uid}\n").returncode == 0
    assert get(f"{site.base}/series/{uid}/manifest.tcia", VESALIUS_URL=nowhere).returncode == 0


def test_a_second_run_transfers_nothing_and_mends_what_was_harmed(site, relay, get, out, tmp_path):
    lung = make_collection(size=200_000)
    wire = relay()
    wanted = manifest(tmp_path, lung, wire.base)
    assert get(wanted).returncode == 0
    before = wire.back
    again = get(wanted)
    assert "3 were there before" in again.stdout
    assert wire.back - before < 20_000
    victim = next(out.rglob("*.dcm"))
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    (victim.parent / "notes.txt").write_text("mine")
    mended = get(wanted)
    assert "2 were there before" in mended.stdout
    assert digests(out / "Lung") == in_archive(lung)
    assert [path.read_text() for path in out.rglob("notes.txt")] == ["mine"]


def test_a_correction_is_fetched_anew(site, get, out):
    from tests.factories import make_release, make_revision

    (first,) = make_collection(series=1)
    uid = uids_of([first])[0]
    get(uid, "--from", site.base)
    second = make_revision(first.series, images=3, real=True)
    make_release(first.series.holding, [second])
    assert in_archive([first]) != in_archive([second])
    done = get(uid, "--from", site.base)
    assert "0 were there before" in done.stdout
    assert digests(out) == in_archive([second])


def test_killed_at_half_it_goes_on_where_it_was(site, relay, get, out, tmp_path):
    lung = make_collection(series=3, files=10, size=500_000)
    total = 15_000_000
    wire = relay(limit=total * 55 // 100)
    wanted = manifest(tmp_path, lung, wire.base)
    command = [*GET, wanted, "--to", str(out), "--parallel", "2"]
    process = subprocess.Popen(command, env=environ(), stdout=subprocess.DEVNULL)
    assert wire.full.wait(60)
    time.sleep(0.5)  # what passed is written
    process.kill()
    process.wait()
    assert len(digests(out / "Lung")) in {0, 10, 20}, "a series stands in its place whole or not at all"
    second = relay()
    done = get(wanted, "--from", second.base)
    assert done.returncode == 0, done.stderr
    print(f"second run: {second.back / total:.0%} of the bytes")
    assert second.back < 0.6 * total
    assert digests(out) == in_archive(lung)


def test_a_server_that_ends_and_begins_again_is_waited_for(site, relay, get, out, tmp_path):
    lung = make_collection(series=2, files=8, size=500_000)
    wire = relay(limit=3_000_000)
    command = [*GET, manifest(tmp_path, lung, wire.base), "--to", str(out)]
    process = subprocess.Popen(command, env=environ(), stdout=subprocess.PIPE, text=True)
    assert wire.full.wait(60)
    site.end()
    wire.limit = 1 << 60
    site.start()
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert digests(out) == in_archive(lung)
    assert wire.back < 8_000_000 + 3_000_000


def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(site, relay, get, out, tmp_path):
    lung = make_collection(series=4, files=10, size=500_000)
    wire = relay(limit=6_000_000)
    missing = tmp_path / "missing.tcia"
    command = [
        *GET, manifest(tmp_path, lung, wire.base), "--to", str(out), "--parallel", "1", "--failed-to", str(missing),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, env=environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - whoever runs the tests may ignore it
    )  # fmt: skip
    assert wire.full.wait(60)
    process.send_signal(signal.SIGINT)
    _, complained = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "Run the same command again" in complained
    assert "Traceback" not in complained
    assert missing.read_text().splitlines()[6:] == uids_of(lung)[1:]
    assert get(str(missing), "--from", site.base).returncode == 0
    assert digests(out) == in_archive(lung)


def test_a_wrong_checksum_fails_that_series_and_leaves_nothing_of_it(site, get, out, tmp_path):
    lung = make_collection()
    row = lung[1].contents.first()
    Blob.objects.filter(pk=row.blob_id).update(md5="0" * 32)
    failed = tmp_path / "failed.txt"
    done = get(manifest(tmp_path, lung, site.base), "--failed-to", str(failed))
    assert done.returncode == 3
    assert "1 of 3 files differ from their MD5" in done.stderr
    uid = uids_of(lung)[1]
    assert failed.read_text() == f"{uid}\n"
    assert not [path for path in out.rglob("*") if uid in path.name]
    assert digests(out) == in_archive([lung[0], lung[2]])


def test_a_limited_collection_opens_with_a_token_alone(site, get, out, tmp_path):
    limited = make_collection("Limited", find="granted", fetch="granted")
    listed = make_collection("Listed", fetch="granted")
    create_person("reader", "correct horse battery", side=Side.ARCHIVE, by="test")
    for name in ("Limited", "Listed"):
        grant("reader", Grant.Scope.HOLDING, name, Grant.Deed.FETCH, side=Side.ARCHIVE, by="test")
    token = create_token("reader", side=Side.ARCHIVE, by="test")
    wanted = manifest(tmp_path, [*limited, *listed], site.base)
    refused = get(wanted)
    assert refused.returncode == 3
    assert "no such series for this asker" in refused.stderr
    assert "has not been granted the access" in refused.stderr
    assert not digests(out)
    elsewhere = get(wanted, VESALIUS_TOKEN=token)
    assert (elsewhere.returncode, "--from ADDRESS" in elsewhere.stderr) == (2, True), (
        "a manifest sends no token"
    )
    file = tmp_path / "token"
    file.write_text(token + "\n")
    assert get(wanted, "--from", site.base, "--token-file", str(file)).returncode == 0
    assert digests(out) == in_archive([*limited, *listed])
    assert token not in "".join(path.read_text(errors="replace") for path in out.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("address", "more", "code", "said"),
    [
        ("http://no-such-host.invalid", [], 2, "the way to no-such-host.invalid is not encrypted"),
        ("http://192.0.2.1:8000", [], 2, "the way to 192.0.2.1 is not encrypted"),
        ("http://127.0.0.1.no-such-host.invalid", [], 2, "is not encrypted"),
        ("http://no-such-host.invalid", ["--insecure"], 3, "There is no host no-such-host.invalid"),
        ("https://no-such-host.invalid", [], 3, "There is no host no-such-host.invalid"),
    ],
)
def test_a_token_goes_to_another_machine_encrypted_alone(get, address, more, code, said):
    done = get("1.2.3", "--from", address, *more, VESALIUS_TOKEN="secret-word")
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert ("--insecure" in done.stderr) == (code == 2)
    assert "secret-word" not in done.stderr + done.stdout


def test_a_hundred_series_at_once(site, get, out, tmp_path):
    many = make_collection("Many", series=100, files=1)
    done = get(manifest(tmp_path, many, site.base), "--parallel", "16")
    assert (done.returncode, done.stderr) == (0, "")
    assert digests(out) == in_archive(many)


def test_a_patient_named_like_a_device_gets_a_folder_all_the_same(site, get, out):
    (one,) = make_collection(series=1, patient_id="../CON: x")
    Patient.objects.update(patient_id="../CON: x")
    assert get(*uids_of([one]), "--from", site.base).returncode == 0
    (patient,) = (path for path in (out / "Lung").iterdir() if path.is_dir())
    assert patient.name.startswith(".._CON_ x~")
    assert digests(out) == in_archive([one])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nothing.tcia"], 2, "is no UID, and as a file"),
        (["1.2.3", "--from", "ftp://example.org"], 2, "no HTTP address"),
        (["1.2.3", "--from", "http://no-such-host.invalid"], 3, "There is no host no-such-host.invalid"),
        (["1.2.3", "--parallel", "0"], 2, "0 is not in the range"),
        (["-"], 2, "neither a manifest nor a list"),
        ([], 2, "Missing argument"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(get, words, code, said):
    done = get(*words, given="<html>Sign in</html>\n")
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_shows_a_bar_of_series_and_bytes(site, out):
    lung = make_collection(size=300_000)
    ours, theirs = pty.openpty()
    command = [*GET, *uids_of(lung), "--from", site.base, "--to", str(out)]
    with subprocess.Popen(
        command, env=environ(TERM="xterm", COLUMNS="110"), stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        said = b""
        with suppress(OSError):  # as a terminal says that nobody writes any more
            while block := os.read(ours, 4096):
                said += block
    os.close(ours)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode())
    assert process.returncode == 0
    assert "3/3 series" in text
    assert "2.7/2.7 MB" in text
    assert "3 of 3 series are there" in text
    assert digests(out) == in_archive(lung)


def test_help_comes_at_once():
    best = 9.0
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([*GET, "--help"], check=True, stdout=subprocess.DEVNULL)
        best = min(best, time.perf_counter() - began)
    print(f"help in {best:.2f} s")
    code = "import sys; sys.argv = ['vesalius', 'get', '--help']; import atexit; from vesalius.cli.main import main\n"
    code += "atexit.register(lambda: print(*sys.modules, file=sys.stderr)); main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "vesalius.cli.get" in loaded
    assert not loaded & {"django", "urllib3", "rich", "numpy", "pydicom"}
