"""One cell of a table: moved in time, counted from another, grouped, and held against what its column should hold."""

import re
from datetime import date, timedelta
from typing import Final

from vesalius.deid.tables.dictionary import AGE, Column

OLDEST: Final = 89  # years; older people are so few that an age names them (45 CFR 164.514(b)(2)(i)(C))
_DATE: Final = re.compile(
    r"(\d{4})(-?)(\d{2})\2(\d{2})([T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
# Years as a number, perhaps in words, or as DICOM writes an age (PS3.5 6.2, AS).
_AGE: Final = re.compile(r"(\d{1,3})(?:\.\d+)?(\s*(?:y|years?|[DWMY])?)", re.IGNORECASE)
_YOUNG: Final = re.compile(r"[dwm]", re.IGNORECASE)
_FORMS: Final = {
    "integer": re.compile(r"[+-]?\d+"),
    "number": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"),
}


def shifted(value: str, days: int) -> str:
    """A date `YYYY-MM-DD` or `YYYYMMDD`, perhaps with a time, moved by whole days; ValueError for any other form."""
    moved, dash, time = _moved(value, days)
    return f"{moved.year:04}{dash}{moved.month:02}{dash}{moved.day:02}{time}"


def days_between(value: str, base: str) -> str:
    """Whole days from `base` to `value`; "" where either is empty. ValueError for what is no date."""
    value, base = value.strip(), base.strip()
    if not value or not base:
        return ""
    return str((_moved(value, 0)[0] - _moved(base, 0)[0]).days)


def grouped_age(value: str) -> str:
    """The age, or 90 for everybody older than OLDEST, in the unit that it has; ValueError for what is no age."""
    found = _AGE.fullmatch(value.strip())
    if found is None:
        raise ValueError("an age is no number of years")
    number, unit = found.groups()
    if _YOUNG.fullmatch(unit.strip()) or int(number) <= OLDEST:
        return value
    width = len(number) if unit == "Y" else 0  # an AS value has three digits
    return f"{OLDEST + 1:0{width}}{unit}"


def fits(value: str, column: Column) -> bool:
    """Whether the dictionary allows this value."""
    kind = "integer" if column.base else column.type
    if column.action == AGE and value not in dict(column.values) and not _is_grouped(value):
        return False
    if kind == "code":
        return not column.values or value in dict(column.values)
    if kind == "date":
        return _is_date(value)
    return kind not in _FORMS or _FORMS[kind].fullmatch(value.strip()) is not None


def _is_grouped(value: str) -> bool:
    try:
        return grouped_age(value) == value
    except ValueError:
        return False


def _moved(value: str, days: int) -> tuple[date, str, str]:
    """The day, what stands between its parts, and the time."""
    found = _DATE.fullmatch(value)
    if found is None:
        raise ValueError("a date is not YYYY-MM-DD")
    year, dash, month, day, time = found.groups()
    try:
        moved = date(int(year), int(month), int(day)) + timedelta(days=days)
    except (ValueError, OverflowError):
        raise ValueError("a date that no calendar has") from None
    return moved, dash, time or ""


def _is_date(value: str) -> bool:
    try:
        shifted(value.strip(), 0)
    except ValueError:
        return False
    return True
