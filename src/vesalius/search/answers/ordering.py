"""One page of many: sorted only as far as the page needs it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.search.columns.column import Column
from vesalius.search.segments.segment import Part

Array: TypeAlias = NDArray[Any]
Key: TypeAlias = Callable[[Array], Array]  # from positions, ascending, to what they are sorted by
_FEW: Final = 3_000  # that are sorted as they are


@dataclass(frozen=True, slots=True)
class Places:
    """Positions that go on from one segment to the next."""

    starts: Array  # of each segment, and the end

    @classmethod
    def of(cls, counts: Sequence[int]) -> "Places":
        """The places of segments of so many."""
        return cls(np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))

    def joined(self, chosen: Sequence[Array]) -> Array:
        """Positions of what was chosen in each segment."""
        if len(chosen) == 1:
            return chosen[0]
        return np.concatenate([some + start for some, start in zip(chosen, self.starts[:-1], strict=True)])

    def parted(self, positions: Array) -> list[Array]:
        """What ascending positions mean in each segment."""
        bounds = np.searchsorted(positions, self.starts)
        cut = zip(bounds[:-1], bounds[1:], self.starts[:-1], strict=True)
        return [positions[low:high] - start for low, high, start in cut]


def ordered(keys: Sequence[Key], positions: Array, start: int, stop: int) -> Array:
    """Positions (ascending, each once) sorted by all keys, from `start` to before `stop`.

    Of what is equal by the first key at either end of the page, only the page's share is looked at further.
    """
    stop = min(stop, len(positions))
    if start >= stop:
        return positions[:0]
    if not keys:
        return positions[start:stop]
    if len(positions) <= _FEW:
        return _sorted(keys, positions)[start:stop]
    values = keys[0](positions)
    low, high = np.partition(values, (start, stop - 1))[[start, stop - 1]]
    before = int(np.count_nonzero(values < low))
    lowest = positions[values == low]
    if low == high:
        return ordered(keys[1:], lowest, start - before, stop - before)
    between = positions[(values > low) & (values < high)]
    rest = stop - before - len(lowest) - len(between)
    return np.concatenate(
        [
            ordered(keys[1:], lowest, start - before, len(lowest)),
            _sorted(keys, between),
            ordered(keys[1:], positions[values == high], 0, rest),
        ]
    )


def _sorted(keys: Sequence[Key], positions: Array) -> Array:
    return positions[np.lexsort([key(positions) for key in reversed(keys)])]


def column_key(parts: Sequence[Part], places: Places, path: str, *, descending: bool = False) -> Key:
    """Sorted by a column; absent values last in both directions."""
    columns = [part.column(path) for part in parts]
    ranks = [
        _turned(rank, column, descending=descending)
        for rank, column in zip(_ranks(columns), columns, strict=True)
    ]

    def key(positions: Array) -> Array:
        parted = zip(ranks, columns, places.parted(positions), strict=True)
        return np.concatenate([rank[column.codes[some]] for rank, column, some in parted])

    return key


def _turned(rank: Array, column: Column, *, descending: bool) -> Array:
    turned = -rank if descending else rank.copy()
    turned[column.absent] = np.inf
    return turned


def _ranks(columns: Sequence[Column]) -> list[Array]:
    """A number for each value of each segment that sorts as the values do."""
    if len(columns) == 1:
        return [np.arange(len(columns[0]), dtype=np.float64)]
    if any(column.numbers is not None for column in columns):
        return [column.measures for column in columns]
    first, *others = columns
    new: dict[int, list[str]] = {}
    known: dict[str, float] = {}
    for text in sorted({text for column in others for text in column.written.to_pylist()}):
        place = first.place_of(text)
        if place < len(first) and first.written[place].as_py() == text:
            known[text] = place
        else:
            new.setdefault(place, []).append(text)
    for place, texts in new.items():
        known |= {text: place - 1 + (at + 1) / (len(texts) + 1) for at, text in enumerate(texts)}
    told = [np.array([known[text] for text in column.written.to_pylist()], np.float64) for column in others]
    return [np.arange(len(first), dtype=np.float64), *told]
