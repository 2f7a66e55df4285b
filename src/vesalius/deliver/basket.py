"""A person's current choice of series, kept for an account or for one session."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Final

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from vesalius.catalog.models import Basket, BasketItem, SeriesRevision
from vesalius.catalog.visible import WITH_CONTEXT, Judged, current_revisions, findable
from vesalius.errors import TooLarge
from vesalius.settings.routing import on_archive

MOST_ITEMS: Final = 50_000
AT_ONCE: Final = 1_000  # rows in one change
REMEMBERED: Final = timedelta(minutes=30)  # how long a removal can be taken back
UID: Final = "series__series_instance_uid"
PATIENT: Final = "series__study__patient"


@dataclass(frozen=True, slots=True)
class BasketSums:
    """How much of a basket its owner may find at this moment."""

    count: int  # series
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What of a basket belongs to one dataset under one licence."""

    holding: str
    kind: str
    license: str
    license_url: str
    commercial_use: bool
    subjects: int
    studies: int
    series: int
    images: int
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a basket since its series were chosen."""

    gone: int  # series that are withdrawn, replaced by another, or no longer open to the owner
    replaced: int  # series that have a newer revision


def add(owner: str, series: Mapping[str, str]) -> int:
    """Put series (UID -> digest of the revision) into a basket, each once; how many came in.

    TooLarge past the limit, which changes nothing.
    """
    with on_archive():
        basket, _ = Basket.objects.select_for_update().get_or_create(owner=owner)
        held = set(_held(owner).values_list("series_instance_uid", flat=True))
        new = {uid: digest for uid, digest in series.items() if uid not in held}
        if len(held) + len(new) > MOST_ITEMS:
            raise TooLarge(f"A basket holds at most {MOST_ITEMS:,} series.")
        for part in _parts(new):
            basket.items.filter(series_instance_uid__in=part).delete()  # taken out before
        BasketItem.objects.bulk_create(
            (BasketItem(basket=basket, series_instance_uid=uid, digest=new[uid]) for uid in new),
            batch_size=AT_ONCE,
        )
        basket.save(update_fields=["changed_at"])
    return len(new)


def remove(owner: str, series_instance_uids: Iterable[str]) -> int:
    """Take series out of a basket; how many went. `put_back` undoes it, until the next removal."""
    uids = dict.fromkeys(series_instance_uids)
    with on_archive():
        _forget_removed(owner)
        now = timezone.now()
        return sum(
            _held(owner).filter(series_instance_uid__in=part).update(removed_at=now) for part in _parts(uids)
        )


def remove_of_holding(owner: str, short_title: str) -> int:
    """Take out the series of a dataset; how many went."""
    return _remove_where(owner, {"home_download__holding__short_title": short_title})


def remove_of_patient(owner: str, collection: str, patient_id: str) -> int:
    """Take out the series of a patient; how many went."""
    return _remove_where(
        owner, {f"{PATIENT}__holding__short_title": collection, f"{PATIENT}__patient_id": patient_id}
    )


def empty(owner: str) -> int:
    """Take everything out; how many series went. `put_back` undoes it."""
    with on_archive():
        _forget_removed(owner)
        return _held(owner).update(removed_at=timezone.now())


def put_back(owner: str) -> int:
    """Undo the last removal; how many series came back. TooLarge where they have no room any more."""
    with on_archive():
        Basket.objects.select_for_update().filter(owner=owner).first()
        back = _removed(owner)
        if _held(owner).count() + back.count() > MOST_ITEMS:
            raise TooLarge(f"A basket holds at most {MOST_ITEMS:,} series.")
        return back.update(removed_at=None)


def removed(owner: str) -> int:
    """How many series the last removal took out, while it can be undone."""
    return _removed(owner).filter(removed_at__gte=timezone.now() - REMEMBERED).count()


def hand_over(owner: str, heir: str) -> None:
    """Put what one basket holds into another, as when somebody signs in; as much of it as fits."""
    with on_archive():
        chosen = dict(_held(owner).values_list("series_instance_uid", "digest"))
        room = MOST_ITEMS - _held(heir).count()
        if chosen:
            add(heir, dict(islice(chosen.items(), room)))
        Basket.objects.filter(owner=owner).delete()


def holds(owner: str, series_instance_uid: str) -> bool:
    """Whether a series lies in a basket."""
    return _held(owner).filter(series_instance_uid=series_instance_uid).exists()


def chosen(owner: str, visible: Judged) -> QuerySet[SeriesRevision]:
    """The current revisions of what lies in a basket and may be found, by collection, patient, study and UID."""
    found = _chosen(owner, visible).select_related(*WITH_CONTEXT)
    return found.order_by(
        f"{PATIENT}__holding__short_title", f"{PATIENT}__patient_id", "series__study__study_instance_uid", UID
    )


def sums(owner: str, visible: Judged) -> BasketSums:
    """Count and size of what `chosen` answers."""
    told = _chosen(owner, visible).aggregate(count=Count("pk"), size=Sum("size", default=0))
    return BasketSums(**told)


def parts(revisions: QuerySet[SeriesRevision]) -> list[Part]:
    """Revisions counted by dataset and licence."""
    home = "home_download__"
    columns = {
        "holding": f"{home}holding__short_title",
        "kind": f"{home}holding__kind",
        "license": f"{home}license__short_title",
        "license_url": f"{home}license__url",
        "commercial_use": f"{home}license__commercial_use",
    }
    groups = revisions.order_by().values_list(*columns.values())
    counted = groups.annotate(
        Count(PATIENT, distinct=True),
        Count("series__study", distinct=True),
        Count("pk"),
        Sum("image_count"),
        Sum("size"),
    )
    names = (*columns, "subjects", "studies", "series", "images", "size")
    rows = counted.order_by(columns["holding"], columns["license"])
    return [Part(**dict(zip(names, row, strict=True))) for row in rows]


def changed(owner: str, visible: Judged) -> Changed:
    """How many series of a basket are gone, and how many have a newer revision than the one chosen."""
    found = _chosen(owner, visible)
    return Changed(gone=_held(owner).count() - found.count(), replaced=_replaced(owner, visible).count())


def settle(owner: str, visible: Judged) -> None:
    """Drop what is gone and take note of newer revisions: the basket is as its owner sees it."""
    with on_archive():
        Basket.objects.select_for_update().filter(owner=owner).first()
        newer = dict(_replaced(owner, visible).values_list(UID, "digest"))
        found = set(_chosen(owner, visible).values_list(UID, flat=True))
        gone = [uid for uid in _held(owner).values_list("series_instance_uid", flat=True) if uid not in found]
        for part in _parts(dict.fromkeys(gone)):
            _held(owner).filter(series_instance_uid__in=part).delete()
        items = list(_held(owner).filter(digest__gt="").only("pk", "series_instance_uid", "digest"))
        for item in items:
            item.digest = newer.get(item.series_instance_uid, item.digest)
        BasketItem.objects.bulk_update(items, ["digest"], batch_size=AT_ONCE)


def _remove_where(owner: str, of: Mapping[str, str]) -> int:
    uids = _held(owner).values("series_instance_uid")
    found = SeriesRevision.objects.filter(series__series_instance_uid__in=uids, **of)
    return remove(owner, list(found.values_list(UID, flat=True).distinct()))


def _held(owner: str) -> QuerySet[BasketItem]:
    return BasketItem.objects.filter(basket__owner=owner, removed_at=None)


def _removed(owner: str) -> QuerySet[BasketItem]:
    return BasketItem.objects.filter(basket__owner=owner, removed_at__isnull=False)


def _forget_removed(owner: str) -> None:
    _removed(owner).delete()


def _chosen(owner: str, visible: Judged) -> QuerySet[SeriesRevision]:
    uids = _held(owner).values("series_instance_uid")
    found = findable(current_revisions(), visible)
    return found.filter(series__series_instance_uid__in=uids).order_by()


def _replaced(owner: str, visible: Judged) -> QuerySet[SeriesRevision]:
    noted = _held(owner).filter(series_instance_uid=OuterRef(UID)).values("digest")[:1]
    rows = _chosen(owner, visible).annotate(noted=Subquery(noted))
    return rows.exclude(Q(noted="") | Q(noted=F("digest")))


def _parts(of: Mapping[str, object]) -> Iterable[list[str]]:
    uids = list(of)
    return (uids[at : at + AT_ONCE] for at in range(0, len(uids), AT_ONCE))
