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


@dataclass(frozen=True, slots=True)
class Split:
    """Positions about one page, were they sorted by one key."""

    before: int  # how many stand before the lowest
    lowest: Array  # those that are equal to the first of the page
    between: Array
    highest: Array  # equal to the last of the page; none where that is equal to the first


class Key(Protocol):
    """What positions are sorted by."""

    def values(self, positions: Array) -> Array:
        """A number for each of some positions, which ascend."""

    def split(self, positions: Array, start: int, stop: int) -> Split:
        """The positions on a page and what is equal to its ends."""


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
    found = keys[0].split(positions, start, stop)
    first, rest = start - found.before, stop - found.before
    lowest = ordered(keys[1:], found.lowest, first, rest)
    left = rest - len(found.lowest) - len(found.between)
    return np.concatenate(
        [lowest, _sorted(keys, found.between), ordered(keys[1:], found.highest, 0, max(0, left))]
    )


def _sorted(keys: Sequence[Key], positions: Array) -> Array:
    return positions[np.lexsort([key.values(positions) for key in reversed(keys)])]


def _split(values: Array, positions: Array, start: int, stop: int) -> Split:
    """By sorting as far as the page."""
    low, high = np.partition(values, (start, stop - 1))[[start, stop - 1]]
    return Split(
        int(np.count_nonzero(values < low)),
        positions[values == low],
        positions[(values > low) & (values < high)],
        positions[values == high] if high > low else positions[:0],
    )


@dataclass(frozen=True, slots=True)
class ColumnKey:
    """Sorted by what codes mean; what is absent comes last in both directions."""

    places: Places
    codes: Sequence[Array]  # of each segment
    ranks: Sequence[Array]  # of each segment, by code

    def values(self, positions: Array) -> Array:
        """The rank of each position's value."""
        return self._of_codes(self.ranks, positions)

    def split(self, positions: Array, start: int, stop: int) -> Split:
        """Found by counting each value, where that is less work than sorting as far as the page."""
        ranks = np.concatenate(self.ranks)
        if len(ranks) > len(positions):
            return _split(self.values(positions), positions, start, stop)
        parted = zip(self.ranks, self.codes, self.places.parted(positions), strict=True)
        counts = np.concatenate(
            [np.bincount(codes[some], minlength=len(rank)) for rank, codes, some in parted]
        )
        order = np.argsort(ranks, kind="stable")
        until = np.cumsum(counts[order])
        low, high = ranks[order[np.searchsorted(until, (start, stop - 1), "right")]]
        kinds = [
            np.select([rank == low, rank == high, (rank > low) & (rank < high)], [1, 3, 2], 0).astype(
                np.uint8
            )
            for rank in self.ranks
        ]
        kind = self._of_codes(kinds, positions)
        return Split(int(counts[ranks < low].sum()), *(positions[kind == one] for one in (1, 2, 3)))

    def _of_codes(self, told: Sequence[Array], positions: Array) -> Array:
        parted = zip(told, self.codes, self.places.parted(positions), strict=True)
        return np.concatenate([of_code[codes[some]] for of_code, codes, some in parted])


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

    def split(self, positions: Array, start: int, stop: int) -> Split:
        """Found by sorting as far as the page."""
        return _split(self.values(positions), positions, start, stop)


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
