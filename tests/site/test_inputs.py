"""What IN holds, and what it no longer holds: ZIP archives in a folder, and files that went away."""

import shutil
import zipfile

import pytest
from tests.site import hospital
from tests.site.hospital import ct, name_of, write

pytestmark = pytest.mark.slow


def pack(folder, archive):
    """A folder as a ZIP archive, which takes its place."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.write(path, path.relative_to(folder).as_posix())
    shutil.rmtree(folder)


def test_a_zip_in_a_folder_is_opened_like_a_folder(site):
    write(ct(1, 1), site.base / "more" / "CT" / "one.dcm")
    write(ct(1, 2, SeriesDescription=f"CHEST {name_of(1)}"), site.base / "more" / "CT" / "two.dcm")
    pack(site.base / "more", site.source / "late" / "more.zip")
    write(ct(1, 3), site.source / "three.dcm")
    done = site.run()
    assert done.returncode == 0, done.stdout
    assert list(site.written()) == ["late/more.zip/CT/one.dcm", "late/more.zip/CT/two.dcm", "three.dcm"]
    assert "Zwetschkenbaum" not in str(site.written()["late/more.zip/CT/two.dcm"])
    assert "Cleaning 0 files" in site.run().stderr


@pytest.mark.parametrize("content", [b"PK\x05\x06" + bytes(18), b"PK\x03\x04 and then the line was cut"])
def test_a_zip_in_a_folder_that_cannot_be_opened_waits_for_a_person(site, content):
    write(ct(1, 1), site.source / "one.dcm")
    (site.source / "more.zip").write_bytes(content)
    assert site.run().returncode == 3
    assert site.states() == {"one.dcm": "written", "more.zip": "waiting"}


def test_a_zip_within_a_zip_waits_for_a_person(site):
    write(ct(1, 1), site.base / "inner" / "one.dcm")
    pack(site.base / "inner", site.base / "outer" / "inner.zip")
    pack(site.base / "outer", site.source / "outer.zip")
    assert site.run().returncode == 3
    assert site.states() == {"inner.zip": "waiting"}


def test_what_is_gone_from_in_is_told_and_stays_in_out_and_in_the_maps(exported):
    exported.run()
    before = exported.written()
    uids = exported.table("uid_map.csv")
    shutil.rmtree(next(exported.source.glob(f"{name_of(1).replace('^', '_')}*")))
    done = exported.run()
    assert done.returncode == 0, done.stdout
    assert "6 files in OUT come from files that are no longer in IN" in done.stdout
    assert len(exported.report()["gone_from_in"]) == 6
    assert exported.report()["files"]["written"] == 6
    assert list(exported.written()) == list(before)
    assert exported.table("uid_map.csv") == uids, "who has OUT can still be told who is meant"
    assert [row["state"] for row in exported.table("files.csv")].count("gone") == 6


def test_pruning_takes_what_is_gone_out_of_out_and_nothing_else(exported):
    exported.run()
    before = set(exported.written())
    shutil.rmtree(next(exported.source.glob(f"{name_of(1).replace('^', '_')}*")))
    assert exported.run("--prune", "--preflight", "--maps", str(exported.maps)).returncode == 0
    assert set(exported.written()) == before, "a preflight takes nothing away"
    done = exported.run("--prune")
    assert done.returncode == 0, done.stdout
    left = set(exported.written())
    assert left < before
    assert len(left) == 6
    assert len(list(exported.out.iterdir())) == 1, "no empty folder stays"
    assert "no longer in IN" not in done.stdout
    assert {row["id_old"] for row in exported.table("patient_map.csv")} == {hospital.id_of(2)}


def test_a_file_that_only_moved_is_not_pruned_with_its_old_name(site):
    write(ct(1, 1), site.source / "a.dcm")
    assert site.run("--names", "uid").returncode == 0
    before = list(site.written())
    (site.source / "a.dcm").rename(site.source / "b.dcm")
    done = site.run("--names", "uid", "--prune")
    assert done.returncode == 0, done.stdout
    assert list(site.written()) == before
