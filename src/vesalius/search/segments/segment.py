"""A mapped segment, and the part of it that counts at one state of the archive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.search.columns.column import Column, column_of, empty_column, nth_column
from vesalius.search.columns.layout import DOWNLOAD, FACTS, IMAGES, SIZE
from vesalius.search.text.index import TextIndex

Array: TypeAlias = NDArray[Any]
Mask: TypeAlias = NDArray[np.bool_]
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
    """How many series, images and bytes each cell counts, and which study and patient cells count at all."""

    series: Array
    images: Array
    size: Array
    study_cells: Mask
    patient_cells: Mask


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
    def cell_of_row(self) -> Array:
        """The cell of each row."""
        return self.arrays["study_cell:cell"][self.arrays["row:study_cell"]]

    @cached_property
    def weights(self) -> Weights:
        """What its rows count where nothing but facets is asked."""
        return self.weigh(None if self.alive is None else np.flatnonzero(self.alive))

    def weigh(self, rows: Array | None) -> Weights:
        """What some rows count, or all of the segment."""
        arrays = self.arrays
        every = slice(None) if rows is None else rows
        study_cell = arrays["row:study_cell"][every]
        cell = self.cell_of_row[every] if rows is None else arrays["study_cell:cell"][study_cell]
        cells = len(arrays[f"cell:{DOWNLOAD}"])
        images, size = (self.column(path) for path in (IMAGES, SIZE))
        study_cells = np.zeros(len(arrays["study_cell:cell"]), bool)
        study_cells[study_cell] = True
        patient_cells = np.zeros(len(arrays["patient_cell:cell"]), bool)
        patient_cells[arrays["study_cell:patient_cell"][study_cells]] = True
        return Weights(
            np.bincount(cell, minlength=cells).astype(np.float64),
            np.bincount(cell, images.measures[images.codes[every]], cells),
            np.bincount(cell, size.measures[size.codes[every]], cells),
            study_cells,
            patient_cells,
        )
