"""Searches that an account keeps under a name."""

from datetime import datetime
from typing import Final

from django.utils import timezone

from vesalius.catalog.models import SavedSearch
from vesalius.errors import BadRequest, Conflict, NotFound, TooLarge
from vesalius.search.query import Query
from vesalius.search.saving.spelling import spelled_out
from vesalius.settings.routing import on_archive

MOST: Final = 200  # searches of one account
LONGEST: Final = 200  # letters of a name


def save(owner: str, name: str, query: Query) -> SavedSearch:
    """Keep a question under a name. Conflict: the name is taken. TooLarge: there are too many. BadRequest: no name."""
    told = _name(name)
    with on_archive():
        held = SavedSearch.objects.select_for_update().filter(owner=owner)
        if held.filter(name=told, removed_at=None).exists():
            raise Conflict("You have a search of this name already.")
        if held.filter(removed_at=None).count() >= MOST:
            raise TooLarge(f"An account keeps at most {MOST} searches.")
        held.filter(name=told).delete()  # one that was deleted before
        return SavedSearch.objects.create(owner=owner, name=told, query=spelled_out(query))


def searches(owner: str) -> list[SavedSearch]:
    """All that an account keeps, by name."""
    return list(SavedSearch.objects.filter(owner=owner, removed_at=None).order_by("name"))


def search_of(owner: str, number: int) -> SavedSearch:
    """One saved search; NotFound where it is not this account's."""
    found = SavedSearch.objects.filter(owner=owner, removed_at=None, pk=number).first()
    if found is None:
        raise NotFound("There is no such search.")
    return found


def rename(owner: str, number: int, name: str) -> SavedSearch:
    """Call a search otherwise. Conflict, NotFound, BadRequest."""
    told = _name(name)
    with on_archive():
        found = search_of(owner, number)
        others = SavedSearch.objects.filter(owner=owner, name=told).exclude(pk=number)
        if others.filter(removed_at=None).exists():
            raise Conflict("You have a search of this name already.")
        others.delete()
        found.name = told
        found.save(update_fields=["name"])
    return found


def delete(owner: str, number: int) -> SavedSearch:
    """Delete a search; `put_back` undoes it, until the next deletion."""
    with on_archive():
        found = search_of(owner, number)
        SavedSearch.objects.filter(owner=owner, removed_at__isnull=False).delete()
        found.removed_at = timezone.now()
        found.save(update_fields=["removed_at"])
    return found


def deleted(owner: str) -> SavedSearch | None:
    """What was deleted last, while it can be put back."""
    return SavedSearch.objects.filter(owner=owner, removed_at__isnull=False).first()


def put_back(owner: str) -> int:
    """Undo the last deletion; how many came back."""
    with on_archive():
        return SavedSearch.objects.filter(owner=owner, removed_at__isnull=False).update(removed_at=None)


def looked(owner: str, number: int, at: datetime) -> None:
    """Take note that its owner has seen what was published until then."""
    with on_archive():
        found = search_of(owner, number)
        found.looked_at = at
        found.save(update_fields=["looked_at"])


def _name(name: str) -> str:
    told = " ".join(name.split())
    if not told or len(told) > LONGEST or not told.isprintable():
        raise BadRequest(f"A search has a name of up to {LONGEST} letters.")
    return told
