"""NBIA's address for tokens: a password for a token of two hours (RFC 6749 4.3), as scripts know it."""

import json
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from vesalius.access.models import Person
from vesalius.access.tokens import create_token, revoke_token, token_with
from vesalius.errors import ArchiveError
from vesalius.nbia.public import bearer

LABEL: Final = "oauth/token"
SECONDS: Final = 7200  # what a token lives


class NoToken(ArchiveError):
    """Name and password, or the token to renew, are not good."""

    status = 401
    hint = "Check name and password; a token is renewed before it expires."


class UnknownGrant(ArchiveError):
    """Another way of asking for a token than these two."""

    status = 400
    hint = "Send grant_type=password or grant_type=refresh_token."


def give_token(request: HttpRequest) -> HttpResponse:
    """POST oauth/token: grant_type `password` or `refresh_token`; whatever client_id is sent.

    The guest, whose password is nobody's business, gets a token that opens what is public.
    """
    try:
        body, status = _body(_token(request)), 200
    except NoToken as error:
        body, status = {"error": "invalid_grant", "error_description": str(error)}, error.status
    except UnknownGrant as error:
        body, status = {"error": "unsupported_grant_type", "error_description": str(error)}, error.status
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return HttpResponse(json.dumps(body), status=status, content_type="application/json", headers=headers)


def _token(request: HttpRequest) -> str:
    form = {name: str(value).replace("\0", "\ufffd") for name, value in request.POST.items()}
    match form:
        case {"grant_type": "password", "username": bearer.GUEST}:
            return bearer.GUEST
        case {"grant_type": "refresh_token", "refresh_token": bearer.GUEST}:
            return bearer.GUEST
        case {"grant_type": "password"}:
            person = authenticate(request, username=form.get("username"), password=form.get("password"))
        case {"grant_type": "refresh_token"}:
            person = _renewing(form.get("refresh_token", ""))
        case _:
            raise UnknownGrant("This grant type is not supported.")
    if not isinstance(person, Person):
        raise NoToken("Invalid user credentials.")
    until = timezone.now() + timedelta(seconds=SECONDS)
    side = settings.VESALIUS_OWN_SIDE
    return create_token(person.name, side=side, by=person.name, label=LABEL, expires_at=until)


def _renewing(secret: str) -> Person | None:
    """The holder of a token that ends with this; one made elsewhere keeps the end that it was given."""
    token = token_with(secret)
    if token is None or token.label != LABEL:
        return None
    revoke_token(token.pk, side=settings.VESALIUS_OWN_SIDE, by=token.person.name)
    return token.person


def _body(token: str) -> dict[str, Any]:
    """One token serves for all three that clients look for."""
    return {
        "access_token": token,
        "expires_in": SECONDS,
        "refresh_expires_in": SECONDS,
        "refresh_token": token,
        "token_type": "Bearer",
        "id_token": token,
        "scope": "openid",
    }
