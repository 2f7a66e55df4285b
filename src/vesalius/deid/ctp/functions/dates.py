"""Dates moved and changed, as CTP does: whole days, on a calendar that lets days run over into the next month."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Final

from vesalius.deid.ctp.calls import Call
from vesalius.deid.ctp.elements import root_of
from vesalius.deid.ctp.functions.hashes import REMOVE, argument, md5_number, whole
from vesalius.deid.ctp.functions.scope import Refused, Scope, needed

EMPTY: Final = "@empty()"
_SHORTEST: Final = 8
_DAY: Final = re.compile(r"(\d{4})(-?)(\d{2})\2(\d{2})([T\s]?[0-9:.+-]*\s*)")
_RANGE: Final = re.compile(r"\d{8}-\d{8}")
_BASE: Final = re.compile(r"\s*(\d{1,2})/(\d{1,2})/(\d{1,4})")
_LOWEST_YEAR: Final = 100
_DAYS_OF_TEN_YEARS: Final = 3650
_UNKNOWN: Final = -1

Ymd = tuple[int, int, int]
Function = Callable[[Call, Scope], str]
OfDate = Callable[[str, Call, Scope], str]


def _of_date(function: OfDate) -> Function:
    """A function of the date in its first argument: without the element REMOVE, for a shorter value EMPTY."""

    @wraps(function)
    def called(call: Call, scope: Scope) -> str:
        value = scope.text(argument(call, 0))
        if value is None:
            return REMOVE
        return EMPTY if len(value) < _SHORTEST else function(value, call, scope)

    return called


@_of_date
def hashdate(value: str, call: Call, scope: Scope) -> str:
    """`@hashdate(date,el)`: back by up to ten years, as the other element's text decides."""
    decides = scope.text(argument(call, 1))
    if decides is None:
        return REMOVE
    days = int(md5_number(decides)[-4:]) % _DAYS_OF_TEN_YEARS or 1
    return _each(value, _moved_by(-days))


@_of_date
def incrementdate(value: str, call: Call, scope: Scope) -> str:
    """`@incrementdate(date,inc)`, or `@incrementdate(date,KeyEl,keytype)` with the days from the lookup table."""
    days = scope.parameter(argument(call, 1)) if len(call.arguments) == 2 else _days_looked_up(call, scope)
    if days is None or not re.fullmatch(r"[+-]?\d{1,9}", days):
        return EMPTY
    return _each(value, _moved_by(int(days)))


@_of_date
def modifydate(value: str, call: Call, scope: Scope) -> str:
    """`@modifydate(date,y,m,d)`: parts replaced; what is no number keeps its part."""
    parts = [whole((scope.parameter(argument(call, at)) or "").strip(), _UNKNOWN) for at in (1, 2, 3)]

    def replaced(day: Ymd) -> Ymd:
        year, month, one = (
            new if new >= 0 else old for new, old in zip(parts, _of(_calendar(day)), strict=True)
        )
        return year, month, one

    return _each(value, lambda day: _calendar(replaced(day)))


def dateinterval(call: Call, scope: Scope) -> str:
    """`@dateinterval(DateEl,keytype,KeyEl[,@ORIGIN])`: days since the base date, or the origin moved by them."""
    value = needed(scope.text(argument(call, 0)), "the date to count from is missing")
    named = scope.named(argument(call, 2))
    key = named.text(root_of(scope.dataset), scope.meta) if named is not None else None
    base = _BASE.match(scope.looked_up(argument(call, 1), key or "") or "")
    day = _DAY.fullmatch(value[:_SHORTEST])
    if base is None or day is None:
        raise Refused("the date or the base date of the lookup table is missing or no date")
    try:
        start = _calendar((int(base[3]), int(base[1]), int(base[2])))
        days = (_calendar((int(day[1]), int(day[3]), int(day[4]))) - start).days
        if len(call.arguments) == 3:
            return str(days)
        origin = needed(
            scope.parameter(call.arguments[3]), "the origin is a parameter that the script does not have"
        )
        return _one(origin, _moved_by(days))
    except (ValueError, OverflowError):
        raise Refused("a date that no calendar has") from None


def _days_looked_up(call: Call, scope: Scope) -> str | None:
    key = scope.text(argument(call, 1))
    key_type = scope.parameter(argument(call, 2))
    return None if key is None or key_type is None else scope.looked_up(key_type, key)


def _each(value: str, change: Callable[[Ymd], date]) -> str:
    """Every value of the element; where one of them is no date all are emptied."""
    try:
        return "\\".join(_one(part, change) for part in value.split("\\"))
    except (ValueError, OverflowError):
        return EMPTY


def _one(text: str, change: Callable[[Ymd], date]) -> str:
    """One date with what follows it, a time perhaps. ValueError for anything else."""
    found = _DAY.fullmatch(text)
    if found is None or _RANGE.fullmatch(text):
        raise ValueError("no date")
    new = change((int(found[1]), int(found[3]), int(found[4])))
    if new.year < _LOWEST_YEAR:
        raise ValueError("a year before the calendar")
    return f"{new.year:04}{found[2]}{new.month:02}{found[2]}{new.day:02}{found[5]}"


def _moved_by(days: int) -> Callable[[Ymd], date]:
    return lambda day: _calendar(day) + timedelta(days=days)


def _calendar(day: Ymd) -> date:
    """The day, where months and days that a year or month has not run over into the next."""
    year, month, one = day
    years, months = divmod(year * 12 + month - 1, 12)
    return date(years, months + 1, 1) + timedelta(days=one - 1)


def _of(day: date) -> Ymd:
    return day.year, day.month, day.day
