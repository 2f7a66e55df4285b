"""PET and CT of one patient lie in one space, and the uptake that the header promises is in the pixels."""

import io

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from vesalius.deid import PatientContext
from vesalius.deid.text import is_harmless
from vesalius.demo.content import pet_ct
from vesalius.demo.content.pet_ct import HALF_LIFE, PLAN
from vesalius.demo.phantom import Build, Chest
from vesalius.demo.phantom.pet import uptake
from vesalius.demo.phantom.whole import low_dose
from vesalius.dicom import check, read
from vesalius.dicom.frames import frame
from vesalius.dicom.look import look_of
from vesalius.dicom.render import render
from vesalius.dicom.uptake import one_suv

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pet_ct")]  # drawn once
TRUNK = 2  # the smaller of the two scans
WHOLE = Chest(Build(seed=3, sex="M", age=60, size=96, spacing=6.0, contrast=False))


@pytest.fixture(scope="module")
def delivery() -> list[bytes]:
    return [file.content for file in pet_ct.files(TRUNK)]


@pytest.fixture(scope="module")
def images(delivery) -> list[Dataset]:
    return [dcmread(io.BytesIO(content)) for content in delivery]


@pytest.fixture(scope="module")
def pet(images) -> list[Dataset]:
    return [ds for ds in images if ds.Modality == "PT"]


@pytest.fixture(scope="module")
def ct(images) -> list[Dataset]:
    return [ds for ds in images if ds.Modality == "CT"]


def suv(ds: Dataset) -> np.ndarray:
    """Standardised uptake by body weight, as a reader's own program works it out."""
    injection = ds.RadiopharmaceuticalInformationSequence[0]
    waited = seconds(ds.SeriesTime) - seconds(injection.RadiopharmaceuticalStartTime)
    left = float(injection.RadionuclideTotalDose) * 2 ** (-waited / float(injection.RadionuclideHalfLife))
    return ds.pixel_array * float(ds.RescaleSlope) * float(ds.PatientWeight) * 1000 / left


def seconds(time: str) -> int:
    return int(time[:2]) * 3600 + int(time[2:4]) * 60 + int(time[4:6])


def near(stack: list[Dataset], place: tuple[float, float, float]) -> tuple[Dataset, int, int]:
    """The slice, row and column that lie nearest to a place of the patient, mm."""
    x, y, z = place
    ds = min(stack, key=lambda one: abs(float(one.ImagePositionPatient[2]) - z))
    spacing = float(ds.PixelSpacing[0])
    column, row = ((at - float(ds.ImagePositionPatient[axis])) / spacing for axis, at in ((0, x), (1, y)))
    return ds, round(row), round(column)


def test_both_series_share_a_frame_of_reference_and_cover_the_same_body(pet, ct):
    assert len({ds.FrameOfReferenceUID for ds in [*pet, *ct]}) == 1
    for stack in (pet, ct):
        heights = np.array([float(ds.ImagePositionPatient[2]) for ds in stack])
        assert np.allclose(np.diff(heights), -float(stack[0].SliceThickness), atol=0.011)
    tops = [float(stack[0].ImagePositionPatient[2]) for stack in (pet, ct)]
    assert abs(tops[0] - tops[1]) < 8
    for stack in (pet, ct):
        ds, row, column = near(stack, (0, 0, -200))
        assert (row, column) in {(side, side) for side in (ds.Rows // 2 - 1, ds.Rows // 2)}


def test_the_injection_says_all_that_an_uptake_needs(pet):
    plan = PLAN[TRUNK - 1]
    for ds in pet:
        injection = ds.RadiopharmaceuticalInformationSequence[0]
        assert (ds.Units, ds.DecayCorrection) == ("BQML", "START")
        assert "DECY" in ds.CorrectedImage
        assert "ATTN" in ds.CorrectedImage
        assert float(injection.RadionuclideHalfLife) == HALF_LIFE
        assert float(injection.RadionuclideTotalDose) == plan.dose
        assert injection.RadionuclideCodeSequence[0].CodeMeaning == "^18^Fluorine"
        assert 2400 < seconds(ds.SeriesTime) - seconds(injection.RadiopharmaceuticalStartTime) < 5400
        assert ds.NumberOfSlices == len(pet)


def test_the_uptake_worked_out_from_the_header_is_that_of_tissue(pet):
    plan = PLAN[TRUNK - 1]
    liver, row, column = near(pet, (-70 * 0.98, -10, 40 * plan.tall - 300))
    assert np.median(suv(liver)[row - 2 : row + 3, column - 2 : column + 3]) == pytest.approx(2.25, rel=0.15)
    x, y, z = plan.spots[0].centre
    lesion, row, column = near(pet, (x * 0.98, y, z * plan.tall - 300))
    around = suv(lesion)[row - 6 : row + 7, column - 6 : column + 7]
    assert 7 < around.max() < plan.spots[0].uptake * 1.3


def test_the_lesion_is_hot_where_the_ct_shows_it(pet, ct):
    x, y, z = PLAN[TRUNK - 1].tumour.centre
    place = x * 0.98, y, z * PLAN[TRUNK - 1].tall - 300
    ds, row, column = near(ct, place)
    hu = ds.pixel_array[row - 3 : row + 4, column - 3 : column + 4].astype(float) - 1024
    assert -150 < np.median(hu) < 150
    ds, row, column = near(pet, place)
    hottest = np.unravel_index(np.argmax(suv(ds)), ds.pixel_array.shape)
    assert np.hypot(hottest[0] - row, hottest[1] - column) * float(ds.PixelSpacing[0]) < 30


def test_each_slice_of_the_pet_has_its_own_slope_and_uses_the_whole_range(pet):
    assert len({str(ds.RescaleSlope) for ds in pet}) > len(pet) * 0.9
    assert all(ds.pixel_array.max() >= 32700 for ds in pet)
    assert all(ds.pixel_array.min() >= 0 for ds in pet)


def test_our_reader_agrees_with_pydicom_and_shows_all_slices_in_one_window(delivery, images):
    windows = set()
    for content, ds in zip(delivery[::6], images[::6], strict=True):
        with read(io.BytesIO(content)) as file:
            assert not check(file)
            assert np.array_equal(frame(file, 0), ds.pixel_array)
            look = look_of(file)
            assert render(frame(file, 0), look, size=128)
            windows.add((ds.Modality, round(look.window.width, 3), look.inverted))
            if ds.Modality == "PT":
                assert suv(ds).max() * one_suv(file.dataset) == pytest.approx(
                    ds.pixel_array.max() * ds.RescaleSlope
                )
    assert {(modality, inverted) for modality, _, inverted in windows} == {("CT", False), ("PT", True)}
    assert len(windows) == 2


def test_the_same_seed_writes_the_same_bytes_and_all_of_it_is_called_synthetic(delivery, images):
    again = next(pet_ct.files(TRUNK))
    assert again.content == delivery[0]
    assert next(pet_ct.files(TRUNK, seed=7)).content != delivery[0]
    assert {ds.SyntheticData for ds in images} == {"YES"}
    assert sum(map(len, delivery)) < 5_000_000


def test_what_the_public_pages_show_is_made_of_words_that_may_stay(images):
    nobody = PatientContext(issuer="", patient_id="")
    for text in {
        getattr(ds, name)
        for ds in images
        for name in ("StudyDescription", "SeriesDescription", "ProtocolName")
    }:
        assert is_harmless(text, nobody)


@pytest.mark.parametrize(
    ("place", "low", "high"),
    [
        ((56, 9, 470), 5, 12),  # the cortex of the brain, at its side
        ((0, -34, -306), 14, 30),  # bladder
        ((-60, 44, -34), 2, 14),  # kidney
        ((-80, 0, 150), 0.2, 0.7),  # lung
        ((90, -20, -385), 0.3, 1.0),  # muscle of the thigh
    ],
)
def test_every_region_of_the_whole_body_takes_up_what_it_should(place, low, high):
    x, y, z = place
    volume = uptake(WHOLE, [z - 5.0, z, z + 5.0], ())
    column, row = (WHOLE.warp(np.array([[x, y]], float))[0] / 6.0 + 48).astype(int)
    around = volume[1, row - 1 : row + 2, column - 1 : column + 2]
    assert low < float(around.max() if low > 4 else np.median(around)) < high


@pytest.mark.parametrize(
    ("z", "x", "y", "low", "high"), [(470, 0, 30, 0, 80), (-120, 0, 84, 100, 1200), (-380, 90, -30, 0, 110)]
)
def test_the_ct_beyond_the_chest_shows_brain_bone_and_muscle(z, x, y, low, high):
    hu = low_dose(WHOLE, z)
    column, row = (WHOLE.warp(np.array([[x, y]], float))[0] / 6.0 + 48).astype(int)
    around = hu[row - 1 : row + 2, column - 1 : column + 2]
    assert low < float(around.max() if high > 1000 else np.median(around)) < high
