"""Where a reconstruction may be written on: a look at whole numbers that costs less than reading the file.

A device that writes into CT, MR or PET sets the samples of a stroke to one value. So along a stroke samples hardly
change, across it they jump up and down again, and that in both directions within the space of a letter. Noise jumps
along as much as across; an edge of the body, of padding or of the table jumps once, or in one direction alone.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vesalius.deid.pixels.boxes import Box

Whole = NDArray[np.int16]
_Mask = NDArray[np.bool_]
_Counts = NDArray[np.uint8]

# A jump is more than this part of the frame's range, and so many times what neighbours differ by on average: a lesser
# one is not made to be read.
_LEAST_JUMP: Final = 0.07
_ABOVE_NOISE: Final = 2.0
# Along a stroke samples change by no more than the jump beside it, shifted right by so many bits: a 16th, and an
# 8th where compression with loss has touched them.
_STEADY: Final = 4
_STEADY_AFTER_LOSS: Final = 3
# Edges are counted in blocks of 8 by 8 samples, first in every second row and of strokes down it alone. A square of
# so many by so many blocks has strokes as of writing where those down and those across have each so many edges on
# both sides, together so many, and so many at first: one rule for letters that fit into 16 samples, one for strokes
# too thick for that. They let pass vessels and noise here and there, which costs a closer look; stricter ones lose
# small print.
_BLOCK: Final = 8
_SQUARES: Final = ((2, 3, 9, 2), (4, 8, 30, 8))
# Samples that hold so much of the ink's contrast, more or less, belong to a letter; shades are told apart in steps.
_COVER: Final = 0.4
_SHADE: Final = 64
# Of all jumps in a square of writing this part is steady; of noise, of clipped noise too, it is less.
_LEAST_STEADY: Final = 0.15
_BAND: Final = 128  # rows at once: what is made of them stays in the processor's cache
_MOST_SQUARES: Final = 1500  # more: there is no place to look at, but the whole frame
_MOST_AT_ONCE: Final = 128  # squares, likewise
_MARGIN: Final = 40  # samples around a square in which the rest of a line may stand
_MOST: Final = int(np.iinfo(np.int16).max)
_SAMPLED: Final = 40  # rows and columns that tell the range
_SCALE: Final = 4096  # steps of the frame's range, for samples that are no small whole numbers
# Eight samples of a row are counted at once, in the eight bytes of a number.
_ONES: Final = np.uint64(0x0101010101010101)
_LAST: Final = np.uint64(56)


class Area(NamedTuple):
    """A part of a frame to look at, and the squares in it that made it so."""

    box: Box
    squares: tuple[Box, ...]


def written_areas(frame: NDArray[Any], *, lossy: bool = False) -> list[Area]:
    """Parts of a frame, (rows, columns) or (rows, columns, 3), that hold strokes as of writing; most often none.

    `lossy`: the samples have been compressed with loss.
    """
    prepared = _whole(frame.max(axis=2) if frame.ndim == 3 else frame)
    if prepared is None:
        return []
    whole, least = prepared
    rows = whole[:: max(1, len(whole) // _SAMPLED)].astype(np.int32)
    least = max(least, round(_ABOVE_NOISE * float(np.abs(rows[:, 1:] - rows[:, :-1]).mean())))
    rule = _Rule(least, _STEADY_AFTER_LOSS if lossy else _STEADY)
    apart: list[Area] = []
    for square in _squares(whole, rule):
        area = Area(square.grown(_MARGIN, _MARGIN, *whole.shape) or square, (square,))
        while touching := next((other for other in apart if other.box.touches(area.box)), None):
            apart.remove(touching)
            area = Area(area.box.joined(touching.box), area.squares + touching.squares)
        apart.append(area)
    return apart


class _Rule(NamedTuple):
    """What makes an edge of a stroke: the least jump, and the shift that makes it the most change along it."""

    least: int
    steady: int


def _whole(frame: NDArray[Any]) -> tuple[Whole, int] | None:
    """The samples as whole numbers whose differences fit 16 bits, and the least jump; None for one grey."""
    rows, columns = (max(1, side // _SAMPLED) for side in frame.shape)
    sample = np.sort(frame[::rows, ::columns], axis=None)
    low, high = sample[len(sample) // 100].item(), sample[-1 - len(sample) // 100].item()
    least, most = frame.min().item(), frame.max().item()
    if high <= low:
        low, high = least, most
    if not 0 < high - low <= most - least < np.inf:
        return None
    if frame.dtype.kind in "iu" and most - least <= _MOST:
        if least < -_MOST or most > _MOST:
            frame = frame - frame.dtype.type(least)
        whole = frame.view(np.int16) if frame.dtype.itemsize == 2 else frame.astype(np.int16)
        return whole, max(1, int((high - low) * _LEAST_JUMP))
    scaled = (frame.astype(np.float32) - np.float32(low)) * np.float32(_SCALE / (high - low))
    return np.clip(scaled, -2 * _SCALE, 3 * _SCALE).astype(np.int16), int(_SCALE * _LEAST_JUMP)


def _squares(whole: Whole, rule: _Rule) -> Iterator[Box]:
    """Squares of samples with strokes in both directions."""
    counts = _first_counts(whole, rule).astype(np.int16)
    for side, each, both, first in _SQUARES:
        counts = _doubled(counts, side // 2)
        rows, columns = np.nonzero((counts.min(axis=1) >= first).any(axis=0))
        if len(rows) > _MOST_SQUARES:
            yield Box(0, 0, whole.shape[1], whole.shape[0])
            return
        for at in range(0, len(rows), _MOST_AT_ONCE):
            y, x = rows[at : at + _MOST_AT_ONCE] * _BLOCK, columns[at : at + _MOST_AT_ONCE] * _BLOCK
            for hit in np.flatnonzero(_is_written(whole, y, x, side * _BLOCK, rule, each, both)):
                yield Box(int(x[hit]), int(y[hit]), side * _BLOCK, side * _BLOCK)


def inks(plane: NDArray[np.float32]) -> Iterator[_Mask]:
    """Masks of what an area of a frame, as `levelled` gives it, is written with: in a bright shade, in a dark one.

    The shade is that of most steady strokes, each counted by its contrast.
    """
    whole = np.rint(plane * _SCALE).astype(np.int16)
    rule = _Rule(int(_SCALE * _LEAST_JUMP), _STEADY_AFTER_LOSS)
    aside, below = whole[:, 1:] - whole[:, :-1], whole[1:] - whole[:-1]
    changed, change = np.abs(aside), np.abs(below)
    shades = (whole.astype(np.int32) - int(whole.min())) // _SHADE
    marks = (
        (
            _edges(aside[:-1], change[:, :-1], change[:, 1:], rule),
            changed[:-1],
            shades[:-1, 1:],
            shades[:-1, :-1],
        ),
        (
            _edges(below[:, :-1], changed[:-1], changed[1:], rule),
            change[:, :-1],
            shades[1:, :-1],
            shades[:-1, :-1],
        ),
    )
    told = np.zeros((2, int(shades.max()) + 1))
    for edges, weight, after, before in marks:
        for number, edge in enumerate(edges):
            shade = (before if number % 2 else after)[edge]
            told[number // 2] += np.bincount(shade, weight[edge], len(told[0]))
    ground = np.median(whole)
    for weights in told:
        ink = whole.min() + (int(weights.argmax()) + 0.5) * _SHADE
        if weights.any() and ink != ground:
            yield np.asarray(np.abs((whole - ground) / (ink - ground) - 1) <= _COVER)


def steady_share(plane: NDArray[np.float32]) -> float:
    """Which part of all jumps in a box of a frame, as `levelled` gives it, are edges of steady strokes; 0 to 1."""
    whole = np.rint(plane * _SCALE).astype(np.int16)
    if min(whole.shape) < 2:
        return 0.0
    rule = _Rule(int(_SCALE * _LEAST_JUMP), _STEADY)
    aside, below = whole[:, 1:] - whole[:, :-1], whole[1:] - whole[:-1]
    changed, change = np.abs(aside), np.abs(below)
    down = _edges(aside[:-1], change[:, :-1], change[:, 1:], rule)
    across = _edges(below[:, :-1], changed[:-1], changed[1:], rule)
    steady = [
        int(np.count_nonzero(one)) + int(np.count_nonzero(other))
        for one, other in zip(down, across, strict=True)
    ]
    jumps = int(np.count_nonzero(changed > rule.least)) + int(np.count_nonzero(change > rule.least))
    return max(steady[0] + steady[1], steady[2] + steady[3]) / max(jumps, 1)


def _first_counts(whole: Whole, rule: _Rule) -> _Counts:
    """Edges of steady strokes down the rows, in blocks: by shade of the stroke, its side, row and column."""
    rows, columns = (side // _BLOCK * _BLOCK for side in whole.shape)
    counts = [np.zeros((2, 2, 0, columns // _BLOCK), np.uint8)]
    for top in range(0, rows, _BAND):
        low = min(top + _BAND, rows)
        even, odd = whole[top:low:2, :columns], whole[top + 1 : low : 2, :columns]
        jump, after = np.zeros((2, *even.shape), np.int16)
        np.subtract(even[:, 1:], even[:, :-1], out=jump[:, :-1])
        change = np.abs(odd - even)
        after[:, :-1] = change[:, 1:]
        marks = list(_edges(jump, change, after, rule))
        sums = np.empty((4, len(jump) * 2 // _BLOCK, columns // _BLOCK), np.uint64)
        for number, mark in enumerate(marks):
            eights = mark.view(np.uint64).reshape(-1, _BLOCK // 2, columns // _BLOCK)
            np.add.reduce(eights, axis=1, out=sums[number])
        # the product's highest byte is the sum of all eight
        sums *= _ONES
        sums >>= _LAST
        counts.append(sums.astype(np.uint8).reshape(2, 2, *sums.shape[1:]))
    return np.concatenate(counts, axis=2)


def _is_written(
    whole: Whole, y: NDArray[np.intp], x: NDArray[np.intp], side: int, rule: _Rule, each: int, both: int
) -> _Mask:
    """For squares of so many samples, by their upper left corners: whether each has strokes in both directions."""
    padded = tuple(min(side + 1, length) for length in whole.shape)
    views = np.lib.stride_tricks.sliding_window_view(whole, padded)
    last = [length - 1 for length in views.shape[:2]]
    parts = views[np.minimum(y, last[0]), np.minimum(x, last[1])]
    aside, below = parts[:, :, 1:] - parts[:, :, :-1], parts[:, 1:] - parts[:, :-1]
    changed, change = np.abs(aside), np.abs(below)
    jumps = sum(np.count_nonzero(one > rule.least, axis=(1, 2)) for one in (changed, change))
    down, across = (
        np.stack([np.count_nonzero(mark, axis=(1, 2)) for mark in marks]).reshape(2, 2, -1)
        for marks in (
            _edges(aside[:, :-1], change[:, :, :-1], change[:, :, 1:], rule),
            _edges(below[:, :, :-1], changed[:, :-1], changed[:, 1:], rule),
        )
    )
    steady = (down + across).sum(axis=1)
    one, other = down.min(axis=1), across.min(axis=1)
    fits = (one >= each) & (other >= each) & (one + other >= both) & (steady >= _LEAST_STEADY * jumps)
    return np.asarray(fits.any(axis=0))


def _edges(jump: Whole, before: Whole, after: Whole, rule: _Rule) -> Iterator[_Mask]:
    """Edges of steady strokes: where a bright one starts, where it ends, and the same of a dark one.

    `jump` is the difference from each sample to the next across the stroke; `before` and `after` say how much these
    two change along it.
    """
    size = np.abs(jump) >> rule.steady
    here, there = before <= size, after <= size
    up, down = jump > rule.least, jump < -rule.least
    yield up & there
    yield down & here
    yield down & there
    yield up & here


def _doubled(counts: NDArray[np.int16], apart: int) -> NDArray[np.int16]:
    """Counts in squares of twice the side, from those of squares that lie so many blocks apart."""
    pairs = counts[:, :, :-apart] + counts[:, :, apart:]
    return np.asarray(pairs[..., :-apart] + pairs[..., apart:])
