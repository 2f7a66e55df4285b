"""All that a question asks, one by one, as pages show it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from vesalius.search.conditions import every
from vesalius.search.elements import BY_NAME, ELEMENTS, shown
from vesalius.search.language import text_of
from vesalius.search.language.values import spelled
from vesalius.search.query.question import MODALITIES, Query, Range, conjuncts

SHOWN_IDENTIFIERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One thing asked, as pages show it, and the question without it."""

    label: str
    value: str
    without: Query


def chips(query: Query) -> list[Chip]:
    """All that is asked, one by one."""
    return list(_chips(query))


def _chips(query: Query) -> Iterator[Chip]:
    for element in ELEMENTS:
        for value in query.chosen(element):
            yield Chip(label=element.label, value=shown(value), without=query.toggled(element, value))
        if query.together and element == MODALITIES:
            together = "all of these in one subject"
            yield Chip(label=element.label, value=together, without=replace(query, together=False))
    for one in query.ranges:
        left = tuple(other for other in query.ranges if other != one)
        label = BY_NAME[one.element].label
        yield Chip(label=label, value=_range_words(one), without=replace(query, ranges=left))
    if query.description:
        yield Chip(label="Description", value=query.description, without=replace(query, description=""))
    if query.studies:
        what = "dates of studies" if query.studies.by == "dates" else "studies"
        value = f"at least {query.studies.least} {what}"
        yield Chip(label="Subject with", value=value, without=replace(query, studies=None))
    if query.identified:
        yield Chip(label="Identifier", value=_identifiers(query), without=replace(query, identified=()))
    for word in query.words:
        rest = tuple(other for other in query.words if other != word)
        yield Chip(label="Text", value=word, without=replace(query, words=rest))
    for part in conjuncts(query.where):
        others = [other for other in conjuncts(query.where) if other != part]
        without = replace(query, where=every(others) if others else None)
        yield Chip(label="Question", value=text_of(part), without=without)


def _range_words(one: Range) -> str:
    unit = BY_NAME[one.element].unit
    low, high = (None if end is None else spelled(end) for end in (one.low, one.high))
    if low is None:
        words = f"up to {high}"
    elif high is None:
        words = f"from {low}"
    else:
        words = f"{low} to {high}"
    return f"{words} {unit}".strip()


def _identifiers(query: Query) -> str:
    if len(query.identified) <= SHOWN_IDENTIFIERS:
        return ", ".join(query.identified)
    return f"{len(query.identified):,} pasted"
