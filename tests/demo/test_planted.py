"""The delivery in review holds identity where its key says, and what must be set apart."""

import csv
import io
import re

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from vesalius.deid.tables.dictionary import read_dictionary
from vesalius.demo.content import planted
from vesalius.demo.content.planted import DAMAGED, DICTIONARY, PLANTED, README, TABLE
from vesalius.dicom import DicomError, check, read
from vesalius.dicom.frames import frame
from vesalius.dicom.look import look_of
from vesalius.dicom.render import render

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("planted")]  # drawn once
STEP = re.compile(r"\((\w{4}),(\w{4})\)(?:\[(\d+)\])?")
OTHERS = {README, TABLE, DICTIONARY}


@pytest.fixture(scope="module")
def delivery() -> dict[str, bytes]:
    return {
        file.path: file.content for patient in range(planted.PATIENTS + 1) for file in planted.files(patient)
    }


def value_at(ds: Dataset, where: str) -> str:
    for group, element, item in STEP.findall(where):
        found = ds[int(group, 16), int(element, 16)]
        if item:
            ds = found.value[int(item)]
    return str(found.value)


def within(delivery: dict[str, bytes], path: str) -> list[bytes]:
    found = [content for name, content in delivery.items() if name.startswith(path) and name != DAMAGED]
    assert found, path
    return found


@pytest.mark.parametrize(
    "plant", [one for one in PLANTED if one.where.startswith("(")], ids=lambda one: one.where
)
def test_identity_stands_in_the_elements_that_the_key_names(delivery, plant):
    for content in within(delivery, plant.path):
        assert plant.value in value_at(dcmread(io.BytesIO(content)), plant.where)


@pytest.mark.parametrize("plant", [one for one in PLANTED if one.kind == "pixels"], ids=lambda one: one.path)
def test_there_is_writing_where_the_key_says_that_pixels_tell_a_name(delivery, plant):
    top, bottom, left, right = map(int, re.findall(r"\d+", plant.where))
    for content in within(delivery, plant.path):
        with read(io.BytesIO(content)) as file:
            part = frame(file, 0)[top:bottom, left:right].astype(int)
        grey = part if part.ndim == 2 else part.max(axis=2)
        ground = np.median(grey)
        assert 0.01 < (np.abs(grey - ground) > 90).mean() < 0.3  # strokes on an even ground


def test_the_table_tells_names_and_telephones_and_its_dictionary_leaves_them_open(delivery):
    rows = list(csv.DictReader(io.StringIO(delivery[TABLE].decode())))
    for plant in (one for one in PLANTED if one.kind == "table"):
        row, column = re.fullmatch(r"row (\d+), (\w+)", plant.where).groups()
        assert plant.value in rows[int(row) - 1][column]
    told = read_dictionary(io.BytesIO(delivery[DICTIONARY]))
    assert told.id_column == "patient_id"
    assert set(rows[0]) - {one.name for one in told.columns} == {
        "patient_name",
        "date_of_birth",
        "phone",
        "next_of_kin",
    }


def test_the_table_and_the_images_speak_of_the_same_patients(delivery):
    rows = list(csv.DictReader(io.StringIO(delivery[TABLE].decode())))
    images = {str(dcmread(io.BytesIO(content)).PatientID) for content in within(delivery, "EXPORT/")}
    assert {row["patient_id"] for row in rows} == images


def test_every_kind_of_hiding_place_is_used(delivery):
    kinds = {one.kind for one in PLANTED}
    assert kinds == {"header", "free text", "private", "nested", "pixels", "table", "text file"}
    text = next(one for one in PLANTED if one.kind == "text file")
    assert text.value in delivery[text.path].decode().splitlines()[1]


def test_what_is_whole_is_sound_and_what_is_not_is_refused(delivery):
    refused, modalities = set(), set()
    for path, content in delivery.items():
        try:
            with read(io.BytesIO(content)) as file:
                assert not check(file)
                assert render(frame(file, 0), look_of(file))
                modalities.add(file.dataset.text(0x00080060))
        except DicomError:
            refused.add(path)
    assert refused == OTHERS | {DAMAGED}
    assert modalities == {"CT", "OT", "US"}


def test_pydicom_decodes_what_is_whole(delivery):
    for content in within(delivery, "EXPORT/"):
        ds = dcmread(io.BytesIO(content))
        assert ds.pixel_array.shape[:2] == (ds.Rows, ds.Columns)


def test_the_delivery_is_small_and_the_same_each_time(delivery):
    assert sum(map(len, delivery.values())) < 8_000_000
    assert {file.path: file.content for file in planted.files(2)}.items() <= delivery.items()
    assert next(planted.files(1, seed=7)).content != next(planted.files(1)).content


def test_every_image_says_that_it_is_synthetic(delivery):
    for content in within(delivery, "EXPORT/"):
        assert dcmread(io.BytesIO(content)).SyntheticData == "YES"
