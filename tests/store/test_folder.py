"""What is particular to blobs in a folder: the order of system calls, faults of the disk, crashes."""

import hashlib
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from vesalius.errors import Misconfigured
from vesalius.store import BlobDamaged, BlobFacts, StoreFailed, StoreFull, open_store

HERE = Path(__file__).parent
sys.path.append(str(HERE))
from store_tasks import content  # noqa: E402 - its folder is no package

NAMES = [hashlib.sha256(content(n)).hexdigest() for n in range(4)]
CALL = re.compile(r"^\d+ +(?P<call>\w+)\((?P<args>.*)\) += (?P<result>-?\d+)", re.MULTILINE)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def store(root):
    return open_store(root)


def command(deed, root, *numbers):
    return [sys.executable, "-B", str(HERE / "store_tasks.py"), deed, str(root), *map(str, numbers)]


def traced(root, *options, deed="write_once"):
    """Run one writer under strace: what it said, and its system calls."""
    log = root.parent / "strace.log"
    run = subprocess.run(
        ["strace", "-f", "-qq", "-y", "-s", "200", "-o", str(log), *options, *command(deed, root)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return run, log.read_text()


def temporary_files(root):
    return list((root / "incoming").iterdir())


def damage(store, name, bytes_=b"damaged"):
    path = store.path(name)
    path.chmod(0o600)
    path.write_bytes(bytes_)


# -- the folder


def test_blobs_cannot_be_written_to_and_folders_have_the_mode_that_was_asked(tmp_path):
    store = open_store(tmp_path / "intake", mode=0o700)
    path = store.path(store.put(b"DICM").sha256)
    assert path.stat().st_mode & 0o777 == 0o444
    assert {folder.stat().st_mode & 0o777 for folder in (path.parent, tmp_path / "intake")} == {0o700}
    assert path.stat().st_nlink == 1


def test_a_store_that_should_be_there_is_not_begun_anew(root):
    with pytest.raises(Misconfigured):
        open_store(root, create=False)
    assert not root.exists()
    blob = open_store(root).put(b"DICM")
    assert open_store(root, create=False).has(blob.sha256)


def test_a_store_half_made_is_finished(root):
    open_store(root)
    (root / "incoming").rmdir()
    (root / "7f").rmdir()
    open_store(root)
    assert (root / "7f").is_dir()


def test_an_address_may_hold_escaped_signs(tmp_path):
    blob = open_store(f"file://{tmp_path}/a%20b").put(b"DICM")
    assert open_store(tmp_path / "a b").has(blob.sha256)


def test_what_a_stray_hand_put_there_is_not_named(store, root):
    (root / "ab" / "notes.txt").write_text("x")
    assert list(store.names()) == []


def test_only_old_temporary_files_are_swept(store, root):
    old, young = (root / "incoming" / secrets.token_hex(16) for _ in range(2))
    for path in (old, young):
        path.write_bytes(b"x")
    os.utime(old, (time.time() - 7200,) * 2)
    assert store.sweep(timedelta(hours=1)) == 1
    assert temporary_files(root) == [young]


def test_a_swept_blob_cannot_be_committed(store):
    with store.writer() as writer:
        writer.write(b"DICM")
        blob = writer.finish()
    store.sweep(timedelta(seconds=-1))
    with pytest.raises(StoreFailed):
        store.commit([blob])
    assert not store.has(blob.sha256)


@pytest.mark.parametrize("staged", ["", "../ab/cd", "x" * 32, "0" * 32 + "\n"])
def test_facts_that_name_no_temporary_file_cannot_be_committed(store, staged):
    with pytest.raises(StoreFailed):
        store.commit([BlobFacts(sha256="0" * 64, size=0, crc32=0, staged=staged)])


# -- damage


@pytest.mark.parametrize("wrong", [b"DICX", b"", b"DICM and more"])
def test_a_damaged_blob_is_found_and_written_anew_by_the_next_commit(store, root, wrong):
    blob = store.put(b"DICM")
    damage(store, blob.sha256, wrong)
    assert not store.verify(blob.sha256)
    with store.writer() as writer:
        writer.write(b"DICM")
        again = writer.finish()
    assert store.commit([again]) == {blob.sha256}
    assert store.verify(blob.sha256)
    assert store.path(blob.sha256).stat().st_mode & 0o777 == 0o444
    assert temporary_files(root) == []


def test_a_damaged_blob_is_not_copied(store, tmp_path):
    good, bad = store.put(b"good"), store.put(b"DICM")
    damage(store, bad.sha256)
    other = open_store(tmp_path / "other")
    with pytest.raises(BlobDamaged):
        other.copy_from(store, [good.sha256, bad.sha256])
    assert list(other.names()) == []
    assert temporary_files(tmp_path / "other") == []


# -- durable before visible


def test_files_are_synced_then_linked_then_folders_synced_then_acknowledged(store, root):
    run, log = traced(root, "-e", "trace=fsync,fdatasync,link,linkat,rename,write,unlink,unlinkat")
    assert run.stdout.split() == NAMES[:3]
    steps = [step for match in CALL.finditer(log) if (step := kind_of(match, root))]
    assert steps == ["file"] * 3 + ["link"] * 3 + ["folder"] * len({n[:2] for n in NAMES[:3]}) + ["said"]


def kind_of(match, root):
    """Which step of a commit a system call is."""
    call, args = match["call"], match["args"]
    if call == "fsync":
        return "file" if f"{root}/incoming/" in args else "folder"
    if call.startswith("link"):
        return "link"
    return "said" if call == "write" and NAMES[0] in args else None


def test_a_name_that_exists_is_hashed_and_its_folder_synced_before_the_acknowledgement(store, root):
    for n in range(3):
        store.put(content(n))
    run, log = traced(root, "-e", "trace=fsync,openat,write")
    assert run.stdout.split() == NAMES[:3]
    before = log[: log.index(f'"{NAMES[0]}')]
    for name in NAMES[:3]:
        opened = re.search(rf"openat\([^\n]*/{name}\"", before)
        assert opened, "another process may have linked it and died"
        assert re.search(rf"fsync\(\d+<{root}/{name[:2]}>\)", before[opened.end() :])
    assert temporary_files(root) == []


def test_a_purge_is_durable(store, root):
    name = store.put(content(0)).sha256
    script = f"from vesalius.store import open_store; from pathlib import Path; open_store(Path({str(root)!r})).delete({name!r})"
    log = root.parent / "log"
    subprocess.run(
        ["strace", "-f", "-qq", "-y", "-o", log, "-e", "trace=fsync,unlink", sys.executable, "-c", script],
        check=True,
    )
    calls = [match["call"] for match in CALL.finditer(log.read_text())]
    assert calls[-2:] == ["unlink", "fsync"]


# -- faults of the disk

FAULTS = [
    ("fsync", "EIO", "when=1", "StoreFailed 503"),
    ("fsync", "EIO", "when=2", "StoreFailed 503"),
    ("fsync", "EIO", "when=4", "StoreFailed 503"),  # the first folder
    ("fsync", "ENOSPC", "when=2", "StoreFull 507"),
    ("link,linkat", "EIO", "when=2", "StoreFailed 503"),
    ("link,linkat", "ENOSPC", "when=1", "StoreFull 507"),
    ("link,linkat", "EDQUOT", "when=3", "StoreFull 507"),
    ("fchmod", "EROFS", "when=1", "StoreFailed 503"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("calls", "error", "when", "answer"), FAULTS)
def test_a_fault_is_not_acknowledged_leaves_no_temporary_file_and_is_not_tried_again(
    store, root, calls, error, when, answer
):
    run, log = traced(root, "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}:{when}")
    assert run.stdout.strip() == answer
    assert f"{error} " in log
    assert log.strip().endswith("(INJECTED)"), "no call of the kind follows: a second fsync would lie"
    assert temporary_files(root) == []
    assert all(store.verify(name) for name in store.names())
    assert traced(root, "-e", "trace=none")[0].stdout.split() == NAMES[:3], (
        "and it goes on when space returns"
    )


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ("error=ENOSPC", "StoreFull 507"),
        ("error=EIO", "StoreFailed 503"),
        ("retval=300000", "StoreFailed 503"),
    ],
)
def test_a_write_that_fails_or_lies_is_not_acknowledged(store, root, fault, answer):
    """`retval`: the kernel claims to have written and has not."""
    run, _ = traced(root, "-e", "trace=write", "-e", f"inject=write:{fault}:when=1")
    assert run.stdout.strip() == answer
    assert temporary_files(root) == []
    assert list(store.names()) == []


def test_a_file_that_the_disk_cuts_short_is_not_acknowledged(store, root):
    script = (
        "import resource; from pathlib import Path; from vesalius.store import open_store;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"
        f"open_store(Path({str(root)!r})).put(b'x' * 5000)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "StoreFull" in run.stderr, "1,000 bytes were taken, then none"
    assert temporary_files(root) == []


def test_writing_stops_at_the_reserve_and_reading_goes_on(root):
    blob = open_store(root).put(b"DICM")
    full = open_store(root, reserve=1 << 62)
    with pytest.raises(StoreFull):
        full.writer()
    assert full.verify(blob.sha256)


@contextmanager
def small_disk(folder, *options):
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "none", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")


@needs_root
def test_a_full_disk_is_told_and_goes_on_when_space_returns(tmp_path):
    with small_disk(tmp_path / "disk", "size=4m") as disk:
        store = open_store(disk / "store")
        ballast = store.put(bytes(2 << 20))
        with pytest.raises(StoreFull) as caught:
            store.put(b"x" * (3 << 20))
        assert caught.value.status == 507
        assert temporary_files(disk / "store") == []
        store.delete(ballast.sha256)
        assert store.verify(store.put(b"x" * (3 << 20)).sha256)


@needs_root
def test_a_disk_without_inodes_is_told(tmp_path):
    with small_disk(tmp_path / "disk", "nr_inodes=262") as disk:
        store = open_store(disk / "store")
        with pytest.raises(StoreFull):
            [store.put(content(n, 80)) for n in range(10)]
        assert all(store.verify(name) for name in store.names())


# -- crashes


def acknowledged(output):
    """The names of whole lines: a line cut by the kill was not acknowledged."""
    return {name for line in output.splitlines(keepends=True) if line.endswith("\n") for name in line.split()}


@pytest.mark.slow
def test_kill_9_at_random_moments_tears_nothing_and_loses_nothing(store, root):
    told = set()
    for n in range(10):
        writer = subprocess.Popen(
            command("write_for_ever", root, n * 1000), stdout=subprocess.PIPE, text=True
        )
        first = writer.stdout.readline()
        time.sleep(secrets.randbelow(200) / 1000)
        writer.kill()
        told |= acknowledged(first + writer.communicate()[0])
    assert len(told) >= 50
    assert told <= set(store.names())
    assert all(store.verify(name) for name in store.names())
    store.sweep(timedelta(seconds=-1))
    assert temporary_files(root) == []


@pytest.mark.slow
@pytest.mark.parametrize("call", ["fsync", "link,linkat", "unlink", "fchmod"])
@pytest.mark.parametrize("when", [1, 2, 3])
def test_kill_9_at_each_system_call_tears_nothing(store, root, call, when):
    inject = f"inject={call}:signal=SIGKILL:when={when}"
    run, _ = traced(root, "-e", f"trace={call}", "-e", inject)
    assert run.returncode in {-signal.SIGKILL, 128 + signal.SIGKILL}
    assert acknowledged(run.stdout) <= set(store.names())
    assert all(store.verify(name) for name in store.names())
    assert traced(root, "-e", "trace=none")[0].stdout.split() == NAMES[:3], "a second run finishes by itself"


@pytest.mark.slow
def test_many_processes_may_commit_the_same_names_at_once(store, root):
    writers = [
        subprocess.Popen(command("write_same", root, 20), stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    outputs = {writer.communicate()[0] for writer in writers}
    assert [writer.returncode for writer in writers] == [0] * 4
    assert len(outputs) == 1, "all were told the same"
    assert set(store.names()) == acknowledged(outputs.pop())
    assert all(store.verify(name) for name in store.names())
    assert temporary_files(root) == []
