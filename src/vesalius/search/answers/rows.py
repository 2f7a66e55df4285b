"""From a condition to the rows that meet it, segment by segment."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.errors import BadRequest
from vesalius.search.answers.comparing import any_of, texts_among, values_met
from vesalius.search.answers.worded import Worded
from vesalius.search.columns.column import Mask
from vesalius.search.columns.layout import PATIENT_ID, SERIES_UID, STUDY_DAY, STUDY_UID
from vesalius.search.conditions import (
    Compare,
    Condition,
    Either,
    Every,
    Identified,
    Not,
    Studies,
    Together,
    Words,
)
from vesalius.search.elements import Element, element_of
from vesalius.search.segments.segment import Part

Array: TypeAlias = NDArray[Any]
IDENTIFIERS: Final = (PATIENT_ID, STUDY_UID, SERIES_UID)


class Asking:
    """The rows of one segment, for one who may find some Downloads."""

    def __init__(self, part: Part, downloads: frozenset[int], worded: Worded) -> None:
        self.part, self.downloads, self.worded = part, downloads, worded

    @property
    def findable(self) -> Mask:
        """The rows that the asker may find."""
        return self.part.findable(self.downloads)

    def meets(self, condition: Condition) -> Mask:
        """The rows that meet a condition, among all of the segment."""
        return _HOW[type(condition)](self, condition)

    def meet_all(self, conditions: Iterable[Condition]) -> Mask:
        """The findable rows that meet every condition."""
        met = self.findable
        for condition in conditions:
            met = met & self.meets(condition)
        return met

    def compare(self, asked: Compare) -> Mask:
        """Rows whose value meets a comparison."""
        element = known(asked.element)
        column = self.part.column(element.path)
        return column.rows(values_met(column, element, asked))

    def every(self, asked: Every) -> Mask:
        """Rows that meet all parts."""
        met = np.ones(self.part.segment.rows, bool)
        for part in asked.parts:
            met &= self.meets(part)
        return met

    def either(self, asked: Either) -> Mask:
        """Rows that meet any part."""
        met = np.zeros(self.part.segment.rows, bool)
        for part in asked.parts:
            met |= self.meets(part)
        return met

    def without(self, asked: Not) -> Mask:
        """All rows but those of a part."""
        return ~self.meets(asked.part)

    def words(self, asked: Words) -> Mask:
        """Rows whose texts meet every word."""
        index = self.part.segment.text
        return np.asarray((self.worded.scores(asked.text, self.part) > 0)[index.row_text])

    def together(self, asked: Together) -> Mask:
        """Rows of patients that have a findable series of each value."""
        element = known(asked.element)
        column = self.part.column(element.path)
        met = np.ones(len(self.part.arrays["patient:id"]), bool)
        for value in asked.values:
            rows = column.rows(any_of(column, element, (value,))) & self.findable
            met &= self._patients_of(rows)
        return np.asarray(met[self.part.arrays["row:patient"]])

    def studies(self, asked: Studies) -> Mask:
        """Rows of patients with at least so many findable studies."""
        arrays = self.part.arrays
        has = np.zeros(len(arrays["study:id"]), bool)
        has[arrays["row:study"][self.findable]] = True
        patient = arrays["study:patient"][has].astype(np.int64)
        if asked.by == "dates":
            column = self.part.column(STUDY_DAY)
            day = column.codes[arrays["study:row"][has]].astype(np.int64)
            days = (patient * len(column) + day)[~column.absent[day]]
            patient = days[np.diff(days, prepend=-1) != 0] // max(
                1, len(column)
            )  # studies stand in this order
        counts = np.bincount(patient, minlength=len(arrays["patient:id"]))
        return np.asarray((counts >= asked.least)[arrays["row:patient"]])

    def identified(self, asked: Identified) -> Mask:
        """Rows named by their patient, study or own identifier."""
        met = np.zeros(self.part.segment.rows, bool)
        for path in IDENTIFIERS:
            column = self.part.column(path)
            met |= column.rows(texts_among(column, list(asked.ids)))
        return met

    def _patients_of(self, rows: Mask) -> Mask:
        met = np.zeros(len(self.part.arrays["patient:id"]), bool)
        met[self.part.arrays["row:patient"][rows]] = True
        return met


_HOW: Final[dict[type, Callable[[Asking, Any], Mask]]] = {
    Compare: Asking.compare,
    Every: Asking.every,
    Either: Asking.either,
    Not: Asking.without,
    Words: Asking.words,
    Together: Asking.together,
    Studies: Asking.studies,
    Identified: Asking.identified,
}


def known(name: str) -> Element:
    """The element of a name; BadRequest where there is none."""
    element = element_of(name)
    if element is None:
        raise BadRequest("The question names an element that this archive does not know.")
    return element
