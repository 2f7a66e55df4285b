"""Pictures with and without words in them, and their bytes in seven transfer syntaxes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import imagecodecs
import numpy as np
from bench.deid_set.planting import Burned
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders import RLELosslessEncoder
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

SYNTAXES: Final = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
    "jpeg": JPEGBaseline8Bit,
    "jpeg-ls": JPEGLSLossless,
    "jpeg 2000": JPEG2000Lossless,
    "rle": RLELossless,
}
_FONTS: Final = (
    "DejaVuSans.ttf", "DejaVuSansMono.ttf", "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono-Bold.ttf",
    "DejaVuSerif-Bold.ttf",
)  # fmt: skip
_NOISE: Final = 0.006  # of the whole range: 25 HU in CT
Pixels = NDArray[Any]


@dataclass(frozen=True)
class Look:
    """How the words of one picture look."""

    font: FreeTypeFont
    size: int
    inverted: bool


def look(rng: np.random.Generator, *, hard: bool) -> Look:
    """A font, a size in pixels, and whether dark letters stand on a light ground; hard: small and inverted too."""
    size = int(rng.choice((11, 13, 16, 24) if hard else (15, 18, 24)))
    for index in rng.permutation(len(_FONTS)):
        try:
            return Look(ImageFont.truetype(_FONTS[index], size), size, hard and bool(rng.random() < 0.4))
        except OSError:
            continue
    font = ImageFont.load_default(size)
    assert isinstance(font, FreeTypeFont)
    return Look(font, size, hard and bool(rng.random() < 0.4))


def texture(rng: np.random.Generator, rows: int, columns: int) -> Pixels:
    """Tissue-like: soft clouds of three scales inside a body's outline, with noise all over; 0 to 1."""
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    body = 1 / (1 + np.exp(25 * ((x / 0.8) ** 2 + (y / 0.7) ** 2 - 1)))
    tissue = 0.3 + sum(
        depth * _clouds(rng, rows, columns, cells) for cells, depth in ((3, 0.25), (7, 0.1), (15, 0.05))
    )
    return np.clip(0.03 + body * tissue + rng.normal(0, _NOISE, (rows, columns)), 0, 1)


def _clouds(rng: np.random.Generator, rows: int, columns: int, cells: int) -> Pixels:
    small = Image.fromarray(rng.random((cells, cells)).astype(np.float32))
    return np.asarray(small.resize((columns, rows), Image.Resampling.BICUBIC))


def burn(picture: Pixels, lines: list[str], how: Look, at: tuple[int, int]) -> list[Burned]:
    """Write lines into a picture of 0 to 1, from the corner `at` (x, y); the words that are in it now."""
    canvas = Image.fromarray(np.zeros(picture.shape[:2], dtype=np.uint8))
    draw = ImageDraw.Draw(canvas)
    found, (left, top) = [], at
    for line in lines:
        x = float(left)
        for word in line.split(" "):
            box = draw.textbbox((x, top), word, font=how.font)
            if box[2] >= picture.shape[1] or box[3] >= picture.shape[0]:
                break
            draw.text((x, top), word, fill=255, font=how.font)
            corner = (int(box[0]), int(box[1]))
            found.append(Burned(word, (*corner, int(box[2]) - corner[0] + 1, int(box[3]) - corner[1] + 1)))
            x = box[2] + how.size * 0.35
        top += int(how.size * 1.4)
    ink = np.asarray(canvas) / 255
    if how.inverted:
        _lighten(picture, found)
    shade = 0.0 if how.inverted else 1.0
    ink = ink[..., None] if picture.ndim == 3 else ink
    picture[...] = picture * (1 - ink) + shade * ink
    return found


def _lighten(picture: Pixels, words: list[Burned]) -> None:
    """A light ground under the words, with the picture's noise in it."""
    for x, y, width, height in (word.box for word in words):
        ground = picture[max(y - 2, 0) : y + height + 2, max(x - 2, 0) : x + width + 2]
        ground[...] = 0.8 + 0.2 * ground


def describe(dataset: Dataset, frames: Pixels, bits: int, *, photometric: str) -> None:
    """The Image Pixel module of frames (frames, rows, columns[, 3]) of 0 to 1 or of whole numbers."""
    dataset.SamplesPerPixel = 3 if frames.ndim == 4 else 1
    dataset.PhotometricInterpretation = photometric
    dataset.Rows, dataset.Columns = frames.shape[1:3]
    dataset.BitsAllocated = 8 if bits <= 8 else 16
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = bits, bits - 1, 0
    if frames.ndim == 4:
        dataset.PlanarConfiguration = 0
    if len(frames) > 1 or "NumberOfFrames" in dataset:
        dataset.NumberOfFrames = len(frames)


def encode(dataset: Dataset, frames: Pixels, bits: int, syntax: str) -> UID:
    """Put the frames into the data set under a transfer syntax; that syntax."""
    stored = np.rint(frames * (2**bits - 1)).astype(np.uint8 if bits <= 8 else np.uint16)
    uid = SYNTAXES[syntax]
    if not uid.is_encapsulated:
        data = stored.astype(stored.dtype.newbyteorder(">" if syntax == "big endian" else "<")).tobytes()
        dataset.PixelData = data + b"\0" * (len(data) % 2)
        dataset["PixelData"].VR = "OB" if bits <= 8 and uid != ImplicitVRLittleEndian else "OW"
        return uid
    dataset.PixelData = encapsulate([_ENCODERS[syntax](dataset, frame) for frame in stored])
    dataset["PixelData"].VR = "OB"
    if syntax == "jpeg":
        dataset.LossyImageCompression, dataset.LossyImageCompressionRatio = "01", "8"
        dataset.LossyImageCompressionMethod = "ISO_10918_1"
        if dataset.SamplesPerPixel == 3:
            dataset.PhotometricInterpretation = "YBR_FULL_422"
    return uid


def _rle(dataset: Dataset, frame: Pixels) -> bytes:
    return bytes(
        RLELosslessEncoder.encode(
            frame.tobytes(),
            rows=dataset.Rows,
            columns=dataset.Columns,
            samples_per_pixel=dataset.SamplesPerPixel,
            bits_allocated=dataset.BitsAllocated,
            bits_stored=dataset.BitsStored,
            pixel_representation=0,
            photometric_interpretation=dataset.PhotometricInterpretation,
            planar_configuration=0,
            number_of_frames=1,
        )
    )


def _jpeg(_: Dataset, frame: Pixels) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(frame, level=92, subsampling="422" if frame.ndim == 3 else None))


def _jpeg2000(_: Dataset, frame: Pixels) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(frame, codecformat="j2k", reversible=True, level=0, mct=False))


_ENCODERS: Final[dict[str, Callable[[Dataset, Pixels], bytes]]] = {
    "rle": _rle,
    "jpeg": _jpeg,
    "jpeg-ls": lambda _, frame: bytes(imagecodecs.jpegls_encode(frame)),
    "jpeg 2000": _jpeg2000,
}
