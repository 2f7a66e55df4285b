"""A run that is repeated, broken off, killed or given more: nothing is done twice, nothing is half done."""

import os
import signal
import subprocess
import time

import pydicom
import pytest
from tests.archives import environ
from tests.site import hospital
from tests.site.hospital import ct, id_of, name_of, write

pytestmark = pytest.mark.slow


def test_a_second_run_changes_nothing(exported, snapshot):
    exported.run()
    before = snapshot(exported.out)
    done = exported.run()
    assert done.returncode == 0
    assert "Reading 0 files" in done.stderr
    assert "Cleaning 0 files" in done.stderr
    assert snapshot(exported.out) == before


def test_a_file_that_is_lost_in_out_comes_again(exported, snapshot):
    exported.run()
    before = snapshot(exported.out)
    next(exported.out.rglob("IM0002.dcm")).unlink()
    assert "Cleaning 1 files" in exported.run().stderr
    assert snapshot(exported.out).keys() == before.keys()


def test_a_late_file_that_brings_an_identifier_redoes_its_patient_alone(exported, snapshot):
    late = "Wipplinger"
    telling = write(ct(1, 4, SeriesDescription=f"CHEST {late}"), exported.source / "b" / "early.dcm")
    assert telling.exists()
    exported.run()
    before = snapshot(exported.out)
    write(ct(1, 5, PatientMotherBirthName=late, OtherPatientNames=late), exported.source / "b" / "late.dcm")
    assert exported.run().returncode == 0
    after = snapshot(exported.out)
    redone = {path for path in before if after.get(path) != before[path]}
    assert "b/early.dcm" in redone
    assert len(redone) == 7, "the other patient's files stand as they were"
    assert late not in str(pydicom.dcmread(exported.out / "b" / "early.dcm"))


@pytest.mark.parametrize("more", [(), ("--prune",)])
def test_an_identifier_stays_known_when_the_file_that_brought_it_is_gone(exported, snapshot, more):
    late = "Wipplinger"
    write(ct(1, 4, SeriesDescription=f"CHEST {late}"), exported.source / "b" / "early.dcm")
    brought = write(ct(1, 5, OtherPatientNames=late), exported.source / "b" / "late.dcm")
    assert exported.run().returncode == 0
    brought.unlink()
    before = snapshot(exported.out)
    assert exported.run(*more).returncode == 0
    assert exported.run(*more).returncode == 0
    after = snapshot(exported.out)
    assert after == {path: told for path, told in before.items() if path in after}
    assert ("b/late.dcm" in after) is not bool(more)
    assert late not in str(pydicom.dcmread(exported.out / "b" / "early.dcm"))


def test_a_file_that_changed_is_done_again_and_one_that_broke_leaves_out(exported):
    path = write(ct(1, 4), exported.source / "a" / "one.dcm")
    other = write(ct(1, 5), exported.source / "a" / "two.dcm")
    exported.run()
    write(ct(1, 4, SliceThickness=7), path)
    other.write_bytes(other.read_bytes()[:-50])
    assert exported.run().returncode == 3
    assert pydicom.dcmread(exported.out / "a" / "one.dcm").SliceThickness == 7
    assert not (exported.out / "a" / "two.dcm").exists()


def test_another_recipe_cleans_everything_again_in_its_place(exported):
    exported.run("--recipe", "tcia")
    before = {path: image.get("StudyDate") for path, image in exported.written().items()}
    exported.run("--recipe", "basic")
    after = {path: image.get("StudyDate") for path, image in exported.written().items()}
    assert before.keys() == after.keys()
    assert all(before.values())
    assert not any(after.values())


def test_a_person_who_accepts_what_waits_lets_it_out_until_the_file_changes(site):
    shot = write(hospital.capture(1), site.source / "screen.dcm")
    assert site.run("--recipe", "basic").returncode == 3
    assert site.states() == {"screen.dcm": "waiting"}
    assert site.written() == {}
    waiting = site.maps / "waiting.csv"
    lines = waiting.read_text().splitlines()
    waiting.write_text("\n".join([lines[0], *(f"{line}accept" for line in lines[1:])]) + "\n")
    assert site.run("--recipe", "basic").returncode == 0
    assert list(site.written()) == ["screen.dcm"]
    assert site.run("--recipe", "basic").returncode == 0, "the word holds"
    write(hospital.capture(1, InstanceNumber=99), shot)
    assert site.run("--recipe", "basic").returncode == 3
    assert site.written() == {}


def test_files_wait_until_the_lookup_table_names_their_patient(exported, tmp_path):
    table = tmp_path / "lookup.csv"
    table.write_text(f"id_old,id_new\n{id_of(1)},STUDY-001\n")
    assert exported.run("--lookup", str(table)).returncode == 3
    assert {image.PatientID for image in exported.written().values()} == {"STUDY-001"}
    assert [row["id_old"] for row in exported.table("missing_ids.csv")] == [id_of(2)]
    table.write_text(f"id_old,id_new\n{id_of(1)},STUDY-001\n{id_of(2)},STUDY-002\n")
    assert exported.run("--lookup", str(table)).returncode == 0
    assert {image.PatientID for image in exported.written().values()} == {"STUDY-001", "STUDY-002"}
    assert not (exported.maps / "missing_ids.csv").exists()


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_broken_off_goes_on_where_it_stopped(site, stop):
    for patient in range(1, 9):
        for number in range(1, 41):
            write(ct(patient, number), site.source / f"{name_of(patient)}" / f"IM{number:04}.dcm")
    # a shell's background jobs ignore Ctrl-C, and so would all that the tests start from one
    command = ["env", "--default-signal=INT", *site.command()]
    running = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=environ(), start_new_session=True
    )
    deadline = time.monotonic() + 100
    while not any(site.out.rglob("*.dcm")) and time.monotonic() < deadline:
        time.sleep(0.02)
    if stop == signal.SIGINT:
        os.killpg(running.pid, stop)  # as a terminal does: to every process of the run
    else:
        os.kill(running.pid, stop)
    _, said = running.communicate(timeout=60)
    assert running.returncode == (3 if stop != signal.SIGKILL else -9), said
    for path in site.out.rglob("*.dcm"):
        pydicom.dcmread(path).PixelData  # noqa: B018 - whole, or not under its name
    done = site.run()
    assert done.returncode == 0, done.stderr
    assert site.report()["files"]["written"] == 320
    assert len(site.written()) == 320, "and nothing else lies in OUT"
