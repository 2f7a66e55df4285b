"""`vesalius deidentify` on a hospital's export: what comes out, what stays, and what every file became."""

import re
import shutil
import stat
import zipfile

import pytest
from pydicom.data import get_testdata_file
from tests.site import hospital
from tests.site.hospital import IMAGES, ROOT, ct, id_of, name_of, write

from vesalius.deid.output.facts import header_facts
from vesalius.dicom import read

pytestmark = pytest.mark.slow


def test_an_export_comes_out_cleaned_under_a_tree_that_names_nobody(exported):
    done = exported.run()
    assert done.returncode == 0, done.stdout + done.stderr
    written = exported.written()
    assert len(written) == 2 * (IMAGES + 3)
    everything = b"".join(path.read_bytes() for path in exported.out.rglob("*") if path.is_file())
    told = everything.decode("latin-1") + " ".join(written)
    for telling in ("Zwetschkenbaum", "Kunigunde", id_of(1), "ACC55", "Quacksalber", ROOT, "20210304"):
        assert telling.casefold() not in told.casefold(), telling
    shapes = {
        tuple(part if part in {"CT", "RT", "SR"} else "*" for part in path.split("/")[:-1])
        for path in written
    }
    assert {shape[2] for shape in shapes} == {"CT", "RT", "SR", "*"}
    assert "CT/IM0001.dcm" in {path.partition("/")[2].partition("/")[2] for path in written}


def test_what_is_said_on_the_terminal_names_nobody(exported):
    path = write(ct(1, 4), exported.source / name_of(1) / f"{id_of(1)}.dcm")
    path.write_bytes(path.read_bytes()[:-99])
    done = exported.run()
    assert done.returncode == 3
    assert "Zwetschkenbaum" not in done.stdout + done.stderr
    assert id_of(1) not in done.stdout + done.stderr


def test_every_reference_between_the_files_leads_to_a_file_of_out(exported):
    exported.run()
    there, references = set(), set()
    for path in exported.out.rglob("*"):
        if path.is_file():
            with read(path) as file:
                facts = header_facts(file)
            there.add(facts["SOPInstanceUID"])
            references.update(facts["references"]["SOPInstanceUID"])
    assert len(references) == 2 * IMAGES
    assert references <= there


def test_the_maps_tell_old_from_new_and_are_closed_to_others(exported):
    exported.run()
    patients = {row["id_old"]: row["id_new"] for row in exported.table("patient_map.csv")}
    uids = {row["id_old"]: row["id_new"] for row in exported.table("uid_map.csv")}
    assert set(patients) == {id_of(1), id_of(2)}
    assert set(patients.values()) == {str(image.PatientID) for image in exported.written().values()}
    assert {str(image.SOPInstanceUID) for image in exported.written().values()} <= set(uids.values())
    assert (exported.maps / "uid_map.csv").read_text().startswith("id_old,id_new\n")
    for path in [exported.maps, *exported.maps.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path.name


def test_every_file_of_the_input_stands_in_one_count(exported):
    folder = exported.source / "more"
    write(ct(1, 1), folder / "again.dcm")
    write(ct(1, 1, SliceThickness=9), folder / "other_content.dcm")
    write(hospital.capture(1), folder / "screen.dcm")
    (folder / "notes.bin").write_bytes(b"nothing that anybody knows")
    whole = (write(ct(1, 5), folder / "cut.dcm")).read_bytes()
    (folder / "cut.dcm").write_bytes(whole[:-100])
    shutil.copy(get_testdata_file("DICOMDIR"), folder / "DICOMDIR")
    done = exported.run("--recipe", "basic")
    assert done.returncode == 3
    states = exported.states()
    assert {name: states[name] for name in ("again.dcm", "other_content.dcm", "screen.dcm", "cut.dcm")} == {
        "again.dcm": "duplicate",
        "other_content.dcm": "quarantined",
        "screen.dcm": "waiting",
        "cut.dcm": "quarantined",
    }
    assert states["notes.bin"] == states["DICOMDIR"] == "not_dicom"
    counts = exported.report()["files"]
    assert counts == {
        "written": 12,
        "duplicate": 1,
        "not_dicom": 2,
        "quarantined": 2,
        "waiting": 1,
        "not_reached": 0,
    }
    assert len(exported.written()) == 12


@pytest.mark.parametrize(("recipe", "searched"), [("basic", False), ("tcia", True)])
def test_a_run_that_searches_no_pixels_for_text_says_so(exported, recipe, searched):
    done = exported.run("--recipe", recipe)
    sentence = f"Pixels were not searched for text: recipe {recipe} does not ask for it"
    assert exported.report()["pixels_searched"] == searched
    for told in (done.stdout, (exported.maps / "report" / "report.html").read_text()):
        assert (sentence in told) == (not searched)


@pytest.mark.parametrize("names", ["mirror", "uid"])
def test_a_zip_gives_what_its_folder_gives(exported, names, tmp_path):
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(exported.source.rglob("*")):
            if path.is_file():
                packed.write(path, path.relative_to(exported.source).as_posix())
    assert exported.run("--names", names).returncode == 0
    of_folder = {path: dataset.SOPInstanceUID for path, dataset in exported.written().items()}
    key = exported.maps / "site.key"
    shutil.rmtree(exported.out)
    done = exported.run("--names", names, "--key", str(key), "--maps", str(tmp_path / "more"), source=archive)
    assert done.returncode == 0, done.stderr
    assert {path: dataset.SOPInstanceUID for path, dataset in exported.written().items()} == of_folder


def test_files_can_be_called_by_their_new_uids(exported):
    exported.run("--names", "uid")
    for path, image in exported.written().items():
        levels = (image.PatientID, image.StudyInstanceUID, image.SeriesInstanceUID, image.SOPInstanceUID)
        assert path == "/".join(levels) + ".dcm"


def test_one_file_is_enough(site):
    path = write(ct(1, 1), site.source / "one.dcm")
    assert site.run(source=path).returncode == 0
    assert list(site.written()) == ["one.dcm"]


def test_a_medium_is_cleaned_without_its_directory(site):
    folder = get_testdata_file("DICOMDIR").rpartition("/")[0]
    shutil.copytree(folder, site.source / "medium")
    site.run()
    assert site.states()["DICOMDIR"] == "not_dicom"
    assert not [path for path in site.written() if "DICOMDIR" in path]
    assert sum(site.report()["files"].values()) == sum(1 for path in site.source.rglob("*") if path.is_file())


def test_a_preflight_says_what_would_change_and_writes_nothing(exported, snapshot):
    before = snapshot(exported.base)
    done = exported.run("--preflight")
    assert done.returncode == 0, done.stderr
    assert re.search(r"Patient's Name .*emptied.*Basic Profile: Z .* 12 ", done.stdout)
    assert re.search(r"cleaned and proved\W+12\W", done.stdout)
    assert snapshot(exported.base) == before
    assert not exported.maps.exists()
    assert exported.run("--preflight", "--maps", str(exported.maps)).returncode == 0
    assert not exported.maps.exists()
