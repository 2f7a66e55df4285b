"""The hands' part of a viewer's frames: what they are, and their samples packed. Pure, for child processes."""

import base64
import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from vesalius.deliver.segments import refers_to, segment_of, segments_of
from vesalius.dicom import Dataset, DicomFile, read
from vesalius.dicom.frames import PixelFacts, frame, frame_count, pixel_facts
from vesalius.dicom.look import Look, Lut, Window, holders_of, look_of
from vesalius.dicom.uptake import one_suv
from vesalius.errors import BadInput
from vesalius.store.derived import write_derived

Described = dict[str, Any]
SQUEEZE: Final = 1  # gzip's level: a higher one makes a reader wait longer than its bytes would
_DIGITS: Final = 6
_MODALITY, _UNITS, _RESCALE_TYPE = 0x00080060, 0x00541001, 0x00281054
_PADDING, _PADDING_LIMIT = 0x00280120, 0x00280121
_SPACING, _IMAGER_SPACING, _CALIBRATION = 0x00280030, 0x00181164, 0x00280A02
_POSITION, _ORIENTATION, _FRAME_OF_REFERENCE = 0x00200032, 0x00200037, 0x00200052
_CENTER, _WIDTH, _EXPLANATION = 0x00281050, 0x00281051, 0x00281055
_CINE_RATE, _FRAME_TIME = 0x00180040, 0x00181063


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """One frame to decode and keep."""

    source: str  # the DICOM file
    frame: int  # within the file, from 0
    target: str  # where its samples go, gzip around little-endian bytes in rows
    refused: str  # where an empty file goes when it cannot be decoded


def describe(sources: Sequence[str]) -> list[Described | None]:
    """For each file its kinds of frame, its frames and segments; None for what holds no image."""
    return [_describe_one(Path(source)) for source in sources]


def pack(packings: Sequence[Packing]) -> None:
    """Decode these frames into their targets."""
    for packing in packings:
        try:
            with read(Path(packing.source)) as file:
                samples = np.ascontiguousarray(frame(file, packing.frame))
        except BadInput:
            write_derived(Path(packing.refused), b"")
            continue
        little = samples.astype(samples.dtype.newbyteorder("<"), copy=False)
        write_derived(Path(packing.target), gzip.compress(little.tobytes(), SQUEEZE, mtime=0))


def _describe_one(path: Path) -> Described | None:
    try:
        with read(path) as file:
            if frame_count(file) == 0:
                return None
            return _described(file, pixel_facts(file))
    except BadInput:
        return None


def _described(file: DicomFile, facts: PixelFacts) -> Described:
    kinds: dict[str, int] = {}
    frames = []
    for index in range(facts.frames):
        holders = list(holders_of(file.dataset, index))
        look = look_of(file, index)
        span = _span(file, facts, index)
        kind = json.dumps(_kind(file, facts, holders, look, stored=span is not None), sort_keys=True)
        told = _frame(holders, look) | {"kind": kinds.setdefault(kind, len(kinds)), "span": span}
        frames.append({name: value for name, value in told.items() if value is not None})
    return {
        "kinds": [json.loads(kind) for kind in kinds],
        "frames": frames,
        "segments": segments_of(file.dataset),
        "rate": _rate(file.dataset),
    }


def _span(file: DicomFile, facts: PixelFacts, index: int) -> list[int] | None:
    """First byte and length of a native frame that a browser reads as it stands (PS3.5 8.1); else None."""
    element = facts.element
    native = element.length is not None and not file.deflated and not file.big_endian
    plain = facts.samples == 1 or (facts.photometric == "RGB" and not facts.planar)
    if not native or not plain or facts.native_bits % 8 or facts.high != facts.stored - 1:
        return None
    length = facts.native_bits // 8
    start = element.value_start + index * length
    return [start, length] if start + length <= element.value_end else None


def _kind(
    file: DicomFile, facts: PixelFacts, holders: list[Dataset], look: Look, *, stored: bool
) -> Described:
    """What many frames have in common; a browser reads their samples by it."""
    data = file.dataset
    bits = facts.allocated == 1
    told = {
        "rows": facts.rows, "columns": facts.columns, "samples": facts.samples,
        "type": "bit" if bits and stored else facts.dtype.str.lstrip("<|"),
        "unused": 0 if bits or facts.dtype.kind == "f" else facts.dtype.itemsize * 8 - facts.stored,
        "photometric": facts.photometric, "padding": _padding(data), "aspect": round(look.aspect, _DIGITS),
        "spacing": spacing_of(holders),
        "spacing_at": "detector" if is_at_detector(holders) else None,
        "orientation": orientation_of(holders),
        "frame_of_reference": data.text(_FRAME_OF_REFERENCE), "unit": unit_of(holders),
        "transfer_syntax": file.transfer_syntax,
        "lut": _lut(look.modality_lut), "voi": _lut(look.voi_lut),
        "usual": None if _said(holders) or look.window is None else [look.window.center, look.window.width],
        "palette": [_lut(one) for one in look.palette] if look.palette else None,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in (None, "")}


def _frame(holders: list[Dataset], look: Look) -> Described:
    """What is a frame's own."""
    return {
        "slope": look.slope,
        "intercept": look.intercept,
        "position": _numbers(holders, _POSITION, 3),
        "windows": list(_windows(holders, look.window)) or None,
        "suv": _one_suv(holders[0]),
        "segment": segment_of(holders),
        "source": refers_to(holders),
    }


def _windows(holders: list[Dataset], chosen: Window | None) -> Iterator[list[Any]]:
    """Center, width, function and name of each window of the header."""
    holder = next((one for one in holders if one.floats(_CENTER)), None)
    function = chosen.function if chosen else "LINEAR"
    pairs = [] if holder is None else list(zip(holder.floats(_CENTER), holder.floats(_WIDTH), strict=False))
    names = [] if holder is None else [str(name) for name in holder.values(_EXPLANATION)]
    for at, (center, width) in enumerate(pairs):
        if np.isfinite(center + width) and width > 0:
            yield [center, width, function, names[at] if at < len(names) else ""]


def _said(holders: list[Dataset]) -> bool:
    """Whether the header says a window; else the one of `look` is the usual one for such an image."""
    return any(one.floats(_CENTER) for one in holders)


def _padding(data: Dataset) -> list[int] | None:
    """The lowest and highest value that means "no pixel here" (PS3.3 C.7.5.1.1.2)."""
    ends = [*data.ints(_PADDING)[:1], *data.ints(_PADDING_LIMIT)[:1]]
    return [min(ends), max(ends)] if data.ints(_PADDING) else None


def spacing_of(holders: list[Dataset]) -> list[float] | None:
    """Between rows and between columns, mm, in the patient or else at the detector; None where neither is said."""
    return _pair(holders, _SPACING) or _pair(holders, _IMAGER_SPACING)


def orientation_of(holders: list[Dataset]) -> list[float] | None:
    """Image Orientation (Patient): directions of a row and of a column; None where it is not said."""
    return _numbers(holders, _ORIENTATION, 6)


def unit_of(holders: list[Dataset]) -> str:
    """The unit of modality values, in the header's words; HU for CT unless it says otherwise (PS3.3 C.8.2.1)."""
    said = next((text for one in holders for tag in (_RESCALE_TYPE, _UNITS) if (text := one.text(tag))), "")
    if said and said != "US":
        return said
    return "HU" if holders[0].text(_MODALITY) == "CT" else ""


def _rate(data: Dataset) -> float | None:
    """Frames a second that the file asks for (PS3.3 C.7.6.5)."""
    rate, pause = data.floats(_CINE_RATE), data.floats(_FRAME_TIME)
    if rate and rate[0] > 0:
        return rate[0]
    return round(1000 / pause[0], 2) if pause and pause[0] > 0 else None


def _pair(holders: list[Dataset], tag: int) -> list[float] | None:
    found = _numbers(holders, tag, 2)
    return found if found and min(found) > 0 else None


def is_at_detector(holders: list[Dataset]) -> bool:
    """Whether the spacing is that of the detector, which enlarges: Pixel Spacing that repeats it corrects nothing.

    PS3.3 10.7.1.3; Pixel Spacing Calibration Type says that somebody corrected it.
    """
    spacing, imager = _pair(holders, _SPACING), _pair(holders, _IMAGER_SPACING)
    calibrated = any(one.text(_CALIBRATION) for one in holders)
    return imager is not None and not calibrated and spacing in (None, imager)


def _one_suv(data: Dataset) -> float | None:
    """The value of one standardised uptake; None but for PET whose header says enough to tell it."""
    return one_suv(data) if data.text(_MODALITY) == "PT" else None


def _numbers(holders: list[Dataset], tag: int, count: int) -> list[float] | None:
    found = next((values for one in holders if (values := one.floats(tag))), [])
    if len(found) != count or not np.isfinite(found).all():
        return None
    return [round(value, _DIGITS) for value in found]


def _lut(lut: Lut | None) -> Described | None:
    if lut is None:
        return None
    entries = base64.b64encode(lut.entries.astype("<u2").tobytes()).decode()
    return {"first": lut.first, "bits": lut.bits, "entries": entries}
