"""Who asks, and what they may find and fetch: judged once per request."""

from typing import Final
from uuid import uuid4

from django.http import HttpRequest

from vesalius.access.models import Person
from vesalius.access.permit import Visible, visible_to
from vesalius.access.tokens import person_with
from vesalius.errors import ArchiveError

BASKET: Final = "basket"  # key in a session; a name of its own survives the new session key at sign-in
_JUDGED: Final = "_vesalius_visible"


def visible(request: HttpRequest) -> Visible:
    """What the person of this request may find and fetch."""
    if not hasattr(request, _JUDGED):
        setattr(request, _JUDGED, visible_to(person(request)))
    judged: Visible = getattr(request, _JUDGED)
    return judged


def open_to_all(request: HttpRequest, download: int) -> bool:
    """Whether everybody may have what this Download gives; judged once where nobody is signed in."""
    everybody = visible(request) if person(request) is None else visible_to(None)
    return everybody.may_fetch(download)


def person(request: HttpRequest) -> Person | None:
    """The account of this request; None for the public."""
    user = getattr(request, "user", None)  # absent where an error ends a request before its session is read
    return user if isinstance(user, Person) else None


class BadToken(ArchiveError):
    """A token was sent, and it is none of this archive's or no longer good."""

    status = 401
    hint = "Make a new one on the page of your account, or ask without a token."


def by_token(request: HttpRequest) -> Person | None:
    """The account whose token a program sends in `Authorization: Bearer`, else that of the session. BadToken."""
    scheme, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer":
        return person(request)
    found = person_with(secret.strip())
    if found is None:
        raise BadToken("The access token is invalid or has expired.")
    return found


def owner_of(known: Person) -> str:
    """The name under which an account keeps things."""
    return f"person:{known.name}"


def basket_owner(request: HttpRequest) -> str | None:
    """The name of this reader's basket: the account's or the session's; None where there is none yet."""
    if known := person(request):
        return owner_of(known)
    session = getattr(request, "session", {})
    return f"session:{session[BASKET]}" if BASKET in session else None


def begin_basket(request: HttpRequest) -> str:
    """The name of this reader's basket, begun for this session where there is none yet."""
    owner = basket_owner(request)
    if owner is None:
        request.session[BASKET] = uuid4().hex
        owner = f"session:{request.session[BASKET]}"
    return owner
