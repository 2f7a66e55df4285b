"""What reads text in pictures: the extra `ocr`, whose models come with it; without it, nobody reads."""

from functools import cache, cached_property
from importlib.util import find_spec
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vesalius.deid.pixels.boxes import Box

Picture = NDArray[np.uint8]
"""(rows, columns) of grey."""

# A tile of this many pixels a side is searched at once, which bounds memory; tiles overlap by more than a line.
_TILE: Final = 256
_OVERLAP: Final = 64
_LINE_HEIGHT: Final = 48  # what the model that reads lines was trained on
_WIDTHS: Final = (320, 640, 1152)
_LONGEST: Final = 24  # times its height: a longer line is read in parts
_LONGEST_SEARCHED: Final = 1400  # pixels of a larger picture are joined; small letters are the detector's
_SETTINGS: Final = {
    "Global.log_level": "critical",
    "Global.use_cls": False,
    "Global.min_side_len": 1,
    "Det.limit_side_len": _TILE,
    "Det.limit_type": "max",
    "Rec.rec_batch_num": 1,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


class Reading(NamedTuple):
    """What stands in a line, and how sure the reader is, from 0 to 1; no text where it saw no letter."""

    text: str
    sureness: float


class Reader(Protocol):
    """Whoever can read lines of text and find them in a picture."""

    def read(self, line: Picture) -> Reading:
        """What one line says."""
        ...

    def find(self, picture: Picture) -> list[Box]:
        """Where lines stand in a picture."""
        ...


@cache
def open_reader() -> Reader | None:
    """The reader of this process, built once and used by one thread; None without the extra `ocr`."""
    if find_spec("rapidocr") is None or find_spec("onnxruntime") is None:
        return None
    return _RapidReader()


class _RapidReader:
    @cached_property
    def _engine(self) -> Any:
        """Models and engine, loaded when there is something to read: most images ask for nothing."""
        from rapidocr import RapidOCR  # noqa: PLC0415 - the extra is loaded where somebody reads

        return RapidOCR(params=dict(_SETTINGS))

    def read(self, line: Picture) -> Reading:
        parts = [self._line(part) for part in _parts(line)]
        texts = [part for part in parts if part.text]
        if not texts:
            return Reading("", 0.0)
        return Reading(" ".join(part.text for part in texts), max(part.sureness for part in texts))

    def _line(self, line: Picture) -> Reading:
        found = self._engine(_set_in(line), use_det=False, use_cls=False, use_rec=True)
        if not found.txts or not found.txts[0].strip():
            return Reading("", 0.0)
        return Reading(str(found.txts[0]).strip(), float(found.scores[0]))

    def find(self, picture: Picture) -> list[Box]:
        times = -(-max(picture.shape) // _LONGEST_SEARCHED)
        small = picture[::times, ::times] if times == 1 else _reduced(picture, times)
        boxes = []
        for y in _steps(small.shape[0]):
            for x in _steps(small.shape[1]):
                found = self._engine(_tile(small, x, y), use_det=True, use_cls=False, use_rec=False)
                boxes += [_around(corners, x, y) for corners in (() if found.boxes is None else found.boxes)]
        return [Box(*(side * times for side in box)) for box in boxes]


def _reduced(picture: Picture, times: int) -> Picture:
    rows, columns = (side // times * times for side in picture.shape)
    blocks = picture[:rows, :columns].reshape(rows // times, times, columns // times, times)
    return np.asarray(blocks.mean(axis=(1, 3), dtype=np.float32), np.uint8)


def _tile(picture: Picture, x: int, y: int) -> Picture:
    """One tile of always the same size: for each new size the engine would keep memory."""
    part = picture[y : y + _TILE, x : x + _TILE]
    short = [(0, _TILE - side) for side in part.shape]
    return _coloured(np.pad(part, short, mode="edge"))


def _set_in(line: Picture) -> Picture:
    """A line at the height that the model reads, set in the next of a few widths."""
    wide = max(1, round(line.shape[1] * _LINE_HEIGHT / line.shape[0]))
    width = next(width for width in _WIDTHS if width >= min(wide, _WIDTHS[-1]))
    sized = Image.fromarray(line).resize((min(wide, width), _LINE_HEIGHT), Image.Resampling.BILINEAR)
    canvas = np.full((_LINE_HEIGHT, width), np.uint8(np.median(line)), np.uint8)
    canvas[:, : sized.width] = np.asarray(sized)
    return _coloured(canvas)


def _steps(length: int) -> range:
    return range(0, max(1, length - _OVERLAP), _TILE - _OVERLAP)


def _around(corners: NDArray[Any], x: int, y: int) -> Box:
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, low = np.ceil(corners.max(axis=0)).astype(int)
    return Box(x + int(left), y + int(top), int(right - left), int(low - top))


def _parts(line: Picture) -> list[Picture]:
    """A line in parts that the model can read, cut where least stands between letters."""
    longest = line.shape[0] * _LONGEST
    if line.shape[1] <= longest:
        return [line]
    ink = np.abs(np.diff(line.astype(np.int16), axis=0)).sum(axis=0)
    parts, start = [], 0
    while line.shape[1] - start > longest:
        window = ink[start + longest // 2 : start + longest]
        cut = start + longest // 2 + int(np.argmin(window))
        parts.append(line[:, start:cut])
        start = cut
    return [*parts, line[:, start:]]


def _coloured(picture: Picture) -> Picture:
    return np.ascontiguousarray(np.repeat(picture[:, :, None], 3, axis=2))
