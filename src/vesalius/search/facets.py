"""Counts of the facets: series, studies and patients of each value, whatever else is asked of the facet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from vesalius.catalog.visible import Judged
from vesalius.search.answers.columns import open_columns
from vesalius.search.answers.counting import Counts
from vesalius.search.conditions import Condition, Identified, Studies, Words, every
from vesalius.search.elements import BY_NAME, FACETS, Element, shown
from vesalius.search.find import Totals, totals_of
from vesalius.search.query import Query, Value
from vesalius.search.query.question import conjuncts


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One value of a facet."""

    element: Element
    query: Query  # that was asked
    value: Value  # "" is not specified
    count: int  # series that have it, whatever else is asked of this facet
    studies: int
    patients: int

    @property
    def label(self) -> str:
        """The value as pages show it."""
        return shown(self.value)

    @property
    def chosen(self) -> bool:
        """Whether the question asks for it."""
        return self.value in self.query.chosen(self.element)

    @property
    def toggled(self) -> Query:
        """The question after a click on it."""
        return self.query.toggled(self.element, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One facet and its values, the most frequent first; a chosen value stays even without any series."""

    element: Element
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """A part of a question, and how many series there are without it."""

    condition: Condition
    without: Query
    series: int


def count_facets(query: Query, visible: Judged, elements: Iterable[Element] = FACETS) -> list[Facet]:
    """Every facet of the table, each counted without its own filter."""
    wanted = tuple(elements)
    counted = open_columns().facets(query.parts(), visible.findable, wanted)
    return [_facet(element, query, counted[element.name]) for element in wanted]


def count_facet(element: Element, query: Query, visible: Judged) -> Facet:
    """One facet, counted without its own filter; of any element, for its values that exist."""
    return count_facets(query, visible, (element,))[0]


def sums_by_holding(visible: Judged) -> dict[str, Totals]:
    """How much of each holding the asker may find, by its short title."""
    found = open_columns().sums_by_value((), visible.findable, BY_NAME["holdings"])
    return {str(name): totals_of(sums) for name, sums in found.items()}


def values_by_holding(element: Element, visible: Judged) -> dict[str, list[Value]]:
    """The values of a facet in each holding, by its short title; what is not specified is left out."""
    found: dict[str, list[Value]] = {}
    for name, value in sorted(open_columns().pairs((), visible.findable, BY_NAME["holdings"], element)):
        if value != "":
            found.setdefault(str(name), []).append(value)
    return found


def why_nothing(query: Query, visible: Judged) -> list[Relaxed]:
    """What to drop from a question without an answer: each single part without which there is one, best first."""
    columns = open_columns()
    found = [
        Relaxed(
            condition=condition,
            without=without,
            series=columns.sums(without.parts(), visible.findable).counts.series,
        )
        for condition, without in _relaxations(query)
    ]
    return sorted((one for one in found if one.series), key=lambda one: -one.series)


def _relaxations(query: Query) -> Iterator[tuple[Condition, Query]]:
    """Each part of a question, and the question without it and whatever else is asked of its element."""
    seen = set()
    for element, condition in query.parts():
        without = query.without(element) if element else _without(query, condition)
        if without not in seen:
            seen.add(without)
            yield condition, without


def _without(query: Query, condition: Condition) -> Query:
    match condition:
        case Studies() if condition == query.studies:
            return replace(query, studies=None)
        case Identified() if condition.ids == query.identified:
            return replace(query, identified=())
        case Words() if condition.text == " ".join(query.words):
            return replace(query, words=())
        case _:
            left = [part for part in conjuncts(query.where) if part != condition]
            return replace(query, where=every(left) if left else None)


def _facet(element: Element, query: Query, counted: dict[Value, Counts]) -> Facet:
    counts = dict.fromkeys(query.chosen(element), Counts()) | counted
    ordered = sorted(counts, key=lambda value: (-counts[value].series, value))
    return Facet(
        element=element,
        values=tuple(
            FacetValue(
                element=element,
                query=query,
                value=value,
                count=counts[value].series,
                studies=counts[value].studies,
                patients=counts[value].patients,
            )
            for value in ordered
        ),
    )
