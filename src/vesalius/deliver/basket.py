"""A person's current choice of series, kept for an account or for one session."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from vesalius.catalog.models import Basket, BasketItem, SeriesRevision
from vesalius.catalog.visible import WITH_CONTEXT, Judged, current_revisions, findable
from vesalius.errors import TooLarge
from vesalius.settings.routing import on_archive

MOST_ITEMS = 50_000


@dataclass(frozen=True, slots=True)
class BasketSums:
    """How much of a basket its owner may find at this moment."""

    count: int  # series
    size: int  # bytes


def add(owner: str, series_instance_uids: Iterable[str]) -> int:
    """Put series into a basket, each once; how many came in. TooLarge past the limit, which changes nothing."""
    with on_archive():
        basket, _ = Basket.objects.select_for_update().get_or_create(owner=owner)
        held = set(basket.items.values_list("series_instance_uid", flat=True))
        new = [uid for uid in dict.fromkeys(series_instance_uids) if uid not in held]
        if len(held) + len(new) > MOST_ITEMS:
            raise TooLarge(f"A basket holds at most {MOST_ITEMS:,} series.")
        BasketItem.objects.bulk_create(BasketItem(basket=basket, series_instance_uid=uid) for uid in new)
        basket.save(update_fields=["changed_at"])
    return len(new)


def remove(owner: str, series_instance_uids: Iterable[str]) -> int:
    """Take series out of a basket; how many went."""
    with on_archive():
        items = BasketItem.objects.filter(basket__owner=owner)
        return items.filter(series_instance_uid__in=list(series_instance_uids)).delete()[0]


def empty(owner: str) -> int:
    """Take everything out; how many series went."""
    with on_archive():
        return BasketItem.objects.filter(basket__owner=owner).delete()[0]


def hand_over(owner: str, heir: str) -> None:
    """Put what one basket holds into another, as when somebody signs in; as much of it as fits."""
    with on_archive():
        uids = list(
            BasketItem.objects.filter(basket__owner=owner).values_list("series_instance_uid", flat=True)
        )
        room = MOST_ITEMS - BasketItem.objects.filter(basket__owner=heir).count()
        if uids:
            add(heir, uids[:room])
        Basket.objects.filter(owner=owner).delete()


def holds(owner: str, series_instance_uid: str) -> bool:
    """Whether a series lies in a basket."""
    return BasketItem.objects.filter(basket__owner=owner, series_instance_uid=series_instance_uid).exists()


def chosen(owner: str, visible: Judged) -> QuerySet[SeriesRevision]:
    """The current revisions of what lies in a basket and may be found, by collection, patient and UID."""
    uids = BasketItem.objects.filter(basket__owner=owner).values("series_instance_uid")
    found = findable(current_revisions(), visible).filter(series__series_instance_uid__in=uids)
    return found.select_related(*WITH_CONTEXT).order_by(
        "series__study__patient__holding__short_title",
        "series__study__patient__patient_id",
        "series__series_instance_uid",
    )


def sums(owner: str, visible: Judged) -> BasketSums:
    """Count and size of what `chosen` answers."""
    told = chosen(owner, visible).order_by().aggregate(count=Count("pk"), size=Sum("size", default=0))
    return BasketSums(**told)
