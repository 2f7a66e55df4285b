"""The current series as columns: open them, ask, count, and take pages of the answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.search.answers.counting import Conjunct, Counting, Counts, Sums, values_by_rows
from vesalius.search.answers.ordering import ColumnKey, Key, OwnerKey, Places, column_key, ordered
from vesalius.search.answers.rows import Asking
from vesalius.search.answers.worded import Worded
from vesalius.search.columns.cells import combined
from vesalius.search.columns.layout import COLLECTION, PATIENT_ID, STUDY_DAY, facets
from vesalius.search.conditions import Condition, Words
from vesalius.search.elements import Element
from vesalius.search.segments.keeping import current
from vesalius.search.segments.segment import Part, Unit

Array: TypeAlias = NDArray[Any]
RELEVANCE: Final = "relevance"


def open_columns() -> "Columns":
    """The columns of this moment, brought up with every change that was published."""
    return Columns(current().parts)


@dataclass(frozen=True, slots=True)
class Sort:
    """By what an answer is sorted."""

    path: str  # of a column, or RELEVANCE
    descending: bool = False
    numeric: bool = False  # by the numbers in texts


BY_COLLECTION: Final = Sort(COLLECTION)


@dataclass(frozen=True, slots=True)
class Group:
    """A patient or a study, and what of it answers a question."""

    id: int  # of its row
    counts: Counts
    images: int
    size: int  # bytes


@dataclass(frozen=True)
class Columns:
    """All current series, in segments."""

    parts: tuple[Part, ...]

    def select(self, conditions: Iterable[Condition], downloads: frozenset[int]) -> "Selection":
        """The series that meet every condition, for one who may find these Downloads."""
        asked = tuple(conditions)
        worded = Worded(self.parts, downloads)
        rows = tuple(np.flatnonzero(Asking(part, downloads, worded).meet_all(asked)) for part in self.parts)
        return Selection(self.parts, rows, worded, tuple(one.text for one in asked if isinstance(one, Words)))

    def facets(
        self,
        conjuncts: Sequence[Conjunct],
        downloads: frozenset[int],
        elements: Iterable[Element],
        *,
        beyond_series: bool = True,
    ) -> dict[str, dict[Any, Counts]]:
        """Counts by value of some elements, each without what is asked of itself.

        beyond_series: count studies and patients too; else they are 0.
        """
        wanted = list(elements)
        found: dict[str, dict[Any, Counts]] = {element.name: {} for element in wanted}
        counted = [element for element in wanted if element.path in facets()]
        if counted:
            for part, counting in zip(self.parts, self._countings(conjuncts, downloads), strict=True):
                for element in counted:
                    kept = (downloads, element.name) if beyond_series and not conjuncts else None
                    values = part.counted.get(kept) or counting.values(element, beyond_series=beyond_series)
                    if kept:
                        part.counted[kept] = values
                    _join(found[element.name], values)
        for element in wanted:
            if element.path not in facets():
                rest = [condition for other, condition in conjuncts if other != element]
                selection = self.select(rest, downloads)
                for part, rows in zip(self.parts, selection.rows, strict=True):
                    _join(found[element.name], values_by_rows(part, rows, element))
        return found

    def sums(self, conjuncts: Sequence[Conjunct], downloads: frozenset[int]) -> Sums:
        """How much an answer holds, without looking at rows where nothing but facets is asked."""
        return sum((one.sums() for one in self._countings(conjuncts, downloads)), Sums())

    def sums_by_value(
        self, conjuncts: Sequence[Conjunct], downloads: frozenset[int], element: Element
    ) -> dict[Any, Sums]:
        """How much of an answer has each value of a facet."""
        found: dict[Any, Sums] = {}
        for counting in self._countings(conjuncts, downloads):
            for value, sums in counting.sums_by_value(element).items():
                found[value] = found.get(value, Sums()) + sums
        return found

    def pairs(
        self, conjuncts: Sequence[Conjunct], downloads: frozenset[int], element: Element, other: Element
    ) -> set[tuple[Any, Any]]:
        """Values of two facets that some series of an answer has together."""
        found: set[tuple[Any, Any]] = set()
        for counting in self._countings(conjuncts, downloads):
            found |= counting.pairs(element, other)
        return found

    def _countings(self, conjuncts: Sequence[Conjunct], downloads: frozenset[int]) -> Iterator[Counting]:
        worded = Worded(self.parts, downloads)
        for part in self.parts:
            yield Counting(Asking(part, downloads, worded), conjuncts)


@dataclass(frozen=True)
class Selection:
    """The rows of an answer."""

    parts: tuple[Part, ...]
    rows: tuple[Array, ...]  # of each segment, ascending
    worded: Worded
    texts: tuple[str, ...]  # words asked of the whole: by what relevance is judged

    def __len__(self) -> int:
        """How many series there are."""
        return sum(map(len, self.rows))

    @cached_property
    def _places(self) -> Places:
        return Places.of([part.segment.rows for part in self.parts])

    def revisions(self) -> Array:
        """Ids of all revisions, by collection, patient and UID within each segment."""
        pairs = zip(self.parts, self.rows, strict=True)
        return np.concatenate([part.arrays["revision"][some] for part, some in pairs])

    def column(self, path: str) -> Iterator[tuple[Any, Array]]:
        """For each segment, the column of a path and the code of every row of the answer."""
        for part, some in zip(self.parts, self.rows, strict=True):
            column = part.column(path)
            yield column, column.codes[some]

    def units(self, unit: Unit) -> Iterator[Array]:
        """For each segment, the patient or study of every row of the answer."""
        for part, some in zip(self.parts, self.rows, strict=True):
            yield part.arrays[f"row:{unit}"][some]

    def combinations(self, *paths: str) -> dict[tuple[str, ...], int]:
        """How many series have each combination of the values of some columns, as text."""
        counts: dict[tuple[str, ...], int] = {}
        for part, some in zip(self.parts, self.rows, strict=True):
            columns = [part.column(path) for path in paths]
            first, combination = combined([(column.codes[some], len(column)) for column in columns])
            told = [column.written.take(column.codes[some[first]]).to_pylist() for column in columns]
            for values, count in zip(zip(*told, strict=True), np.bincount(combination).tolist(), strict=True):
                counts[values] = counts.get(values, 0) + count
        return counts

    def studies(self) -> Iterator[tuple[Array, Array]]:
        """For each segment, the patient and the day (as `date.toordinal` counts; NaN unknown) of every study."""
        for part, studies in zip(self.parts, self.units("study"), strict=True):
            distinct = np.unique(studies)
            column = part.column(STUDY_DAY)
            days = column.days.values[column.codes[part.arrays["study:row"][distinct]]]
            yield part.arrays["study:patient"][distinct], days

    def page(self, sort: Sort, start: int, stop: int) -> list[int]:
        """Ids of the revisions from `start` to before `stop`.

        Ties follow the collection, the Patient ID and the Series Instance UID.
        """
        keys: list[Key] = self._ties()
        if sort.path == RELEVANCE:
            keys.insert(0, self._relevance())
        elif sort != BY_COLLECTION:
            asked = {"descending": sort.descending, "numeric": sort.numeric}
            keys.insert(0, column_key(self.parts, self._places, sort.path, **asked))
        positions = self._places.joined(self.rows)
        found = ordered(keys, positions, start, stop)
        segments = np.searchsorted(self._places.starts, found, "right") - 1
        rows = found - self._places.starts[segments]
        pairs = zip(segments.tolist(), rows.tolist(), strict=True)
        return [int(self.parts[at].arrays["revision"][row]) for at, row in pairs]

    def groups(self, unit: Unit, start: int, stop: int) -> tuple[list[Group], int]:
        """A page of the patients or studies of the answer, and how many there are.

        Patients follow the collection and the ID; studies follow their patient, day and UID.
        """
        counts = [len(part.arrays[f"{unit}:id"]) for part in self.parts]
        places = Places.of(counts)
        hit = []
        for count, codes in zip(counts, self.units(unit), strict=True):
            met = np.zeros(count, bool)
            met[codes] = True
            hit.append(np.flatnonzero(met))
        positions = places.joined(hit)
        first = [self._first_row(part, unit) for part in self.parts]
        keys: list[Key] = [OwnerKey(places, self._places, first, tie) for tie in self._ties()]
        found = ordered(keys, positions, start, stop)
        return [self._group(unit, places, int(one)) for one in found], len(positions)

    def _group(self, unit: Unit, places: Places, position: int) -> Group:
        at = int(np.searchsorted(places.starts, position, "right")) - 1
        part, code = self.parts[at], position - int(places.starts[at])
        arrays, some = part.arrays, self.rows[at]
        patient = code if unit == "patient" else int(arrays["study:patient"][code])
        low, high = np.searchsorted(some, arrays["patient:starts"][patient : patient + 2])
        rows = some[low:high]
        if unit == "study":
            rows = rows[arrays["row:study"][rows] == code]
        images, size = (part.column(path) for path in ("image_count", "size"))
        return Group(
            int(arrays[f"{unit}:id"][code]),
            Counts(len(rows), len(np.unique(arrays["row:study"][rows])), 1),
            int(images.measures[images.codes[rows]].sum()),
            int(size.measures[size.codes[rows]].sum()),
        )

    @staticmethod
    def _first_row(part: Part, unit: Unit) -> Array:
        starts = part.arrays["patient:starts"]
        return starts[part.arrays["study:patient"]] if unit == "study" else starts[:-1]

    def _ties(self) -> list[Key]:
        """What decides where a sort leaves it open; one segment stands in this order."""
        if len(self.parts) == 1:
            return []
        return [column_key(self.parts, self._places, path) for path in (COLLECTION, PATIENT_ID)]

    def _relevance(self) -> ColumnKey:
        """The better the words are met, the sooner."""
        ranks = []
        for part in self.parts:
            scores = [self.worded.scores(text, part) for text in self.texts]
            ranks.append(-np.sum(scores, axis=0) if scores else np.zeros(part.segment.text.cell_count))
        return ColumnKey(self._places, [part.arrays["row:text"] for part in self.parts], ranks)


def _join(found: dict[Any, Counts], more: dict[Any, Counts]) -> None:
    if not found:
        found.update(more)
        return
    for value, counts in more.items():
        found[value] = found[value] + counts if value in found else counts
