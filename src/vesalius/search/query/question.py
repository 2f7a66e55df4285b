"""A question as a value: what the simple search asks part by part, and `where` for all the rest."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from vesalius.search.conditions import (
    Compare,
    Condition,
    Every,
    Identified,
    Operator,
    Studies,
    Together,
    Words,
    every,
)
from vesalius.search.conditions import Value as Asked
from vesalius.search.elements import BY_NAME, ELEMENTS, TABLE, Element
from vesalius.search.language import text_of
from vesalius.search.language.values import spelled

Value: TypeAlias = str | bool
Part: TypeAlias = tuple[Element | None, Condition]
EMPTY: Final = "not-specified"  # an empty value in a URL, where an empty parameter is a field left blank
FEW: Final = 10  # identifiers that stand in a URL; more are kept, and the URL names the list
MODALITIES, DESCRIPTION, RELEASED = (
    BY_NAME[name] for name in ("modalities", "SeriesDescription", "released")
)
_PLACES: Final = {element.name: place for place, element in enumerate(TABLE)}


@dataclass(frozen=True, slots=True)
class Range:
    """From one value to another, both included; None leaves an end open."""

    element: str  # name of an Element of RANGES
    low: Asked | None = None
    high: Asked | None = None

    @property
    def condition(self) -> Compare:
        """The same as a condition."""
        if self.low is not None and self.high is not None:
            return Compare(self.element, Operator.BETWEEN, (self.low, self.high))
        if self.low is not None:
            return Compare(self.element, Operator.GREATER_OR_EQUAL, (self.low,))
        assert self.high is not None
        return Compare(self.element, Operator.LESS_OR_EQUAL, (self.high,))


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
    together: bool = False  # the patient has series of every one of `modalities`
    ranges: tuple[Range, ...] = ()  # one of an element at most
    studies: Studies | None = None
    description: str = ""  # stands in the Series Description
    identified: tuple[str, ...] = ()  # Patient IDs, Study and Series Instance UIDs: any of them
    words: tuple[str, ...] = ()  # in their order; text search
    where: Condition | None = None  # whatever else is asked

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple) and field.name not in {"words", "ranges"}:
                object.__setattr__(self, field.name, tuple(sorted(set(value))))
        ordered = sorted(self.ranges, key=lambda one: _PLACES[one.element])
        object.__setattr__(self, "ranges", tuple(ordered))
        object.__setattr__(self, "words", tuple(dict.fromkeys(word.lower() for word in self.words)))
        object.__setattr__(self, "together", self.together and len(self.modalities) > 1)

    def chosen(self, element: Element) -> tuple[Any, ...]:
        """The values asked of one element by themselves; none for what only ranges and `where` ask."""
        values: tuple[Any, ...] = getattr(self, element.name) if element.simple == "values" else ()
        return values

    def range_of(self, element: Element) -> Range | None:
        """The range asked of one element."""
        return next((one for one in self.ranges if one.element == element.name), None)

    def without(self, element: Element) -> "Query":
        """The same question with nothing asked of one element by itself."""
        rest = self._with(element, ()) if element.simple == "values" else self
        left = [part for part in conjuncts(self.where) if element_asked(part) != element]
        return replace(
            rest,
            ranges=tuple(one for one in self.ranges if one.element != element.name),
            description="" if element == DESCRIPTION else self.description,
            where=every(left) if left else None,
        )

    def toggled(self, element: Element, value: Value) -> "Query":
        """The same question with one value more, or less where it was asked."""
        kept = tuple(other for other in self.chosen(element) if other != value)
        added = () if value in self.chosen(element) else (value,)
        return self._with(element, (*kept, *added))

    def _with(self, element: Element, values: tuple[Any, ...]) -> "Query":
        changed: dict[str, Any] = {element.name: values}
        return replace(self, **changed)

    @property
    def released_since(self) -> date | None:
        """The first day of the range of releases."""
        found = self.range_of(RELEASED)
        return found.low if found and isinstance(found.low, date) else None

    def parts(self) -> tuple[Part, ...]:
        """All that is asked, each with the element that it is about; a facet is counted over all but its own."""
        return tuple(self._parts())

    def _parts(self) -> Iterator[Part]:
        for element in ELEMENTS:
            if values := self.chosen(element):
                any_of = Compare(element.name, Operator.ANY_OF, values)
                both = self.together and element == MODALITIES
                yield element, every((any_of, Together(element.name, values))) if both else any_of
        for one in self.ranges:
            yield BY_NAME[one.element], one.condition
        if self.description:
            yield DESCRIPTION, Compare(DESCRIPTION.name, Operator.CONTAINS, (self.description,))
        if self.studies:
            yield None, self.studies
        if self.identified:
            yield None, Identified(self.identified)
        if self.words:
            yield None, Words(" ".join(self.words))
        for part in conjuncts(self.where):
            yield element_asked(part), part

    def parameters(self) -> list[tuple[str, str]]:
        """The canonical parameters, in the order of the table of elements."""
        pairs = [(e.parameter, spelled(value) or EMPTY) for e in ELEMENTS for value in self.chosen(e)]
        pairs += [("all_modalities", "yes")] if self.together else []
        pairs += [
            (f"{BY_NAME[one.element].parameter}_{end}", spelled(value))
            for one in self.ranges
            for end, value in (("from", one.low), ("to", one.high))
            if value is not None
        ]
        if self.studies:
            pairs += [("least_studies", str(self.studies.least)), ("studies_by", self.studies.by)]
        if self.description:
            pairs.append(("description", self.description))
        if len(self.identified) > FEW:
            pairs.append(("list", digest_of(self.identified)))
        else:
            pairs += [("id", one) for one in self.identified]
        if self.words:
            pairs.append(("text", " ".join(self.words)))
        if self.where is not None:
            pairs.append(("where", text_of(self.where)))
        return pairs

    def url(self, **of_the_answer: object) -> str:
        """The query string of this question, with `sort`, `page`, `size` where they are given."""
        given = [(name, str(value)) for name, value in of_the_answer.items() if value is not None]
        return urlencode([*self.parameters(), *given])


def conjuncts(condition: Condition | None) -> tuple[Condition, ...]:
    """The parts of a condition that must all hold."""
    if condition is None:
        return ()
    return condition.parts if isinstance(condition, Every) else (condition,)


def element_asked(condition: Condition) -> Element | None:
    """The element that a part is about, where it is about one of the table."""
    return BY_NAME.get(condition.element) if isinstance(condition, Compare | Together) else None


def digest_of(identifiers: tuple[str, ...]) -> str:
    """The name of a list of identifiers, whatever their order."""
    text = "\n".join(sorted(set(identifiers)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
