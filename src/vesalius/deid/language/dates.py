"""Dates in running text, in whatever notation and in many languages; what day each may mean."""

import re
from collections.abc import Iterator
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
_CLOCK: Final = r"(?:[t_ -]?\d{4,6}(?:\.\d{1,6})?)?"
_PIVOT: Final = 100
_1, _2, _3 = slice(0, 2), slice(2, 4), slice(4, 6)
_LAST: Final = slice(4, 8)
# Digits run together -> where year, month and day stand in them.
_RUNS: Final = {
    "yyyymmdd": [(slice(0, 4), slice(4, 6), slice(6, 8))],
    "ddmmyyyy": [(_LAST, _2, _1), (_LAST, _1, _2)],
    "six": [(_1, _2, _3), (_3, _2, _1), (_3, _1, _2)],
}
_LONG_YEAR: Final = 4  # digits
_NUMBERS_BEFORE: Final = re.compile(r"(?:\d{1,2}[ _]{1,3}){1,2}")
_NUMBER_AFTER: Final = re.compile(r"[ ,_]{1,3}\d{1,2}\.\d")
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
    named = _named() if _month().search(text) else ()
    found = [one for expression in (*expressions, *named) for one in expression.finditer(text)]
    whole = [one.span() for one in found if named and _is_whole(one)]
    for one in found:
        if not any(_adds_a_number(text, one.span(), span) for span in whole):
            yield Found(one.start(), one.end(), frozenset(_days(one.groupdict())))


def _is_whole(found: re.Match[str]) -> bool:
    """Whether day, month by its name and a year of four digits are there."""
    parts = found.groupdict()
    return bool(parts.get("n") and parts.get("d")) and len(parts.get("y") or "") == _LONG_YEAR


def _adds_a_number(text: str, span: tuple[int, int], whole: tuple[int, int]) -> bool:
    """Whether a stretch is no date of its own: a number beside a date takes a part of it, `10 April 23, 2016`."""
    (start, end), (first, last) = span, whole
    if start < first < end <= last:
        return _NUMBERS_BEFORE.fullmatch(text, start, first) is not None
    return first <= start < last < end and _NUMBER_AFTER.fullmatch(text, last, end) is not None


@cache
def months() -> dict[str, int]:
    """Names of months in plain letters -> 1 to 12."""
    return {
        plain(name): int(row["month"])
        for row in load_rows("words/months.csv")
        for name in row["names"].split()
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
        rf"(?<!\d)(?P<yyyymmdd>{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])){_CLOCK}(?!\d)",
        rf"(?<!\d)(?P<ddmmyyyy>(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|[12]\d|3[01]){_YEAR})(?!\d)",
        r"(?<![\d.])(?P<six>\d{6})(?![\d.])",
        rf"(?<![\d.]){_MONTH}\s?[-/]\s?{_YEAR}(?![\d.])",
        rf"(?<![\d.]){_YEAR}\s?[-/]\s?(?:0[1-9]|1[0-2])(?![\d.])",
    )
    return tuple(map(re.compile, written))


@cache
def _named() -> tuple[re.Pattern[str], ...]:
    name, year = f"(?P<n>{_names()})", rf"(?:{_LOOSELY}(?P<y>{_SHORT})(?![^\W_]))?"
    written = (
        rf"(?<![^\W_])(?P<d>{_DAY}){_ORDINAL}{_LOOSELY}{name}(?![^\W\d_])\.?(?:{_LOOSELY}(?P<y>{_SHORT})(?!\d))?{_TIME}",
        rf"(?<![^\W_]){name}\.?{_LOOSELY}(?P<d>{_DAY}){_ORDINAL}(?![^\W_]|\.\d){year}{_TIME}",
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


def _readings(parts: dict[str, str | None]) -> list[tuple[str, int, int]]:
    """Year, month and day in every order that the notation allows."""
    for notation, cut in _RUNS.items():
        if run := parts.get(notation):
            return [(run[y], int(run[m]), int(run[d])) for y, m, d in cut]
    year, one, other = parts.get("y") or "", int(parts.get("a") or 0), int(parts.get("b") or 0)
    if one:
        turned = [(f"{one:02}", other, int(year))] if len(year) == 2 else []
        return [(year, other, one), (year, one, other), *turned]
    name = parts.get("n")
    month = months()[name] if name else int(parts.get("m") or 0)
    return [(year, month, int(parts.get("d") or 0))] if year else []


def _years(written: str) -> tuple[int, ...]:
    year = int(written)
    return (year,) if year >= _PIVOT else (1800 + year, 1900 + year, 2000 + year)
