"""Forms that identify somebody, whoever it is: numbers, addresses, dates (HIPAA Privacy Rule, 45 CFR 164.514(b)(2))."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from vesalius.deid.language.dates import dates_in
from vesalius.deid.resources import load_rows

_DIGIT: Final = re.compile(r"\d")
_FEWEST_OF_A_DATE: Final = 1


class Pattern(NamedTuple):
    """One row of patterns.csv; every repetition in it has an upper bound, so that no text takes long."""

    name: str
    digits: int  # with fewer of them the expression finds nothing
    sign: str  # nor without this
    expression: re.Pattern[str]
    explanation: str


@cache
def patterns() -> tuple[Pattern, ...]:
    """All rows of patterns.csv."""
    return tuple(
        Pattern(
            row["name"],
            int(row["needs"]) if row["needs"].isdigit() else 0,
            "" if row["needs"].isdigit() else row["needs"],
            re.compile(row["expression"]),
            row["explanation"],
        )
        for row in load_rows("words/patterns.csv")
    )


def identifying(text: str) -> Iterator[tuple[int, int]]:
    """Where a text in plain letters holds a date or another form that identifies; stretches may overlap."""
    yield from _found(text)
    if "_" in text:
        yield from _found(text.replace("_", " "))


def _found(text: str) -> Iterator[tuple[int, int]]:
    digits = len(_DIGIT.findall(text))
    for pattern in patterns():
        if digits >= pattern.digits and pattern.sign in text:
            for found in pattern.expression.finditer(text):
                yield found.span()
    if digits >= _FEWEST_OF_A_DATE:
        for date in dates_in(text, digits):
            yield date.start, date.end
