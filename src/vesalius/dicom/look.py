"""How a data set wants its pixels shown: scaling, window, palette and the shape of a pixel (PS3.3 C.11, C.7.6.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vesalius.dicom.file import DicomFile
from vesalius.dicom.frames import BITS_STORED, PHOTOMETRIC, Undecodable
from vesalius.dicom.problem import Reason
from vesalius.dicom.tree import Dataset
from vesalius.dicom.uptake import one_suv

_MODALITY: Final = 0x00080060
_BODY_PART: Final = 0x00180015
_KERNEL: Final = 0x00181210
_SERIES_DESCRIPTION: Final = 0x0008103E
_CENTER: Final = 0x00281050
_WIDTH: Final = 0x00281051
_FUNCTION: Final = 0x00281056
_INTERCEPT: Final = 0x00281052
_SLOPE: Final = 0x00281053
_MODALITY_LUT: Final = 0x00283000
_VOI_LUT: Final = 0x00283010
_DESCRIPTOR: Final = 0x00283002
_LUT_DATA: Final = 0x00283006
_PADDING: Final = 0x00280120
_ASPECT: Final = 0x00280034
_SPACINGS: Final = (0x00280030, 0x00181164, 0x00182010)  # Pixel, Imager Pixel, Nominal Scanned Pixel Spacing
_PALETTE: Final = ((0x00281101, 0x00281201), (0x00281102, 0x00281202), (0x00281103, 0x00281203))
_SHARED: Final = 0x52009229
_PER_FRAME: Final = 0x52009230

# Modality, words of body part or kernel of which one must occur (none: always), center, width: first match wins.
DEFAULT_WINDOWS: Final = (
    ("CT", ("LUNG", "B60", "B70", "BL57", "FC51"), -600.0, 1500.0),
    ("CT", ("HEAD", "BRAIN"), 40.0, 80.0),
    ("CT", ("BONE", "SPINE", "EXTREMITY"), 300.0, 1500.0),
    ("CT", (), 40.0, 400.0),
)
WHITE_TO_BLACK: Final = frozenset({"PT"})  # what takes up much is read dark on white
HIGHEST_UPTAKE: Final = 7.0  # SUV at the end of the window of a PET image


@dataclass(frozen=True, slots=True)
class Window:
    """A window of values that become black to white; `function` as in VOI LUT Function (0028,1056)."""

    center: float
    width: float
    function: str = "LINEAR"


@dataclass(frozen=True, slots=True)
class Lut:
    """A look-up table: `entries[value - first]`, ends held, of `bits` each (PS3.3 C.11.1.1)."""

    first: int
    bits: int
    entries: NDArray[Any]

    def __call__(self, values: NDArray[Any]) -> NDArray[Any]:
        """Entries for stored values."""
        index = np.clip(values.astype(np.int64) - self.first, 0, len(self.entries) - 1)
        return np.asarray(self.entries[index])


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Everything `render` needs to know of an image but its samples."""

    photometric: str = "MONOCHROME2"
    stored_bits: int = 16
    slope: float = 1.0
    intercept: float = 0.0
    modality_lut: Lut | None = None
    window: Window | None = None  # of the file, else the default for its kind, else None: by percentiles
    voi_lut: Lut | None = None
    palette: tuple[Lut, Lut, Lut] | None = None
    padding: int | None = None
    aspect: float = 1.0  # height of a pixel over its width
    inverted: bool = False  # shown with white and black exchanged, as is the habit for its modality


def look_of(file: DicomFile, frame: int = 0) -> Look:
    """How one frame of a file wants to be shown. Raises Undecodable for a palette that cannot be read."""
    holders = list(holders_of(file.dataset, frame))
    data = file.dataset
    photometric = data.text(PHOTOMETRIC) or "MONOCHROME2"
    lut, voi = (_sequence_lut(holders, tag) for tag in (_MODALITY_LUT, _VOI_LUT))
    window = _window(holders)
    if window is None and voi is None:
        window = _default_window(data)
    return Look(
        photometric=photometric,
        stored_bits=next(iter(data.ints(BITS_STORED)), 16),
        slope=_first(holders, _SLOPE) or 1.0,
        intercept=_first(holders, _INTERCEPT) or 0.0,
        modality_lut=lut,
        window=window,
        voi_lut=voi,
        palette=_palette(data) if photometric == "PALETTE COLOR" else None,
        padding=next(iter(data.ints(_PADDING)), None),
        aspect=_pixel_aspect(holders),
        inverted=data.text(_MODALITY) in WHITE_TO_BLACK and photometric.startswith("MONOCHROME"),
    )


def holders_of(data: Dataset, frame: int) -> Iterator[Dataset]:
    """Where an attribute may stand: the data set, the frame's functional groups, the shared ones (C.7.6.16)."""
    yield data
    for tag, index in ((_PER_FRAME, frame), (_SHARED, 0)):
        groups = data.get(tag)
        if groups is not None and index < len(groups.items):
            for macro in groups.items[index].dataset:
                yield from (item.dataset for item in macro.items[:1])


def _first(holders: list[Dataset], tag: int) -> float | None:
    return next((value for holder in holders for value in holder.floats(tag)[:1]), None)


def _window(holders: list[Dataset]) -> Window | None:
    center, width = _first(holders, _CENTER), _first(holders, _WIDTH)
    if center is None or width is None or not np.isfinite(center + width) or width <= 0:
        return None
    function = next((text for holder in holders if (text := holder.text(_FUNCTION))), "LINEAR")
    return Window(center, width, function)


def _default_window(data: Dataset) -> Window | None:
    if data.text(_MODALITY) == "PT" and (one := one_suv(data)) is not None:
        return Window(one * HIGHEST_UPTAKE / 2, one * HIGHEST_UPTAKE, "LINEAR_EXACT")
    words = " ".join(data.text(tag) for tag in (_BODY_PART, _KERNEL, _SERIES_DESCRIPTION)).upper()
    for modality, any_of, center, width in DEFAULT_WINDOWS:
        if data.text(_MODALITY) == modality and (not any_of or any(word in words for word in any_of)):
            return Window(center, width)
    return None


def _pixel_aspect(holders: list[Dataset]) -> float:
    for tag in (*_SPACINGS, _ASPECT):
        for holder in holders:
            match holder.floats(tag):
                case [high, wide] if high > 0 and wide > 0:
                    return high / wide
    return 1.0


def _lut(data: Dataset, descriptor: int, values: int) -> Lut | None:
    said = data.ints(descriptor)
    element = data.get(values)
    if len(said) != 3 or element is None:
        return None
    count, first, bits = said[0] % 65536 or 65536, said[1], said[2]
    raw = element.raw()
    if len(raw) < count * 2:
        entries = np.frombuffer(raw, np.uint8)
    else:
        entries = np.frombuffer(raw[: count * 2], ">u2" if data.big_endian else "<u2")
    if len(entries) < count or not 8 <= bits <= 16:
        return None
    return Lut(first, bits, entries[:count].astype(np.uint16))


def _sequence_lut(holders: list[Dataset], tag: int) -> Lut | None:
    for holder in holders:
        sequence = holder.get(tag)
        if sequence is not None and sequence.items:
            return _lut(sequence.items[0].dataset, _DESCRIPTOR, _LUT_DATA)
    return None


def _palette(data: Dataset) -> tuple[Lut, Lut, Lut]:
    found = [_lut(data, descriptor, values) for descriptor, values in _PALETTE]
    red, green, blue = found
    if red is None or green is None or blue is None:
        missing = next(tags[0] for tags, lut in zip(_PALETTE, found, strict=True) if lut is None)
        raise Undecodable("its palette cannot be read", tag=missing, reason=Reason.PALETTE)
    return red, green, blue
