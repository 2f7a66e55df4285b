"""One question, whoever asks it; each state of it is one canonical URL, one typed line, and chips."""

from vesalius.search.query.address import parse
from vesalius.search.query.chips import Chip, chips
from vesalius.search.query.kept import identifiers_in, keep
from vesalius.search.query.nbia import SHARED, of_nbia
from vesalius.search.query.question import Query, Range, Value
from vesalius.search.query.typed import meant, typed

__all__ = [
    "SHARED",
    "Chip",
    "Query",
    "Range",
    "Value",
    "chips",
    "identifiers_in",
    "keep",
    "meant",
    "of_nbia",
    "parse",
    "typed",
]
