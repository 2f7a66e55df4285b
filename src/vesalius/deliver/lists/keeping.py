"""Make, change and end shared lists. Every version is fixed once it stands; a change makes the next one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from vesalius.access.models import Grant, Person
from vesalius.access.permit import may_read_list
from vesalius.audit.trail import record
from vesalius.catalog.models import SharedList, SharedListItem
from vesalius.errors import BadRequest, Conflict, NotAllowed, NotFound, TooLarge
from vesalius.settings.routing import on_archive

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
RESERVED: Final = "new"  # where a list is made
MOST_SERIES: Final = 50_000
MOST_LISTS: Final = 200  # of one owner
AT_ONCE: Final = 1_000  # rows in one question
NO_LIST: Final = "There is no such list."
LONGEST: Final = {"title": 300, "description": 5000}  # letters


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a list says of itself."""

    title: str
    description: str = ""


def make(owner: str, name: str, about: About, series: Mapping[str, str], *, public: bool) -> SharedList:
    """A new list of series (UID -> digest of the revision).

    Conflict: the name is or was another list's. BadRequest: a name or text that none can have. TooLarge: past a limit.
    """
    if not NAME.fullmatch(name) or name.casefold() == RESERVED:
        raise BadRequest(
            "A list's name has up to 64 letters, digits, spaces, dots, dashes; the first is a letter or digit."
        )
    with on_archive():
        if SharedList.objects.filter(name__iexact=name).exists():
            raise Conflict("There is or was a list of this name: choose another.")
        if lists_of(owner).count() >= MOST_LISTS:
            raise TooLarge(f"An account keeps at most {MOST_LISTS} lists.")
        made = _write(SharedList(name=name, owner=owner, public=public), about, series)
        record(
            "list.make",
            person=owner,
            target_kind="list",
            target=name,
            detail={"series": len(series), "public": public},
        )
    return made


def next_version(owner: str, name: str, about: About, series: Mapping[str, str]) -> SharedList:
    """The next version of a list; those before it stay as they are. NotFound, NotAllowed, BadRequest, TooLarge."""
    with on_archive():
        before = _own(owner, name)
        told = SharedList(
            name=name, owner=owner, public=before.public, version=before.version + 1, url=before.url,
            usage_count=before.usage_count,
        )  # fmt: skip
        made = _write(told, about, series)
        detail = {"series": len(series), "version": made.version}
        record("list.change", person=owner, target_kind="list", target=name, detail=detail)
    return made


def set_public(owner: str, name: str, *, public: bool) -> None:
    """Open every version of a list to everybody, or close it to all but its owner and whom they let read it."""
    with on_archive():
        _own(owner, name)
        SharedList.objects.filter(name=name).update(public=public)
        record("list.open" if public else "list.close", person=owner, target_kind="list", target=name)


def delete(owner: str, name: str) -> None:
    """End a list: what it held goes, its name and title stay and say that it was there. It cannot be undone."""
    with on_archive():
        _own(owner, name)
        rows = SharedList.objects.filter(name=name)
        SharedListItem.objects.filter(shared_list__in=rows).delete()
        rows.update(removed_at=timezone.now(), description="")
        record("list.delete", person=owner, target_kind="list", target=name)


def list_of(name: str, reader: Person | None, version: int | None = None) -> SharedList:
    """The newest version of a list, or the one asked for.

    NotFound, in the same words, where there is none and where it may not be read. A list that its owner deleted is
    answered with `removed_at`, and holds nothing.
    """
    found = SharedList.objects.filter(name=name)
    row = found.filter(version=version).first() if version is not None else found.order_by("-version").first()
    if row is None or not may_read_list(reader, row.name, owner=row.owner, public=row.public):
        raise NotFound(NO_LIST)
    return row


def versions_of(name: str) -> list[SharedList]:
    """All versions of a list, newest first."""
    return list(SharedList.objects.filter(name=name).order_by("-version"))


def lists_of(owner: str) -> QuerySet[SharedList]:
    """The newest version of each list that an account owns, by name."""
    return _newest(SharedList.objects.filter(owner=owner, removed_at=None))


def public_lists() -> QuerySet[SharedList]:
    """The newest version of each list that everybody may read, newest first."""
    return _newest(SharedList.objects.filter(public=True, removed_at=None)).order_by("-created_at")


def lists_granted(reader: Person) -> QuerySet[SharedList]:
    """The newest version of each list that its owner lets somebody read."""
    names = list(reader.grants.filter(scope=Grant.Scope.LIST).values_list("name", flat=True))
    found = SharedList.objects.filter(name__in=names, public=False, removed_at=None)
    return _newest(found.exclude(owner=reader.name))


def count_use(shared: SharedList) -> None:
    """Count that somebody opened a list's content by name, as NBIA does."""
    with on_archive():
        SharedList.objects.filter(pk=shared.pk).update(usage_count=F("usage_count") + 1)


def _newest(found: QuerySet[SharedList]) -> QuerySet[SharedList]:
    later = SharedList.objects.filter(name=OuterRef("name"), version__gt=OuterRef("version"))
    return found.filter(~Exists(later)).order_by("name")


def _own(owner: str, name: str) -> SharedList:
    """The newest version of a list for its owner, held until the end of the transaction."""
    row = (
        SharedList.objects.select_for_update().filter(name=name, removed_at=None).order_by("-version").first()
    )
    if row is None:
        raise NotFound(NO_LIST)
    if row.owner != owner:
        raise NotAllowed("Only the owner of a list changes it.")
    return row


def _write(row: SharedList, about: About, series: Mapping[str, str]) -> SharedList:
    if not series:
        raise BadRequest("A list holds at least one series.")
    if len(series) > MOST_SERIES:
        raise TooLarge(f"A list holds at most {MOST_SERIES:,} series.")
    row.title, row.description = _text("title", about.title), _text("description", about.description)
    if not row.title:
        raise BadRequest("A list has a title, by which it is cited.")
    row.series_count = len(series)
    row.save()
    pairs = iter(series.items())
    while some := list(islice(pairs, AT_ONCE)):
        SharedListItem.objects.bulk_create(
            SharedListItem(shared_list=row, series_instance_uid=uid, digest=digest) for uid, digest in some
        )
    return row


def _text(field: str, text: str) -> str:
    told = text.replace("\r\n", "\n").strip() if field == "description" else " ".join(text.split())
    if len(told) > LONGEST[field] or "\0" in told:
        raise BadRequest(f"The {field} of a list has at most {LONGEST[field]:,} letters.")
    return told


def chunks(values: Iterable[str]) -> Iterable[list[str]]:
    """Values in parts that one question to the database can hold."""
    left = iter(values)
    while some := list(islice(left, AT_ONCE)):
        yield some
