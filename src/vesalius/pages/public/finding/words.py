"""Free words become a question: what names a value of a facet asks for it, the rest is looked for in descriptions."""

import re
from dataclasses import replace

from vesalius.access.permit import Visible
from vesalius.catalog.models import Patient
from vesalius.catalog.visible import current_revisions, findable
from vesalius.search.elements import BY_NAME
from vesalius.search.facets import count_facet
from vesalius.search.query import Query

UNDERSTOOD = ("collections", "modalities", "body_parts", "manufacturers")
MOST_WORDS = 12
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


def understood(text: str, visible: Visible) -> Query:
    """The question in a text such as "CT chest", as far as the values of the facets make it out."""
    words = text.replace("\0", "").split()[:MOST_WORDS]
    query = Query()
    if not words:
        return query
    if len(words) == 1 and _is_patient(words[0], visible):
        return Query(patient_ids=(words[0],))
    rest = " ".join(words).lower()
    for name in UNDERSTOOD:
        element = BY_NAME[name]
        for value in sorted(_values(name, visible), key=len, reverse=True):
            pattern = rf"(?<!\S){re.escape(value.lower())}(?!\S)"
            if re.search(pattern, rest):
                rest = re.sub(pattern, " ", rest)
                query = query.toggled(element, value)
    return replace(query, words=tuple(rest.split()))


def _values(name: str, visible: Visible) -> list[str]:
    values = (one.value for one in count_facet(BY_NAME[name], Query(), visible).values)
    return [value for value in values if isinstance(value, str) and value]


def _is_patient(text: str, visible: Visible) -> bool:
    return (
        Patient.objects.filter(patient_id=text).exists()
        and findable(current_revisions(), visible).filter(series__study__patient__patient_id=text).exists()
    )
