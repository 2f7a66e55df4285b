"""Forms that identify somebody whoever it is: numbers, addresses, dates (the HIPAA Privacy Rule, 45 CFR 164.514(b)(2))."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from vesalius.deid.language.dates import dates_in
from vesalius.deid.resources import load_rows

_DIGIT: Final = re.compile(r"\d")


class Pattern(NamedTuple):
    """One row of patterns.csv; every repetition in it has an upper bound, so that no text takes long."""

    name: str
    needs: str  # a sign without which the expression finds nothing, or `digit`
    expression: re.Pattern[str]
    explanation: str


@cache
def patterns() -> tuple[Pattern, ...]:
    """All rows of patterns.csv."""
    return tuple(
        Pattern(row["name"], row["needs"], re.compile(row["expression"]), row["explanation"])
        for row in load_rows("words/patterns.csv")
    )


def identifying(text: str) -> Iterator[tuple[int, int]]:
    """Where a text in plain letters holds a date or another form that identifies; stretches may overlap."""
    yield from _found(text)
    if "_" in text:
        yield from _found(text.replace("_", " "))


def _found(text: str) -> Iterator[tuple[int, int]]:
    digits = _DIGIT.search(text) is not None
    for pattern in patterns():
        if digits if pattern.needs == "digit" else pattern.needs in text:
            yield from (found.span() for found in pattern.expression.finditer(text))
    if digits:
        yield from ((found.start, found.end) for found in dates_in(text))
