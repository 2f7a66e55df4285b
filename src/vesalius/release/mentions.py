"""Where a purged patient is mentioned besides its own rows: lists, searches, manifests, counts, older deeds."""

from collections.abc import Collection, Iterator

from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import (
    BasketItem,
    DownloadCount,
    Manifest,
    Patient,
    SavedSearch,
    SharedListItem,
    Succession,
    Tombstone,
)
from vesalius.catalog.refusal import keyed_digest

BATCH = 500  # names in one question


def forget(patient: Patient, uids: Collection[str]) -> int:
    """Take every mention of a patient and its UIDs out of the tables of the named side; returns how many.

    Entries of the audit trail and tombstones stay, and name it by keyed digest from now on.
    """
    names = {patient.patient_id, *uids}
    count = sum(_forget_uids(batch) for batch in _batches(sorted(uids)))
    count += _forget_searches(names) + _forget_manifests(set(uids))
    spoken = {*uids, f"{patient.holding.short_title}/{patient.patient_id}"}
    return count + sum(_rename(batch) for batch in _batches(sorted(spoken)))


def _batches(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), BATCH):
        yield names[start : start + BATCH]


def _forget_uids(uids: list[str]) -> int:
    gone = [
        BasketItem.objects.filter(series_instance_uid__in=uids).delete(),
        SharedListItem.objects.filter(series_instance_uid__in=uids).delete(),
        DownloadCount.objects.filter(series_instance_uid__in=uids).delete(),
        Succession.objects.filter(old_uid__in=uids).delete(),
        Succession.objects.filter(new_uid__in=uids).delete(),
    ]
    return sum(count for count, _ in gone)


def _forget_searches(names: Collection[str]) -> int:
    """A stored question that names the patient goes whole."""
    naming = [search.pk for search in SavedSearch.objects.all() if _strings(search.query) & set(names)]
    return SavedSearch.objects.filter(pk__in=naming).delete()[0]


def _strings(value: object) -> set[str]:
    """Every string in a JSON value; keys too, and the words of a longer text."""
    match value:
        case dict():
            return set().union(*map(_strings, value.keys()), *map(_strings, value.values()))
        case list():
            return set().union(*map(_strings, value))
        case str():
            return {value, *value.split()}
        case _:
            return set()


def _forget_manifests(uids: Collection[str]) -> int:
    count = 0
    for manifest in Manifest.objects.all():
        kept = [uid for uid in manifest.series_instance_uids if uid not in uids]
        if len(kept) < len(manifest.series_instance_uids):
            manifest.series_instance_uids = kept
            manifest.save(update_fields=["series_instance_uids"])
            count += 1
    return count


def _rename(names: list[str]) -> int:
    count = 0
    for entry in AuditEntry.objects.filter(target__in=names):
        AuditEntry.objects.filter(pk=entry.pk).update(target=keyed_digest(entry.target))
        count += 1
    for tombstone in Tombstone.objects.filter(name__in=names):
        tombstone.name = keyed_digest(tombstone.name)
        tombstone.save(update_fields=["name"])
        count += 1
    return count
