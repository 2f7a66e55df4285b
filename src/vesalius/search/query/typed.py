"""Between a question and the line that says all of it: `Modality in (CT) AND SliceThickness <= 1.5 AND lung`."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from vesalius.search.conditions import (
    Compare,
    Condition,
    Identified,
    Operator,
    Studies,
    Together,
    Words,
    every,
)
from vesalius.search.elements import ELEMENTS, RANGES, Element
from vesalius.search.language import text_of
from vesalius.search.query.question import DESCRIPTION, MODALITIES, Query, Range, conjuncts, element_asked


def typed(query: Query) -> str:
    """The whole question in one line; `meant(read_question(typed(query)))` is the question again."""
    return text_of(every(condition for _, condition in query.parts()))


def meant(condition: Condition, beside: Query | None = None) -> Query:
    """The question in a condition: what the simple search can ask goes to its place, the rest is `where`.

    `beside` is a question that holds too.
    """
    query = beside or Query()
    rest: list[Condition] = list(conjuncts(query.where))
    for part in conjuncts(condition):
        placed = _placed(query, part)
        if placed is None:
            rest.append(part)
        else:
            query = placed
    return _all_together(replace(query, where=None), rest)


def _placed(query: Query, part: Condition) -> Query | None:
    """The question with one part in its place; None where that is taken or there is none."""
    match part:
        case Compare():
            return _compared(query, part)
        case Words(text) if text.split():
            return replace(query, words=(*query.words, *text.split()))
        case Studies() if query.studies is None:
            return replace(query, studies=part)
        case Identified(ids) if not query.identified:
            return replace(query, identified=ids)
        case _:
            return None


def _compared(query: Query, part: Compare) -> Query | None:
    element = element_asked(part)
    if element is None:
        return None
    if element in ELEMENTS and not query.chosen(element) and _is_choice(element, part.operator):
        changed: dict[str, Any] = {element.name: part.values}
        return replace(query, **changed)
    if element in RANGES and query.range_of(element) is None and part.operator in _ENDS:
        low, high = _ENDS[part.operator]
        found = Range(element.name, *(None if at is None else part.values[at] for at in (low, high)))
        return replace(query, ranges=(*query.ranges, found))
    if element == DESCRIPTION and part.operator is Operator.CONTAINS and not query.description:
        return replace(query, description=str(part.values[0]))
    return None


_ENDS = {  # which value of a comparison is the low end and which the high one
    Operator.BETWEEN: (0, 1),
    Operator.GREATER_OR_EQUAL: (0, None),
    Operator.LESS_OR_EQUAL: (None, 0),
}


def _is_choice(element: Element, operator: Operator) -> bool:
    return operator is Operator.ANY_OF or (element.flag and operator is Operator.EQUALS)


def _all_together(query: Query, rest: Iterable[Condition]) -> Query:
    """The question with what is left over; "all of these modalities" beside "any of these" is one choice."""
    both = Together(MODALITIES.name, query.modalities)
    left = list(dict.fromkeys(rest))
    if len(query.modalities) > 1 and both in left:
        left.remove(both)
        query = replace(query, together=True)
    return replace(query, where=every(left) if left else None)
