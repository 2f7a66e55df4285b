"""From the parameters of a URL to the question."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, Literal, cast

from vesalius.errors import BadRequest
from vesalius.search.conditions import Studies
from vesalius.search.elements import BY_PARAMETER, RANGES, Element
from vesalius.search.language import read_question
from vesalius.search.language.comparing import MOST_STUDIES
from vesalius.search.language.values import days_of, value_of
from vesalius.search.query.kept import kept
from vesalius.search.query.question import EMPTY, Query, Range, Value
from vesalius.search.query.typed import meant

OF_THE_ANSWER: Final = frozenset({"sort", "page", "size", "view"})  # parameters that say how, not what
ALONE: Final = frozenset(
    {"text", "description", "where", "list", "all_modalities", "least_studies", "studies_by"}
)
FLAGS: Final = {"yes": True, "no": False}
_ENDS: Final = {f"{element.parameter}_{end}": (element, end) for element in RANGES for end in ("from", "to")}
_ALSO: Final = {"released_since": "released_from"}  # names that parameters had before


def parse(pairs: Iterable[tuple[str, str]]) -> Query:
    """The question in the parameters of a URL; BadRequest for an unknown one or a value that it cannot take.

    Blank parameters ask nothing; those that say how to answer (`sort`, `page` ...) are left to the caller.
    """
    values: dict[str, list[Value]] = {}
    alone: dict[str, str] = {}
    identifiers: list[str] = []
    for given, raw in pairs:
        name = _ALSO.get(given, given)
        if name in OF_THE_ANSWER or not raw.strip():
            continue
        if "\0" in raw:
            raise BadRequest("A parameter holds a character that no text has.")
        if name in ALONE or name in _ENDS:
            if name in alone:
                raise BadRequest(f"The parameter {name} may stand once.")
            alone[name] = raw.strip()
        elif name == "id":
            identifiers.append(raw.strip())
        elif name in BY_PARAMETER:
            element = BY_PARAMETER[name]
            values.setdefault(element.name, []).append(_read(element, raw))
        else:
            raise BadRequest("One of the parameters is none of the search's.")
    asked: dict[str, Any] = {name: tuple(found) for name, found in values.items()}
    query = Query(
        together=FLAGS.get(alone.get("all_modalities", ""), False),
        ranges=_ranges(alone),
        studies=_studies(alone),
        description=alone.get("description", ""),
        identified=(*identifiers, *(kept(alone["list"]) if "list" in alone else ())),
        words=tuple(alone.get("text", "").split()),
        **asked,
    )
    return meant(read_question(alone["where"]), query) if "where" in alone else query


def _read(element: Element, raw: str) -> Value:
    if element.flag:
        if raw not in FLAGS:
            raise BadRequest(f"The parameter {element.parameter} is yes or no.")
        return FLAGS[raw]
    return "" if raw == EMPTY else raw


def _ranges(alone: Mapping[str, str]) -> tuple[Range, ...]:
    ends: dict[str, dict[str, Any]] = {}
    for name, raw in alone.items():
        if name in _ENDS:
            element, end = _ENDS[name]
            ends.setdefault(element.name, {})["low" if end == "from" else "high"] = _end(element, end, raw)
    return tuple(Range(name, **told) for name, told in ends.items())


def _end(element: Element, end: str, raw: str) -> float | date:
    try:
        if element.kind == "day":
            return days_of(raw)[end == "to"]
        return cast("float", value_of(element, raw))
    except ValueError:
        form = "a day such as 2026-01-31" if element.kind == "day" else "a number"
        raise BadRequest(f"The parameter {element.parameter}_{end} is {form}.") from None


def _studies(alone: Mapping[str, str]) -> Studies | None:
    raw = alone.get("least_studies", "")
    by = alone.get("studies_by", "uids")
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and 1 <= int(raw) <= MOST_STUDIES) or by not in {"uids", "dates"}:
        raise BadRequest(
            "The parameter least_studies is a number from 1 on, and studies_by is uids or dates."
        )
    return Studies(int(raw), cast("Literal['dates', 'uids']", by))
