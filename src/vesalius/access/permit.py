"""The only permission code: may this person find it, may they fetch it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from vesalius.access.models import Grant, Person
from vesalius.catalog.models import Download

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser


@dataclass(frozen=True, slots=True)
class Visible:
    """What one asker may find and what they may fetch, as ids of home Downloads; judged once per request."""

    person: str  # name of the account; "" for the public
    findable: frozenset[int]
    fetchable: frozenset[int]

    def may_find(self, download_id: int) -> bool:
        """Whether its series, counts and pages may be seen."""
        return download_id in self.findable

    def may_fetch(self, download_id: int) -> bool:
        """Whether its bytes may be sent; NBIA's code 12 is fetch without find."""
        return download_id in self.fetchable


def visible_to(person: Person | AnonymousUser | None) -> Visible:
    """What this person, or the public when None or anonymous, may find and fetch at this moment."""
    known = person if isinstance(person, Person) and person.is_active else None
    now = timezone.now()
    held = _held_deeds(known, now) if known else {}
    find, fetch = set(), set()
    for download in Download.objects.select_related("holding"):
        deeds = {deed for name in _names(download) for deed in held.get(name, ())}
        closed = download.embargo_until is not None and download.embargo_until > now
        if _allows(
            download.find,
            closed=closed,
            granted=bool(deeds & {Grant.Deed.FIND, Grant.Deed.FETCH, Grant.Deed.OWN}),
        ):
            find.add(download.pk)
        if _allows(download.fetch, closed=closed, granted=bool(deeds & {Grant.Deed.FETCH, Grant.Deed.OWN})):
            fetch.add(download.pk)
    return Visible(person=known.name if known else "", findable=frozenset(find), fetchable=frozenset(fetch))


def _allows(rule: str, *, closed: bool, granted: bool) -> bool:
    """A rule of a Download under an embargo that may still be closed, for one who holds a grant or not."""
    if rule == Download.Rule.NOBODY:
        return False
    return granted or (rule == Download.Rule.ANYONE and not closed)


def _names(download: Download) -> list[tuple[str, str]]:
    """The scopes under which a grant reaches this download, widest first."""
    short_title = download.holding.short_title
    return [
        (Grant.Scope.ARCHIVE, ""),
        (Grant.Scope.HOLDING, short_title),
        (Grant.Scope.DOWNLOAD, f"{short_title}/{download.title}"),
    ]


def _held_deeds(person: Person, now: datetime) -> dict[tuple[str, str], set[str]]:
    held: dict[tuple[str, str], set[str]] = {}
    for grant in person.grants.filter(Q(until=None) | Q(until__gt=now)):
        held.setdefault((grant.scope, grant.name), set()).add(grant.deed)
    return held


def may_read_list(person: Person | AnonymousUser | None, name: str, *, owner: str, public: bool) -> bool:
    """Whether this person, or the public, may read a shared list; what of it they may find is judged apart."""
    known = person if isinstance(person, Person) and person.is_active else None
    if public or known is None:
        return public
    good = Q(until=None) | Q(until__gt=timezone.now())
    return known.name == owner or known.grants.filter(good, scope=Grant.Scope.LIST, name=name).exists()


def has_role(person: Person | AnonymousUser | None, *names: str) -> bool:
    """Whether a member of staff does one of these kinds of work."""
    return isinstance(person, Person) and person.is_active and person.roles.filter(name__in=names).exists()
