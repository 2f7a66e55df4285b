"""A request, read as the table of endpoints says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, QueryDict

from vesalius.access.models import Person
from vesalius.access.permit import Visible, visible_to
from vesalius.errors import BadRequest
from vesalius.nbia.public.bearer import bearer
from vesalius.nbia.public.table.endpoints import Endpoint, Parameter
from vesalius.nbia.public.table.versions import Version


class UnknownParameter(BadRequest):
    """A parameter that the endpoint does not have, in the version that minds."""


class MissingParameter(BadRequest):
    """A parameter without which there is no answer."""


@dataclass(frozen=True)
class Asked:
    """What was asked, of which endpoint, by whom."""

    request: HttpRequest
    endpoint: Endpoint
    version: Version
    given: Mapping[str, Sequence[str]]
    person: Person | None  # None: the public

    @cached_property
    def visible(self) -> Visible:
        """What the asker may find and fetch."""
        return visible_to(self.person)

    def value(self, name: str) -> str:
        """The value of a parameter; "" where it was not sent."""
        return next(iter(self.given.get(name, ())), "")

    def says_yes(self, name: str) -> bool:
        """Whether a parameter was sent as Yes."""
        return self.value(name).lower() == "yes"


def read(request: HttpRequest, endpoint: Endpoint, version: Version) -> Asked:
    """The question in a request. UnknownParameter, MissingParameter, BadToken."""
    sent = request.POST if endpoint.method == "POST" else request.GET
    known = endpoint.known(version.name)
    if version.strict and not endpoint.unchecked:
        allowed = [parameter.name for parameter in known]
        if strange := [name for name in sent if name not in allowed]:
            kind = "form" if endpoint.method == "POST" else "query"
            raise UnknownParameter(
                f"Invalid {kind} parameter: '{strange[0]}'. Allowed parameters are: [{', '.join(allowed)}]"
            )
    given = {parameter.name: values for parameter in known if (values := _values(sent, parameter))}
    if any(name not in given for name in endpoint.required):
        raise MissingParameter(endpoint.missing)
    return Asked(request, endpoint, version, given, bearer(request) if version.heard else None)


def _values(sent: QueryDict, parameter: Parameter) -> tuple[str, ...]:
    """What was sent for a parameter: the first value, or all that a list names; blank is not sent."""
    values = sent.getlist(parameter.name)
    parts = ",".join(values).split(",") if parameter.listed else values[:1]
    # PostgreSQL refuses a question with a NUL, which no value of ours holds.
    return tuple(dict.fromkeys(part.strip().replace("\0", "\ufffd") for part in parts if part.strip()))
