"""Accounts, roles and grants; each change on the side that is named, and audited there."""

from collections.abc import Iterable
from datetime import datetime

from vesalius.access.models import Grant, Person, Role
from vesalius.audit.trail import record
from vesalius.errors import BadInput, Conflict, NotFound
from vesalius.settings.routing import Side, alias_of, on


def person_named(name: str, *, side: Side) -> Person:
    """The account of this name on a side, else NotFound."""
    person = Person.objects.using(alias_of(side)).filter(name=name).first()
    if person is None:
        raise NotFound("There is no such account.")
    return person


def create_person(
    name: str, password: str | None, *, side: Side, by: str, email: str = "", full_name: str = ""
) -> Person:
    """A new account; without a password nobody can sign in to it. Conflict if the name is taken."""
    if not name.strip() or "\0" in name:
        raise BadInput("An account has a name.")
    with on(side):
        if Person.objects.using(alias_of(side)).filter(name=name).exists():
            raise Conflict("An account of this name exists already.")
        person = Person.objects.create_person(name, password, email=email, using=alias_of(side))
        person.full_name = full_name
        person.save(update_fields=["full_name"])
        record("person.create", person=by, target_kind="person", target=name)
    return person


def set_active(name: str, *, active: bool, side: Side, by: str) -> Person:
    """Close an account, which ends its sessions and tokens at their next request, or open it again."""
    with on(side):
        person = person_named(name, side=side)
        if person.is_active != active:
            person.is_active = active
            person.save(update_fields=["is_active"])
            record("person.open" if active else "person.close", person=by, target_kind="person", target=name)
    return person


def set_password(name: str, password: str, *, side: Side, by: str) -> None:
    """Give an account another password, which ends its sessions."""
    with on(side):
        person = person_named(name, side=side)
        person.set_password(password)
        person.save(update_fields=["password"])
        record("person.set-password", person=by, target_kind="person", target=name)


def set_roles(name: str, roles: Iterable[Role.Name], *, side: Side, by: str) -> None:
    """These roles and no others from now on."""
    wanted = {Role.Name(role) for role in roles}
    with on(side):
        person = person_named(name, side=side)
        held = {Role.Name(role) for role in person.roles.values_list("name", flat=True)}
        if wanted == held:
            return
        person.roles.filter(name__in=held - wanted).delete()
        for role in sorted(wanted - held):
            person.roles.create(name=role)
        record(
            "person.set-roles",
            person=by,
            target_kind="person",
            target=name,
            detail={"roles": sorted(wanted), "before": sorted(held)},
        )


def grant(
    name: str,
    scope: Grant.Scope,
    what: str,
    deed: Grant.Deed,
    *,
    side: Side,
    by: str,
    until: datetime | None = None,
    terms: str = "",
) -> Grant:
    """Let a person do a deed to what is named ("" for the whole archive); a second grant renews the first.

    what: a short title, "short title/download", a site's name, a submission's number. Grants of find and fetch
    count on the side where the person signs in.
    """
    if (scope == Grant.Scope.ARCHIVE) != (what == ""):
        raise BadInput("A grant names what it is for, unless it is for the whole archive.")
    with on(side):
        person = person_named(name, side=side)
        given, _ = person.grants.update_or_create(
            scope=scope,
            name=what,
            deed=deed,
            defaults={"until": until, "terms": terms, "given_by": by},
        )
        record(
            "grant.give",
            person=by,
            target_kind="person",
            target=name,
            detail=_told(given) | {"until": until.isoformat() if until else None, "terms": terms},
        )
    return given


def take_back(name: str, scope: Grant.Scope, what: str, deed: Grant.Deed, *, side: Side, by: str) -> None:
    """End a grant at once; NotFound where there is none."""
    with on(side):
        held = person_named(name, side=side).grants.filter(scope=scope, name=what, deed=deed).first()
        if held is None:
            raise NotFound("There is no such grant.")
        record("grant.take-back", person=by, target_kind="person", target=name, detail=_told(held))
        held.delete()


def _told(held: Grant) -> dict[str, str | None]:
    return {"scope": held.scope, "name": held.name, "deed": held.deed}
