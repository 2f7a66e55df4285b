"""The filters beside an answer: facets with their counts, and a form for ranges and all else of the simple search."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from vesalius.access.permit import Visible
from vesalius.pages.public.finding.asked import Asked
from vesalius.pages.public.wording import noun, value_word
from vesalius.pages.templatetags.words import count
from vesalius.search.elements import BY_NAME, FACETS, RANGES
from vesalius.search.facets import Facet, FacetValue, count_facet, count_facets
from vesalius.search.language.values import spelled
from vesalius.search.query import Query
from vesalius.search.query.question import MODALITIES, RELEASED

SHOWN_VALUES: Final = 8  # of a facet, before "all values"
TREE: Final = (
    "manufacturers",
    "models",
    "software_versions",
)  # each below the one before it, once that is chosen
MORE: Final = (
    "phantoms",
    "commercial",
    "events",
)  # facets of the simple search that most archives have one value of
_STUDIES: Final = (("uids", "studies"), ("dates", "different dates"))


def filters(asked: Asked, judged: Visible) -> dict[str, Any]:
    """What finding/filters.html shows."""
    facets = count_facets(asked.query, judged, (*FACETS, *(BY_NAME[name] for name in MORE)))
    by = asked.query.studies.by if asked.query.studies else ""
    return {
        "facets": [_facet(one, asked, judged) for one in facets if _tells(one) and not _is_below(one, asked.query)],
        "ranges": [_range(asked.query, element.name) for element in RANGES],
        "least": asked.query.studies.least if asked.query.studies else "",
        "least_by": [(name, words, name == by) for name, words in _STUDIES],
        "description": asked.query.description,
        "kept": list(_kept(asked)),
        "question": asked.address(place=""),
    }  # fmt: skip


def _tells(facet: Facet) -> bool:
    """Whether a facet could narrow anything: one value that all share says nothing."""
    return len(facet.values) > 1 or any(value.chosen for value in facet.values)


def _is_below(facet: Facet, query: Query) -> bool:
    """Whether the values of a facet already stand below those that were chosen of the one above it."""
    name = facet.element.name
    return name in TREE[1:] and bool(query.chosen(BY_NAME[TREE[TREE.index(name) - 1]]))


def _facet(facet: Facet, asked: Asked, judged: Visible) -> dict[str, Any]:
    all_of_it = asked.whole == facet.element.parameter
    values = facet.values if all_of_it else facet.values[:SHOWN_VALUES]
    left = [value for value in facet.values[len(values) :] if value.chosen]
    return {
        "title": facet.element.label,
        "values": [_value(value, asked, judged) for value in (*values, *left)],
        "more": asked.address(whole=facet.element.parameter) if len(values) < len(facet.values) else "",
        "either": _either(facet, asked),
    }


def _value(value: FacetValue, asked: Asked, judged: Visible) -> dict[str, Any]:
    chosen = value.value in asked.query.chosen(value.element)
    return {
        "label": value_word(value.element.name, value.label),
        "count": counted(value, asked.view.unit),
        "said": _said(value),
        "address": asked.address(asked.query.toggled(value.element, value.value)),
        "chosen": chosen,
        "below": _below(value, asked, judged) if chosen else [],
    }


def _said(value: FacetValue) -> str:
    studies, subjects = noun(value.studies, "study", "studies"), noun(value.patients, "subject")
    return (
        f"{count(value.count)} series, {count(value.studies)} {studies}, {count(value.patients)} {subjects}"
    )


def counted(value: FacetValue, unit: str) -> int:
    """How many series, studies or subjects have a value."""
    return {"series": value.count, "studies": value.studies, "subjects": value.patients}[unit]


def _below(value: FacetValue, asked: Asked, judged: Visible) -> list[dict[str, Any]]:
    """The models of a chosen manufacturer, and the software versions of a chosen model."""
    name = value.element.name
    if name not in TREE[:-1]:
        return []
    inner = BY_NAME[TREE[TREE.index(name) + 1]]
    changed: dict[str, Any] = {name: (value.value,)}
    found = count_facet(inner, replace(asked.query, **changed), judged).values
    return [_value(one, asked, judged) for one in found if one.count]


def _either(facet: Facet, asked: Asked) -> dict[str, str]:
    """Whether a subject has any or all of several chosen modalities, and the address of the other."""
    if facet.element != MODALITIES or len(asked.query.modalities) < 2:
        return {}
    together = asked.query.together
    words = "Series of any of these" if together else "Subjects with all of these"
    return {"words": words, "address": asked.address(replace(asked.query, together=not together))}


def _range(query: Query, name: str) -> dict[str, Any]:
    element = BY_NAME[name]
    found = query.range_of(element)
    low, high = (
        "" if end is None else spelled(end) for end in ((found.low, found.high) if found else (None, None))
    )
    return {
        "label": element.label,
        "unit": element.unit,
        "name": element.parameter,
        "kind": "date" if element.kind == "day" else "number",
        "low": low,
        "high": high,
        "hint": "When the series was first published." if element == RELEASED else "",
        "open": bool(found),
    }


def _kept(asked: Asked) -> Iterator[tuple[str, str]]:
    """What the form carries along: all of the question that it has no field for."""
    rest = replace(asked.query, ranges=(), description="", studies=None)
    yield from rest.parameters()
    if asked.view.name != "series":
        yield "view", asked.view.name


def hidden(asked: Asked) -> Sequence[tuple[str, str]]:
    """What a form that asks the same otherwise carries along."""
    return [*asked.query.parameters(), *([("view", asked.view.name)] if asked.view.name != "series" else [])]
