"""Pictures for people: a frame's samples become an 8-bit JPEG or PNG, windowed and never stretched.

Sizes are reduced before the window is applied: four times fewer pixels through the arithmetic.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any, Final, Literal

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from vesalius.dicom.file import DicomFile
from vesalius.dicom.frames import Samples, Undecodable, frame, frame_count
from vesalius.dicom.look import Look, Lut, Window, look_of

Form = Literal["JPEG", "PNG"]
Grey = NDArray[np.uint8]
QUALITY: Final = 85  # of a JPEG
_FLOAT = np.float32


def render(
    array: Samples, look: Look, *, size: int | None = None, form: Form = "JPEG", tint: str | None = None
) -> bytes:
    """One frame as a picture whose longer side is `size` pixels (None: as many as the frame has).

    tint: the colour that takes the place of white, "#rrggbb", for what is no image of a body.
    """
    grey = _reduced(array, look, size)
    if grey is not None and form == "JPEG" and not tint:
        return bytes(imagecodecs.jpeg8_encode(grey, level=QUALITY))
    made = picture(array, look, size)
    return _encoded(ImageOps.colorize(made.convert("L"), "black", tint) if tint else made, form)


def thumbnail(file: DicomFile, size: int = 256, *, form: Form = "JPEG") -> bytes:
    """The middle frame of a file, centred on a black square of `size` pixels.

    Raises DicomError for a file without an image, or with one that cannot be decoded.
    """
    index = frame_count(file) // 2
    made = picture(frame(file, index), look_of(file, index), size)
    square = Image.new(made.mode, (size, size))
    square.paste(made, ((size - made.width) // 2, (size - made.height) // 2))
    return _encoded(square, form)


def _encoded(made: Image.Image, form: Form) -> bytes:
    out = io.BytesIO()
    if form == "JPEG":
        made.save(out, form, quality=QUALITY)
    else:
        made.save(out, form, compress_level=1)
    return out.getvalue()


def picture(array: Samples, look: Look, size: int | None = None) -> Image.Image:
    """The same, not yet encoded."""
    if array.ndim == 3:
        return _resized(Image.fromarray(_eight_bit(array, look.stored_bits)), look, size)
    if look.palette is not None:
        return _resized(Image.fromarray(coloured(array, look.palette)), look, size)
    grey = _reduced(array, look, size)
    if grey is not None:
        return _resized(Image.fromarray(grey), look, size)
    values, blank = modality_values(array, look)
    window = look.window or (
        None if look.voi_lut else _spread(values[~blank] if blank is not None else values)
    )
    small = _resized(Image.fromarray(values), look, size)
    grey = shades(np.asarray(small), look, window)
    if blank is not None:
        hole = np.asarray(_resized(Image.fromarray(blank.astype(np.uint8) * 255), look, size))
        grey = np.where(hole > 127, np.uint8(255 if look.inverted else 0), grey)
    return Image.fromarray(grey)


def _reduced(array: Samples, look: Look, size: int | None) -> Grey | None:
    """The quick way of the usual image: whole blocks of stored values are summed, then windowed.

    None where there is none: pixels that are not square or are padding, tables, values that are no whole numbers, sizes
    that divide into no blocks.
    """
    plain = array.ndim == 2 and array.dtype.kind in "iu" and array.dtype.itemsize <= 2 and look.aspect == 1
    if not plain or not size or look.window is None or look.modality_lut or look.palette:
        return None
    block, rest = divmod(max(array.shape), size)
    if rest or not 2 <= block <= 16 or gcd(*array.shape) % block:
        return None
    if not look.slope or not np.isfinite(look.slope + look.intercept):
        return None
    lowest, highest = int(array.min()), int(array.max())
    if look.padding is not None and lowest <= look.padding <= highest and (array == look.padding).any():
        return None
    kept = np.iinfo(array.dtype)
    fits = kept.min <= lowest * block**2 and highest * block**2 <= kept.max
    kind = (
        array.dtype if fits else np.dtype(_FLOAT)
    )  # sums stay far below 2 to the power of 24: both are exact
    sums = _sums(_sums(array, block, kind).T, block, kind).T
    return shades(sums, look, _of_stored(look.window, look.slope / block**2, look.intercept))


def _of_stored(window: Window, slope: float, intercept: float) -> Window:
    """The window of stored values that is this one of modality values: the same shades with less arithmetic."""
    if window.function == "SIGMOID":
        return Window((window.center - intercept) / slope, window.width / slope, "SIGMOID")
    gain, start = _line(window)
    return Window((0.5 - start - gain * intercept) / (gain * slope), 1 / (gain * slope), "LINEAR_EXACT")


def _sums(array: Samples, block: int, kind: np.dtype[Any]) -> Samples:
    """Sums of so many neighbouring rows."""
    sums: Samples = np.add(array[::block], array[1::block], dtype=kind)
    for at in range(2, block):
        sums += array[at::block]
    return sums


def modality_values(array: Samples, look: Look) -> tuple[NDArray[np.float32], NDArray[np.bool_] | None]:
    """Values in the modality's unit (HU for CT), and where the pixels are padding (PS3.3 C.11.1, C.7.5.1.1.2)."""
    blank = array == look.padding if look.padding is not None else None
    if look.modality_lut is not None:
        return look.modality_lut(array).astype(_FLOAT), blank
    values = array.astype(np.float64) * look.slope + look.intercept
    return np.nan_to_num(values, posinf=0, neginf=0).astype(_FLOAT), blank


def shades(values: Samples, look: Look, window: Window | None) -> Grey:
    """Values as grey, 0 black to 255 white; MONOCHROME1 is turned over (PS3.3 C.11.2, C.7.6.3.1.2), PET too."""
    turned = (look.photometric == "MONOCHROME1") != look.inverted
    if window is not None and window.function != "SIGMOID":
        gain, start = _line(window)
        grey = np.asarray(values * _FLOAT(-255 * gain if turned else 255 * gain), _FLOAT)
        grey += _FLOAT(255 - 255 * start if turned else 255 * start)
    else:
        part = _curve(values, window, look)
        grey = (1 - part if turned else part) * _FLOAT(255)
    grey += _FLOAT(0.5)
    return np.asarray(np.clip(grey, 0, 255.5, out=grey), np.uint8)


def _line(window: Window) -> tuple[float, float]:
    """Parts of white for each unit, and at 0 (PS3.3 C.11.2.1.2; LINEAR_EXACT: C.11.2.1.3.2)."""
    center, width = window.center, window.width
    if window.function != "LINEAR_EXACT":
        center, width = center - 0.5, max(width - 1, 1e-3)
    return 1 / width, 0.5 - center / width


def _curve(values: Samples, window: Window | None, look: Look) -> NDArray[np.float32]:
    """Parts of white by the sigmoid function (PS3.3 C.11.2.1.3.1), or without a window by the table of the file."""
    if window is not None:
        power = np.clip(-4 * (values - _FLOAT(window.center)) / _FLOAT(window.width), -60, 60)
        return np.asarray(1 / (1 + np.exp(power)), _FLOAT)
    lut = look.voi_lut
    assert lut is not None
    return np.asarray(lut(np.rint(values)) / ((1 << lut.bits) - 1), _FLOAT)


def _spread(values: NDArray[np.float32]) -> Window:
    """A window from the darkest to the brightest hundredth, for images that say none."""
    if not values.size:
        return Window(0.5, 1, "LINEAR_EXACT")
    low, high = np.percentile(values[:: max(1, values.shape[0] // 512)], (1, 99))
    if high <= low:
        low, high = values.min(), values.max()
    return Window(float(low + high) / 2, float(high - low) or 1.0, "LINEAR_EXACT")


def coloured(array: Samples, palette: tuple[Lut, Lut, Lut]) -> Grey:
    """Indices of a palette as 8-bit RGB; a 16-bit palette that uses its low bytes only is taken so."""
    deep = any(lut.entries.max(initial=0) > 255 for lut in palette)
    planes = [lut(array) >> (8 if deep else 0) for lut in palette]
    return np.stack(planes, axis=-1).astype(np.uint8)


def _eight_bit(array: Samples, stored: int) -> Grey:
    if array.dtype.kind != "u":
        raise Undecodable("signed colour is not shown", tag=0x00280103)
    return np.ascontiguousarray((array >> max(0, stored - 8)).astype(np.uint8))


def _resized(picture: Image.Image, look: Look, size: int | None) -> Image.Image:
    """The picture with square pixels, its longer side `size`."""
    wide, high = float(picture.width), picture.height * look.aspect
    if size is None:
        scale = max(1.0, 1 / look.aspect)  # enlarge the shorter sides of pixels rather than lose any
        scale = min(scale, 4096 / max(wide, high))
    else:
        scale = size / max(wide, high)
    target = max(1, round(wide * scale)), max(1, round(high * scale))
    if target == picture.size:
        return picture
    shrinks = target[0] < picture.width and target[1] < picture.height
    return picture.resize(target, Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an image lies: Image Position and Orientation (Patient), mm, and its Instance Number."""

    position: tuple[float, ...] = ()
    orientation: tuple[float, ...] = ()
    number: int | None = None


def place_of(file: DicomFile) -> Place:
    """The place of a file's image."""
    data = file.dataset
    number = next(iter(data.ints(0x00200013)), None)
    return Place(tuple(data.floats(0x00200032)), tuple(data.floats(0x00200037)), number)


def in_order(places: Sequence[Place]) -> list[int]:
    """Indices along the common normal of the images, else by Instance Number, else as given (PS3.3 C.7.6.2.1.1)."""
    indices = range(len(places))
    if places and all(len(place.position) == 3 and len(place.orientation) == 6 for place in places):
        normal = np.cross(places[0].orientation[:3], places[0].orientation[3:])
        along = [float(np.dot(normal, place.position)) for place in places]
        return sorted(indices, key=lambda index: (along[index], places[index].number or 0))
    if all(place.number is not None for place in places):
        return sorted(indices, key=lambda index: places[index].number or 0)
    return list(indices)


def middle_instance(places: Sequence[Place]) -> int:
    """Index of the most telling image of a series: the middle one. Raises ValueError for none."""
    if not places:
        raise ValueError("a series without images has no middle")
    return in_order(places)[len(places) // 2]
