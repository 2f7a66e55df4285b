"""Mammograms are as their makers write them, and show a breast where the header says that it is."""

import io

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset

from vesalius.deid import PatientContext
from vesalius.deid.text import is_harmless
from vesalius.demo.content import mammography
from vesalius.demo.content.mammography import DETECTORS, PATIENTS, PLAN
from vesalius.demo.phantom.breast import Breast, Finding
from vesalius.dicom import check, read
from vesalius.dicom.frames import frame
from vesalius.dicom.look import look_of
from vesalius.dicom.render import render, thumbnail

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mammography")]  # drawn once
SIZE = {"rows": 640, "columns": 480, "spacing": 0.36}


@pytest.fixture(scope="module")
def delivery() -> list[bytes]:
    return [file.content for patient in range(1, PATIENTS + 1) for file in mammography.files(patient)]


@pytest.fixture(scope="module")
def images(delivery) -> list[Dataset]:
    return [dcmread(io.BytesIO(content)) for content in delivery]


def brightness(ds: Dataset) -> np.ndarray:
    """0 black to 4095 white as on the screen."""
    stored = ds.pixel_array.astype(int)
    return 4095 - stored if ds.PhotometricInterpretation == "MONOCHROME1" else stored


def test_each_woman_has_both_views_of_each_side_as_a_series_each(images):
    shown = [(ds.PatientID, ds.ImageLaterality, ds.ViewPosition) for ds in images]
    assert len(set(shown)) == len(shown) == 2 * sum(len(woman.sides) for woman in PLAN)
    assert len({ds.SeriesInstanceUID for ds in images}) == len(images)
    assert {view for _, _, view in shown} == {"CC", "MLO"}


def test_there_are_four_makers_two_polarities_two_encodings_and_four_densities(images):
    assert {ds.Manufacturer for ds in images} == set(DETECTORS)
    assert {ds.PhotometricInterpretation for ds in images} == {"MONOCHROME1", "MONOCHROME2"}
    assert len({ds.file_meta.TransferSyntaxUID for ds in images}) == 2
    assert {woman.density for woman in PLAN} == set("ABCD")


def test_view_side_and_orientation_agree(images):
    codes = {"CC": "399162004", "MLO": "399368009"}
    down = {("L", "CC"): "R", ("R", "CC"): "L", ("L", "MLO"): "FR", ("R", "MLO"): "FL"}
    for ds in images:
        side, view = ds.ImageLaterality, ds.ViewPosition
        assert ds.ViewCodeSequence[0].CodeValue == codes[view]
        assert ds.PatientOrientation == ["A" if side == "L" else "P", down[side, view]]
        assert ds.PresentationLUTShape == (
            "INVERSE" if ds.PhotometricInterpretation == "MONOCHROME1" else "IDENTITY"
        )
        assert ds.PatientSex == "F"
        assert ds.BreastImplantPresent == "NO"


def test_the_breast_lies_at_the_chest_wall_of_its_side_and_air_before_the_nipple(images):
    for ds in images:
        bright = brightness(ds)[ds.Rows // 6 :]  # below the marker
        left, right = bright[:, 5:25].mean(), bright[:, -25:-5].mean()
        breast, air = (left, right) if ds.ImageLaterality == "L" else (right, left)
        assert breast > 600
        assert air < 60


def test_the_pectoral_muscle_is_seen_in_the_oblique_view_alone(images):
    for ds in images:
        top = brightness(ds)[:40]
        corner = top[:, 8:60] if ds.ImageLaterality == "L" else top[:, -60:-8]
        assert np.median(corner) > 1500 if ds.ViewPosition == "MLO" else np.median(corner) < 900


def test_our_own_reader_and_renderer_agree_with_pydicom(delivery, images):
    for content, ds in zip(delivery[::3], images[::3], strict=True):
        with read(io.BytesIO(content)) as file:
            assert not check(file)
            assert np.array_equal(frame(file, 0), ds.pixel_array)
            assert render(frame(file, 0), look_of(file), size=256)


def test_thumbnails_of_both_polarities_are_bright_on_black(delivery):
    for content in delivery[::5]:
        with read(io.BytesIO(content)) as file:
            picture = np.asarray(Image.open(io.BytesIO(thumbnail(file, 128))))
        assert np.percentile(picture, 20) < 12
        assert np.percentile(picture, 97) > 110


def test_the_delivery_is_small_says_that_it_is_synthetic_and_shows_harmless_words(delivery, images):
    nobody = PatientContext(issuer="", patient_id="")
    assert sum(map(len, delivery)) < 12_000_000
    for ds in images:
        assert ds.SyntheticData == "YES"
        assert is_harmless(ds.SeriesDescription, nobody)
        assert is_harmless(ds.StudyDescription, nobody)


def test_the_same_seed_writes_the_same_bytes(delivery):
    assert next(mammography.files(1)).content == delivery[0]
    assert next(mammography.files(1, seed=7)).content != delivery[0]


@pytest.mark.parametrize("view", ["CC", "MLO"])
def test_a_denser_breast_is_brighter(view):
    means = [Breast(seed=4, density=density).view(view, **SIZE)[200:440, 20:220].mean() for density in "ABCD"]
    assert means == sorted(means)


@pytest.mark.parametrize("kind", ["spiculated", "round", "calcifications"])
def test_a_finding_is_bright_where_it_was_put_and_nowhere_else(kind):
    finding = Finding(kind=kind, behind=45, lateral=15, up=10, radius=7)
    bare = Breast(seed=4, density="B").view("CC", **SIZE)
    found = Breast(seed=4, density="B", findings=(finding,)).view("CC", **SIZE)
    rows, columns = np.nonzero(found - bare > 0.04)
    middle = np.median(rows) * 0.36, np.median(columns) * 0.36
    assert middle == pytest.approx((640 * 0.36 / 2 - 15, 100 - 45), abs=4)
    assert np.hypot(rows * 0.36 - middle[0], columns * 0.36 - middle[1]).max() < 32
