"""What `search/conditions.py` says a condition means, row by row in plain Python: slow, and nothing like an engine."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from fnmatch import translate

from vesalius.catalog.models import SeriesRevision
from vesalius.search.conditions import (
    Compare,
    Condition,
    Either,
    Every,
    Identified,
    Not,
    Operator,
    Studies,
    Together,
    Words,
)
from vesalius.search.elements import BY_NAME, TEXTS, Element, element_of


def answer(condition: Condition, rows: Sequence[SeriesRevision]) -> list[SeriesRevision]:
    """Those of the rows that an asker may find for which the condition holds."""
    return [row for row in rows if holds(condition, row, rows)]


def holds(condition: Condition, row: SeriesRevision, rows: Sequence[SeriesRevision]) -> bool:  # noqa: PLR0911
    match condition:
        case Every(parts):
            return all(holds(part, row, rows) for part in parts)
        case Either(parts):
            return any(holds(part, row, rows) for part in parts)
        case Not(part):
            return not holds(part, row, rows)
        case Compare(name, operator, values):
            return compares(values_of(row, element(name)), operator, values)
        case Words(text):
            words = re.findall(r"\w+", text.casefold())
            return all(any(word in getattr(row, column).casefold() for column in TEXTS) for word in words)
        case Together(name, values):
            of_patient = [one for one in rows if one.series.study.patient_id == row.series.study.patient_id]
            return all(any(value in values_of(one, element(name)) for one in of_patient) for value in values)
        case Studies(least, by):
            of_patient = [one for one in rows if one.series.study.patient_id == row.series.study.patient_id]
            told = {one.study_date if by == "dates" else one.series.study_id for one in of_patient}
            return len(told - {None}) >= least
        case Identified(ids):
            study = row.series.study
            named = {study.patient.patient_id, study.study_instance_uid, row.series.series_instance_uid}
            return bool(named & set(ids))


def element(name: str) -> Element:
    found = BY_NAME.get(name) or element_of(name)
    assert found is not None, name
    return found


def values_of(row: SeriesRevision, what: Element) -> list:
    """Its values as the kind of the element has them; none where it is absent."""
    found = row
    for step in what.path.split("__"):
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list):
            found = found[int(step)] if int(step) < len(found) else None
        else:
            found = getattr(found, step, None)
    several = found if isinstance(found, list) else [found]
    return [value for one in several for value in _as(what.kind, one)]


def _as(kind: str, value) -> list:
    if value is None or value == "":
        return []
    if kind == "number":
        return [float(one) for one in value.split(", ")] if isinstance(value, str) else [float(value)]
    if kind == "day":
        if isinstance(value, datetime):
            return [value.date()]
        return [value if isinstance(value, date) else date.fromisoformat(value)]
    return [value]


def compares(found: list, operator: Operator, values: tuple) -> bool:
    if operator is Operator.ANY_OF:
        return any(one in values for one in found) or (not found and "" in values)
    if not found:
        return False
    if operator is Operator.PRESENT:
        return True
    folded = [one.casefold() if isinstance(one, str) else one for one in found]
    wanted = [one.casefold() if isinstance(one, str) else one for one in values]
    if operator is Operator.NOT_EQUALS:
        return wanted[0] not in folded
    return any(_ONE[operator](one, wanted) for one in folded)


_ONE = {
    Operator.EQUALS: lambda one, wanted: one == wanted[0],
    Operator.LESS: lambda one, wanted: one < wanted[0],
    Operator.LESS_OR_EQUAL: lambda one, wanted: one <= wanted[0],
    Operator.GREATER: lambda one, wanted: one > wanted[0],
    Operator.GREATER_OR_EQUAL: lambda one, wanted: one >= wanted[0],
    Operator.BETWEEN: lambda one, wanted: wanted[0] <= one <= wanted[1],
    Operator.CONTAINS: lambda one, wanted: wanted[0] in one,
    Operator.STARTS: lambda one, wanted: one.startswith(wanted[0]),
    Operator.ENDS: lambda one, wanted: one.endswith(wanted[0]),
    Operator.LIKE: lambda one, wanted: re.match(translate(wanted[0].replace("[", "[[]")), one) is not None,
}
