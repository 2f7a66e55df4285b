"""Who comes in: every staff page asks for an account with a role, every deed for the role that does it."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from vesalius.access.models import Person, Role
from vesalius.errors import BadRequest, NotAllowed
from vesalius.pages.staff.help import TOPICS

View = Callable[..., HttpResponse]
CURATOR, PHI_REVIEWER = Role.Name.CURATOR, Role.Name.PHI_REVIEWER
RELEASER, ADMINISTRATOR = Role.Name.RELEASER, Role.Name.ADMINISTRATOR

NAV = (
    ("/", "Inbox"),
    ("/submissions/", "Submissions"),
    ("/releases/", "Releases"),
    ("/purges/", "Purges"),
    ("/jobs/", "Jobs"),
    ("/audit/", "Audit"),
)
FOOTER = (("/help/accessibility/", "Accessibility"), ("/help/", "Help"))
FOR_ADMINISTRATORS = (("/people/", "People"),)


def page_for(*roles: Role.Name) -> Callable[[View], View]:
    """A page that these roles may read; none named: everybody on the staff."""
    return lambda view: _only(roles or tuple(Role.Name), require_safe(view))


def deed_of(*roles: Role.Name) -> Callable[[View], View]:
    """A change that these roles alone may ask for, by POST alone."""
    return lambda view: _only(roles, require_POST(view))


def _only(roles: tuple[Role.Name, ...], view: View) -> View:
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if not isinstance(request.user, Person):
            back = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
            return redirect_to_login(back)
        if not roles_of(request) & frozenset(roles):
            raise NotAllowed("This account has no role that may do this.")
        return view(request, *args, **named)

    return checked


def roles_of(request: HttpRequest) -> frozenset[str]:
    """The kinds of work of whoever asks."""
    person = getattr(request, "user", None)  # a request that failed before anybody could sign in has none
    if not isinstance(person, Person) or not person.is_active:
        return frozenset()
    return frozenset(person.roles.values_list("name", flat=True))


def who(request: HttpRequest) -> str:
    """Name of the account that asks."""
    return request.user.get_username()


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the header of every staff page shows; `may` holds the roles of the reader."""
    may = roles_of(request)
    shown = {"may": may, "help_address": TOPICS.address(request), "footer_links": FOOTER}
    if not may:
        return shown
    return shown | {
        "nav": NAV + (FOR_ADMINISTRATORS if ADMINISTRATOR in may else ()),
        "account": {"name": who(request), "sign_out": "/account/logout/", "links": ()},
    }


def page(request: HttpRequest, template: str, context: Mapping[str, Any] | None = None) -> HttpResponse:
    """A staff page; no browser keeps it."""
    response = render(request, f"staff/{template}", dict(context or {}))
    response.headers["Cache-Control"] = "no-store"
    return response


def number(request: HttpRequest, name: str) -> int:
    """A whole number of a form or question; BadRequest for anything else."""
    text = request.POST.get(name, "") or request.GET.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadRequest(f"The parameter {name} is not a whole number.")
    return int(text)


def optional_number(request: HttpRequest, name: str) -> int | None:
    """The same, or None where it was left out."""
    return number(request, name) if request.POST.get(name) or request.GET.get(name) else None
