"""One page of many: sorted only as far as the page needs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.search.columns.column import Column
from vesalius.search.segments.segment import Part

Array: TypeAlias = NDArray[Any]
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


class Key(Protocol):
    """What positions are sorted by."""

    def values(self, positions: Array) -> Array:
        """A number for each of some positions, which ascend."""

    def ends(self, positions: Array, values: Array, start: int, stop: int) -> tuple[float, float]:
        """The first and the last value of a page, were the positions sorted."""


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
    values = keys[0].values(positions)
    low, high = keys[0].ends(positions, values, start, stop)
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
    return positions[np.lexsort([key.values(positions) for key in reversed(keys)])]


def _ends(values: Array, start: int, stop: int) -> tuple[float, float]:
    low, high = np.partition(values, (start, stop - 1))[[start, stop - 1]]
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class ColumnKey:
    """Sorted by the values of a column; absent ones last in both directions."""

    places: Places
    codes: Sequence[Array]  # of each segment
    ranks: Sequence[Array]  # of each segment, by code

    def values(self, positions: Array) -> Array:
        """The rank of each position's value."""
        parted = zip(self.ranks, self.codes, self.places.parted(positions), strict=True)
        return np.concatenate([rank[codes[some]] for rank, codes, some in parted])

    def ends(self, positions: Array, values: Array, start: int, stop: int) -> tuple[float, float]:
        """Found by counting each value, where that is less work than sorting as far as the page."""
        if sum(map(len, self.ranks)) > len(positions):
            return _ends(values, start, stop)
        parted = zip(self.ranks, self.codes, self.places.parted(positions), strict=True)
        counts = np.concatenate(
            [np.bincount(codes[some], minlength=len(rank)) for rank, codes, some in parted]
        )
        ranks = np.concatenate(self.ranks)
        order = np.argsort(ranks, kind="stable")
        until = np.cumsum(counts[order])
        first, last = np.searchsorted(until, (start, stop - 1), "right")
        return float(ranks[order[first]]), float(ranks[order[last]])


@dataclass(frozen=True, slots=True)
class NumberKey:
    """Sorted by numbers that stand in no column, the largest first."""

    places: Places
    numbers: Sequence[Array]  # of each segment

    def values(self, positions: Array) -> Array:
        """The number of each position, turned round."""
        parted = zip(self.numbers, self.places.parted(positions), strict=True)
        return -np.concatenate([numbers[some] for numbers, some in parted])

    def ends(self, positions: Array, values: Array, start: int, stop: int) -> tuple[float, float]:
        """Found by sorting as far as the page."""
        del positions
        return _ends(values, start, stop)


@dataclass(frozen=True, slots=True)
class OwnerKey:
    """Patients or studies, sorted by a column of the first row of their patient."""

    places: Places  # of the patients or studies
    rows: Places
    first: Sequence[Array]  # of each segment: the first row of each one's patient
    column: Key

    def values(self, positions: Array) -> Array:
        """The value of each one's row."""
        rows = [first[some] for first, some in zip(self.first, self.places.parted(positions), strict=True)]
        return self.column.values(self.rows.joined(rows))

    def ends(self, positions: Array, values: Array, start: int, stop: int) -> tuple[float, float]:
        """Found by sorting as far as the page."""
        del positions
        return _ends(values, start, stop)


def column_key(
    parts: Sequence[Part], places: Places, path: str, *, descending: bool = False, numeric: bool = False
) -> ColumnKey:
    """The key of a column, over all segments; numeric: sorted by the first number of each text."""
    columns = [part.column(path) for part in parts]
    ranks = []
    sorted_by = [column.first_numbers for column in columns] if numeric else _ranks(columns)
    for rank, column in zip(sorted_by, columns, strict=True):
        turned = -rank if descending else rank.copy()
        turned[column.absent | np.isnan(rank)] = np.inf
        ranks.append(turned)
    return ColumnKey(places, [column.codes for column in columns], ranks)


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
