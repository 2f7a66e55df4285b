"""Overlay planes under Clean Graphics (PS3.15 E.3.3): those that may stay, with what is written in them blanked."""

from functools import partial
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vesalius.deid.output.edits import Edit
from vesalius.deid.patient.context import PatientContext
from vesalius.deid.pixels.boxes import Box, text_of
from vesalius.deid.pixels.finding.judging import Judge, may_stay
from vesalius.deid.pixels.finding.likeness import levelled
from vesalius.deid.pixels.finding.reader import Reader
from vesalius.deid.record import Change
from vesalius.dicom import Dataset, DicomFile, tag_text

# Elements of a plane's group (PS3.3 C.9.2).
_ROWS: Final = 0x0010
_COLUMNS: Final = 0x0011
_FRAMES: Final = 0x0015
_BITS: Final = 0x0100
_BIT: Final = 0x0102
_DATA: Final = 0x3000
_MOST: Final = 1 << 25  # pixels of a plane: more are not looked at
_MOST_TOLD: Final = 8

_Plane = NDArray[np.uint8]


class Drawn(NamedTuple):
    """What became of a file's planes: the groups that stay, and what is blanked in them."""

    kept: frozenset[int] = frozenset()
    edits: tuple[Edit, ...] = ()
    changes: tuple[Change, ...] = ()


def planes(file: DicomFile, context: PatientContext, reader: Reader) -> Drawn:
    """Read every overlay plane of a file; one in which text is in doubt, or that is no plane, does not stay."""
    kept, edits, changes = set(), [], []
    for group in range(0x6000, 0x6100, 2):
        plane = _plane(file.dataset, group << 16)
        boxes = None if plane is None else _written(plane, context, reader)
        if plane is None or boxes is None:
            continue
        kept.add(group)
        element = file.dataset[group << 16 | _DATA]
        blanked = _blanked(plane, boxes, element.value_end - element.value_start)
        if blanked != element.raw():
            edits.append(Edit(element.value_start, element.value_end, blanked))
            told = f"blanked {text_of(sorted({box for _, box in boxes})[:_MOST_TOLD])}" if boxes else None
            changes.append(Change(tag_text(element.tag), element.vr, "C", None, told))
    return Drawn(frozenset(kept), tuple(edits), tuple(changes))


def _plane(root: Dataset, group: int) -> _Plane | None:
    """The bits of one plane, (frames, rows, columns); None for what is not described, or not described rightly."""
    element = root.get(group | _DATA)
    swapped = root.big_endian and element is not None and element.vr == "OW"
    described = root.values(group | _BITS), root.values(group | _BIT)
    if element is None or swapped or described != ([1], [0]):
        return None
    frames = _count(root, group | _FRAMES, absent=1)
    rows, columns = _count(root, group | _ROWS), _count(root, group | _COLUMNS)
    size = frames * rows * columns
    if not 0 < size <= min(_MOST, 8 * (element.value_end - element.value_start)):
        return None
    bits = np.unpackbits(np.frombuffer(element.raw(), np.uint8), count=size, bitorder="little")
    return bits.reshape(frames, rows, columns)


def _count(root: Dataset, tag: int, absent: int = 0) -> int:
    """A whole number above 0; 0 where there is none."""
    values = root.values(tag) or [absent]
    return values[0] if len(values) == 1 and isinstance(values[0], int) and values[0] > 0 else 0


def _written(plane: _Plane, context: PatientContext, reader: Reader) -> list[tuple[int, Box]] | None:
    """What must go, by frame; None where a person would have to look."""
    judge = Judge(reader, partial(may_stay, context), expected=True)
    found = []
    for index, frame in enumerate(plane):
        verdict = judge.frame(levelled(frame))
        if verdict.doubt:
            return None
        found += [(index, box) for box in verdict.hide]
    return found


def _blanked(plane: _Plane, boxes: list[tuple[int, Box]], length: int) -> bytes:
    """The value with nothing drawn in the boxes, nor in the bits behind the plane."""
    plane = plane.copy()
    for index, (x, y, w, h) in boxes:
        plane[index, y : y + h, x : x + w] = 0
    return np.packbits(plane.reshape(-1), bitorder="little").tobytes().ljust(length, b"\0")
