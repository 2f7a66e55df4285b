"""A mapped segment, and the part of it that counts at one state of the archive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.search.columns.column import Column, column_of, empty_column, nth_column
from vesalius.search.columns.layout import DOWNLOAD, FACTS, IMAGES, SIZE
from vesalius.search.text.index import TextIndex

Array: TypeAlias = NDArray[Any]
Mask: TypeAlias = NDArray[np.bool_]
Unit: TypeAlias = Literal["patient", "study"]
_REMEMBERED: Final = 8  # askers of whom a segment knows which rows they may find


@dataclass(frozen=True)
class Segment:
    """One file of columns."""

    name: str
    arrays: Mapping[str, Array]
    _columns: dict[str, Column] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many series stand in it."""
        return len(self.arrays["revision"])

    @property
    def paths(self) -> list[str]:
        """Every column that it has."""
        return [name.removeprefix("codes:") for name in self.arrays if name.startswith("codes:")]

    def column(self, path: str) -> Column:
        """A column by its path; facts__KEYWORD__2 is the third value of a header fact."""
        if path not in self._columns:
            self._columns[path] = self._found(path)
        return self._columns[path]

    def _found(self, path: str) -> Column:
        found = column_of(self.arrays, path)
        if found is None and path.startswith(FACTS) and path.rpartition("__")[2].isdigit():
            whole, _, place = path.rpartition("__")
            return nth_column(self.column(whole), int(place))
        return empty_column(self.rows) if found is None else found

    @cached_property
    def text(self) -> TextIndex:
        """The index of its words."""
        return TextIndex(self.arrays)


@dataclass(frozen=True)
class Weights:
    """How many series, images and bytes each cell counts, and how many studies and patients each of their owners."""

    series: Array
    images: Array
    size: Array
    studies: "Owned"
    patients: "Owned"


@dataclass(frozen=True)
class Owned:
    """Cells by owner: those of studies or patients that some rows have, or of patterns of all rows."""

    name: str  # of its pairs in the arrays
    cells: Array  # the cell of each
    owner: Array  # of each
    counts: Array | None  # how many each owner stands for; None: itself
    met: Mask | None = None  # which of them some row has; None: all


@dataclass(frozen=True)
class Part:
    """A segment without the rows that later segments replace."""

    segment: Segment
    alive: Mask | None  # None: all rows
    _findable: dict[frozenset[int], Mask] = field(default_factory=dict)
    _seen: dict[frozenset[int], Mask] = field(default_factory=dict)
    counted: dict[object, Any] = field(default_factory=dict)  # answers to the question that asks nothing

    @property
    def arrays(self) -> Mapping[str, Array]:
        """The arrays of the segment."""
        return self.segment.arrays

    def column(self, path: str) -> Column:
        """A column of the segment."""
        return self.segment.column(path)

    def findable(self, downloads: frozenset[int]) -> Mask:
        """The rows that count and whose Download is one of these."""
        if downloads not in self._findable:
            if len(self._findable) >= _REMEMBERED:
                self._findable.clear()
                self._seen.clear()
            column = self.column(DOWNLOAD)
            rows = column.rows(np.isin(column.measures, np.array(sorted(downloads), np.float64)))
            self._findable[downloads] = rows if self.alive is None else rows & self.alive
        return self._findable[downloads]

    def seen_texts(self, downloads: frozenset[int]) -> Mask:
        """The text cells of findable rows."""
        rows = self.findable(downloads)
        if downloads not in self._seen:
            seen = np.zeros(self.segment.text.cell_count, bool)
            seen[self.arrays["row:text"][rows]] = True
            self._seen[downloads] = seen
        return self._seen[downloads]

    @cached_property
    def weights(self) -> Weights:
        """What its rows count where nothing but facets is asked."""
        rows = None if self.alive is None else np.flatnonzero(self.alive)
        return Weights(*self._measured(rows), self._patterns("study"), self._patterns("patient"))

    def weigh(self, rows: Array) -> Weights:
        """What some rows count."""
        arrays = self.arrays
        studies = np.zeros(len(arrays["study_cell:cell"]), bool)
        studies[arrays["row:study_cell"][rows]] = True
        patients = np.zeros(len(arrays["patient_cell:cell"]), bool)
        patients[arrays["study_cell:patient_cell"][studies]] = True
        return Weights(*self._measured(rows), self._owned("study", studies), self._owned("patient", patients))

    def _measured(self, rows: Array | None) -> tuple[Array, Array, Array]:
        """Series, images and bytes by cell."""
        every = slice(None) if rows is None else rows
        cell = self.arrays["study_cell:cell"][self.arrays["row:study_cell"][every]]
        cells = len(self.arrays[f"cell:{DOWNLOAD}"])
        images, size = (self.column(path) for path in (IMAGES, SIZE))
        return (
            np.bincount(cell, minlength=cells).astype(np.float64),
            np.bincount(cell, images.measures[images.codes[every]], cells),
            np.bincount(cell, size.measures[size.codes[every]], cells),
        )

    def _owned(self, unit: Unit, met: Mask) -> Owned:
        arrays = self.arrays
        name = f"{unit}_cell"
        return Owned(f"{unit}_pair", arrays[f"{name}:cell"], arrays[f"{name}:{unit}"], None, met)

    def _patterns(self, unit: Unit) -> Owned:
        """The patterns of a unit, each standing for those that have it and count."""
        arrays = self.arrays
        name = f"{unit}_pattern"
        of = arrays[f"{name}:of"]
        if self.alive is not None:
            first = arrays["patient:starts"][:-1]
            alive = self.alive[first if unit == "patient" else first[arrays["study:patient"]]]
            of = of[alive]
        counts = np.bincount(of, minlength=len(arrays[f"{name}:starts"]))
        return Owned(f"{name}_pair", arrays[f"{name}:cell"], arrays[f"{name}:pattern"], counts)
