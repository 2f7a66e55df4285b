"""The counter of changes of what is published; whoever maps derived files or caches pages compares it."""

from django.db.models import F

from vesalius.catalog.models import Counter
from vesalius.settings.routing import Side, require_transaction

PUBLISHED = "published"


def take_turn() -> None:
    """Wait until no other deed is changing what is published; the first thing in the transaction of such a deed.

    They are few and done by staff, and each counts anew what the one before it has left.
    """
    require_transaction(Side.ARCHIVE)
    Counter.objects.get_or_create(name=PUBLISHED)
    Counter.objects.select_for_update().get(name=PUBLISHED)


def count_change() -> None:
    """Count one change, inside the transaction that makes it."""
    require_transaction(Side.ARCHIVE)
    Counter.objects.filter(name=PUBLISHED).update(value=F("value") + 1)


def change_count() -> int:
    """How often what is published has changed."""
    counter = Counter.objects.filter(name=PUBLISHED).first()
    return counter.value if counter else 0
