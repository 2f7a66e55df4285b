"""Where text may stand in a frame: rows of parts that look like letters, bright on dark or dark on bright.

Made for recall: what it marks is read, and only what it does not mark is never looked at again. Numpy alone.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vesalius.deid.pixels.boxes import Box

Plane = NDArray[np.float32]
_Mask = NDArray[np.bool_]
_Ints = NDArray[np.int64]

# A stroke differs from what lies around it by this part of the frame's range, and by so many times its noise.
_LEAST_CONTRAST: Final = 0.07
_ABOVE_NOISE: Final = 2.2
# Heights of letters at one scale, in pixels of that scale; the next scale has half as many pixels.
_LOWEST: Final = 5
_HIGHEST: Final = 26
# The window that says what lies around a pixel, in blocks: five of four pixels.
_BLOCK: Final = 4
_REACH: Final = 2
_WINDOW: Final = 2 * _REACH + 1
_MOST_PARTS: Final = 6000
# A large frame is looked at in bands of so many pixels, which overlap by more than the highest line.
_MOST_AT_ONCE: Final = 1 << 21
_OVERLAP: Final = 128
# Weights of red, green and blue under which any two of them that a person tells apart differ.
_GREY: Final = (0.3, 0.5, 0.2)
_LEAST_LETTERS: Final = 3


class _Parts(NamedTuple):
    """Connected parts of a mask, by the bounds of each, its pixels and its runs of pixels."""

    x0: _Ints
    y0: _Ints
    x1: _Ints
    y1: _Ints
    runs: _Ints
    area: _Ints


def levelled(frame: NDArray[Any]) -> Plane | None:
    """A frame, (rows, columns) of any number type or (rows, columns, 3), as grey from about 0 to 1.

    None where it is of one grey, or too small for a letter.
    """
    plane = _grey(frame) if frame.ndim == 3 else frame
    if min(plane.shape) < _LOWEST:
        return None
    sample = plane[:: max(1, plane.shape[0] // 128), :: max(1, plane.shape[1] // 128)]
    low, high = (float(value) for value in np.percentile(sample, (1, 99)))
    if high <= low:
        low, high = float(plane.min()), float(plane.max())
    if not np.isfinite(high - low) or high <= low:
        return None
    scaled = plane.astype(np.float32)
    scaled -= np.float32(low)
    scaled *= np.float32(1 / (high - low))
    return np.clip(scaled, -0.5, 1.5, out=scaled)


def _grey(frame: NDArray[Any]) -> Plane:
    plane = np.zeros(frame.shape[:2], np.float32)
    for channel, weight in enumerate(_GREY):
        plane += frame[:, :, channel] * np.float32(weight)
    return plane


def text_boxes(plane: Plane, least_letters: int = _LEAST_LETTERS) -> list[Box]:
    """Boxes around what looks like a line of at least so many letters of 8 to 80 pixels, from top to bottom.

    `plane` is a frame as `levelled` gives it.
    """
    rows, columns = plane.shape
    band = max(4 * _OVERLAP, _MOST_AT_ONCE // columns)
    found: list[Box] = []
    for top in range(0, max(1, rows - _OVERLAP), band - _OVERLAP):
        for x, y, w, h in _marked(plane[top : top + band], least_letters):
            grown = Box(x, y + top, w, h).grown(max(2, h // 4), max(1, h // 6), rows, columns)
            if grown:
                found.append(grown)
    return joined(found)


def inked_boxes(ink: _Mask, least_letters: int = _LEAST_LETTERS) -> list[Box]:
    """Boxes as `text_boxes` gives them, where it is known which samples are ink."""
    rows, columns = ink.shape
    found = []
    for times in (1, 2, 4):
        parts = _letters(_parts(ink[::times, ::times]))
        for box in _rows_of(parts, least_letters) if len(parts.x0) else ():
            x, y, w, h = (side * times for side in box)
            found.append(Box(x, y, w, h).grown(max(2, h // 4), max(1, h // 6), rows, columns))
    return joined([box for box in found if box])


def _marked(plane: Plane, least_letters: int) -> Iterator[Box]:
    if not _has_strokes(plane):
        return
    for times, level in _scales(plane):
        for box in _lines(level, least_letters):
            yield Box(*(side * times for side in box))


def joined(boxes: list[Box]) -> list[Box]:
    """Boxes of one line that touch become one; lines that touch stay apart."""
    left = sorted(boxes, key=lambda box: (box.y, box.x))
    done: list[Box] = []
    while left:
        box = left.pop(0)
        near = next((other for other in left if _same_line(box, other)), None)
        if near is None:
            done.append(box)
        else:
            left.remove(near)
            left.insert(0, box.joined(near))
    return sorted(done, key=lambda box: (box.y, box.x))


def _same_line(one: Box, other: Box) -> bool:
    if not one.touches(other):
        return False
    shared = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    return shared >= 0.6 * min(one.h, other.h)


def _has_strokes(plane: Plane) -> bool:
    """Whether enough steep edges stand close together anywhere: a look that costs little."""
    steep = np.abs(np.diff(plane, axis=1)) > _LEAST_CONTRAST
    rows, columns = steep.shape[0] // 8 * 8, steep.shape[1] // 8 * 8
    counts = steep[:rows, :columns].reshape(rows // 8, 8, columns // 8, 8).sum(axis=(1, 3))
    if not counts.size:
        return True
    along = counts[:, :-1] + counts[:, 1:] if counts.shape[1] > 1 else counts
    return bool((along >= 12).any())


def _scales(plane: Plane) -> Iterator[tuple[int, Plane]]:
    times = 1
    while min(plane.shape) >= _LOWEST * 2 and times <= 4:
        yield times, plane
        rows, columns = plane.shape[0] // 2 * 2, plane.shape[1] // 2 * 2
        plane = plane[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
        times *= 2


def _lines(level: Plane, least_letters: int) -> Iterator[Box]:
    mean, spread = _around(level)
    noise = float(np.median(np.abs(np.diff(level[::2], axis=1)))) / 0.95
    least = np.maximum(np.float32(0.5) * spread, np.float32(max(_LEAST_CONTRAST, _ABOVE_NOISE * noise)))
    away = level - mean
    for mask in (away > least, away < -least):
        parts = _letters(_parts(mask))
        if len(parts.x0):
            yield from _rows_of(parts, least_letters)


def _around(level: Plane) -> tuple[Plane, Plane]:
    """Mean and standard deviation in the window around each block of pixels, spread over the block's pixels."""
    high, wide = (-(-side // _BLOCK) * _BLOCK for side in level.shape)
    whole = np.pad(level, ((0, high - level.shape[0]), (0, wide - level.shape[1])), mode="edge")
    blocks = whole.reshape(high // _BLOCK, _BLOCK, wide // _BLOCK, _BLOCK)
    mean = _smooth(blocks.mean(axis=(1, 3)))
    square = _smooth(np.einsum("iajb,iajb->ij", blocks, blocks) / np.float32(_BLOCK**2))
    spread = np.sqrt(np.maximum(square - mean * mean, 0))
    spread_out = (values.repeat(_BLOCK, axis=0).repeat(_BLOCK, axis=1) for values in (mean, spread))
    return tuple(values[: level.shape[0], : level.shape[1]] for values in spread_out)  # type: ignore[return-value]


def _smooth(blocks: Plane) -> Plane:
    """The mean of each block and its neighbours."""
    for axis in (0, 1):
        width = [(0, 0), (0, 0)]
        width[axis] = (_REACH, _REACH)
        padded = np.pad(blocks, width, mode="edge")
        count = blocks.shape[axis]
        shifted = (
            padded[at : at + count] if axis == 0 else padded[:, at : at + count] for at in range(_WINDOW)
        )
        blocks = sum(shifted, np.zeros((), np.float32)) / np.float32(_WINDOW)
    return blocks


def _parts(mask: _Mask) -> _Parts:
    """Connected parts (8 neighbours), by runs of pixels in rows that are joined to those of the next row."""
    wide = mask.shape[1] + 2
    steps = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    y, first = np.nonzero(steps == 1)
    last = np.nonzero(steps == -1)[1]
    starts, ends = y * wide + first, y * wide + last
    # runs of the next row that begin no later than this one ends, and end no sooner than it begins
    low = np.searchsorted(ends, starts + wide, side="left")
    high = np.searchsorted(starts, ends + wide, side="right")
    count = np.maximum(high - low, 0)
    upper = np.repeat(np.arange(len(y)), count)
    lower = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    label = _connected(len(y), upper, lower)
    order = np.argsort(label, kind="stable")
    heads = np.flatnonzero(np.diff(label[order], prepend=-1))
    if not len(heads):
        none = np.zeros(0, np.int64)
        return _Parts(none, none, none, none, none, none)
    return _Parts(
        np.minimum.reduceat(first[order], heads),
        np.minimum.reduceat(y[order], heads),
        np.maximum.reduceat(last[order], heads),
        np.maximum.reduceat(y[order], heads) + 1,
        np.diff(np.append(heads, len(order))),
        np.add.reduceat((last - first)[order], heads),
    )


def _connected(count: int, one: _Ints, other: _Ints) -> _Ints:
    """The least number of each connected group, for `count` things and the pairs that are joined."""
    label = np.arange(count)
    while True:
        least = np.minimum(label[one], label[other])
        before = label.copy()
        np.minimum.at(label, label[one], least)
        np.minimum.at(label, label[other], least)
        label = label[label]
        if np.array_equal(label, before):
            return label


def _letters(parts: _Parts) -> _Parts:
    """Parts as high as letters; a wide one must be made of strokes, as letters that touch each other are."""
    high, wide = parts.y1 - parts.y0, parts.x1 - parts.x0
    strokes = parts.runs / np.maximum(high, 1)
    fits = (high >= _LOWEST) & (high <= _HIGHEST) & (parts.area >= high)
    fits &= (wide <= 1.6 * high) | (strokes >= 0.6 * wide / np.maximum(high, 1))
    fits &= parts.area <= 0.85 * high * wide + 3 * high
    if fits.sum() > _MOST_PARTS:  # a frame of nothing but noise: the larger parts tell
        fits &= high >= np.sort(high[fits])[-_MOST_PARTS]
    return _Parts(*(values[fits] for values in parts))


def _rows_of(parts: _Parts, least_letters: int) -> Iterator[Box]:
    """Letters of about one height that stand side by side; in even rows alone where shapes of the image join in."""
    one, other = _neighbours(parts)
    yield from _grouped(parts, one, other, least_letters)
    even = _on_one_line(parts, one, other)
    if not even.all():
        yield from _grouped(parts, one[even], other[even], least_letters)


def _grouped(parts: _Parts, one: _Ints, other: _Ints, least_letters: int) -> Iterator[Box]:
    high, wide = parts.y1 - parts.y0, parts.x1 - parts.x0
    label = _connected(len(high), one, other)
    order = np.argsort(label, kind="stable")
    heads = np.flatnonzero(np.diff(label[order], prepend=-1))
    letters = np.add.reduceat(np.maximum(1, np.rint(wide / (0.75 * high)))[order], heads)
    x, y = np.minimum.reduceat(parts.x0[order], heads), np.minimum.reduceat(parts.y0[order], heads)
    right, low = np.maximum.reduceat(parts.x1[order], heads), np.maximum.reduceat(parts.y1[order], heads)
    usual = np.add.reduceat(high[order], heads) / np.diff(np.append(heads, len(order)))
    lines = (letters >= least_letters) & (low - y <= 2.2 * usual)
    for at in np.flatnonzero(lines):
        yield Box(int(x[at]), int(y[at]), int(right[at] - x[at]), int(low[at] - y[at]))


def _on_one_line(parts: _Parts, one: _Ints, other: _Ints) -> NDArray[np.bool_]:
    """Which pairs stand on one line, with a descender or a small letter at most."""
    lesser = np.minimum((parts.y1 - parts.y0)[one], (parts.y1 - parts.y0)[other])
    feet = np.abs(parts.y1[one] - parts.y1[other])
    return np.asarray((feet <= np.maximum(1, 0.2 * lesser)) & (lesser * 1.7 >= (parts.y1 - parts.y0)[one]))


def _neighbours(parts: _Parts) -> tuple[_Ints, _Ints]:
    """Pairs of parts that may be letters of one word or line: close, overlapping in height, of like size."""
    high, order = parts.y1 - parts.y0, np.argsort(parts.x0, kind="stable")
    left_edges = parts.x0[order]
    reach = np.searchsorted(left_edges, parts.x1[order] + 1.7 * high[order], side="right")
    count = np.maximum(reach - np.arange(len(order)) - 1, 0)
    one = np.repeat(np.arange(len(order)), count)
    other = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + one + 1
    one, other = order[one], order[other]
    lesser = np.minimum(high[one], high[other])
    larger = np.maximum(high[one], high[other])
    gap = parts.x0[other] - parts.x1[one]
    shared = np.minimum(parts.y1[one], parts.y1[other]) - np.maximum(parts.y0[one], parts.y0[other])
    near = (gap <= 1.6 * larger) & (shared >= 0.5 * lesser) & (larger <= 2.2 * lesser)
    return one[near], other[near]
