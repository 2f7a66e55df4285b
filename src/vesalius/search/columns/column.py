"""One column of a segment: codes of its rows, and the values that they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.search.columns.arrow import pa, pc
from vesalius.search.columns.coding import Texts, texts_of

Array: TypeAlias = NDArray[Any]
Mask: TypeAlias = NDArray[np.bool_]
SEVERAL: Final = r"\\|, ?"  # between the values of one text: DICOM's backslash, NBIA's comma
_KEPT: Final = 10_000  # values that are kept as texts of Python once they were asked for
_FEW: Final = 4  # stretches of codes that are quicker compared than looked up


@dataclass(frozen=True, slots=True)
class Flat:
    """The single values of all texts of a column; where each text is one value, `owner` is None."""

    values: Any  # an array as long as the single values
    owner: Array | None  # the code that each belongs to


@dataclass(frozen=True)
class Column:
    """Codes and values; texts and numbers are in order, absent is "" or NaN."""

    codes: Array
    texts: Texts | None
    numbers: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        """How many values there are."""
        values: Any = self.texts if self.numbers is None else self.numbers
        return len(values)

    def texts_of(self, codes: Array) -> list[str]:
        """Some values as text."""
        if len(self) > _KEPT:
            found: list[str] = self.written.take(codes).to_pylist()
            return found
        every = self._every
        return [every[code] for code in codes.tolist()]

    @cached_property
    def _every(self) -> list[str]:
        found: list[str] = self.written.to_pylist()
        return found

    @property
    def measures(self) -> NDArray[np.float64]:
        """The values of a column of numbers."""
        assert self.numbers is not None
        return self.numbers

    @cached_property
    def written(self) -> Texts:
        """Every value as text."""
        if self.numbers is None:
            return self.texts
        told = ["" if np.isnan(one) else f"{one:.15g}" for one in self.numbers]
        return pa.array(told, pa.large_string())

    @cached_property
    def absent(self) -> Mask:
        """Which values are none."""
        if self.numbers is not None:
            return np.isnan(self.numbers)
        return np.asarray(pc.binary_length(self.texts).to_numpy() == 0)

    @cached_property
    def single(self) -> Flat:
        """Single values as they are written."""
        several = np.flatnonzero(pc.match_substring(self.written, "\\").to_numpy(zero_copy_only=False))
        if not len(several):
            return Flat(self.written, None)
        parted = pc.split_pattern(self.written, "\\")
        return Flat(parted.flatten(), np.asarray(pc.list_parent_indices(parted)))

    @cached_property
    def folded(self) -> Flat:
        """Single values without regard to case."""
        values: Texts = self.single.values
        if pc.all(pc.string_is_ascii(values)).as_py() in (True, None):
            return Flat(pc.ascii_lower(values), self.single.owner)
        return Flat(
            pa.array([one.casefold() for one in values.to_pylist()], pa.large_string()), self.single.owner
        )

    @cached_property
    def measured(self) -> Flat:
        """Single values as numbers; NaN where a text is none."""
        if self.numbers is not None:
            return Flat(self.numbers, None)
        parted = pc.split_pattern_regex(self.written, SEVERAL)
        numbers = np.array([_number(one) for one in parted.flatten().to_pylist()], np.float64)
        return Flat(numbers, np.asarray(pc.list_parent_indices(parted)))

    @cached_property
    def first_numbers(self) -> NDArray[np.float64]:
        """The first number of each value, by which numbers are sorted."""
        flat = self.measured
        if flat.owner is None:
            return np.asarray(flat.values)
        first = np.full(len(self), np.nan)
        first[flat.owner[::-1]] = flat.values[::-1]
        return first

    @cached_property
    def days(self) -> Flat:
        """Single values as days, counted as `date.toordinal` does; NaN where a text is none."""
        values = self.single.values.to_pylist()
        return Flat(np.array([_day(one) for one in values], np.float64), self.single.owner)

    def lifted(self, flat: Flat, found: Mask) -> Mask:
        """Which values have a single one among those found."""
        if flat.owner is None:
            return found
        met = np.zeros(len(self), bool)
        met[flat.owner[found]] = True
        return met

    def rows(self, values: Mask) -> Mask:
        """Which rows have one of these values."""
        edges = np.flatnonzero(np.diff(values, prepend=False, append=False))
        if len(edges) > 2 * _FEW:
            return np.asarray(values[self.codes])
        met = np.zeros(len(self.codes), bool)
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - start == len(self):
                return np.ones(len(self.codes), bool)
            kind = self.codes.dtype.type
            met |= (
                self.codes == kind(start)
                if end == start + 1
                else self.codes - kind(start) < kind(end - start)
            )
        return met

    def place_of(self, text: str) -> int:
        """Where a text stands among the values, or would stand."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.written[middle].as_py() < text:
                low = middle + 1
            else:
                high = middle
        return low

    def code_of(self, text: str) -> int:
        """The code of a text; -1 where no row has it."""
        place = self.place_of(text)
        return place if place < len(self) and self.written[place].as_py() == text else -1


def column_of(arrays: Mapping[str, Array], path: str) -> Column | None:
    """The column of a path; None where the segment has none."""
    if f"numbers:{path}" in arrays:
        return Column(arrays[f"codes:{path}"], None, arrays[f"numbers:{path}"])
    if f"ends:{path}" in arrays:
        return Column(arrays[f"codes:{path}"], texts_of(arrays[f"ends:{path}"], arrays[f"bytes:{path}"]))
    return None


def empty_column(rows: int) -> Column:
    """A column of absent values alone."""
    return Column(np.zeros(rows, np.uint8), pa.array([""], pa.large_string()))


def nth_column(column: Column, place: int) -> Column:
    """One of the several values of each text, the first being 0."""
    told = [_nth(text.split("\\"), place) for text in column.written.to_pylist()]
    coded = pa.array(told, pa.large_string()).dictionary_encode()
    order = pc.sort_indices(coded.dictionary).to_numpy()
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    codes = places[coded.indices.to_numpy()]
    return Column(codes[column.codes], coded.dictionary.take(pa.array(order)))


def _nth(parts: Sequence[str], place: int) -> str:
    return parts[place] if place < len(parts) else ""


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _day(text: str) -> float:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return float("nan")
