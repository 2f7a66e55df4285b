"""Counts of the facets: from the cube where it knows all that is asked, else from the rows; both agree."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from vesalius.catalog.models import Cell
from vesalius.catalog.visible import Judged
from vesalius.search.elements import ELEMENTS, FACETS, Element, shown
from vesalius.search.find import matching
from vesalius.search.query import Query, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One value of a facet."""

    value: Value  # "" is not specified
    label: str
    count: int  # series that have it, whatever else is asked of this facet
    chosen: bool
    toggled: Query  # the question after a click on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One facet and its values, the most frequent first; a chosen value stays even without any series."""

    element: Element
    values: tuple[FacetValue, ...]


def count_facets(query: Query, visible: Judged) -> list[Facet]:
    """Every facet of the table, each counted without its own filter."""
    return [count_facet(element, query, visible) for element in FACETS]


def count_facet(element: Element, query: Query, visible: Judged) -> Facet:
    """One facet, counted without its own filter."""
    rest = query.without(element)
    count = counts_from_cube if rest.fits_cube else counts_from_rows
    counts = dict.fromkeys(query.chosen(element), 0) | count(element, rest, visible)
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    return Facet(
        element=element,
        values=tuple(
            FacetValue(
                value=value,
                label=shown(value),
                count=counts[value],
                chosen=value in query.chosen(element),
                toggled=query.toggled(element, value),
            )
            for value in ordered
        ),
    )


def cells(query: Query, visible: Judged) -> QuerySet[Cell]:
    """The cells of the current releases that answer a question which fits the cube."""
    asked = Q(release__current_of__isnull=False, download__in=visible.findable)
    for element in ELEMENTS:
        if element.cell and (values := query.chosen(element)):
            asked &= Q((f"{element.cell}__in", values))
    return Cell.objects.filter(asked)


def counts_from_cube(element: Element, query: Query, visible: Judged) -> dict[Any, int]:
    """Series per value, as sums over cells."""
    counted = cells(query, visible).values_list(element.cell).annotate(Sum("series_count"))
    return dict(counted.order_by())


def counts_from_rows(element: Element, query: Query, visible: Judged) -> dict[Any, int]:
    """Series per value, counted row by row."""
    return dict(matching(query, visible).values_list(element.path).annotate(Count("pk")))
