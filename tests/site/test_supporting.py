"""Tables and documents among the images: cleaned where a dictionary tells of them, else they wait."""

import csv

import pydicom
import pytest
from PIL import Image
from tests.site.hospital import id_of

pytestmark = pytest.mark.slow

DICTIONARY = """\
column,title,description,unit,type,values,action
*,Clinical data,One row for each visit,,,,
mrn,Subject,,,text,,id
sex,Sex,,,code,F = female; M = male,keep
diagnosed,Date of diagnosis,,,date,,date
last_seen,Follow-up,,,date,,days from diagnosed
name,,,,text,,drop
"""
ROWS = [
    ("mrn", "sex", "diagnosed", "last_seen", "name"),
    (id_of(1), "F", "2021-03-04", "2021-04-04", "Kunigunde"),
    (id_of(2), "M", "2020-02-29", "2020-03-01", "Kunigunde"),
]


@pytest.fixture
def told(exported):
    folder = exported.source / "clinical"
    folder.mkdir()
    with (folder / "visits.csv").open("w", newline="") as file:
        csv.writer(file).writerows(ROWS)
    (folder / "visits.dictionary.csv").write_text(DICTIONARY)
    return exported


def test_a_table_moves_with_the_images_of_its_patients(told):
    done = told.run()
    assert done.returncode == 0, done.stdout + done.stderr
    with (told.out / "clinical" / "visits.csv").open(newline="") as file:
        rows = {row["mrn"]: row for row in csv.DictReader(file)}
    images = {
        image.PatientID: image for path in told.out.rglob("IM0001.dcm") for image in [pydicom.dcmread(path)]
    }
    assert rows.keys() == images.keys()
    assert {row["last_seen"] for row in rows.values()} == {"31", "1"}
    first = next(row for row in rows.values() if row["sex"] == "F")
    assert first["diagnosed"].replace("-", "") == images[first["mrn"]].StudyDate, "both were 4 March 2021"
    text = (told.out / "clinical" / "visits.csv").read_text() + (
        told.out / "clinical" / "visits.dictionary.csv"
    ).read_text()
    assert "Kunigunde" not in text
    assert "action" not in text
    assert id_of(1) not in text


def test_a_second_run_leaves_the_table_as_it_is(told, snapshot):
    told.run()
    before = snapshot(told.out)
    assert told.run().returncode == 0
    assert snapshot(told.out) == before


def test_a_document_of_which_nobody_tells_waits_and_is_never_copied(exported):
    (exported.source / "letter.pdf").write_bytes(b"%PDF-1.4 dear Mrs Kunigunde")
    (exported.source / "values.csv").write_text(f"mrn\n{id_of(1)}\n")
    done = exported.run()
    assert done.returncode == 3
    states = exported.states()
    assert (states["letter.pdf"], states["values.csv"]) == ("waiting", "waiting")
    assert not [path for path in exported.out.rglob("*") if path.suffix in {".pdf", ".csv"}]


def test_a_picture_loses_what_it_says_beside_its_pixels_and_waits_for_an_eye(exported):
    picture = Image.new("RGB", (8, 8))
    described = Image.Exif()
    described[0x010E] = "Kunigunde"
    picture.save(exported.source / "photo.jpg", exif=described)
    assert exported.run().returncode == 3
    assert exported.states()["photo.jpg"] == "waiting"
    waiting = exported.maps / "waiting.csv"
    waiting.write_text(waiting.read_text().rstrip("\n") + "accept\n")
    assert exported.run().returncode == 0
    written = (exported.out / "photo.jpg").read_bytes()
    assert b"Kunigunde" not in written
    with Image.open(exported.out / "photo.jpg") as picture:
        assert picture.size == (8, 8)


def test_free_text_in_a_table_waits_until_a_person_accepts_it(told):
    dictionary = told.source / "clinical" / "visits.dictionary.csv"
    dictionary.write_text(DICTIONARY.replace("name,,,,text,,drop", "name,,,,text,,keep"))
    assert told.run().returncode == 3
    assert told.states()["visits.csv"] == "waiting"
    assert not (told.out / "clinical").exists()
