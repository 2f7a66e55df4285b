"""Boxes of pixels made black in the file's bytes; every other pixel stays as it is decoded.

Native pixels are changed in place. Of compressed ones the frames that change are coded anew without loss, in the
same transfer syntax where it can hold them; what JPEG has lost stays lost, and all frames become RLE, which every
program reads. Nothing is decoded before the writer asks for it, one frame at a time.
"""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import imagecodecs
import numpy as np

from vesalius.deid.output.edits import Edit
from vesalius.deid.pixels.boxes import Box
from vesalius.dicom import DicomFile, frames
from vesalius.dicom.frames import PixelFacts, Samples, Undecodable
from vesalius.dicom.look import look_of

Boxes = Mapping[int, Sequence[Box]]
"""The boxes to blank, by frame."""

_KEPT: Final = 64_000_000  # coded bytes that are kept in memory; of longer pixel data, frames are coded twice
_JPEG: Final = "1.2.840.10008.1.2.4."
_RLE: Final = "1.2.840.10008.1.2.5"
_EXTENDED_OFFSETS: Final = 0x7FE00001
_EXTENDED_LENGTHS: Final = 0x7FE00002
_DELIMITER: Final = b"\xfe\xff\xdd\xe0\0\0\0\0"
_MOST_IN_BASIC_TABLE: Final = 0xFFFFFFFF


class Blanked(NamedTuple):
    """The edits that blank, and what the header must say of the pixels from then on."""

    edits: list[Edit]
    transfer_syntax: str
    photometric: str


def blank(file: DicomFile, boxes: Boxes, *, clear_overlays: bool = False) -> Blanked:
    """Blank boxes in frames; `clear_overlays` also empties the bits of native samples above High Bit.

    Raises Undecodable where a frame cannot be decoded, or not be coded without loss.
    """
    facts = frames.pixel_facts(file)
    if facts.element.length is not None:
        native = (_Bits if facts.allocated == 1 else _Native)(file, facts, boxes, clear_overlays)
        if native.parts_words:
            raise Undecodable("has frames that end inside a byte or a word")
        edit = Edit(facts.element.value_start, facts.element.value_end, native)
        return Blanked([edit], file.transfer_syntax, facts.photometric)
    return _coded(file, facts, boxes)


def covered(samples: Samples, boxes: Sequence[Box], black: Any) -> Samples:
    """A copy of the samples with the boxes in black."""
    samples = samples.copy()
    for x, y, w, h in boxes:
        samples[y : y + h, x : x + w] = black
    return samples


def black_of(file: DicomFile, samples: Samples) -> Any:
    """What is black among a frame's samples: no less and no more than what stands in it already (grey)."""
    photometric = frames.decoded_photometric(file)
    if samples.ndim == 3:
        half = 1 << (samples.dtype.itemsize * 8 - 1)
        return np.array((0, half, half) if photometric.startswith("YBR_") else (0, 0, 0), samples.dtype)
    if photometric == "PALETTE COLOR":
        return samples.dtype.type(_darkest(file))
    outermost = np.fmax if photometric == "MONOCHROME1" else np.fmin  # which pass over what is no number
    return outermost.reduce(samples, axis=None)


def _darkest(file: DicomFile) -> int:
    """The palette's index of the darkest colour."""
    palette = look_of(file).palette
    assert palette is not None
    first = palette[0].first
    indices = np.arange(max(0, first), max(0, first) + len(palette[0].entries))
    light = sum((lut(indices).astype(np.int64) for lut in palette), np.zeros(len(indices), np.int64))
    return int(indices[int(np.argmin(light))])


# Native ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Native:
    """The value of native Pixel Data with boxes in black, given out frame by frame."""

    file: DicomFile
    facts: PixelFacts
    boxes: Boxes
    clear: bool

    def __len__(self) -> int:
        return self.facts.element.value_end - self.facts.element.value_start

    def __iter__(self) -> Iterator[bytes]:
        start, size = self.facts.element.value_start, self.facts.native_bits // 8
        for index in range(self.facts.frames):
            if self.clear or index in self.boxes:
                yield self._changed(index, start + index * size, size)
            else:
                yield self.file.window.read_past(start + index * size, size)
        rest = self.facts.element.value_end - start - self.facts.frames * size
        if rest:
            yield self.file.window.read_past(self.facts.element.value_end - rest, rest)

    @property
    def swapped(self) -> bool:
        """Whether bytes stand in words of the other order (PS3.5 8.1.1)."""
        return self.file.big_endian and self.facts.element.vr == "OW" and self.facts.allocated <= 8

    @property
    def parts_words(self) -> bool:
        """Whether a frame ends where no frame can be taken out by itself."""
        return self.facts.native_bits % (16 if self.swapped else 8) != 0

    def _changed(self, index: int, start: int, size: int) -> bytes:
        """A frame's bytes with its boxes in black, in the file's own order of bytes and planes."""
        kind = self.facts.dtype.newbyteorder(">" if self.file.big_endian and not self.swapped else "<")
        boxes = self.boxes.get(index, ())
        black = black_of(self.file, frames.samples(self.file, index)) if boxes else None
        if self.clear:
            array = frames.samples(self.file, index).astype(kind).reshape(-1)
        else:
            array = np.frombuffer(bytearray(self.file.window.read_past(start, size)), kind)
        if self.swapped:
            array = array.view("<u2").byteswap().view(kind)
        for box in boxes:
            _paint(array, self.facts, box, black)
        return (array.view("<u2").byteswap() if self.swapped else array).tobytes()


class _Bits(_Native):
    """The same of samples of one bit, whose frames follow each other without a gap (PS3.5 8.1.1)."""

    def __iter__(self) -> Iterator[bytes]:
        size, left = self.facts.native_bits, np.empty(0, np.uint8)
        for index in range(self.facts.frames):
            bits = np.concatenate(
                [left, self._bits(index * size, (index + 1) * size, self.boxes.get(index, ()))]
            )
            whole = len(bits) // 8 * 8
            yield np.packbits(bits[:whole], bitorder="little").tobytes()
            left = bits[whole:]
        end = (self.facts.element.value_end - self.facts.element.value_start) * 8
        rest = self._bits(self.facts.frames * size, end, ())
        yield np.packbits(np.concatenate([left, rest]), bitorder="little").tobytes()

    @property
    def parts_words(self) -> bool:
        return self.swapped

    def _bits(self, low: int, high: int, boxes: Sequence[Box]) -> Samples:
        """Bits of the value, a frame's where there are boxes, which become black."""
        start, first = self.facts.element.value_start, low // 8
        raw = self.file.window.read_past(start + first, -(-high // 8) - first)
        bits = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little")[
            low - first * 8 : high - first * 8
        ]
        black = black_of(self.file, bits) if boxes else None
        for box in boxes:
            _paint(bits, self.facts, box, black)
        return bits


def _paint(flat: Samples, facts: PixelFacts, box: Box, black: Any) -> None:
    """Blank a box among the samples of one frame as they are stored."""
    x, y, w, h = box
    if facts.photometric in {"YBR_FULL_422", "YBR_PARTIAL_422"}:
        pairs = flat.reshape(facts.rows, facts.columns // 2, 4)
        pairs[y : y + h, x // 2 : -(-(x + w) // 2)] = (black[0], black[0], black[1], black[2])
    elif facts.samples == 3 and facts.planar:
        planes = flat.reshape(3, facts.rows, facts.columns)
        planes[:, y : y + h, x : x + w] = np.asarray(black)[:, None, None]
    else:
        shape = (facts.rows, facts.columns, 3) if facts.samples == 3 else (facts.rows, facts.columns)
        flat.reshape(shape)[y : y + h, x : x + w] = black


# Compressed ------------------------------------------------------------------------------------------------------


def _coded(file: DicomFile, facts: PixelFacts, boxes: Boxes) -> Blanked:
    syntax = _INTO.get(file.transfer_syntax, file.transfer_syntax)
    photometric = frames.decoded_photometric(file)
    if facts.photometric in _PHOTOMETRIC:
        photometric = _PHOTOMETRIC[facts.photometric]
    anew = syntax != file.transfer_syntax or photometric != facts.photometric
    pixels = _Fragments(file, facts, boxes, syntax, photometric, anew=anew)
    edits = [Edit(facts.element.start, facts.element.end, pixels)]
    for tag, numbers in ((_EXTENDED_OFFSETS, pixels.offsets), (_EXTENDED_LENGTHS, pixels.lengths)):
        element = file.dataset.get(tag)
        if element is not None:
            edits.append(
                Edit(element.value_start, element.value_end, struct.pack(f"<{len(numbers)}Q", *numbers))
            )
    return Blanked(sorted(edits, key=lambda edit: edit.start), syntax, photometric)


class _Fragments:
    """Encapsulated Pixel Data, one fragment for each frame, with its offset table (PS3.5 A.4)."""

    def __init__(
        self, file: DicomFile, facts: PixelFacts, boxes: Boxes, syntax: str, photometric: str, *, anew: bool
    ) -> None:
        self._file = file
        self._facts = facts
        self._boxes = boxes
        self._encode = _ENCODERS[syntax]
        self._photometric = photometric
        self._anew = anew
        self._kept: dict[int, bytes] = {}
        self.lengths: list[int] = []
        held = 0
        for index in range(facts.frames):
            fragment = self._fragment(index)
            self.lengths.append(len(fragment))
            held += len(fragment)
            if held <= _KEPT:
                self._kept[index] = fragment
        ends = np.cumsum([length + 8 for length in self.lengths])
        self.offsets = [int(end) - length - 8 for end, length in zip(ends, self.lengths, strict=True)]

    def __len__(self) -> int:
        return 12 + 8 + len(self._table()) + sum(length + 8 for length in self.lengths) + len(_DELIMITER)

    def __iter__(self) -> Iterator[bytes]:
        table = self._table()
        yield b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff" + _item(len(table)) + table
        for index, length in enumerate(self.lengths):
            yield _item(length) + (self._kept.get(index) or self._fragment(index))
        yield _DELIMITER

    def _table(self) -> bytes:
        """The Basic Offset Table; empty beside an extended one, and where its numbers would not fit."""
        if _EXTENDED_OFFSETS in self._file.dataset or self.offsets[-1] > _MOST_IN_BASIC_TABLE:
            return b""
        return struct.pack(f"<{len(self.offsets)}I", *self.offsets)

    def _fragment(self, index: int) -> bytes:
        if not self._anew and index not in self._boxes:
            stream = frames.stored_frame(self._file, index, self._facts)
        else:
            samples = frames.samples(self._file, index)
            if index in self._boxes:
                samples = covered(samples, self._boxes[index], black_of(self._file, samples))
            stream = self._coded_without_loss(samples)
        return stream + b"\0" * (len(stream) % 2)

    def _coded_without_loss(self, samples: Samples) -> bytes:
        unsigned = samples.view(f"u{samples.dtype.itemsize}") & _low_bits(self._facts.stored)
        try:
            encode, decode = self._encode
            stream = encode(unsigned.astype(unsigned.dtype, copy=False), self._facts, self._photometric)
            again = np.asarray(decode(stream, unsigned))
        except Exception as error:  # noqa: BLE001 - codecs raise what they like
            raise Undecodable(f"cannot be coded anew ({type(error).__name__})") from None
        if not np.array_equal(again.reshape(unsigned.shape).view(unsigned.dtype), unsigned):
            raise Undecodable("cannot be coded anew without loss")
        return stream


def _item(length: int) -> bytes:
    return b"\xfe\xff\x00\xe0" + struct.pack("<I", length)


def _low_bits(stored: int) -> int:
    return (1 << stored) - 1


def _jpeg(samples: Samples, facts: PixelFacts, _: str) -> bytes:
    inside = "RGB" if samples.ndim == 3 else None
    return bytes(
        imagecodecs.jpeg8_encode(
            samples,
            lossless=True,
            predictor=1,
            bitspersample=facts.stored,
            colorspace=inside,
            outcolorspace=inside,
        )
    )


def _jpeg_2000(samples: Samples, facts: PixelFacts, photometric: str) -> bytes:
    mixed = photometric == "YBR_RCT"
    return bytes(
        imagecodecs.jpeg2k_encode(
            samples, level=0, reversible=True, codecformat="J2K", bitspersample=facts.stored, mct=mixed
        )
    )


def _rle(samples: Samples, *_: Any) -> bytes:
    """Byte planes, most significant first, each row by itself (PS3.5 G)."""
    planes = [samples[..., at] for at in range(samples.shape[2])] if samples.ndim == 3 else [samples]
    size = samples.dtype.itemsize
    segments = [
        b"".join(
            imagecodecs.packbits_encode(np.ascontiguousarray(row)) for row in plane.view("u1")[:, at::size]
        )
        for plane in (np.ascontiguousarray(plane) for plane in planes)
        for at in reversed(range(size))
    ]
    segments = [segment + b"\0" * (len(segment) % 2) for segment in segments]
    starts = np.cumsum([64, *(len(segment) for segment in segments)])[:-1]
    head = struct.pack("<16I", len(segments), *(int(start) for start in starts), *[0] * (15 - len(segments)))
    return head + b"".join(segments)


def _rle_decoded(stream: bytes, like: Samples) -> Samples:
    raw = np.frombuffer(
        imagecodecs.dicomrle_decode(stream, like.dtype, out=bytearray(like.nbytes)), like.dtype
    )
    return raw.reshape(like.shape) if like.ndim == 2 else np.moveaxis(raw.reshape(3, *like.shape[:2]), 0, 2)


_Encoder = tuple[Callable[[Samples, PixelFacts, str], bytes], Callable[[bytes, Samples], Any]]
_BY_JPEG: Final[_Encoder] = (_jpeg, lambda stream, _: imagecodecs.jpegsof3_decode(stream))
_BY_JPEG_LS: Final[_Encoder] = (
    # room for noise, which needs more bytes than it has
    lambda samples, *_: bytes(imagecodecs.jpegls_encode(samples, out=samples.nbytes * 2 + 1024)),
    lambda stream, _: imagecodecs.jpegls_decode(stream),
)
_BY_JPEG_2000: Final[_Encoder] = (_jpeg_2000, lambda stream, _: imagecodecs.jpeg2k_decode(stream))
# By the transfer syntax that is written: those that allow loss hold what is coded without it as well.
_ENCODERS: Final[dict[str, _Encoder]] = {
    _RLE: (_rle, _rle_decoded),
    **dict.fromkeys((_JPEG + "57", _JPEG + "70"), _BY_JPEG),
    **dict.fromkeys((_JPEG + "80", _JPEG + "81"), _BY_JPEG_LS),
    **dict.fromkeys((_JPEG + "90", _JPEG + "91"), _BY_JPEG_2000),
}
# Transfer syntaxes that cannot hold what is coded without loss, or have no encoder here: what is written instead.
_INTO: Final = {
    **dict.fromkeys((_JPEG + "50", _JPEG + "51"), _RLE),
    **dict.fromkeys((_JPEG + "201", _JPEG + "202"), _JPEG + "90"),
    _JPEG + "203": _JPEG + "91",
}
# The irreversible colour transform of JPEG 2000 gives way to the reversible one, which stays (PS3.5 8.2.4).
_PHOTOMETRIC: Final = {"YBR_ICT": "YBR_RCT", "YBR_RCT": "YBR_RCT"}
