"""What is drawn over images (PS3.15 E.3.3): planes are read, and lose what names somebody or go as a whole."""

import io
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image, ImageDraw, ImageFont
from tests.deid.pictures import image

from vesalius.deid import PatientContext, Recipe, clean, collect, write
from vesalius.deid.pixels import open_reader
from vesalius.deid.proof import prove
from vesalius.dicom import read

GSPS = "1.2.840.10008.5.1.4.1.1.11.1"
ROWS, COLUMNS = 240, 320
GRAPHICS = Recipe(name="test", version="1", options=frozenset({"clean_graphics"}))


def drawing(*lines: tuple[str, int], frames: int = 1) -> Any:
    """A circle, and lines of text at a height, as single bits."""
    canvas = Image.new("L", (COLUMNS, ROWS))
    pen = ImageDraw.Draw(canvas)
    pen.ellipse((200, 60, 260, 120), outline=255)
    for text, at in lines:
        pen.text((20, at), text, font=ImageFont.truetype("DejaVuSans.ttf", 18), fill=255)
    return np.repeat((np.asarray(canvas) > 127)[None], frames, axis=0)


def with_plane(dataset: Any, plane: Any, group: int = 0x6000, **changed: Any) -> Any:
    described = {
        0x0010: ("US", ROWS), 0x0011: ("US", COLUMNS), 0x0015: ("IS", len(plane)), 0x0040: ("CS", "G"),
        0x0050: ("SS", [1, 1]), 0x0100: ("US", 1), 0x0102: ("US", 0), 0x0022: ("LO", changed.pop("description", "lesion")),
        0x3000: ("OW", np.packbits(plane.reshape(-1), bitorder="little").tobytes()),
    } | {int(element, 16): value for element, value in changed.items()}  # fmt: skip
    for element, (vr, value) in described.items():
        dataset.add_new(group << 16 | element, vr, value)
    return dataset


def cleaned(data: bytes, identity: Any, recipe: Recipe = GRAPHICS, reader: Any = "ours") -> tuple[Any, Any]:
    found = open_reader() if reader == "ours" else reader
    if reader == "ours" and found is None:
        pytest.skip("the extra ocr is not installed")
    file = read(io.BytesIO(data))
    context = PatientContext.of([collect(file)])
    done = clean(file, recipe=recipe, identity=identity, context=context, reader=found)
    out = io.BytesIO()
    write(file, done.edits, out)
    written = read(io.BytesIO(out.getvalue()))
    assert prove(file, written, recipe=recipe, identity=identity, context=context) == ()
    return done, pydicom.dcmread(io.BytesIO(out.getvalue()))


def codes(dataset: Any) -> set[str]:
    return {item.CodeValue for item in dataset.DeidentificationMethodCodeSequence}


@pytest.mark.slow
@pytest.mark.parametrize("sop_class", ["image", "presentation state"])
def test_a_plane_keeps_its_drawing_and_loses_what_names_the_patient(new, encoded, identity, sop_class):
    plane = drawing(("DOE^JANE MRN0001", 20), ("LEFT LUNG", 180), frames=2)
    dataset = image(new, np.zeros((ROWS, COLUMNS), "u1")) if sop_class == "image" else new(GSPS)
    done, after = cleaned(encoded(with_plane(dataset, plane)), identity)
    left = after.overlay_array(0x6000).astype(bool)
    assert np.array_equal(left[:, 60:], plane[:, 60:]), "circle and harmless words stay"
    assert not left[:, 15:45, :200].any()
    assert after[0x60000022].value == "lesion"
    assert "113103" in codes(after)
    assert any(change.path == "(6000,3000)" and "blanked" in change.after for change in done.changes)


@pytest.mark.slow
def test_a_plane_without_text_keeps_its_bytes(new, encoded, identity):
    source = with_plane(new(GSPS), drawing())
    done, after = cleaned(encoded(source), identity)
    assert after[0x60003000].value == source[0x60003000].value
    assert not [change for change in done.changes if change.path == "(6000,3000)"]


@pytest.mark.slow
def test_words_about_a_plane_are_cleaned_as_text(new, encoded, identity):
    _, after = cleaned(encoded(with_plane(new(GSPS), drawing(), description="lesion of Jane Doe")), identity)
    assert "Doe" not in str(after.get(0x60000022, ""))
    assert 0x60003000 in after


@pytest.mark.parametrize(
    ("why", "changed"),
    [
        ("more rows than data", {"0010": ("US", 9999)}),
        ("no single bits", {"0100": ("US", 16)}),
        ("no columns", {"0011": ("US", 0)}),
        ("frames below one", {"0015": ("IS", -3)}),
    ],
)
def test_what_is_no_plane_goes(new, encoded, identity, why, changed):
    class Nobody:
        def read(self, _: Any) -> Any:
            raise AssertionError(why)

        find = read

    _, after = cleaned(encoded(with_plane(new(GSPS), drawing(), **changed)), identity, reader=Nobody())
    assert not [element for element in after if element.tag.group == 0x6000]
    assert "113103" in codes(after), "what is removed is cleaned as well (E.3.3 note 1)"


def test_a_plane_that_nobody_can_read_goes(new, encoded, identity):
    _, after = cleaned(encoded(with_plane(new(GSPS), drawing())), identity, reader=None)
    assert not [element for element in after if element.tag.group == 0x6000]


def test_a_plane_goes_where_the_reader_is_in_doubt(new, encoded, identity):
    from vesalius.deid.pixels import Reading
    from vesalius.deid.pixels.boxes import Box

    class Unsure:
        """A reader who sees a line and cannot tell what it says."""

        def read(self, _: Any) -> Any:
            return Reading("lllll", 0.4)

        def find(self, _: Any) -> Any:
            return [Box(18, 18, 190, 24)]

    source = encoded(with_plane(new(GSPS), drawing(("DOE JANE MRN0001", 20))))
    _, after = cleaned(source, identity, reader=Unsure())
    assert 0x60003000 not in after


def test_the_profile_alone_removes_every_plane_with_its_words(new, encoded, identity):
    basic = Recipe(name="test", version="1")
    _, after = cleaned(encoded(with_plane(new(GSPS), drawing())), identity, basic, reader=None)
    assert not [element for element in after if element.tag.group == 0x6000]
    assert "113103" not in codes(after)
