"""Pictures show known values as known greys, with the shape they have in the patient."""

import io
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file, get_testdata_files
from pydicom.dataset import Dataset

from vesalius.dicom import DicomError, read
from vesalius.dicom.frames import frame, frame_count
from vesalius.dicom.look import Look, Lut, Window, look_of
from vesalius.dicom.render import Place, in_order, middle_instance, picture, render, thumbnail

CORPUS = sorted(path for path in map(Path, set(get_testdata_files())) if path.is_file())


def shown(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def greys(values: list[int], look: Look) -> list[int]:
    return shown(render(np.array([values], np.int16), look, form="PNG"))[0].tolist()


def test_the_linear_window_is_that_of_the_standard():
    # PS3.3 C.11.2.1.2.1: below c - 0.5 - (w-1)/2 black, above c - 0.5 + (w-1)/2 white.
    look = Look(window=Window(2048, 4096), slope=1, intercept=0)
    assert greys([0, 2047, 2048, 4095, 5000, -9], look) == [0, 127, 128, 255, 255, 0]


def test_known_hounsfield_units_become_known_greys():
    look = Look(window=Window(40, 401), slope=1, intercept=-1024)
    stored = [-160 + 1024, 40 + 1024, 239 + 1024, 140 + 1024]
    assert greys(stored, look) == [0, 128, 255, 192]


@pytest.mark.parametrize(
    ("function", "expected"), [("LINEAR_EXACT", [0, 64, 128, 255]), ("SIGMOID", [30, 69, 128, 225])]
)
def test_the_other_window_functions_are_those_of_the_standard(function, expected):
    assert greys([-100, -50, 0, 100], Look(window=Window(0, 200, function))) == expected


def test_monochrome1_is_turned_over():
    window = Window(50, 100, "LINEAR_EXACT")
    assert greys([0, 100], Look(window=window, photometric="MONOCHROME1")) == [255, 0]
    assert greys([0, 100], Look(window=window)) == [0, 255]


def test_padding_is_black_and_takes_no_part_in_the_window():
    assert greys([-2000, 0, 50, 100, 100], Look(padding=-2000))[0] == 0
    assert greys([-2000, 0, 50, 100, 100], Look(padding=-2000))[3] == 255


def test_an_image_without_a_window_is_spread_from_dark_to_bright():
    assert greys([1000, 1100, 1200], Look()) == [0, 128, 255]
    assert set(greys([7, 7, 7], Look())) <= set(range(256))


def test_a_voi_table_stands_where_there_is_no_window():
    table = Lut(first=10, bits=8, entries=np.array([0, 100, 255], np.uint16))
    assert greys([0, 10, 11, 12, 90], Look(voi_lut=table)) == [0, 0, 100, 255, 255]


def test_a_palette_gives_its_colours():
    red, green, blue = (
        Lut(0, 16, np.array(v, np.uint16) * 257) for v in ([255, 0, 9], [0, 255, 9], [0, 0, 200])
    )
    picture = render(np.array([[0, 1, 2]], np.uint8), Look(palette=(red, green, blue)), form="PNG")
    assert shown(picture)[0].tolist() == [[255, 0, 0], [0, 255, 0], [9, 9, 200]]


@pytest.mark.parametrize(
    ("aspect", "wide", "high"), [(1.0, 100, 50), (2.0, 100, 100), (4.0, 50, 100), (0.5, 100, 25)]
)
def test_a_picture_has_the_shape_of_the_patient_and_not_of_the_matrix(aspect, wide, high):
    picture = render(np.zeros((50, 100), np.int16), Look(aspect=aspect, window=Window(0, 10)), size=100)
    assert Image.open(io.BytesIO(picture)).size == (wide, high)


def edited(name: str, **changes: object) -> io.BytesIO:
    ds = dcmread(get_testdata_file(name, download=False))
    for keyword, value in changes.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    out = io.BytesIO()
    ds.save_as(out)
    return out


def test_a_thumbnail_is_a_square_with_the_image_in_its_middle():
    with read(edited("CT_small.dcm", PixelSpacing=["1.0", "2.0"])) as file:
        picture = shown(thumbnail(file, 64, form="PNG"))
    assert picture.shape == (64, 64)
    assert not picture[:16].any()
    assert not picture[48:].any()
    assert picture[16:48].any()


def test_the_files_own_window_comes_first_and_the_default_for_its_kind_after():
    with read(edited("CT_small.dcm", WindowCenter="12", WindowWidth="34")) as file:
        assert look_of(file).window == Window(12, 34)
    with read(edited("CT_small.dcm", BodyPartExamined="HEAD")) as file:
        assert look_of(file).window == Window(40, 80)
    with read(edited("CT_small.dcm", ConvolutionKernel="LUNG")) as file:
        assert look_of(file).window == Window(-600, 1500)
    with read(edited("CT_small.dcm", BodyPartExamined="CHEST")) as file:
        assert look_of(file).window == Window(40, 400)
    with read(edited("MR_small.dcm", WindowCenter=None, WindowWidth=None)) as file:
        assert look_of(file).window is None


def test_a_window_in_the_functional_groups_is_found():
    voi, group = Dataset(), Dataset()
    voi.WindowCenter, voi.WindowWidth = "7", "70"
    group.FrameVOILUTSequence = [voi]
    with read(
        edited("MR_small.dcm", WindowCenter=None, WindowWidth=None, SharedFunctionalGroupsSequence=[group])
    ) as file:
        assert look_of(file).window == Window(7, 70)


def test_every_image_of_the_corpus_gives_a_picture_or_names_the_tag_that_forbids_it():
    made, refused = 0, {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in CORPUS:
            try:
                with read(path) as file:
                    if not file.dataset.elements or not frame_count(file):
                        continue
                    made += Image.open(io.BytesIO(thumbnail(file, 96))).size == (96, 96)
            except DicomError as error:
                refused[path.name] = str(error)
    assert made >= 85
    assert "MR_truncated.dcm" in refused
    assert "JPEG2000-embedded-sequence-delimiter.dcm" in refused


@pytest.mark.parametrize(
    "name", ["SC_rgb_small_odd.dcm", "SC_rgb_rle_16bit.dcm", "SC_rgb_dcmtk_+eb+cy+n1.dcm"]
)
def test_red_stays_red_whatever_the_encoding(name):
    with read(Path(get_testdata_file(name, download=False))) as file:
        samples = frame(file, 0)
        picture = shown(render(samples, look_of(file), form="PNG"))
    assert np.array_equal(picture, samples if samples.dtype == np.uint8 else samples >> 8)
    assert picture[0, 0].argmax() == 0


def test_the_middle_is_found_by_position_and_not_by_number():
    axial = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    places = [Place((0.0, 0.0, z), axial, number) for number, z in enumerate([30.0, -10.0, 20.0, 0.0, 10.0])]
    assert in_order(places) == [1, 3, 4, 2, 0]
    assert middle_instance(places) == 4


def test_without_positions_the_numbers_decide_and_without_numbers_the_order():
    assert middle_instance([Place(number=9), Place(number=1), Place(number=5)]) == 2
    assert middle_instance([Place(), Place(), Place()]) == 1


@pytest.mark.parametrize("kind", [np.int16, np.uint16, np.uint8])
@pytest.mark.parametrize(
    "look",
    [
        Look(window=Window(40, 400), intercept=-100.0),
        Look(window=Window(40, 400, "LINEAR_EXACT"), slope=-0.5, intercept=300.0),
        Look(window=Window(100, 80, "SIGMOID"), inverted=True),
        Look(window=Window(100, 300), photometric="MONOCHROME1"),
    ],
)
@pytest.mark.parametrize("size", [64, 32])
def test_the_quick_way_to_a_small_picture_shows_the_same(kind: type, look: Look, size: int) -> None:
    noise = np.random.default_rng(3).integers(0, 250, (128, 96)).astype(kind)
    quick = np.asarray(picture(noise, look, size), int)
    exact = np.asarray(picture(noise.astype(np.int32), look, size), int)  # which has no quick way
    assert quick.shape == exact.shape == (size, size * 3 // 4)
    assert np.abs(quick - exact).max() <= 1


def test_padding_stays_black_in_a_small_picture() -> None:
    image = np.full((64, 64), 200, np.int16)
    image[:, :32] = -2000
    small = np.asarray(picture(image, Look(window=Window(100, 100), padding=-2000), 32))
    assert small[:, :15].max() == 0
    assert small[:, 17:].min() == 255
