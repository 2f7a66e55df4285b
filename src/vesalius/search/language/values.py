"""Values of a typed question as the kind of an element has them, and back."""

import calendar
import math
import re
from datetime import date
from typing import Final

from vesalius.search.conditions import Value
from vesalius.search.elements import Element

YES: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
EXPECTED: Final = {
    "number": "a number",
    "day": "a day such as 2026-01-31, a month or a year",
    "flag": "yes or no",
    "text": "a text",
    "uid": "a UID",
}
_NUMBER: Final = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\D*)")
_AGE: Final = re.compile(r"(\d{3})([DWMY])")
_YEARS: Final = {"Y": 1.0, "M": 1 / 12, "W": 1 / 52.18, "D": 1 / 365.25}
_DAY: Final = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?")


def value_of(element: Element, text: str) -> Value:
    """The value that a text means; ValueError where it means none of this kind. "" is the absent value."""
    if not text and element.kind != "flag":
        return ""
    match element.kind:
        case "number":
            return _number(element, text)
        case "day":
            first, last = days_of(text)
            if first != last:
                raise ValueError("a whole day is wanted")
            return first
        case "flag":
            return _flag(text)
        case _:
            return text


def days_of(text: str) -> tuple[date, date]:
    """First and last day of a day, month or year; ValueError for any other text."""
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError("no day")
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    if day is not None and month is not None:
        return date(year, month, day), date(year, month, day)
    first, last = month or 1, month or 12
    if not 1 <= first <= 12:
        raise ValueError("no month")
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def spelled(value: Value) -> str:
    """A value as text, without quotes."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return value if isinstance(value, str) else value.isoformat()


def _number(element: Element, text: str) -> float:
    if element.unit == "years" and (age := _AGE.fullmatch(text.upper())):
        return round(int(age[1]) * _YEARS[age[2]], 3)
    found = _NUMBER.fullmatch(text.strip())
    if found is None or found[2].strip().casefold() not in ("", element.unit.casefold()):
        raise ValueError("no number")
    number = float(found[1])
    if not math.isfinite(number):
        raise ValueError("too large")
    return number


def _flag(text: str) -> bool:
    if text.casefold() not in YES:
        raise ValueError("neither yes nor no")
    return YES[text.casefold()]
