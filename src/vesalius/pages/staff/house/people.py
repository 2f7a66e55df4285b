"""Accounts of both sites, roles, grants, and new datasets: the administrator's pages."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from vesalius.access import people as accounts
from vesalius.access.models import Grant, Person, Role
from vesalius.catalog.making import ACCESS, LICENSES, NewHolding, make_holding
from vesalius.catalog.models import Holding
from vesalius.errors import BadInput, BadRequest
from vesalius.pages.staff.door import ADMINISTRATOR, deed_of, optional_number, page, page_for, who
from vesalius.settings.routing import Side, alias_of

SITES = {"staff": Side.INTAKE, "public": Side.ARCHIVE}
ROLES: dict[str, str] = {
    Role.Name.CURATOR: "looks at images, accepts and excludes",
    Role.Name.PHI_REVIEWER: "may see values before de-identification; each look is written down",
    Role.Name.RELEASER: "plans, confirms, publishes and withdraws releases",
    Role.Name.ADMINISTRATOR: "accounts, roles, purges",
}
GRANTS = {Grant.Deed.FIND: "find", Grant.Deed.FETCH: "find and fetch"}


@page_for(ADMINISTRATOR)
def people(request: HttpRequest) -> HttpResponse:
    """`/people/`: the accounts of both sites."""
    shown = [
        (site, Person.objects.using(alias_of(side)).prefetch_related("roles", "grants").order_by("name"))
        for site, side in SITES.items()
    ]
    return page(request, "people.html", {"sites": shown, "roles": ROLES.items()})


@page_for(ADMINISTRATOR)
def person(request: HttpRequest, site: str, name: str) -> HttpResponse:
    """`/people/SITE/NAME/`: one account."""
    row = accounts.person_named(name, side=_side(site))
    held = set(row.roles.values_list("name", flat=True))
    context = {
        "person": row,
        "site": site,
        "roles": [(role, what, role in held) for role, what in ROLES.items()],
        "grants": row.grants.order_by("scope", "name"),
        "deeds": GRANTS.items(),
        "holdings": Holding.objects.order_by("short_title"),
        "now": timezone.now(),
    }
    return page(request, "person.html", context)


@deed_of(ADMINISTRATOR)
def create(request: HttpRequest) -> HttpResponse:
    """`/people/create/`: a new account."""
    site, name = request.POST.get("site", ""), request.POST.get("name", "").strip()
    side = _side(site)
    accounts.create_person(
        name,
        _password(request),
        side=side,
        by=who(request),
        full_name=request.POST.get("full_name", "").strip(),
    )
    if side is Side.INTAKE:
        accounts.set_roles(name, _roles(request), side=side, by=who(request))
    messages.success(request, f"{name} can sign in on the {site} site.")
    return redirect("person", site=site, name=name)


@deed_of(ADMINISTRATOR)
def set_roles(request: HttpRequest, name: str) -> HttpResponse:
    """`/people/staff/NAME/roles/`: these roles and no others."""
    wanted = _roles(request)
    if name == who(request) and ADMINISTRATOR not in wanted:
        raise BadRequest("Nobody takes the role of administrator from themselves: ask another one.")
    accounts.set_roles(name, wanted, side=Side.INTAKE, by=who(request))
    messages.success(request, f"The roles of {name} are set.")
    return redirect("person", site="staff", name=name)


@deed_of(ADMINISTRATOR)
def set_password(request: HttpRequest, site: str, name: str) -> HttpResponse:
    """`/people/SITE/NAME/password/`: another password, which ends the sessions of the account."""
    accounts.set_password(name, _password(request), side=_side(site), by=who(request))
    messages.success(request, f"{name} has a new password; sessions with the old one have ended.")
    return redirect("person", site=site, name=name)


@deed_of(ADMINISTRATOR)
def set_active(request: HttpRequest, site: str, name: str) -> HttpResponse:
    """`/people/SITE/NAME/active/`: close the account or open it again."""
    active = request.POST.get("active") == "yes"
    if name == who(request) and site == "staff":
        raise BadRequest("Nobody closes the account that they are signed in with.")
    accounts.set_active(name, active=active, side=_side(site), by=who(request))
    messages.success(request, f"The account of {name} is {'open' if active else 'closed'}.")
    return redirect("person", site=site, name=name)


@deed_of(ADMINISTRATOR)
def grant(request: HttpRequest, site: str, name: str) -> HttpResponse:
    """`/people/SITE/NAME/grant/`: let the person find or fetch a dataset."""
    what = request.POST.get("holding", "")
    accounts.grant(
        name,
        Grant.Scope.HOLDING,
        what,
        _deed(request),
        side=_side(site),
        by=who(request),
        until=_until(request),
    )
    messages.success(request, f"{name} holds a grant for {what}.")
    return redirect("person", site=site, name=name)


@deed_of(ADMINISTRATOR)
def take_back(request: HttpRequest, site: str, name: str) -> HttpResponse:
    """`/people/SITE/NAME/take-back/`: end a grant at once."""
    try:
        scope = Grant.Scope(request.POST.get("scope", ""))
    except ValueError:
        raise BadRequest("There is no such kind of grant.") from None
    what = request.POST.get("what", "")
    accounts.take_back(name, scope, what, _deed(request), side=_side(site), by=who(request))
    messages.success(request, f"The grant of {name} has ended.")
    return redirect("person", site=site, name=name)


@page_for(ADMINISTRATOR)
def new_holding(request: HttpRequest) -> HttpResponse:
    """`/holdings/new/`: the form of a new dataset."""
    licenses = [(spdx, title) for spdx, (title, *_) in LICENSES.items()]
    return page(request, "new_holding.html", {"licenses": licenses, "kinds": Holding.Kind.choices})


@deed_of(ADMINISTRATOR)
def create_holding(request: HttpRequest) -> HttpResponse:
    """`/holdings/make/`: a collection or an analysis result; nothing of it is seen before its first release."""
    told = {
        name: request.POST.get(name, "").strip() for name in ("short_title", "title", "license", "access")
    }
    kind = request.POST.get("kind", Holding.Kind.COLLECTION)
    if kind not in Holding.Kind.values or told["access"] not in ACCESS:
        raise BadRequest("A dataset is a collection or an analysis result, and public, listed or limited.")
    about = {"summary": request.POST.get("summary", "").strip()[:300]}
    holding = make_holding(NewHolding(**told, kind=kind, about=about), person=who(request))
    messages.success(
        request, f"{holding.short_title} is made. Nothing of it is seen before its first release."
    )
    return redirect("holding", name=holding.short_title)


def _side(site: str) -> Side:
    if site not in SITES:
        raise BadRequest("A site is staff or public.")
    return SITES[site]


def _roles(request: HttpRequest) -> set[Role.Name]:
    return {role for role in Role.Name if role.value in request.POST.getlist("role")}


def _deed(request: HttpRequest) -> Grant.Deed:
    try:
        return Grant.Deed(request.POST.get("deed", ""))
    except ValueError:
        raise BadRequest("There is no such deed to grant.") from None


def _until(request: HttpRequest) -> datetime | None:
    days = optional_number(request, "days")
    return timezone.now() + timedelta(days=min(days, 36_500)) if days else None


def _password(request: HttpRequest) -> str:
    password = request.POST.get("password", "")
    try:
        validate_password(password)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages)) from error
    return password
