"""Where a purged patient is mentioned besides its own rows: lists, searches, manifests, counts, older deeds."""

import re
from collections.abc import Callable, Collection, Iterator

from vesalius.access.models import Grant
from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import (
    BasketItem,
    DownloadCount,
    Manifest,
    Patient,
    SavedSearch,
    SearchHistory,
    SharedList,
    SharedListItem,
    Succession,
    Tombstone,
)
from vesalius.catalog.refusal import keyed_digest

BATCH = 500  # names in one question
_WORD = re.compile(r"[\w.-]+")


def forget(patient: Patient, uids: Collection[str]) -> int:
    """Take every mention of a patient and its UIDs out of the tables of the named side; returns how many.

    Entries of the audit trail and tombstones stay, and name it by keyed digest from now on.
    """
    names = {patient.patient_id, *uids}
    count = sum(_forget_uids(batch) for batch in _batches(sorted(uids)))
    count += _forget_searches(names) + _forget_lists(names) + _forget_manifests(set(uids))
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
    """A stored question that names the patient goes whole, and those that name a list of identifiers that went."""
    speaks = _speaking_of(names)
    naming = [search for search in SavedSearch.objects.all() if speaks(search.query) or speaks(search.name)]
    gone = _speaking_of({*names, *(search.name for search in naming if "ids" in search.query)})
    for row in SearchHistory.objects.exclude(searches=[]):
        kept = [one for one in row.searches if not gone(one)]
        if len(kept) < len(row.searches):
            SearchHistory.objects.filter(pk=row.pk).update(searches=kept)
    return SavedSearch.objects.filter(pk__in=[search.pk for search in naming]).delete()[0]


def _forget_lists(names: Collection[str]) -> int:
    """What a list says of itself goes where it names the patient."""
    speaks = _speaking_of(names)
    naming = [
        one for one in SharedList.objects.all() if speaks([one.name, one.title, one.description, one.url])
    ]
    for one in naming:
        if speaks(one.name):
            renamed = keyed_digest(one.name)
            Grant.objects.filter(scope=Grant.Scope.LIST, name=one.name).update(name=renamed)
            one.name = renamed
        one.title = one.description = one.url = ""
        one.save(update_fields=["name", "title", "description", "url"])
    return len(naming)


def _speaking_of(names: Collection[str]) -> Callable[[object], bool]:
    """Whether a JSON value names one of these anywhere, as a whole word and whatever its case."""
    folded = {name.casefold() for name in names}
    # a name of several words is looked for as it stands, others among the words: a patient has thousands of UIDs
    several = [name for name in folded if not _WORD.fullmatch(name)]

    def speaks(value: object) -> bool:
        for text in _strings(value):
            told = text.casefold()
            words = _WORD.findall(told)
            if not folded.isdisjoint([told, *words, *(word.strip(".-") for word in words)]):
                return True
            if any(name in told for name in several):
                return True
        return False

    return speaks


def _strings(value: object) -> Iterator[str]:
    """Every string in a JSON value; keys too."""
    match value:
        case dict():
            for pair in value.items():
                yield from _strings(list(pair))
        case list():
            for one in value:
                yield from _strings(one)
        case str():
            yield value


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
