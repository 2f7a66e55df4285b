"""PET is shown by standardised uptake, the same for all slices of a scan, dark on white."""

import io

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset

from vesalius.demo.writing import written
from vesalius.dicom import read
from vesalius.dicom.frames import frame
from vesalius.dicom.look import look_of
from vesalius.dicom.render import render, thumbnail
from vesalius.dicom.uptake import one_suv

HALF_LIFE = 6586.2


def pet(**said) -> Dataset:
    injection = Dataset()
    injection.RadiopharmaceuticalStartTime = "100000.00"
    injection.RadionuclideTotalDose = "300000000"
    injection.RadionuclideHalfLife = str(HALF_LIFE)
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.128", "2.999.1"
    ds.Modality, ds.Units, ds.DecayCorrection = "PT", "BQML", "START"
    ds.PatientWeight, ds.SeriesTime = "75", "110000"
    ds.RadiopharmaceuticalInformationSequence = [injection]
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 2, 4, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    ds.RescaleSlope, ds.RescaleIntercept = "1", "0"
    ds.PixelData = np.array([[0, 1000, 9580, 19172]] * 2, "<i2").tobytes()
    for keyword, value in said.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    return ds


def opened(ds: Dataset):
    return read(io.BytesIO(written(ds)))


def suv(ds: Dataset) -> float | None:
    with opened(ds) as file:
        return one_suv(file.dataset)


def test_one_standardised_uptake_is_the_dose_left_at_the_scan_over_the_body():
    assert suv(pet()) == pytest.approx(3e8 * 2 ** (-3600 / HALF_LIFE) / 75_000)


def test_a_dose_corrected_to_its_injection_has_not_decayed():
    assert suv(pet(DecayCorrection="ADMIN")) == pytest.approx(4000)


def test_a_date_time_of_the_injection_serves_as_well_and_midnight_may_pass():
    ds = pet(SeriesTime="003000")
    item = ds.RadiopharmaceuticalInformationSequence[0]
    del item.RadiopharmaceuticalStartTime
    item.RadiopharmaceuticalStartDateTime = "20240131233000.000000+0100"
    assert suv(ds) == pytest.approx(suv(pet()))


def test_where_the_times_were_removed_an_hour_is_taken():
    assert suv(pet(SeriesTime=None)) == pytest.approx(suv(pet()))


@pytest.mark.parametrize(
    "said", [{"PatientWeight": None}, {"RadiopharmaceuticalInformationSequence": None}, {"Units": "CNTS"}]
)
def test_without_weight_dose_or_unit_there_is_no_standardised_uptake(said):
    assert suv(pet(**said)) is None


def test_values_that_are_standardised_uptakes_are_taken_so():
    assert suv(pet(Units="GML", PatientWeight=None)) == 1.0


def test_pet_is_drawn_dark_on_white_up_to_seven_standardised_uptakes():
    with opened(pet()) as file:
        look = look_of(file)
        greys = np.asarray(Image.open(io.BytesIO(render(frame(file, 0), look, form="PNG"))))[0].tolist()
    assert look.window is not None
    assert look.window.width == pytest.approx(7 * suv(pet()))
    assert greys == [255, 242, 128, 0]


def test_a_window_of_the_file_comes_before_the_standardised_uptake():
    with opened(pet(WindowCenter="500", WindowWidth="1000")) as file:
        assert look_of(file).window.width == 1000


def test_a_thumbnail_of_a_pet_is_white_where_nothing_is_taken_up():
    with opened(pet(Rows=2, Columns=2, PixelData=np.array([0, 0, 0, 30000], "<i2").tobytes())) as file:
        picture = Image.open(io.BytesIO(thumbnail(file, 64, form="PNG")))
    assert picture.getpixel((8, 8)) == 255
    assert picture.getpixel((60, 60)) == 0
