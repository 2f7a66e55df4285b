"""How many series, studies and patients have each value of a facet, each facet without its own conditions.

What is asked of facet columns alone is decided once for each cell; any other condition chooses rows first, which
then weigh the cells. No row is looked at twice.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import isnan
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.search.answers.comparing import values_met
from vesalius.search.answers.rows import Asking, known
from vesalius.search.columns.cells import combined
from vesalius.search.columns.column import Column, Mask
from vesalius.search.columns.layout import DOWNLOAD, YES, facets
from vesalius.search.conditions import Compare, Condition, Either, Every, Not
from vesalius.search.elements import Element
from vesalius.search.segments.segment import Owned, Part, Weights

Array: TypeAlias = NDArray[Any]
Conjunct: TypeAlias = tuple[Element | None, Condition]


class Counts(NamedTuple):
    """How much has one value, or answers a question."""

    series: int = 0
    studies: int = 0
    patients: int = 0

    def __add__(self, other: object) -> "Counts":
        """Counts of two segments: no patient stands in both."""
        assert isinstance(other, Counts)
        return Counts(*(one + more for one, more in zip(self, other, strict=True)))


class Sums(NamedTuple):
    """How much an answer holds."""

    counts: Counts = Counts()
    images: int = 0
    size: int = 0  # bytes

    def __add__(self, other: object) -> "Sums":
        """Of two segments."""
        assert isinstance(other, Sums)
        return Sums(self.counts + other.counts, self.images + other.images, self.size + other.size)


def of_cells(condition: Condition) -> bool:
    """Whether a condition speaks of facet columns alone."""
    match condition:
        case Compare():
            return known(condition.element).path in facets()
        case Every() | Either():
            return all(of_cells(part) for part in condition.parts)
        case Not():
            return of_cells(condition.part)
        case _:
            return False


class _Met:
    """The cells that meet a question, and how many studies and patients have them."""

    def __init__(self, arrays: Mapping[str, Array], weights: Weights, cells: Mask) -> None:
        self.arrays, self.weights, self.cells = arrays, weights, cells

    @cached_property
    def studies(self) -> "_Owners":
        return _Owners(self, self.weights.studies)

    @cached_property
    def patients(self) -> "_Owners":
        return _Owners(self, self.weights.patients)


class _Owners:
    """The studies or patients that have some cells."""

    def __init__(self, met: _Met, owned: Owned) -> None:
        hit = met.cells[owned.cells]
        self._arrays, self._owned = met.arrays, owned
        self._cells = np.flatnonzero(hit if owned.met is None else hit & owned.met)

    def all(self) -> int:
        """How many there are."""
        owners = np.flatnonzero(_marked(self._owned.owner[self._cells]))
        return len(owners) if self._owned.counts is None else int(self._owned.counts[owners].sum())

    def by_value(self, path: str) -> Array:
        """How many have each value of a facet."""
        name = f"{self._owned.name}:{path}"
        starts = self._arrays[f"{name}:starts"]
        pairs = np.flatnonzero(_marked(self._arrays[name][self._cells]))
        places = np.searchsorted(pairs, starts)
        if self._owned.counts is None:
            return np.diff(places)
        until = np.cumsum(self._owned.counts[self._arrays[f"{name}:owner"][pairs]])
        return np.diff(np.append(0, until)[places])


def _marked(numbers: Array) -> Mask:
    """A mask that is true at these numbers."""
    mask = np.zeros(int(numbers.max()) + 1 if len(numbers) else 0, bool)
    mask[numbers] = True
    return mask


class Counting:
    """The counts of one segment for one question."""

    def __init__(self, asking: Asking, conjuncts: Sequence[Conjunct]) -> None:
        self._part = asking.part
        self._arrays = asking.part.arrays
        beyond = [condition for _, condition in conjuncts if not of_cells(condition)]
        self._masks: list[tuple[Element | None, Mask]] = [(None, self._findable(asking.downloads))]
        self._masks += [
            (element, self._cells(condition)) for element, condition in conjuncts if of_cells(condition)
        ]
        self._weights = self._weighed(asking, beyond)
        self._whole = self._met([mask for _, mask in self._masks])

    def values(self, element: Element, *, beyond_series: bool) -> dict[Any, Counts]:
        """Counts by value of a facet, without what is asked of it."""
        column = self._part.column(element.path)
        others = [mask for other, mask in self._masks if other != element]
        met = self._whole if len(others) == len(self._masks) else self._met(others)
        cells = self._arrays[f"cell:{element.path}"]
        series = np.bincount(cells, self._weights.series * met.cells, len(column))
        some = np.flatnonzero(series)
        counts = [series[some].astype(int).tolist()]
        if beyond_series:
            counts.append(met.studies.by_value(element.path)[some].tolist())
            counts.append(met.patients.by_value(element.path)[some].tolist())
        return dict(zip(told_values(column, element, some), map(Counts, *counts), strict=True))

    def sums_by_value(self, element: Element) -> dict[Any, Sums]:
        """How much of the answer has each value of a facet."""
        counts = self.values(element, beyond_series=True)
        column, cells = self._part.column(element.path), self._arrays[f"cell:{element.path}"]
        weights = (self._weights.images, self._weights.size)
        images, size = (np.bincount(cells, one * self._whole.cells, len(column)) for one in weights)
        told = told_values(column, element, np.arange(len(column)))
        more = dict(
            zip(told, zip(images.astype(int).tolist(), size.astype(int).tolist(), strict=True), strict=True)
        )
        return {value: Sums(count, *more[value]) for value, count in counts.items()}

    def pairs(self, element: Element, other: Element) -> set[tuple[Any, Any]]:
        """Values of two facets that a series of the answer has together."""
        met = np.flatnonzero(self._whole.cells & (self._weights.series > 0))
        columns = [(one, self._part.column(one.path)) for one in (element, other)]
        first, _ = combined([(self._arrays[f"cell:{one.path}"][met], len(column)) for one, column in columns])
        told = [
            told_values(column, one, self._arrays[f"cell:{one.path}"][met[first]]) for one, column in columns
        ]
        return set(zip(*told, strict=True))

    def sums(self) -> Sums:
        """All of the answer."""
        met, weights = self._whole, self._weights
        series, images, size = (
            int(one @ met.cells) for one in (weights.series, weights.images, weights.size)
        )
        return Sums(Counts(series, met.studies.all(), met.patients.all()), images, size)

    def _met(self, masks: Sequence[Mask]) -> _Met:
        return _Met(self._arrays, self._weights, np.logical_and.reduce(masks))

    def _findable(self, downloads: frozenset[int]) -> Mask:
        column = self._part.column(DOWNLOAD)
        found = np.isin(column.measures, np.array(sorted(downloads), np.float64))
        return np.asarray(found[self._arrays[f"cell:{DOWNLOAD}"]])

    def _weighed(self, asking: Asking, beyond: Sequence[Condition]) -> Weights:
        if not beyond:
            return self._part.weights
        return self._part.weigh(np.flatnonzero(asking.meet_all(beyond)))

    def _cells(self, condition: Condition) -> Mask:
        """The cells that meet a condition of facet columns."""
        match condition:
            case Compare():
                element = known(condition.element)
                met = values_met(self._part.column(element.path), element, condition)
                return np.asarray(met[self._arrays[f"cell:{element.path}"]])
            case Not():
                return ~self._cells(condition.part)
            case Every() | Either():
                whole = isinstance(condition, Every)
                met = np.full(len(self._arrays[f"cell:{DOWNLOAD}"]), whole)
                for part in condition.parts:
                    met = met & self._cells(part) if whole else met | self._cells(part)
                return met
            case _:
                raise AssertionError(condition)


def values_by_rows(part: Part, rows: Array, element: Element) -> dict[Any, Counts]:
    """Counts by value of a column that is no facet, over some rows."""
    column, arrays = part.column(element.path), part.arrays
    codes = column.codes[rows].astype(np.int64)
    counts = [np.bincount(codes, minlength=len(column))]
    for name, owners in (("row:study", "study:id"), ("row:patient", "patient:id")):
        count = max(1, len(arrays[owners]))
        pairs = np.sort(codes * count + arrays[name][rows])
        counts.append(np.bincount(pairs[np.diff(pairs, prepend=-1) != 0] // count, minlength=len(column)))
    some = np.flatnonzero(counts[0])
    told = told_values(column, element, some)
    return dict(zip(told, map(Counts, *(one[some].tolist() for one in counts)), strict=True))


def told_values(column: Column, element: Element, codes: Array) -> list[Any]:
    """Values as a question has them."""
    if column.numbers is not None:
        return ["" if isnan(one) else one for one in column.measures[codes].tolist()]
    texts = column.texts_of(codes)
    return [text == YES for text in texts] if element.flag else texts
