"""Rules of pixel data: what the description promises is what stands there (PS3.3 C.7.6.3, PS3.5 8 and A.4)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pydicom._uid_dict import UID_dictionary

from vesalius.dicom.file import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, DicomFile
from vesalius.dicom.problem import Problem, Reason, tag_text
from vesalius.dicom.structure.identity import SOP_CLASS
from vesalius.dicom.tree import Dataset, Element

SAMPLES: Final = 0x00280002
PHOTOMETRIC: Final = 0x00280004
FRAMES: Final = 0x00280008
ROWS: Final = 0x00280010
COLUMNS: Final = 0x00280011
BITS_ALLOCATED: Final = 0x00280100
BITS_STORED: Final = 0x00280101
HIGH_BIT: Final = 0x00280102
REPRESENTATION: Final = 0x00280103
PROVIDER: Final = 0x00287FE0
EXTENDED_OFFSETS: Final = 0x7FE00001
FLOAT_PIXELS: Final = 0x7FE00008
DOUBLE_PIXELS: Final = 0x7FE00009
PIXELS: Final = 0x7FE00010
_PIXEL_TAGS: Final = (PIXELS, FLOAT_PIXELS, DOUBLE_PIXELS)
_BITS: Final = (1, 8, 16, 24, 32, 40, 48, 56, 64)
_NATIVE: Final = frozenset({IMPLICIT, EXPLICIT, BIG_ENDIAN, *DEFLATED})
_PALETTES: Final = ((0x00281101, 0x00281201), (0x00281102, 0x00281202), (0x00281103, 0x00281203))


@dataclass(frozen=True, slots=True)
class Shape:
    """What a data set says of its pixels; None where it does not say it in exactly one value."""

    rows: int | None
    columns: int | None
    samples: int | None
    allocated: int | None
    frames: int | None
    halved: bool

    @property
    def bits(self) -> int | None:
        """Bits of all frames in native form, two samples a pixel where chrominance is halved."""
        extents = (self.rows, self.columns, self.samples, self.allocated, self.frames)
        product = 1
        for extent in extents:
            if not extent:
                return None
            product *= extent
        return product * 2 // 3 if self.halved else product


def shape(dataset: Dataset) -> Shape:
    """The description of a data set's pixels, number of frames 1 when not stated."""
    return Shape(
        rows=_one(dataset, ROWS),
        columns=_one(dataset, COLUMNS),
        samples=_one(dataset, SAMPLES),
        allocated=_one(dataset, BITS_ALLOCATED),
        frames=_frames(dataset),
        halved=dataset.text(PHOTOMETRIC) in {"YBR_FULL_422", "YBR_PARTIAL_422"},
    )


def _one(dataset: Dataset, tag: int) -> int | None:
    element = dataset.get(tag)
    if element is None or element.vr != "US" or element.length != 2:
        return None
    return int.from_bytes(element.raw(), "big" if dataset.big_endian else "little")


def _frames(dataset: Dataset) -> int | None:
    if not dataset.text(FRAMES):
        return 1
    match dataset.values(FRAMES):
        case [int(frames)] if frames > 0:
            return frames
    return None


def _pixels(dataset: Dataset) -> Element | None:
    return next((dataset[tag] for tag in _PIXEL_TAGS if tag in dataset), None)


def encapsulation(file: DicomFile) -> Iterator[Problem]:
    """Pixel data are encapsulated exactly where the transfer syntax says so (PS3.5 A.4)."""
    element = file.dataset.get(PIXELS)
    if element is None or file.transfer_syntax not in UID_dictionary:
        return
    if (element.length is None) == (file.transfer_syntax in _NATIVE):
        sentence = f"{tag_text(PIXELS)} is not encoded as the transfer syntax says."
        yield Problem(Reason.FRAGMENTS, PIXELS, element.start, sentence)


def present(file: DicomFile) -> Iterator[Problem]:
    """An image has pixels: one cut off before them would pass for a document."""
    dataset = file.dataset
    image = "Image Storage" in UID_dictionary.get(dataset.text(SOP_CLASS), ("",))[0]
    if _pixels(dataset) is None and (image or ROWS in dataset) and PROVIDER not in dataset:
        yield Problem(Reason.MISSING, PIXELS, None, f"The image has no {tag_text(PIXELS)}.")


def description(dataset: Dataset) -> Iterator[Problem]:
    """Rows, Columns, Samples, Bits and frames are single numbers that an image can have."""
    pixels = _pixels(dataset)
    if pixels is None:
        return
    said = shape(dataset)
    allowed = {
        ROWS: bool(said.rows),
        COLUMNS: bool(said.columns),
        SAMPLES: said.samples in {1, 3, 4},
        BITS_ALLOCATED: said.allocated in _BITS,
        FRAMES: said.frames is not None,
    }
    if pixels.tag == PIXELS:
        stored, high = _one(dataset, BITS_STORED), _one(dataset, HIGH_BIT)
        allocated = said.allocated or 0
        allowed[BITS_STORED] = stored is not None and 1 <= stored <= allocated
        allowed[HIGH_BIT] = high is not None and high < allocated
        allowed[REPRESENTATION] = _one(dataset, REPRESENTATION) in {0, 1}
    for tag, legal in allowed.items():
        if not legal:
            element = dataset.get(tag)
            sentence = f"{tag_text(tag)} does not describe an image."
            yield Problem(Reason.PIXEL_DESCRIPTION, tag, element.start if element else None, sentence)


def native_length(dataset: Dataset) -> Iterator[Problem]:
    """Native pixel data have the length that follows from their description, padded to even."""
    element = _pixels(dataset)
    if element is None or element.length is None:
        return
    bits = shape(dataset).bits
    if bits is None:
        return
    expected = (bits + 7) // 8
    if element.length not in {expected, expected + expected % 2}:
        sentence = f"{tag_text(element.tag)} has {element.length} bytes where {expected} are described."
        yield Problem(Reason.PIXEL_LENGTH, element.tag, element.start, sentence)


def fragments(dataset: Dataset) -> Iterator[Problem]:
    """Encapsulated data have at least one fragment for each frame, none empty."""
    element = dataset.get(PIXELS)
    if element is None or element.length is not None:
        return
    frames = shape(dataset).frames or 1
    sizes = [size for _, size in element.fragments[1:]]
    if len(sizes) < frames or not all(sizes):
        sentence = f"{tag_text(PIXELS)} has fewer fragments than frames, or an empty one."
        yield Problem(Reason.FRAGMENTS, PIXELS, element.start, sentence)


def basic_offsets(dataset: Dataset) -> Iterator[Problem]:
    """The basic offset table is empty or names the first fragment of each frame (PS3.5 A.4)."""
    element = dataset.get(PIXELS)
    if element is None or not element.fragments or not element.fragments[0][1]:
        return
    offset, size = element.fragments[0]
    yield from _offsets(element, dataset, dataset.window.read(offset, size), "I")


def extended_offsets(dataset: Dataset) -> Iterator[Problem]:
    """The extended offset table names the first fragment of each frame (PS3.3 C.7.6.3.1.8)."""
    element, table = dataset.get(PIXELS), dataset.get(EXTENDED_OFFSETS)
    if element is not None and table is not None and element.fragments:
        yield from _offsets(element, dataset, table.raw(), "Q")


def _offsets(element: Element, dataset: Dataset, table: bytes, code: str) -> Iterator[Problem]:
    size = struct.calcsize(code)
    frames = shape(dataset).frames or 1
    base = element.fragments[1][0] - 8 if len(element.fragments) > 1 else 0
    starts = {offset - 8 - base for offset, _ in element.fragments[1:]}
    offsets = struct.unpack(f"<{len(table) // size}{code}", table[: len(table) // size * size])
    rising = all(one < other for one, other in pairwise(offsets))
    if len(table) != frames * size or offsets[:1] != (0,) or not rising or not starts.issuperset(offsets):
        sentence = "The offset table does not name the first fragment of each frame."
        yield Problem(Reason.OFFSET_TABLE, element.tag, element.start, sentence)


def palettes(dataset: Dataset) -> Iterator[Problem]:
    """A colour table holds the entries that its descriptor promises (PS3.3 C.7.6.3.1.5)."""
    for descriptor, data in _PALETTES:
        table = dataset.get(data)
        numbers = dataset.ints(descriptor)
        if table is None or table.length is None:
            continue
        legal = len(numbers) == 3 and numbers[2] in {8, 16}
        if not legal or table.length < ((numbers[0] & 0xFFFF) or 65536) * numbers[2] // 8:
            sentence = f"{tag_text(data)} is not as {tag_text(descriptor)} describes it."
            yield Problem(Reason.PALETTE, data, table.start, sentence)
