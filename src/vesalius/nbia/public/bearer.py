"""Who asks: the Bearer token of a request, and the address that gives one out for a password."""

import re
from typing import Any, Final

from django.http import HttpRequest

from vesalius.access.models import Person
from vesalius.access.tokens import person_with
from vesalius.errors import ArchiveError

# What clients send who have no token: "undefined" comes from scripts, the other from our answer to a guest.
GUEST: Final = "nbia_guest"
NOBODY: Final = frozenset({"", "undefined", GUEST})


class BadToken(ArchiveError):
    """A token was sent, and it is none of ours or no longer good."""

    status = 401
    hint = "Make a new one with `vesalius token create`, or ask without a token."

    @property
    def shape(self) -> dict[str, Any]:
        """As RFC 6750 3.1 and NBIA say it."""
        return {"error": "invalid_token", "error_description": str(self)}


def bearer(request: HttpRequest) -> Person | None:
    """The person whose token the request carries; None for the public. BadToken for any other."""
    header = request.headers.get("Authorization", "").strip()
    found = re.fullmatch(r"(?i:Bearer)(?:[ ]+(\S*))?", header)
    if not header or (found and (found[1] or "") in NOBODY):
        return None
    person = person_with(found[1]) if found else None
    if person is None:
        raise BadToken("The access token is invalid or has expired.")
    return person
