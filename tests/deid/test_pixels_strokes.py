"""Writing on reconstructions is found by its strokes, in any direction; what has none is not read."""

import io
import secrets
from typing import Any

import numpy as np
import pytest
from bench.deid_set.make.images import large_ct, mr, pt
from bench.deid_set.make.people import people
from bench.deid_set.make.subject import Subject
from PIL import Image, ImageDraw, ImageFont

from vesalius.deid import PatientContext, Recipe, clean, collect, write
from vesalius.deid.pixels import open_reader
from vesalius.deid.pixels.boxes import Box
from vesalius.deid.pixels.finding.reader import Picture, Reading
from vesalius.deid.pixels.finding.strokes import written_areas
from vesalius.dicom import frames, read

CT = "1.2.840.10008.5.1.4.1.1.2"
CLASSES = {"CT": CT, "MR": "1.2.840.10008.5.1.4.1.1.4", "PT": "1.2.840.10008.5.1.4.1.1.128"}
US = "1.2.840.10008.5.1.4.1.1.6.1"
DEJAVU = "/usr/share/fonts/truetype/dejavu/"
FONTS = (
    "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf", "",
)  # fmt: skip
WORDS = ("DOE^JANE 1961", "Muster, Eva", "MRN 4711-08", "12.03.1961 F")
TCIA = Recipe.builtin("tcia")


class Asked:
    """A reader that reads nothing and counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def read(self, line: Picture) -> Reading:
        assert line.size
        self.times += 1
        return Reading("", 0.0)

    def find(self, picture: Picture) -> list[Box]:
        assert picture.size
        self.times += 1
        return []


def random() -> np.random.Generator:
    seed = secrets.randbelow(10**6)
    print("seed", seed)
    return np.random.default_rng(seed)


def slice_of(rng: np.random.Generator, modality: str, size: int = 256, noise: float = 1) -> Any:
    """A slice of a body as each kind of device makes it, without words."""
    y, x = np.mgrid[:size, :size] / size * 2 - 1
    body = (x / 0.8) ** 2 + (y / 0.62) ** 2 < 1
    lung = ((abs(x) - 0.36) / 0.24) ** 2 + (y / 0.38) ** 2 < 1
    bone = (x / 0.09) ** 2 + ((y - 0.42) / 0.1) ** 2 < 1
    match modality:
        case "CT":
            hu = np.where(body, 40.0, -1000.0) - 850 * lung + 600 * bone
            hu += rng.normal(0, 25 * noise, hu.shape)
            hu[x**2 + y**2 > 1] = -2000
            return np.clip(hu, -2000, 3071).astype("<i2")
        case "MR":
            signal = 500.0 * body - 350 * lung - 300 * bone
            real, imaginary = rng.normal(0, 18 * noise, (2, *signal.shape))
            return np.hypot(signal + real, imaginary).astype("<u2")
        case _:
            counts = rng.poisson((4 * body + 12 * bone) / noise).astype(float)
            for axis in (0, 1):  # reconstruction blurs
                counts = counts + 0.6 * (np.roll(counts, 1, axis) + np.roll(counts, -1, axis))
            return (counts / counts.max() * 20000).astype("<u2")


def written(picture: Any, words: str, at: tuple[int, int], letters: Any, ink: float, turns: int = 0) -> Any:
    """The picture with words in it, turned to the left so many times; and their box as x, y, right, low."""
    left, top, right, low = letters.getbbox(words)
    canvas = Image.new("L", (int(right - left) + 2, int(low - top) + 2))
    ImageDraw.Draw(canvas).text((1 - left, 1 - top), words, fill=255, font=letters)
    cover = np.rot90(np.asarray(canvas) / 255, turns)
    out = picture.astype(float)
    x, y = at
    part = out[y : y + cover.shape[0], x : x + cover.shape[1]]
    cover = cover[: part.shape[0], : part.shape[1]]
    part[...] = np.rint(part * (1 - cover) + ink * cover)
    return out.astype(picture.dtype), (x, y, x + cover.shape[1], y + cover.shape[0])


def font(name: str, size: int) -> Any:
    return ImageFont.truetype(DEJAVU + name, size) if name else ImageFont.load_default(size)


def image(new: Any, pixels: Any, sop_class: str, modality: str) -> Any:
    dataset = new(sop_class, Modality=modality, ImageType=["ORIGINAL", "PRIMARY"])
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = pixels.dtype.itemsize * 8
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OW" if pixels.dtype.itemsize == 2 else "OB"
    return dataset


def cleaned(data: bytes, identity: Any, reader: Any) -> Any:
    """What becomes of the file's pixels."""
    file = read(io.BytesIO(data))
    done = clean(
        file, recipe=TCIA, identity=identity, context=PatientContext.of([collect(file)]), reader=reader
    )
    out = io.BytesIO()
    write(file, done.edits, out)
    return frames.samples(read(out), 0)


def is_covered(areas: Any, box: tuple[int, int, int, int], shape: tuple[int, int]) -> bool:
    seen = np.zeros(shape, bool)
    for (x, y, w, h), _ in areas:
        seen[y : y + h, x : x + w] = True
    left, top, right, low = box
    return bool(seen[top:low, left:right].mean() > 0.9)


@pytest.mark.slow
@pytest.mark.parametrize("modality", CLASSES)
def test_words_of_every_font_and_size_are_looked_at(modality):
    rng, missed, all_of = random(), {}, 40
    for size in (8, 10, 14, 22, 40):
        for _ in range(all_of):
            picture = slice_of(rng, modality)
            words = str(rng.choice(WORDS))[: 6 if size == 40 else 13]
            if rng.random() < 0.5:  # dark on bright
                picture = (1.3 * picture.max() - picture).astype(picture.dtype)
                ink = min(0.0, float(picture.min()))
            else:
                ink = 1.3 * float(picture.max())
            at = int(rng.integers(0, 90)), int(rng.integers(0, 200))
            letters = font(str(rng.choice(FONTS)), size)
            marked, box = written(picture, words, at, letters, ink, turns=int(rng.choice((0, 1, 3))))
            areas = written_areas(marked)
            missed[size] = missed.get(size, 0) + (not is_covered(areas, box, picture.shape))
    assert missed.pop(8) <= 0.15 * all_of
    assert sum(missed.values()) <= 0.03 * all_of * len(missed), missed


@pytest.mark.slow
def test_slices_without_words_are_seldom_read(new, encoded, identity):
    rng, asked, looked = random(), Asked(), 0
    slices = [(kind, slice_of(rng, kind, 512, noise)) for kind in ("CT", "MR") for noise in (0.5, 1, 2)]
    slices += [("PT", slice_of(rng, "PT", 128, noise)) for noise in (0.2, 1)]
    subject = Subject(rng, people(rng, 1, hard=False)[0], 0, hard=False)
    for make in (large_ct, mr, pt):
        for made in make(subject, 6):
            data = made.dataset
            samples = np.frombuffer(data.PixelData, "<u2")
            if len(samples) == data.Rows * data.Columns:
                slices.append((data.Modality, samples.reshape(data.Rows, data.Columns)))
    for modality, pixels in slices:
        before = encoded(image(new, pixels, CLASSES[modality], modality))
        assert np.array_equal(cleaned(before, identity, asked), pixels)
        looked += 1
    assert looked >= 20
    assert asked.times * 4 <= looked  # the whole look asked several times of each


def full_of_strokes(rng: np.random.Generator) -> dict[str, Any]:
    """Images that look like strokes nearly all over, though nobody wrote on them."""
    y, x = np.mgrid[:256, :256] / 128 - 1
    counts = rng.poisson(np.where(x**2 + y**2 < 0.6, 3.0, 0.3)).astype("<u2")
    return {"counts": counts, "enlarged": slice_of(rng, "PT", 128).repeat(4, 0).repeat(4, 1)}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["counts", "enlarged"])
def test_images_that_are_full_of_strokes_are_read_within_bounds_and_words_on_them_hidden(
    new, encoded, identity, kind
):
    rng, asked = random(), Asked()
    pixels = full_of_strokes(rng)[kind]
    cleaned(encoded(image(new, pixels, CLASSES["PT"], "PT")), identity, asked)
    assert asked.times <= 12
    marked, (left, top, right, low) = written(
        pixels, WORDS[0], (20, 20), font("DejaVuSans.ttf", 16), float(pixels.max()) * 1.5
    )
    after = cleaned(encoded(image(new, marked, CLASSES["PT"], "PT")), identity, reader())
    assert (after[top:low, left:right] == after.min()).mean() > 0.85


@pytest.mark.slow
def test_only_the_line_is_hidden_and_not_what_stands_around_it(new, encoded, identity):
    pixels = slice_of(random(), "CT")
    marked, (left, top, right, low) = written(
        pixels, WORDS[0], (40, 120), font("DejaVuSans.ttf", 12), 2000, turns=0
    )
    after = cleaned(encoded(image(new, marked, CT, "CT")), identity, reader())
    assert (after[top:low, left:right] == after.min()).mean() > 0.85
    assert np.array_equal(after[: top - 24], pixels[: top - 24])
    assert np.array_equal(after[low + 24 :], pixels[low + 24 :])


def reader() -> Any:
    found = open_reader()
    if found is None:
        pytest.skip("the extra ocr is not installed")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("turns", [1, 3])
@pytest.mark.parametrize(("sop_class", "modality"), [(CT, "CT"), (US, "US")])
def test_lines_along_the_columns_are_hidden(new, encoded, identity, sop_class, modality, turns):
    rng = random()
    pixels = slice_of(rng, "CT")
    letters = font("DejaVuSans.ttf", 16)
    pixels, (left, top, right, low) = written(pixels, WORDS[0], (20, 60), letters, 2000, turns)
    after = cleaned(encoded(image(new, pixels, sop_class, modality)), identity, reader())
    assert (after[top:low, left:right] == after.min()).mean() > 0.85
    assert np.array_equal(after[:, 120:], pixels[:, 120:])


@pytest.mark.slow
@pytest.mark.parametrize("name", FONTS)
@pytest.mark.parametrize("modality", CLASSES)
def test_small_words_on_strong_noise_are_hidden(new, encoded, identity, modality, name):
    rng = random()
    pixels = slice_of(rng, modality, noise=2)
    ink = float(pixels.max()) * 1.5
    pixels, (left, top, right, low) = written(pixels, WORDS[0], (20, 120), font(name, 10), min(ink, 30000))
    after = cleaned(encoded(image(new, pixels, CLASSES[modality], modality)), identity, reader())
    assert (after[top:low, left:right] == after.min()).mean() > 0.85
    assert np.array_equal(after[160:], pixels[160:])
