"""Dates in running text, in whatever notation and in many languages; what day each may mean."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from vesalius.deid.language.letters import plain
from vesalius.deid.resources import load_rows

_BETWEEN: Final = r"(?:\s{0,2}[-./,_']\s{0,2}|\s{1,2})"
_LOOSELY: Final = r"(?:\s{0,2}[-./,_']{0,2}\s{0,2}(?:of|de|del|di|den|the)?\s{0,2})"
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_YEAR: Final = r"(?:1[89]|20)\d\d"
_SHORT: Final = r"(?:(?:1[89]|20)?\d\d)"
_ORDINAL: Final = r"(?:st|nd|rd|th|er|º|°|\.)?"
# A time belongs to the date that it follows.
_TIME: Final = (
    r"(?:(?:\s{0,2}[t,@-]?\s{0,2}|\s{1,2}(?:at|um|kl|a|à|om)\.?\s{1,2})\d{1,2}[:.h]\d{2}"
    r"(?:[:.]\d{2}(?:\.\d{1,6})?)?\s?(?:[ap]\.?m\.?)?z?(?![\d:]))?"
)
_PIVOT: Final = 100
_FEWEST_DIGITS: Final = 4  # of a date in digits alone


class Found(NamedTuple):
    """A date in a text: where it stands and the days that it may mean (none for a month or a year alone)."""

    start: int
    end: int
    days: frozenset[date]


def dates_in(text: str, digits: int | None = None) -> Iterator[Found]:
    """Every date of a text in plain letters, its time included; one stretch may be found twice.

    digits: how many digits the text has, where the caller knows.
    """
    expressions: list[re.Pattern[str]] = []
    if digits is None or digits >= _FEWEST_DIGITS:
        expressions += _numeric()
    if _month().search(text):
        expressions += _named()
    for expression in expressions:
        for found in expression.finditer(text):
            yield Found(found.start(), found.end(), frozenset(_days(found.groupdict())))


@cache
def months() -> dict[str, int]:
    """Names of months in plain letters -> 1 to 12."""
    return {
        plain(name): int(row["month"]) for row in load_rows("words/months.csv") for name in row["names"].split()
    }


@cache
def _month() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])(?:{_names()})(?![^\W\d_])")


def _names() -> str:
    return "|".join(sorted(months(), key=len, reverse=True))


@cache
def _numeric() -> tuple[re.Pattern[str], ...]:
    written = (
        rf"(?<![\d.])(?P<y>{_YEAR}){_BETWEEN}(?P<m>{_MONTH}){_BETWEEN}(?P<d>{_DAY})(?!\d){_TIME}",
        rf"(?<![\d.])(?P<a>{_DAY})\s?([-./])\s?(?P<b>{_DAY})\s?\2\s?(?P<y>{_SHORT})(?!\d|\s?(?:s|sec|min|ms|mm|cm|ml)\b){_TIME}",
        rf"(?<![\d.])(?P<a>{_DAY})\s{{1,2}}(?P<b>{_DAY})\s{{1,2}}(?P<y>{_YEAR})(?!\d){_TIME}",
        rf"(?<!\d)(?P<yyyymmdd>{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
        r"(?:[t_ -]?\d{4,6}(?:\.\d{1,6})?)?(?!\d)",
        rf"(?<!\d)(?P<ddmmyyyy>(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|[12]\d|3[01]){_YEAR})(?!\d)",
        r"(?<![\d.])(?P<six>\d{6})(?![\d.])",
        rf"(?<![\d.]){_MONTH}\s?[-/]\s?{_YEAR}(?![\d.])",
        rf"(?<![\d.]){_YEAR}\s?[-/]\s?(?:0[1-9]|1[0-2])(?![\d.])",
    )
    return tuple(map(re.compile, written))


@cache
def _named() -> tuple[re.Pattern[str], ...]:
    name = f"(?P<n>{_names()})"
    written = (
        rf"(?<![^\W_])(?P<d>{_DAY}){_ORDINAL}{_LOOSELY}{name}(?![^\W\d_])\.?(?:{_LOOSELY}(?P<y>{_SHORT})(?!\d))?{_TIME}",
        rf"(?<![^\W_]){name}\.?{_LOOSELY}(?P<d>{_DAY}){_ORDINAL}(?![^\W_]|\.\d)"
        rf"(?:{_LOOSELY}(?P<y>{_SHORT})(?![^\W_]))?{_TIME}",
        rf"(?<![\d.])(?P<y>{_YEAR}){_LOOSELY}{name}\.?{_LOOSELY}(?P<d>{_DAY})(?!\d){_TIME}",
        rf"(?<![^\W_]){name}\.?{_LOOSELY}'?{_YEAR}(?!\d)",
        rf"(?<![^\W_]){name}-\d\d(?!\d)",
    )
    return tuple(map(re.compile, written))


def _days(parts: dict[str, str | None]) -> Iterator[date]:
    """Every calendar day that the parts of one finding may mean."""
    for year, month, day in _readings(parts):
        for full in _years(year):
            try:
                yield date(full, month, day)
            except ValueError:
                continue


def _readings(parts: dict[str, str | None]) -> Iterable[tuple[str, int, int]]:
    year, run = parts.get("y"), parts.get("yyyymmdd")
    if run:
        return [(run[:4], int(run[4:6]), int(run[6:]))]
    if run := parts.get("ddmmyyyy"):
        return [(run[4:], int(run[2:4]), int(run[:2])), (run[4:], int(run[:2]), int(run[2:4]))]
    if run := parts.get("six"):
        one, two, three = run[:2], run[2:4], run[4:]
        return [(one, int(two), int(three)), (three, int(two), int(one)), (three, int(one), int(two))]
    if not year:
        return []
    if name := parts.get("n"):
        return [(year, months()[name], int(parts.get("d") or 0))]
    if parts.get("a"):
        a, b = int(parts["a"] or 0), int(parts["b"] or 0)
        short = [(f"{a:02}", b, int(year))] if len(year) == 2 else []
        return [(year, b, a), (year, a, b), *short]
    return [(year, int(parts["m"] or 0), int(parts["d"] or 0))]


def _years(written: str) -> tuple[int, ...]:
    year = int(written)
    return (year,) if year >= _PIVOT else (1800 + year, 1900 + year, 2000 + year)
