"""Frames of an image as arrays of samples: native, RLE and every JPEG of the standard (PS3.5 8.2 and Annex A).

Decoders trust the codestream, so its own dimensions are compared with the header's before any decoder runs.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from vesalius.dicom.file import DicomFile
from vesalius.dicom.problem import DicomError, Reason
from vesalius.dicom.tree import Dataset, Element

Samples = NDArray[Any]

MAX_FRAME_BYTES: Final = 1 << 28
SAMPLES_PER_PIXEL: Final = 0x00280002
PHOTOMETRIC: Final = 0x00280004
PLANAR: Final = 0x00280006
FRAMES: Final = 0x00280008
ROWS: Final = 0x00280010
COLUMNS: Final = 0x00280011
BITS_ALLOCATED: Final = 0x00280100
BITS_STORED: Final = 0x00280101
HIGH_BIT: Final = 0x00280102
REPRESENTATION: Final = 0x00280103
PIXELS: Final = 0x7FE00010
_EXTENDED_OFFSETS: Final = 0x7FE00001
_FLOATS: Final = {0x7FE00008: 32, 0x7FE00009: 64}
_JPEG: Final = "1.2.840.10008.1.2.4."
_HALVED: Final = frozenset({"YBR_FULL_422", "YBR_PARTIAL_422"})
_INSIDE: Final = frozenset({"YBR_RCT", "YBR_ICT"})  # transforms that are part of JPEG 2000's own coding
_INVERSE_YBR: Final = np.array(
    [[1, 1, 1], [0, -0.114 * 1.772 / 0.587, 1.772], [1.402, -0.299 * 1.402 / 0.587, 0]]
)


class Undecodable(DicomError):
    """The pixels cannot be decoded; the tag says where the reason lies."""

    hint = "The image cannot be shown; its file can still be downloaded."

    def __init__(
        self, sentence: str, *, tag: int = PIXELS, reason: Reason = Reason.PIXEL_DESCRIPTION
    ) -> None:
        super().__init__(reason, sentence, tag=tag)


@dataclass(frozen=True, slots=True)
class PixelFacts:
    """The image pixel description of a data set, checked to be one that an image can have (PS3.3 C.7.6.3)."""

    rows: int
    columns: int
    samples: int
    frames: int
    allocated: int
    stored: int
    high: int
    signed: bool
    photometric: str
    planar: bool
    element: Element

    @property
    def native_bits(self) -> int:
        """Bits of one native frame."""
        bits = self.rows * self.columns * self.samples * self.allocated
        return bits * 2 // 3 if self.photometric in _HALVED else bits

    @property
    def dtype(self) -> np.dtype[Any]:
        """Little-endian type of the stored samples."""
        if self.element.tag in _FLOATS:
            return np.dtype(f"<f{self.allocated // 8}")
        return np.dtype(f"<{'i' if self.signed else 'u'}{max(self.allocated, 8) // 8}")


def _number(dataset: Dataset, tag: int, default: int | None = None) -> int:
    values = dataset.values(tag)
    if not values and default is not None:
        return default
    if len(values) != 1 or not isinstance(values[0], int):
        raise Undecodable("does not describe an image", tag=tag)
    return values[0]


def _allowed(*, tag: int, legal: bool, sentence: str = "does not describe an image") -> None:
    if not legal:
        raise Undecodable(sentence, tag=tag)


def pixel_facts(file: DicomFile) -> PixelFacts:
    """What the header says of the pixels. Raises Undecodable where it describes no image, or one too large."""
    data = file.dataset
    element = next((data[tag] for tag in (PIXELS, *_FLOATS) if tag in data), None)
    if element is None:
        raise Undecodable("is absent: the file holds no image")
    allocated = _number(data, BITS_ALLOCATED, _FLOATS.get(element.tag))
    stored = _number(data, BITS_STORED, allocated)
    facts = PixelFacts(
        rows=_number(data, ROWS),
        columns=_number(data, COLUMNS),
        samples=_number(data, SAMPLES_PER_PIXEL, 1),
        frames=_number(data, FRAMES, 1),
        allocated=allocated,
        stored=stored,
        high=_number(data, HIGH_BIT, stored - 1),
        signed=_number(data, REPRESENTATION, 0) == 1,
        photometric=data.text(PHOTOMETRIC) or "MONOCHROME2",
        planar=_number(data, PLANAR, 0) == 1,
        element=element,
    )
    _allowed(tag=ROWS, legal=facts.rows > 0)
    _allowed(tag=COLUMNS, legal=facts.columns > 0)
    _allowed(tag=SAMPLES_PER_PIXEL, legal=facts.samples in {1, 3})
    _allowed(tag=FRAMES, legal=facts.frames > 0)
    widths = {_FLOATS[element.tag]} if element.tag in _FLOATS else {1, 8, 16, 32, 64}
    _allowed(tag=BITS_ALLOCATED, legal=allocated in widths)
    _allowed(tag=BITS_STORED, legal=0 < stored <= allocated)
    _allowed(tag=HIGH_BIT, legal=stored - 1 <= facts.high < allocated)
    if facts.native_bits // 8 > MAX_FRAME_BYTES:
        raise Undecodable(
            f"describes a frame of more than {MAX_FRAME_BYTES} bytes", tag=ROWS, reason=Reason.TOO_LARGE
        )
    return facts


def frame_count(file: DicomFile) -> int:
    """How many frames the image has; 0 for an object without pixels."""
    if not any(tag in file.dataset for tag in (PIXELS, *_FLOATS)):
        return 0
    return pixel_facts(file).frames


def frame(file: DicomFile, index: int) -> Samples:
    """One frame, counted from 0: (rows, columns) of stored values, or (rows, columns, 3) of RGB.

    Palette colour stays an index. Raises Undecodable, naming the tag, where the pixels cannot be had.
    """
    facts = pixel_facts(file)
    return _colours(_samples(file, index, facts), _decoded_photometric(file, facts))


def decoded_photometric(file: DicomFile) -> str:
    """The Photometric Interpretation of what `samples` gives: RGB where the decoder undoes a codec's own transform."""
    return _decoded_photometric(file, pixel_facts(file))


def _decoded_photometric(file: DicomFile, facts: PixelFacts) -> str:
    coded = facts.element.length is None and _NAMES.get(file.transfer_syntax) == "JPEG"
    return "RGB" if facts.samples == 3 and (coded or facts.photometric in _INSIDE) else facts.photometric


def samples(file: DicomFile, index: int) -> Samples:
    """One frame as `frame` gives it, except that luminance and chrominance are left as they are stored."""
    return _samples(file, index, pixel_facts(file))


def _samples(file: DicomFile, index: int, facts: PixelFacts) -> Samples:
    if not 0 <= index < facts.frames:
        raise Undecodable(f"has {facts.frames} frames, and another was asked for", tag=FRAMES)
    if facts.element.length is not None:
        return _native(file, facts, index)
    name = _decoder_name(file.transfer_syntax)
    stream = stored_frame(file, index, facts)
    _check_stream(name, stream, facts)
    try:
        decoded = _DECODERS[name](stream, facts)
    except Undecodable:
        raise
    except Exception as error:  # noqa: BLE001 - codecs raise what they like; their texts may quote the data
        raise Undecodable(f"the {name} decoder gave up ({type(error).__name__})") from None
    if (
        decoded.shape[:2] != (facts.rows, facts.columns)
        or decoded.size != facts.rows * facts.columns * facts.samples
    ):
        raise Undecodable(f"the {name} stream is not the image that the header describes")
    return _fit(decoded, facts)


def stored_frame(file: DicomFile, index: int, facts: PixelFacts | None = None) -> bytes:
    """The codestream of one encapsulated frame as it stands in the file (PS3.5 A.4)."""
    facts = facts or pixel_facts(file)
    parts = facts.element.fragments[1:]
    if not parts:
        raise Undecodable("has no fragment", reason=Reason.FRAGMENTS)
    if facts.frames > 1 and len(parts) != facts.frames:
        first = facts.element.fragments[1][0] - 8
        starts = [first + offset for offset in _offsets(file, facts)]
        stop = starts[index + 1] if index + 1 < len(starts) else facts.element.end
        parts = tuple(part for part in parts if starts[index] <= part[0] - 8 < stop)
    elif facts.frames > 1:
        parts = parts[index : index + 1]
    return b"".join(file.window.read(offset, length) for offset, length in parts)


def _offsets(file: DicomFile, facts: PixelFacts) -> list[int]:
    """Where each frame starts, from the extended or the basic offset table."""
    table = file.dataset.get(_EXTENDED_OFFSETS)
    if table is not None:
        raw, code = table.raw(), "<Q"
    else:
        start, length = facts.element.fragments[0]
        raw, code = file.window.read(start, length), "<I"
    if len(raw) != facts.frames * struct.calcsize(code):
        raise Undecodable("no offset table says which fragments make a frame", reason=Reason.OFFSET_TABLE)
    return [offset for (offset,) in struct.iter_unpack(code, raw)]


# Native ----------------------------------------------------------------------------------------------------------


def _native(file: DicomFile, facts: PixelFacts, index: int) -> Samples:
    element = facts.element
    low, high = index * facts.native_bits, (index + 1) * facts.native_bits
    # Big endian OW swaps bytes in words, so whole words are read (PS3.5 8.1.1).
    swap = file.big_endian and element.vr == "OW" and facts.allocated <= 8
    first = low // 8 - (low // 8 % 2 if swap else 0)
    last = -(-high // 8)
    last += last % 2 if swap else 0
    if last > (element.length or 0) + swap:
        raise Undecodable("is shorter than its description", reason=Reason.PIXEL_LENGTH)
    last = min(last, element.length or 0)
    raw = file.window.read(element.value_start + first, last - first)
    if swap:
        raw = np.frombuffer(raw[: len(raw) // 2 * 2], ">u2").astype("<u2").tobytes()
    if facts.allocated == 1:
        bits = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")
        return _shaped(bits[low - first * 8 : high - first * 8], facts)
    start = low // 8 - first
    kind = facts.dtype.newbyteorder(">") if file.big_endian and not swap else facts.dtype
    flat = np.frombuffer(raw[start : start + (high - low) // 8], kind).astype(facts.dtype, copy=False)
    if facts.photometric in _HALVED:
        return _widened(flat, facts)
    return _fit(_shaped(flat, facts), facts)


def _shaped(flat: Samples, facts: PixelFacts) -> Samples:
    if facts.samples == 1:
        return flat.reshape(facts.rows, facts.columns)
    if facts.planar:
        return np.ascontiguousarray(flat.reshape(3, facts.rows, facts.columns).transpose(1, 2, 0))
    return flat.reshape(facts.rows, facts.columns, 3)


def _widened(flat: Samples, facts: PixelFacts) -> Samples:
    """Pairs Y Y Cb Cr as whole pixels (PS3.3 C.7.6.3.1.2)."""
    pairs = flat.reshape(-1, 4)
    whole = np.empty((len(pairs), 2, 3), flat.dtype)
    whole[:, :, 0] = pairs[:, :2]
    whole[:, :, 1:] = pairs[:, None, 2:]
    return whole.reshape(facts.rows, facts.columns, 3)


def _fit(array: Samples, facts: PixelFacts) -> Samples:
    """Samples in the header's type: bits above High Bit dropped, the sign carried up (PS3.5 8.1.1)."""
    if array.dtype.kind == "f" or facts.allocated == 1:
        return array
    width = facts.allocated
    array = (
        array.astype(facts.dtype, copy=False)
        if array.dtype.itemsize * 8 <= width
        else array.astype(facts.dtype)
    )
    drop = width - facts.stored
    if not drop:
        return array
    # A left shift of a signed type is defined for numpy's two's complement; the right shift carries the sign.
    shifted = np.asarray(array << (width - facts.high - 1))
    shifted >>= drop
    return shifted


def _colours(array: Samples, photometric: str) -> Samples:
    """RGB of luminance and chrominance (PS3.3 C.7.6.3.1.2); anything else as it is."""
    if array.ndim != 3 or not photometric.startswith("YBR_"):
        return array
    half = 1 << (array.dtype.itemsize * 8 - 1)
    mixed = (array.astype(np.float32) - (0, half, half)) @ _INVERSE_YBR
    return np.asarray(np.clip(np.floor(mixed + 0.5), 0, 2 * half - 1), array.dtype)


# Codestreams -----------------------------------------------------------------------------------------------------


def _decoder_name(transfer_syntax: str) -> str:
    name = _NAMES.get(transfer_syntax)
    if name is None:
        raise Undecodable("names a transfer syntax that has no decoder here", tag=0x00020010)
    return name


def _check_stream(name: str, stream: bytes, facts: PixelFacts) -> None:
    """The stream's own rows, columns and components equal the header's. Raises Undecodable."""
    if name == "RLE":
        planes = facts.samples * facts.allocated // 8
        if len(stream) < 64 or int.from_bytes(stream[:4], "little") != planes:
            raise Undecodable("the RLE header does not fit the description")
        return
    found = _j2k_size(stream) if "2000" in name else _jpeg_size(stream)
    if found != (facts.rows, facts.columns, facts.samples):
        raise Undecodable("the codestream declares another image than the header")


def _jpeg_size(stream: bytes) -> tuple[int, int, int] | None:
    """Rows, columns and components of the frame header (ITU-T T.81 B.2.2, T.87 C.1.1)."""
    at = 2 if stream[:2] == b"\xff\xd8" else len(stream)
    while at + 10 <= len(stream) and stream[at] == 0xFF:
        marker = stream[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0xF7 or (0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}):
            rows, columns, components = struct.unpack_from(">HHB", stream, at + 5)
            return rows, columns, components
        else:
            at += 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
    return None


def _j2k_size(stream: bytes) -> tuple[int, int, int] | None:
    """Rows, columns and components of the SIZ marker (ITU-T T.800 A.5.1), which must be the only one."""
    start = 0 if stream[:2] == b"\xff\x4f" else stream.find(b"\xff\x4f\xff\x51")
    if start < 0 or stream[start + 2 : start + 4] != b"\xff\x51" or len(stream) < start + 42:
        return None
    right, lower, left, upper = struct.unpack_from(">4I", stream, start + 8)
    tile_wide, tile_high = struct.unpack_from(">2I", stream, start + 24)
    components = int.from_bytes(stream[start + 40 : start + 42], "big")
    if not tile_wide or not tile_high or (right // tile_wide + 1) * (lower // tile_high + 1) > 65_535:
        return None
    return lower - upper, right - left, components


def _jpeg_is_rgb(stream: bytes, facts: PixelFacts) -> bool:
    """Whether components are RGB already: Adobe's marker says, else the header (PS3.5 8.2.1)."""
    at = 2
    while at + 16 <= len(stream) and stream[at] == 0xFF and stream[at + 1] != 0xDA:
        if stream[at + 1] == 0xEE and stream[at + 4 : at + 9] == b"Adobe":
            return stream[at + 15] == 0
        at += 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
    return facts.photometric == "RGB"


def _jpeg(stream: bytes, facts: PixelFacts) -> Samples:
    if facts.samples == 1:
        return np.asarray(imagecodecs.jpeg8_decode(stream))
    inside = "RGB" if _jpeg_is_rgb(stream, facts) else "YCBCR"
    return np.asarray(imagecodecs.jpeg8_decode(stream, colorspace=inside, outcolorspace="RGB"))


def _rle(stream: bytes, facts: PixelFacts) -> Samples:
    """Byte planes, most significant first (PS3.5 G)."""
    size = facts.rows * facts.columns * facts.samples * facts.allocated // 8
    raw = imagecodecs.dicomrle_decode(stream, facts.dtype, out=bytearray(size))
    flat = np.frombuffer(raw, facts.dtype)
    planes = flat.reshape(facts.samples, facts.rows, facts.columns)
    return planes[0] if facts.samples == 1 else np.ascontiguousarray(planes.transpose(1, 2, 0))


_DECODERS: Final[dict[str, Callable[[bytes, PixelFacts], Samples]]] = {
    "RLE": _rle,
    "JPEG": _jpeg,
    "JPEG lossless": lambda stream, _: np.asarray(imagecodecs.jpegsof3_decode(stream)),
    "JPEG-LS": lambda stream, _: np.asarray(imagecodecs.jpegls_decode(stream)),
    "JPEG 2000": lambda stream, _: np.asarray(imagecodecs.jpeg2k_decode(stream)),
    "HTJ2K (JPEG 2000)": lambda stream, _: np.asarray(imagecodecs.htj2k_decode(stream)),
}
# PS3.6 Table A-1.
_NAMES: Final = {
    "1.2.840.10008.1.2.5": "RLE",
    **dict.fromkeys((_JPEG + "50", _JPEG + "51"), "JPEG"),
    **dict.fromkeys((_JPEG + "57", _JPEG + "70"), "JPEG lossless"),
    **dict.fromkeys((_JPEG + "80", _JPEG + "81"), "JPEG-LS"),
    **dict.fromkeys((_JPEG + "90", _JPEG + "91"), "JPEG 2000"),
    **dict.fromkeys((_JPEG + "201", _JPEG + "202", _JPEG + "203"), "HTJ2K (JPEG 2000)"),
}
