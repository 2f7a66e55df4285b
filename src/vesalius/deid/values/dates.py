"""Dates moved by whole days, so that the intervals between them survive (PS3.15 E.3.6)."""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})|(\d{4})\.(\d{2})\.(\d{2})")
# Year, perhaps month and day, the time to any precision, the zone (PS3.5 6.2, DT).
_DATETIME: Final = re.compile(
    r"(\d{4})(?:(\d{2})(?:(\d{2})(\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?)?)?)?([+-]\d{4})?"
)
_DIGITS_OF_PRECISION: Final = {1: 4, 2: 6, 3: 8}


@lru_cache(maxsize=4096)
def shift_date(value: str, days: int) -> str:
    """A DA value `YYYYMMDD`, the retired `YYYY.MM.DD`, or a range of them, moved by `days`; empty stays empty.

    ValueError for any other form and for days that no calendar has.
    """
    return "-".join(_shift_day(part.strip(), days) for part in value.split("-"))


@lru_cache(maxsize=4096)
def shift_datetime(value: str, days: int) -> str:
    """A DT value moved by `days`: its precision, time and zone stay. ValueError for any other form."""
    value = value.strip()
    if not value:
        return value
    found = _DATETIME.fullmatch(value)
    if found is None:
        raise ValueError("a DT value is not YYYYMMDDHHMMSS.FFFFFF&ZZXX")
    year, month, day, time, zone = found.groups()
    precision = _DIGITS_OF_PRECISION[sum(part is not None for part in (year, month, day))]
    moved = _moved(year, month or "01", day or "01", days)
    return moved[:precision] + (time or "") + (zone or "")


def _shift_day(value: str, days: int) -> str:
    if not value:
        return value
    found = _DATE.fullmatch(value)
    if found is None:
        raise ValueError("a DA value is not YYYYMMDD")
    year, month, day = (part for part in found.groups() if part is not None)
    return _moved(year, month, day, days)


def _moved(year: str, month: str, day: str, days: int) -> str:
    try:
        moved = date(int(year), int(month), int(day)) + timedelta(days=days)
    except (ValueError, OverflowError):
        raise ValueError("a date that no calendar has") from None
    return f"{moved.year:04}{moved.month:02}{moved.day:02}"
