"""One question, whoever asks it; each state of it is one canonical URL."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeAlias
from urllib.parse import urlencode

from vesalius.errors import BadRequest
from vesalius.search.elements import BY_PARAMETER, ELEMENTS, Element, shown

Value: TypeAlias = str | bool
EMPTY = "not-specified"  # an empty value in a URL, where an empty parameter is a field left blank
FLAGS = {"yes": True, "no": False}
WORDS, RELEASED_SINCE = "text", "released_since"
OF_THE_ANSWER = frozenset({"sort", "page", "size", "view"})  # parameters that say how, not what


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question about current series: any of the values of each element, all elements together.

    Values are kept sorted and once each, so that equal questions are equal. "" asks for what is not specified.
    """

    collections: tuple[str, ...] = ()  # of the patient
    holdings: tuple[str, ...] = ()  # of the series: a collection or an analysis result
    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    manufacturers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    software_versions: tuple[str, ...] = ()
    sexes: tuple[str, ...] = ()
    species: tuple[str, ...] = ()
    phantoms: tuple[bool, ...] = ()
    events: tuple[str, ...] = ()  # from which the days of time points are counted
    third_party: tuple[bool, ...] = ()
    licenses: tuple[str, ...] = ()  # SPDX
    commercial: tuple[bool, ...] = ()  # whether the licence allows commercial use
    downloads: tuple[str, ...] = ()  # titles of rows of "Data access", with `holdings`
    sites: tuple[str, ...] = ()
    annotated: tuple[bool, ...] = ()
    patient_ids: tuple[str, ...] = ()
    study_uids: tuple[str, ...] = ()
    series_uids: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # each stands in one of the descriptions, in whatever case
    released_since: date | None = None  # first published on this day (UTC) or later

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple):
                object.__setattr__(self, field.name, tuple(sorted(set(value))))
        object.__setattr__(self, "words", tuple(sorted({word.lower() for word in self.words})))

    def chosen(self, element: Element) -> tuple[Any, ...]:
        """The values asked of one element."""
        values: tuple[Any, ...] = getattr(self, element.name)
        return values

    def without(self, element: Element) -> "Query":
        """The same question with nothing asked of one element."""
        return self._with(element, ())

    def toggled(self, element: Element, value: Value) -> "Query":
        """The same question with one value more, or less where it was asked."""
        kept = tuple(other for other in self.chosen(element) if other != value)
        added = () if value in self.chosen(element) else (value,)
        return self._with(element, (*kept, *added))

    def _with(self, element: Element, values: tuple[Any, ...]) -> "Query":
        changed: dict[str, Any] = {element.name: values}
        return replace(self, **changed)

    @property
    def fits_cube(self) -> bool:
        """Whether the cube alone can count the answer."""
        beyond = any(self.chosen(element) for element in ELEMENTS if not element.cell)
        return not (beyond or self.words or self.released_since)

    def parameters(self) -> list[tuple[str, str]]:
        """The canonical parameters, in the order of the table of elements."""
        pairs = [(e.parameter, _spelled(value)) for e in ELEMENTS for value in self.chosen(e)]
        if self.words:
            pairs.append((WORDS, " ".join(self.words)))
        if self.released_since:
            pairs.append((RELEASED_SINCE, self.released_since.isoformat()))
        return pairs

    def url(self, **of_the_answer: object) -> str:
        """The query string of this question, with `sort`, `page`, `size` where they are given."""
        given = [(name, str(value)) for name, value in of_the_answer.items() if value is not None]
        return urlencode([*self.parameters(), *given])


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One thing asked, as pages show it, and the question without it."""

    label: str
    value: str
    without: Query


def parse(pairs: Iterable[tuple[str, str]]) -> Query:
    """The question in the parameters of a URL; BadRequest for an unknown one or a value that it cannot take.

    Blank parameters ask nothing; those that say how to answer (`sort`, `page` ...) are left to the caller.
    """
    values: dict[str, list[Value]] = {}
    alone: dict[str, str] = {}
    for name, raw in pairs:
        if name in OF_THE_ANSWER or not raw.strip():
            continue
        if "\0" in raw:
            raise BadRequest("A parameter holds a character that no text has.")
        if name in {WORDS, RELEASED_SINCE}:
            if name in alone:
                raise BadRequest(f"The parameter {name} may stand once.")
            alone[name] = raw
        elif name in BY_PARAMETER:
            element = BY_PARAMETER[name]
            values.setdefault(element.name, []).append(_read(element, raw))
        else:
            raise BadRequest("One of the parameters is none of the search's.")
    asked: dict[str, Any] = {name: tuple(found) for name, found in values.items()}
    return Query(
        words=tuple(alone.get(WORDS, "").split()), released_since=_day(alone.get(RELEASED_SINCE)), **asked
    )


def chips(query: Query) -> list[Chip]:
    """All that is asked, one by one."""
    found = [
        Chip(label=element.label, value=shown(value), without=query.toggled(element, value))
        for element in ELEMENTS
        for value in query.chosen(element)
    ]
    for word in query.words:
        rest = tuple(other for other in query.words if other != word)
        found.append(Chip(label="Text", value=word, without=replace(query, words=rest)))
    if query.released_since:
        day = query.released_since.isoformat()
        found.append(Chip(label="Released since", value=day, without=replace(query, released_since=None)))
    return found


def _spelled(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value or EMPTY


def _read(element: Element, raw: str) -> Value:
    if element.flag:
        if raw not in FLAGS:
            raise BadRequest(f"The parameter {element.parameter} is yes or no.")
        return FLAGS[raw]
    return "" if raw == EMPTY else raw


def _day(raw: str | None) -> date | None:
    if raw is None:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise BadRequest(f"The parameter {RELEASED_SINCE} is a day such as 2026-01-31.") from None
