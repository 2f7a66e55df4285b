import os
import shutil
import subprocess
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from vesalius.deliver.answer import read_pieces
from vesalius.deliver.plan import BrokenBlob, FileSpan
from vesalius.deliver.stored_zip import Entry, StoredZip, UnsafeName

FOUR_GIB = 1 << 32
ZEROS = bytes(1 << 20)


def file_entry(folder: Path, name: str, content: bytes, before: bytes = b"") -> Entry:
    path = folder / sha256(name.encode()).hexdigest()
    path.write_bytes(before + content)
    return Entry(
        name=name,
        source=FileSpan(str(path), len(before), len(content)),
        crc32=zlib.crc32(content),
        digest=sha256(content).hexdigest(),
    )


def sparse_entry(folder: Path, name: str, size: int) -> Entry:
    """A file that is all zeros but its last bytes, and takes no room on the disk."""
    path = folder / f"sparse-{size}"
    crc, left, zeros = 0, size - 4, ZEROS
    while left:
        crc, left = zlib.crc32(zeros[: min(left, len(zeros))], crc), left - min(left, len(zeros))
    with path.open("wb") as file:
        file.seek(size - 4)
        file.write(b"tail")
    return Entry(name=name, source=FileSpan(str(path), 0, size), crc32=zlib.crc32(b"tail", crc), digest=name)


def bytes_of(stored: StoredZip, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join(read_pieces(stored.pieces(start, stored.length if stop is None else stop)))


def written(stored: StoredZip, path: Path) -> Path:
    """The ZIP on disk; blocks of zeros become holes."""
    with path.open("wb") as file:
        for block in read_pieces(stored.pieces(0, stored.length)):
            if block == ZEROS[: len(block)]:
                file.seek(len(block), os.SEEK_CUR)
            else:
                file.write(block)
        file.truncate(stored.length)
    return path


def assert_sound(path: Path) -> None:
    if path.stat().st_size < FOUR_GIB or not shutil.which("unzip"):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
    if shutil.which("unzip"):
        done = subprocess.run(["unzip", "-tqq", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def some_entries(folder: Path) -> list[Entry]:
    dice = np.random.default_rng(3)
    sizes = [0, 1, 100, 5_000, 70_000, 140_000]
    return [
        Entry.of_bytes("LICENSE", b"Public.\n"),
        *(
            file_entry(folder, f"Häuser/{at:02}.dcm", dice.bytes(dice.choice(sizes)), b"x" * at)
            for at in range(40)
        ),
        Entry.of_bytes("md5hashes.csv", b""),
    ]


@pytest.mark.slow
def test_two_thousand_random_ranges_equal_the_slice_of_the_whole(tmp_path: Path) -> None:
    stored = StoredZip(some_entries(tmp_path))
    whole = bytes_of(stored)
    assert len(whole) == stored.length
    dice = np.random.default_rng(4)
    for _ in range(2_000):
        start, stop = sorted(int(at) for at in dice.integers(0, stored.length + 1, 2))
        assert bytes_of(stored, start, stop) == whole[start:stop]


def test_every_cut_of_a_small_zip_fits(tmp_path: Path) -> None:
    stored = StoredZip(
        [Entry.of_bytes("a", b"1"), file_entry(tmp_path, "b", b"22"), Entry.of_bytes("c", b"")]
    )
    whole = bytes_of(stored)
    for cut in range(stored.length + 1):
        assert bytes_of(stored, 0, cut) + bytes_of(stored, cut) == whole


def test_what_is_unpacked_is_what_was_stored(tmp_path: Path) -> None:
    entries = some_entries(tmp_path)
    path = written(StoredZip(entries), tmp_path / "some.zip")
    assert_sound(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [entry.name for entry in entries]
        for entry in entries:
            assert archive.read(entry.name) == b"".join(read_pieces([entry.source]))


def test_an_empty_zip_is_a_zip(tmp_path: Path) -> None:
    path = written(StoredZip([]), tmp_path / "empty.zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == []


def test_equal_contents_have_equal_tags_and_bytes_wherever_they_lie(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    one, other = StoredZip(some_entries(here)), StoredZip(some_entries(there))
    assert one.etag == other.etag
    assert bytes_of(one) == bytes_of(other)


@pytest.mark.parametrize(("name", "content"), [("a", b"2"), ("b", b"1")])
def test_another_name_or_content_has_another_tag(name: str, content: bytes) -> None:
    assert StoredZip([Entry.of_bytes("a", b"1")]).etag != StoredZip([Entry.of_bytes(name, content)]).etag


@pytest.mark.slow
def test_seventy_thousand_entries_need_zip64(tmp_path: Path) -> None:
    content = file_entry(tmp_path, "one", b"DICM")
    stored = StoredZip(
        Entry(name=f"{at}.dcm", source=content.source, crc32=content.crc32, digest=content.digest)
        for at in range(70_000)
    )
    path = written(stored, tmp_path / "many.zip")
    assert_sound(path)
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 70_000


@pytest.mark.slow
@pytest.mark.parametrize("count", [65_534, 65_535, 65_536])
def test_the_number_of_entries_is_true_about_its_limit(tmp_path: Path, count: int) -> None:
    path = written(StoredZip(Entry.of_bytes(f"{at}", b"") for at in range(count)), tmp_path / "many.zip")
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == count


@pytest.mark.soak
def test_an_entry_of_five_gigabytes_and_its_neighbours_are_sound(tmp_path: Path) -> None:
    entries = [
        file_entry(tmp_path, "before.dcm", b"before"),
        sparse_entry(tmp_path, "large.dcm", 5_000_000_007),
        file_entry(tmp_path, "after.dcm", b"after"),
    ]
    path = written(StoredZip(entries), tmp_path / "large.zip")
    assert path.stat().st_size == StoredZip(entries).length
    assert_sound(path)


@pytest.mark.parametrize("size", [FOUR_GIB - 2, FOUR_GIB - 1, FOUR_GIB])
def test_sizes_and_offsets_about_four_gibibytes_are_read_back(tmp_path: Path, size: int) -> None:
    path = tmp_path / "sparse"
    path.touch()
    os.truncate(path, size)
    large = Entry(name="large", source=FileSpan(str(path), 0, size), crc32=0, digest="large")
    stored = StoredZip([large, Entry.of_bytes("after", b"after")])
    tail = bytes_of(stored, stored.length - 1_000)
    with (tmp_path / "tail.zip").open("wb") as file:
        file.seek(stored.length - len(tail))
        file.write(tail)
    with zipfile.ZipFile(tmp_path / "tail.zip") as archive:
        assert [(info.filename, info.file_size) for info in archive.infolist()] == [
            ("large", size),
            ("after", 5),
        ]
        assert archive.read("after") == b"after"


@pytest.mark.slow
def test_an_entry_past_four_gibibytes_is_found_though_none_is_large(tmp_path: Path) -> None:
    large = sparse_entry(tmp_path, "large", 1_500_000_000)
    entries = [
        *(Entry(name=f"{at}", source=large.source, crc32=large.crc32, digest="") for at in range(3)),
        file_entry(tmp_path, "last.dcm", b"last"),
    ]
    path = written(StoredZip(entries), tmp_path / "offset.zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("last.dcm").header_offset > FOUR_GIB
        assert archive.read("last.dcm") == b"last"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../b",
        "a//b",
        "a/",
        "./a",
        "..",
        "C:x",
        "a\\b",
        "a\0b",
        "a\nb",
        "a\ud800",
        "x" * 70_000,
    ],
)
def test_a_name_that_could_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(UnsafeName) as refusal:
        StoredZip([Entry.of_bytes(name, b"")])
    assert not name or name not in str(refusal.value)


def test_a_name_stands_once() -> None:
    with pytest.raises(UnsafeName):
        StoredZip([Entry.of_bytes("a", b"1"), Entry.of_bytes("b", b"2"), Entry.of_bytes("a", b"3")])


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: os.truncate(path, 3)])
def test_a_blob_that_is_missing_or_short_is_an_error_not_a_shorter_zip(tmp_path: Path, damage) -> None:
    entry = file_entry(tmp_path, "a.dcm", b"DICM")
    damage(next(tmp_path.iterdir()))
    with pytest.raises(BrokenBlob):
        bytes_of(StoredZip([entry]))
