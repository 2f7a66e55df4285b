"""The counter of changes of what is published; whoever maps derived files or caches pages compares it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from django.db.models import F

from vesalius.catalog.models import Counter, PublishedChange
from vesalius.settings.routing import Side, require_transaction

PUBLISHED = "published"
KEPT: Final = 1000  # changes; whoever is further behind counts everything anew
MOST_PATIENTS: Final = 50_000  # that one change names


@dataclass(frozen=True, slots=True)
class Change:
    """A state of what is published: how often it changed, and the last change by a name of its own."""

    number: int
    token: str


NEVER: Final = Change(0, "")


def take_turn() -> None:
    """Wait until no other deed is changing what is published; the first thing in the transaction of such a deed.

    They are few and done by staff, and each counts anew what the one before it has left.
    """
    require_transaction(Side.ARCHIVE)
    Counter.objects.get_or_create(name=PUBLISHED)
    Counter.objects.select_for_update().get(name=PUBLISHED)


def count_change(patients: Iterable[int] | None = None) -> None:
    """Count one change, inside the transaction that makes it.

    patients: ids of all whose current series, or what is said of them, became others; None where that may be any.
    """
    require_transaction(Side.ARCHIVE)
    Counter.objects.filter(name=PUBLISHED).update(value=F("value") + 1)
    touched = None if patients is None else sorted(set(patients))
    if touched is not None and len(touched) > MOST_PATIENTS:
        touched = None
    number = change_count()
    told = {"patients": touched, "token": uuid4()}
    PublishedChange.objects.update_or_create(number=number, defaults=told)
    PublishedChange.objects.filter(number__lte=number - KEPT).delete()


def change_count() -> int:
    """How often what is published has changed."""
    counter = Counter.objects.filter(name=PUBLISHED).first()
    return counter.value if counter else 0


def latest_change() -> Change:
    """The state of what is published."""
    found = PublishedChange.objects.order_by("-number").values_list("number", "token").first()
    return Change(found[0], str(found[1])) if found else NEVER


def patients_changed_since(then: Change) -> frozenset[int] | None:
    """Ids of the patients touched since; None where that cannot be told and all must be looked at anew."""
    known = PublishedChange.objects.filter(number=then.number, token=UUID(then.token)) if then.token else None
    if known is None or not known.exists():
        return None
    found: set[int] = set()
    for patients in PublishedChange.objects.filter(number__gt=then.number).values_list("patients", flat=True):
        if patients is None:
            return None
        found.update(patients)
    return frozenset(found)
