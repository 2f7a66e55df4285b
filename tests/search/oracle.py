"""Conditions evaluated row by row in plain Python, and random ones: what the columns must agree with."""

import re
from datetime import UTC, date

from tests.search.catalog import Catalog

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
)
from vesalius.search.elements import element_of

ASKED = (
    "collections", "modalities", "body_parts", "manufacturers", "models", "sexes", "species", "third_party",
    "licenses", "commercial", "sites", "annotated", "patient_ids", "study_uids", "series_uids", "age",
    "slice_thickness", "image_count", "size", "study_date", "released", "SeriesDescription", "SeriesNumber",
    "KVP", "EchoTime", "ImageType", "ImageTypeValue3", "ContentDate", "Rows", "ScanningSequence",
)  # fmt: skip
ORDERED = {
    Operator.EQUALS: lambda one, other: one == other,
    Operator.LESS: lambda one, other: one < other,
    Operator.LESS_OR_EQUAL: lambda one, other: one <= other,
    Operator.GREATER: lambda one, other: one > other,
    Operator.GREATER_OR_EQUAL: lambda one, other: one >= other,
}
WRITTEN = {
    Operator.CONTAINS: lambda text, asked: asked in text,
    Operator.STARTS: lambda text, asked: text.startswith(asked),
    Operator.ENDS: lambda text, asked: text.endswith(asked),
    Operator.LIKE: lambda text, asked: bool(
        re.fullmatch("".join({"*": ".*", "?": "."}.get(c) or re.escape(c) for c in asked), text, re.DOTALL)
    ),
}


def raw(row: SeriesRevision, name: str):
    """The value of an element, followed through the rows."""
    element = element_of(name)
    value = row
    steps = element.path.split("__")
    if steps[0] == "facts":
        value = row.facts.get(steps[1])
        if len(steps) > 2:
            value = value[int(steps[2])] if isinstance(value, list) and len(value) > int(steps[2]) else None
        return value
    for step in steps:
        value = getattr(value, step)
    return value


def singles(row: SeriesRevision, name: str) -> list:
    """The single values of an element, in its kind; none where it is absent."""
    element, value = element_of(name), raw(row, name)
    if value is None or value in ("", []):
        return []
    if element.kind == "flag":
        return [bool(value)]
    if element.kind == "day":
        return [_day(value)]
    if element.kind == "number":
        if isinstance(value, str):
            return [float(one) for one in re.split(r"[\\,]", value)]
        return [float(one) for one in (value if isinstance(value, list) else [value])]
    told = [str(one) for one in value] if isinstance(value, list) else str(value).split("\\")
    return [one for one in told if one]


def whole(row: SeriesRevision, name: str) -> str:
    """The value of an element as one text."""
    value = raw(row, name)
    return "\\".join(map(str, value)) if isinstance(value, list) else str(value)


def _day(value) -> date:
    if isinstance(value, str):
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    return value.astimezone(UTC).date() if hasattr(value, "astimezone") else value


class Oracle:
    """The rows that one asker may find."""

    def __init__(self, rows: list[SeriesRevision]) -> None:
        self.rows = rows

    def answer(self, condition: Condition) -> set[int]:
        return {row.pk for row in self.rows if self.meets(row, condition)}

    def meets(self, row: SeriesRevision, condition: Condition) -> bool:  # noqa: PLR0911 - one for each kind
        match condition:
            case Compare():
                return compared(row, condition)
            case Every():
                return all(self.meets(row, part) for part in condition.parts)
            case Either():
                return any(self.meets(row, part) for part in condition.parts)
            case Not():
                return not self.meets(row, condition.part)
            case Identified():
                study = row.series.study
                return not {
                    study.patient.patient_id, study.study_instance_uid, row.series.series_instance_uid
                }.isdisjoint(condition.ids)  # fmt: skip
            case Together():
                beside = self._beside(row)
                return all(
                    any(v in singles(one, condition.element) for one in beside) for v in condition.values
                )
            case Studies():
                studies = {one.series.study for one in self._beside(row)}
                if condition.by == "dates":
                    return len({study.study_date for study in studies} - {None}) >= condition.least
                return len(studies) >= condition.least
        raise AssertionError(condition)

    def _beside(self, row):
        return [one for one in self.rows if one.series.study.patient_id == row.series.study.patient_id]


def compared(row: SeriesRevision, asked: Compare) -> bool:
    values, operator = singles(row, asked.element), asked.operator
    kind = element_of(asked.element).kind
    if operator is Operator.PRESENT:
        return bool(values)
    if operator is Operator.ANY_OF:
        told = [*values, whole(row, asked.element)] if values else [""]
        return any(value in asked.values for value in told)
    if operator is Operator.NOT_EQUALS:
        return bool(values) and not compared(row, Compare(asked.element, Operator.EQUALS, asked.values))
    if kind in {"text", "uid"}:
        values = [value.casefold() for value in values]
        wanted = [value.casefold() for value in asked.values]
    else:
        wanted = list(asked.values)
    if operator is Operator.BETWEEN:
        return any(wanted[0] <= value <= wanted[1] for value in values)
    if operator in WRITTEN:
        return any(value and WRITTEN[operator](value, wanted[0]) for value in values)
    return any(ORDERED[operator](value, wanted[0]) for value in values)


def random_condition(catalog: Catalog, rows: list[SeriesRevision], depth: int = 3) -> Condition:
    """A condition about what is there, nested up to `depth`."""
    if depth and catalog.rng.random() < 0.45:
        parts = tuple(
            random_condition(catalog, rows, depth - 1) for _ in range(int(catalog.rng.integers(1, 4)))
        )
        return catalog.one((Every(parts), Either(parts), Not(parts[0])))
    draw = catalog.rng.random()
    row = catalog.one(rows)
    study = row.series.study
    if draw < 0.06:
        return Studies(int(catalog.rng.integers(1, 4)), catalog.one(("dates", "uids")))
    if draw < 0.12:
        name = catalog.one(("modalities", "manufacturers", "ImageType"))
        return Together(name, tuple(one for each in catalog.some(rows, 2) for one in singles(each, name)[:1]))
    if draw < 0.18:
        named = (study.patient.patient_id, study.study_instance_uid, row.series.series_instance_uid, "nobody")
        return Identified(catalog.some(named))
    return random_comparison(catalog, rows)


def random_comparison(catalog: Catalog, rows: list[SeriesRevision]) -> Compare:
    name = catalog.one(ASKED)
    element = element_of(name)
    told = [value for row in catalog.some(rows, 4) for value in singles(row, name)] or [
        _nothing(element.kind)
    ]
    if element.kind == "flag":
        return Compare(name, Operator.ANY_OF, (told[0],))
    several = [Operator.ANY_OF, Operator.PRESENT, Operator.BETWEEN, Operator.NOT_EQUALS, *ORDERED]
    operator = catalog.one([*several, *WRITTEN] if element.kind in {"text", "uid"} else several)
    if operator is Operator.PRESENT:
        return Compare(name, operator)
    if operator is Operator.ANY_OF:
        return Compare(name, operator, (*told, "") if catalog.rng.random() < 0.3 else tuple(told))
    if operator is Operator.BETWEEN:
        return Compare(name, operator, tuple(sorted((told[0], told[-1]))))
    return Compare(name, operator, (_spoilt(catalog, told[0], operator),))


def _nothing(kind: str):
    return {"number": 1.0, "day": date(2020, 1, 1), "flag": True}.get(kind, "none")


def _spoilt(catalog: Catalog, value, operator: Operator):
    """A part of a text in another case, and signs for what is left out."""
    if not isinstance(value, str):
        return value
    text = value.upper() if catalog.rng.random() < 0.5 else value
    if operator in WRITTEN and len(text) > 3:
        start, end = sorted(int(place) for place in catalog.rng.integers(0, len(text), 2))
        text = {
            Operator.STARTS: text[: end + 1],
            Operator.ENDS: text[start:],
            Operator.CONTAINS: text[start : end + 1],
            Operator.LIKE: f"{text[:start]}*{text[end:]}" if start < end else f"?{text[1:]}",
        }[operator]
    return text
