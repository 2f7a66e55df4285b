"""An answer in charts: what it is made of, subject by subject, within all that was asked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from vesalius.catalog.visible import Judged
from vesalius.search.answers.columns import open_columns
from vesalius.search.answers.counting import Counts
from vesalius.search.card import Bar, Chart
from vesalius.search.elements import BY_NAME, Element, shown
from vesalius.search.query import Query

CHARTS: Final = ("collections", "modalities", "body_parts", "manufacturers", "sexes", "species", "licenses")
MOST_BARS: Final = 10


def summary(query: Query, visible: Judged) -> tuple[Chart, ...]:
    """Subjects per value of what most people ask first; only charts that have something to show."""
    elements = [BY_NAME[name] for name in CHARTS]
    # of no element: nothing is left out, as it is where a facet is counted
    conjuncts = [(None, condition) for _, condition in query.parts()]
    counted = open_columns().facets(conjuncts, visible.findable, elements)
    charts = (_chart(element, counted[element.name], query) for element in elements)
    return tuple(chart for chart in charts if chart.bars)


def _chart(element: Element, counted: Mapping[Any, Counts], query: Query) -> Chart:
    told = sorted((value for value in counted if value), key=lambda value: (-counted[value].patients, value))
    bars = [
        Bar(label=shown(value), count=counted[value].patients, query=_only(query, element, value))
        for value in told
    ]
    return Chart(
        name=element.name,
        title=element.label,
        unit="subjects",
        bars=tuple(bars[:MOST_BARS]),
        more=max(0, len(bars) - MOST_BARS),
        missing=counted[""].patients if "" in counted else 0,
    )


def _only(query: Query, element: Element, value: Any) -> Query:
    changed: dict[str, Any] = {element.name: (value,)}
    return replace(query, **changed)
