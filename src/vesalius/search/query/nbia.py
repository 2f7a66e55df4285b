"""Addresses that NBIA's search page makes for "Share my query": their parameters, and what they ask here."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, Literal, cast

from vesalius.catalog.models import SharedList
from vesalius.errors import BadRequest, NotFound
from vesalius.search.conditions import Studies
from vesalius.search.elements import BY_NAME
from vesalius.search.query.question import Query, Range

Change = Callable[[str], Mapping[str, Any]]
# SNOMED CT codes of species that NBIA's addresses use
SPECIES: Final = {
    "337915000": "Homo sapiens",
    "447612001": "Mus musculus",
    "448771007": "Canis lupus familiaris",
    "371564000": "Rattus norvegicus",
}
_SEXES: Final = {"male": "M", "female": "F", "other": "O", "null": ""}
_NOT_SPECIFIED: Final = re.compile(r"-?\s*not\s+specified\s*-?", re.IGNORECASE)
_SPAN: Final = re.compile(r"\s*(-?\d*\.?\d*)[A-Za-z ]*\s*(?:-|,|to)\s*(-?\d*\.?\d*)[A-Za-z ]*\s*")
_LEAST: Final = re.compile(r"(\d{1,4})\s*(?:-?\s*(dates?|uids?))?", re.IGNORECASE)
_YES: Final = {"yes": True, "only": True, "true": True, "1": True, "no": False, "exclude": False, "0": False}
# Programs are no part of this archive, and the address of another server is none of its affair.
IGNORED: Final = frozenset({"NBIAProgramCriteria", "api-url", "show-settings"})


def of_nbia(pairs: Iterable[tuple[str, str]]) -> tuple[Query, tuple[str, ...]]:
    """The question of an address of NBIA's, and the parameters of it that mean nothing here.

    BadRequest for a value that cannot be meant; NotFound for a shared list that there is not.
    """
    query, left = Query(), []
    joined: dict[str, str] = {}
    for name, raw in pairs:
        if name in IGNORED:
            left.append(name)
        elif name in SHARED and raw.strip():
            joined[name] = f"{joined[name]},{raw}" if name in joined else raw
    for name in filter(joined.__contains__, SHARED):
        query = replace(query, **_joined_with(query, SHARED[name](joined[name])))
    return query, tuple(dict.fromkeys(left))


def _joined_with(query: Query, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Values of several parameters stand beside each other."""
    return {
        name: (*getattr(query, name), *value) if isinstance(value, tuple) else value
        for name, value in changed.items()
    }


def _values(field: str, words: Mapping[str, str] | None = None) -> Change:
    """A list with commas, as values of a field of Query."""

    def change(raw: str) -> Mapping[str, Any]:
        found = [one.strip() for one in raw.split(",") if one.strip()]
        named = (
            "" if _NOT_SPECIFIED.fullmatch(one) else (words or {}).get(one.casefold(), one) for one in found
        )
        return {field: tuple(named)}

    return change


def _flag(field: str, *, only: bool | None = None) -> Change:
    """Yes or no of a field; `only`: the one value that the field takes, where the parameter is on."""

    def change(raw: str) -> Mapping[str, Any]:
        told = _YES.get(raw.strip().casefold())
        if only is not None:
            return {field: (only,)} if told else {}
        return {} if told is None else {field: (told,)}

    return change


def _range(element: str) -> Change:
    """From one number to another; a text before them is none of it."""

    def change(raw: str) -> Mapping[str, Any]:
        found = _SPAN.fullmatch(raw)
        if found is None:
            raise BadRequest(f"A range of {BY_NAME[element].label} is two numbers, such as 1-5.")
        low, high = (_number(end) for end in found.groups())
        return {} if low is None and high is None else {"ranges": (Range(element, low, high),)}

    return change


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _days(raw: str) -> Mapping[str, Any]:
    """`Diagnosis:0-365`: an event and the days from it."""
    event, _, span = raw.rpartition(":")
    return {**_range("days_from_event")(span), **({"events": (event.strip(),)} if event.strip() else {})}


def _dates(raw: str) -> Mapping[str, Any]:
    """`MM/DD/YYYY-MM/DD/YYYY`: when it was released."""
    ends = raw.split("-")
    try:
        low, high = (_day(end) for end in ends)
    except ValueError:
        raise BadRequest("A range of dates is MM/DD/YYYY-MM/DD/YYYY.") from None
    return {"ranges": (Range("released", low, high),)}


def _day(text: str) -> date:
    return datetime.strptime(text.strip(), "%m/%d/%Y").date()  # noqa: DTZ007 - a day has no zone


def _studies(usual: Literal["dates", "uids"]) -> Change:
    """`2-Dates` or `2-UIDs`; of a number alone what is counted is told by the parameter."""

    def change(raw: str) -> Mapping[str, Any]:
        found = _LEAST.fullmatch(raw.strip())
        if found is None or int(found[1]) < 1:
            raise BadRequest("The least number of studies is a number from 1 on, such as 2-Dates.")
        told = f"{found[2].casefold().rstrip('s')}s" if found[2] else usual
        by = cast("Literal['dates', 'uids']", told)
        # one study is what each subject has
        return {"studies": Studies(int(found[1]), by)} if int(found[1]) > 1 else {}

    return change


def _together(raw: str) -> Mapping[str, Any]:
    return {"together": _YES.get(raw.strip().casefold(), False)}


def _listed(raw: str) -> Mapping[str, Any]:
    """The series of the newest version of a list that anybody may read."""
    lists = SharedList.objects.filter(name=raw.strip(), public=True, removed_at=None)
    found = lists.order_by("-version").first()
    if found is None:
        raise NotFound("There is no such shared list.")
    return {"identified": tuple(found.items.values_list("series_instance_uid", flat=True))}


SHARED: Final[Mapping[str, Change]] = {
    "PatientCriteria": _values("patient_ids"),
    "patientID": _values("patient_ids"),
    "StudyCriteria": _values("study_uids"),
    "SeriesCriteria": _values("series_uids"),
    "CollectionCriteria": _values("collections"),
    "collectionName": _values("collections"),
    "ImageModalityCriteria": _values("modalities"),
    "ModalityAll": _together,
    "SpeciesCriteria": _values("species", SPECIES),
    "PhantomCriteria": _flag("phantoms"),
    "ThirdPartyCriteria": _flag("third_party"),
    "AnatomicalSiteCriteria": _values("body_parts"),
    "ManufacturerCriteria": _values("manufacturers"),
    "PatientSexCriteria": _values("sexes", _SEXES),
    "PatientAgeRangeCriteria": _range("age"),
    "MinNumberOfStudiesCriteria": _studies("uids"),
    "MinNumberOfStudyDatesCriteria": _studies("dates"),
    "DateRange": _dates,
    "SliceThicknessCriteria": _range("slice_thickness"),
    "PixelSpacingCriteria": _range("pixel_spacing"),
    "ImageDescriptionCriteria": lambda raw: {"description": raw.strip()},
    "text-search": lambda raw: {"words": tuple(raw.split())},
    "exclude-commercial": _flag("commercial", only=True),
    "days-from-baseline": _days,
    "saved-cart": _listed,
}
