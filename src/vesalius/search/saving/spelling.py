"""A question as it is kept in a row, and back."""

from typing import Any

from vesalius.search.query import Query, parse

Kept = dict[str, Any]


def spelled_out(query: Query) -> Kept:
    """A question with every identifier in it, so that it needs no list beside it."""
    pairs = [[name, value] for name, value in query.parameters() if name not in {"list", "id"}]
    return {"parameters": [*pairs, *(["id", one] for one in query.identified)]}


def in_short(query: Query) -> Kept:
    """A question as its address says it: a long list of identifiers by its name."""
    return {"parameters": [list(pair) for pair in query.parameters()]}


def question_of(kept: Kept) -> Query:
    """The question that was kept. NotFound: its list of identifiers is kept no more. BadRequest: it is none."""
    return parse((name, value) for name, value in kept["parameters"])
