"""Text planted in pixels is found, read and blanked; harmless words and images without text stay as they are."""

import io
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from PIL import Image, ImageDraw, ImageFont
from pydicom.encaps import encapsulate
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, RLELossless
from tests.deid.pictures import CT, image

from vesalius.deid import PatientContext, Recipe, clean, collect, write
from vesalius.deid.pixels import open_reader
from vesalius.deid.pixels.finding.likeness import levelled, text_boxes
from vesalius.dicom import frames, read

pytestmark = pytest.mark.slow

CR = "1.2.840.10008.5.1.4.1.1.1"
US = "1.2.840.10008.5.1.4.1.1.6.1"
SC = "1.2.840.10008.5.1.4.1.1.7"
DEJAVU = "/usr/share/fonts/truetype/dejavu/"
FONTS = {
    "sans": DEJAVU + "DejaVuSans.ttf",
    "sans bold": DEJAVU + "DejaVuSans-Bold.ttf",
    "serif": DEJAVU + "DejaVuSerif.ttf",
    "typewriter": DEJAVU + "DejaVuSansMono.ttf",
    "typewriter bold": DEJAVU + "DejaVuSansMono-Bold.ttf",
    "Aileron": "",  # Pillow's own
}
SIZES = (10, 14, 22, 40)
WORDS = "DOE^JANE 1961-03-04"
TCIA = Recipe.builtin("tcia")
Box = tuple[int, int, int, int]


def body(size: int = 320, noise: float = 4, seed: int = 3) -> Any:
    """A section through a body: two lungs, a spine, and noise over all."""
    y, x = np.mgrid[:size, :size] - size / 2
    r = size / 512
    tissue = np.where((x / (200 * r)) ** 2 + (y / (160 * r)) ** 2 < 1, 110.0, 14.0)
    tissue -= np.where(((abs(x) - 90 * r) / (55 * r)) ** 2 + (y / (90 * r)) ** 2 < 1, 70, 0)
    tissue += np.where((x / (20 * r)) ** 2 + ((y - 100 * r) / (25 * r)) ** 2 < 1, 80, 0)
    return np.clip(tissue + np.random.default_rng(seed).normal(0, noise, (size, size)), 0, 200)


def written(
    picture: Any, text: str, at: tuple[int, int], font: str = "sans", size: int = 16, ink: int = 250
) -> tuple[Any, Box]:
    """The picture with a line of text at x, y, and the box around it."""
    letters = ImageFont.truetype(FONTS[font], size) if FONTS[font] else ImageFont.load_default(size)
    image = Image.fromarray(picture.astype("u1"))
    draw = ImageDraw.Draw(image)
    draw.text(at, text, font=letters, fill=ink)
    left, top, right, low = (round(side) for side in draw.textbbox(at, text, font=letters))
    return np.asarray(image), (left, top, right, low)


def cleaned(data: bytes, identity: Any, recipe: Recipe = TCIA) -> tuple[Any, bytes]:
    file = read(io.BytesIO(data))
    context = PatientContext.of([collect(file)])
    done = clean(file, recipe=recipe, identity=identity, context=context, reader=reader())
    out = io.BytesIO()
    write(file, done.edits, out)
    return done, out.getvalue()


def reader() -> Any:
    found = open_reader()
    if found is None:
        pytest.skip("the extra ocr is not installed")
    return found


def decoded(data: bytes) -> Any:
    file = read(io.BytesIO(data))
    return np.stack([frames.samples(file, index) for index in range(frames.frame_count(file))])


def reads(pixels: Any, box: Box) -> str:
    """What the reader still reads in and around a box."""
    plane = levelled(pixels)
    if plane is None:
        return ""
    left, top, right, low = box
    part = np.clip(plane[max(0, top - 6) : low + 6, max(0, left - 6) : right + 6], 0, 1)
    return reader().read(np.asarray(part * 255, np.uint8)).text


def is_hidden(before: bytes, after: bytes, *boxes: Box, frame: int = 0) -> None:
    """Nothing of the words is left, and far from them nothing is changed."""
    old, new = decoded(before), decoded(after)
    same = (old == new) | ((old != old) & (new != new))  # noqa: PLR0124 - where no number stands
    changed = ~same.reshape(*old.shape[:3], -1).all(axis=3)[frame]
    near = np.zeros_like(changed)
    for left, top, right, low in boxes:
        high = max(10, low - top)
        near[max(0, top - high) : low + high, max(0, left - 6 * high) : right + 6 * high] = True
        assert not any(
            word in reads(new[frame], (left, top, right, low)) for word in ("DOE", "JANE", "1961", "03-04")
        )
        assert changed[top:low, left:right].any()
    assert not changed[~near].any(), "every other pixel is as it was"


def says_clean(done: Any, after: bytes) -> bool:
    dataset = pydicom.dcmread(io.BytesIO(after))
    codes = {item.CodeValue for item in dataset.DeidentificationMethodCodeSequence}
    return dataset.get("BurnedInAnnotation") == "NO" and "113101" in codes and not done.findings


@pytest.mark.slow
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("font", FONTS)
def test_text_is_hidden_in_every_font_and_size_on_texture(new, encoded, identity, font, size, inverted):
    at = (6, 8 + size) if size < 40 else (4, 240)
    picture, box = written(body(noise=6), WORDS if size < 40 else "DOE^JANE", at, font, size)
    pixels = (picture.astype("i2") * 8 - 1024) * (-1 if inverted else 1)
    before = encoded(image(new, pixels))
    done, after = cleaned(before, identity)
    is_hidden(before, after, box)
    assert says_clean(done, after)


@pytest.mark.parametrize("font", FONTS)
def test_the_detector_marks_every_font_and_size_over_the_body_too(font):
    for size in SIZES:
        for ink, base in ((250, body(512)), (5, 255 - body(512))):
            picture, (left, top, right, low) = written(base, WORDS, (150, 250 - size), font, size, ink)
            plane = levelled(picture)
            marked = np.zeros(picture.shape, bool)
            for x, y, w, h in text_boxes(plane):
                marked[y : y + h, x : x + w] = True
            assert marked[top:low, left : min(right, 512)].mean() > 0.7, (size, ink)


def test_a_body_without_text_is_marked_seldom_and_keeps_its_bytes(new, encoded, identity):
    marked = sum(
        len(text_boxes(levelled(body(noise=noise, seed=seed)))) for noise in (3, 6) for seed in range(8)
    )
    assert marked <= 4 * 16, "what is marked is read, which takes time"
    for kind in ("u1", "i2"):
        before = encoded(image(new, body().astype(kind)))
        done, after = cleaned(before, identity)
        assert pydicom.dcmread(io.BytesIO(before)).PixelData == pydicom.dcmread(io.BytesIO(after)).PixelData
        assert says_clean(done, after)


@pytest.mark.parametrize("sop_class", [CT, CR])
def test_harmless_words_stay(new, encoded, identity, sop_class):
    picture, _ = written(body(), "SUPINE", (8, 8), size=20)
    picture, _ = written(picture, "L", (290, 20), "sans bold", 24)
    before = encoded(image(new, picture, sop_class))
    done, after = cleaned(before, identity)
    assert np.array_equal(decoded(before), decoded(after))
    assert says_clean(done, after)


def test_an_identifier_goes_though_it_is_a_harmless_word(new, encoded, identity):
    picture, box = written(body(), "SUPINE", (8, 8), size=20)
    before = encoded(image(new, picture, PatientName="Supine^Ann"))
    _, after = cleaned(before, identity)
    left, top, right, low = box
    assert len(np.unique(decoded(after)[0, top:low, left:right])) == 1


FORMS = [
    "one bit",
    "32 bits",
    "floating point",
    "MONOCHROME1",
    "colour",
    "palette",
    "RLE",
    "JPEG-LS",
    "JPEG 2000",
    "JPEG",
]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sop_class", [US, SC])
def test_text_is_hidden_in_every_form_of_pixels(new, encoded, identity, form, sop_class):
    picture, first = written(body(), WORDS, (10, 10), size=18)
    picture, second = written(picture, "MRN0001", (180, 296), "typewriter", 16)
    attributes: dict[str, Any] = {}
    pixels = picture[None]
    match form:
        case "one bit":
            pixels = pixels > 220
        case "32 bits":
            pixels = pixels.astype("i4") * 70_000
        case "floating point":
            pixels = np.where(pixels < 5, np.nan, pixels.astype("f4") / 250)
        case "MONOCHROME1":
            pixels, attributes = 255 - pixels, {"PhotometricInterpretation": "MONOCHROME1"}
        case "colour":
            pixels = np.stack([pixels, pixels, pixels // 2], axis=-1)
        case "palette":
            ramp = (np.arange(256, dtype="<u2") * 257).tobytes()
            attributes = {"PhotometricInterpretation": "PALETTE COLOR"}
            for name in ("Red", "Green", "Blue"):
                attributes[f"{name}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
                attributes[f"{name}PaletteColorLookupTableData"] = ramp
    before = encoded(image(new, pixels, sop_class, **attributes))
    before = compressed(before, form, picture)
    done, after = cleaned(before, identity)
    is_hidden(before, after, first, second)
    assert says_clean(done, after)


def compressed(data: bytes, form: str, picture: Any) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(data))
    streams = {
        "JPEG-LS": ("1.2.840.10008.1.2.4.80", lambda: imagecodecs.jpegls_encode(picture)),
        "JPEG 2000": (
            "1.2.840.10008.1.2.4.90",
            lambda: imagecodecs.jpeg2k_encode(picture, level=0, codecformat="J2K", reversible=True),
        ),
        "JPEG": ("1.2.840.10008.1.2.4.50", lambda: imagecodecs.jpeg8_encode(picture, level=92)),
    }
    if form == "RLE":
        dataset.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    elif form in streams:
        syntax, coded = streams[form]
        dataset.file_meta.TransferSyntaxUID = UID(syntax)
        dataset.PixelData = encapsulate([bytes(coded())])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def test_text_in_one_frame_of_many_is_hidden_there_alone(new, encoded, identity):
    pixels = np.stack([body(seed=seed) for seed in range(4)]).astype("u1")
    pixels[2], box = written(pixels[2], WORDS, (10, 12), size=18)
    before = encoded(image(new, pixels, US))
    _, after = cleaned(before, identity)
    is_hidden(before, after, box, frame=2)
    assert np.array_equal(decoded(before)[[0, 1, 3]], decoded(after)[[0, 1, 3]])


def test_what_the_reader_alone_finds_in_one_frame_is_hidden_in_all(new, encoded, identity):
    picture = Image.fromarray(np.full((240, 320), 4, "u1"))
    draw = ImageDraw.Draw(picture)
    # dark on plates that nearly touch: to the detector one shape, which nobody can read as a line
    for top, words in ((7, "MRN732738090"), (22, "DOB: 19711013")):
        draw.rectangle((4, top, 106, top + 12), fill=220)
        draw.text((6, top), words, fill=10, font=ImageFont.truetype(DEJAVU + "DejaVuSans-Bold.ttf", 11))
    pixels = np.stack([np.asarray(picture)] * 3)
    _, after = cleaned(encoded(image(new, pixels, US)), identity)
    for frame in decoded(after):
        assert np.ptp(frame[8:34, 6:100]) < 20


def test_without_a_reader_what_looks_like_writing_waits_for_a_person(new, encoded, identity):
    def doubts(pixels: Any) -> set[str]:
        file = read(
            io.BytesIO(encoded(image(new, pixels.astype("u1"), DigitalXRayImageStorageForPresentation)))
        )
        context = PatientContext.of([collect(file)])
        return {one.kind for one in clean(file, recipe=TCIA, identity=identity, context=context).findings}

    marked, _ = written(body(), WORDS, (6, 30))
    assert doubts(marked) == {"pixel_text"}
    assert doubts(body()) == set()


def test_a_file_that_promises_text_waits_where_none_is_read(new, encoded, identity):
    done, after = cleaned(encoded(image(new, body().astype("u1"), BurnedInAnnotation="YES")), identity)
    assert [finding.path for finding in done.findings] == ["(0028,0301)"]
    assert not says_clean(done, after)


@pytest.mark.parametrize("conversion", ["SD", "DF"])
def test_what_may_be_written_by_hand_waits_for_a_person(new, encoded, identity, conversion):
    done, _ = cleaned(encoded(image(new, body().astype("u1"), SC, ConversionType=conversion)), identity)
    assert "(0008,0064)" in {finding.path for finding in done.findings}
