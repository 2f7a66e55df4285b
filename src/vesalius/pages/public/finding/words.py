"""What is typed becomes a question: what names a value of a facet asks for it, the rest is looked for in texts."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from vesalius.access.permit import Visible
from vesalius.catalog.models import Patient
from vesalius.catalog.visible import current_revisions, findable
from vesalius.search.conditions import Compare, Condition, Operator, every
from vesalius.search.elements import BY_NAME, FACETS, Element
from vesalius.search.facets import count_facet
from vesalius.search.language import read_question
from vesalius.search.query import Query, meant
from vesalius.search.query.question import conjuncts, element_asked

UNDERSTOOD = ("collections", "modalities", "body_parts", "manufacturers")
_UID = re.compile(r"[0-9]+(\.[0-9]+){2,}")


def page_of(text: str, visible: Visible) -> str | None:
    """The page of the one thing that a text names: a Series or Study Instance UID."""
    found = findable(current_revisions(), visible)
    if _UID.fullmatch(text):
        if found.filter(series__series_instance_uid=text).exists():
            return f"/series/{text}/"
        if found.filter(series__study__study_instance_uid=text).exists():
            return f"/studies/{text}/"
    return None


def understood(text: str, visible: Visible, beside: Query | None = None) -> Query:
    """The question in a text such as "CT chest" or "slice thickness < 2 and lung". Raises QuestionError.

    Words that are values of a facet ask for them, and a value is meant whatever its case.
    """
    if text and not re.search(r"\s", text) and _is_patient(text, visible):
        return replace(beside or Query(), patient_ids=(text,))
    query = meant(read_question(text), beside)
    return _named(_spelled_as_held(query, visible), visible)


def _named(query: Query, visible: Visible) -> Query:
    """The question with those of its words that are values of a facet asked of the facet."""
    rest = " ".join(query.words)
    for name in UNDERSTOOD:
        element = BY_NAME[name]
        if not rest or query.chosen(element):
            continue
        for value in sorted(_values(element, visible), key=len, reverse=True):
            pattern = rf"(?<!\S){re.escape(value.lower())}(?!\S)"
            if re.search(pattern, rest):
                rest = re.sub(pattern, " ", rest)
                query = query.toggled(element, value)
    return replace(query, words=tuple(rest.split()))


def _spelled_as_held(query: Query, visible: Visible) -> Query:
    """The question with `Modality = ct` asked of the facet, as its values are spelled."""
    left: list[Condition] = []
    for part in conjuncts(query.where):
        element = element_asked(part)
        held: tuple[str, ...] = ()
        if isinstance(part, Compare) and part.operator is Operator.EQUALS and element in FACETS:
            held = _alike(_values(element, visible), part.values) if not query.chosen(element) else ()
        if held and element:
            changed: dict[str, Any] = {element.name: held}
            query = replace(query, **changed)
        else:
            left.append(part)
    return replace(query, where=every(left) if left else None)


def _alike(held: Iterable[str], wanted: tuple[object, ...]) -> tuple[str, ...]:
    folded = {str(value).casefold() for value in wanted}
    return tuple(value for value in held if value.casefold() in folded)


def _values(element: Element, visible: Visible) -> list[str]:
    values = (one.value for one in count_facet(element, Query(), visible).values)
    return [value for value in values if isinstance(value, str) and value]


def _is_patient(text: str, visible: Visible) -> bool:
    return (
        Patient.objects.filter(patient_id=text).exists()
        and findable(current_revisions(), visible).filter(series__study__patient__patient_id=text).exists()
    )
