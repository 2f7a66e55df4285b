"""What became of the series of a list since it was made."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from django.db.models import Q, QuerySet

from vesalius.catalog.models import Holding, Release, SeriesRevision, SharedList, Succession
from vesalius.catalog.visible import Judged, current_revisions, findable, published_revisions, shown_revisions
from vesalius.deliver.lists.keeping import chunks

Later: TypeAlias = dict[tuple[int, int], Release | None]  # (holding, number of a release) -> the one after it
UID: Final = "series__series_instance_uid"


class Fate(StrEnum):
    """What became of one series that is not as it was."""

    REPLACED = "replaced"  # the same UID, other content
    LEFT_OUT = "left-out"  # of the newest version of its dataset
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one release did to series of a list."""

    fate: Fate
    holding: Holding
    release: Release | None  # that did it; None for a withdrawal, which no version waits for
    uids: tuple[str, ...]
    successors: tuple[str, ...] = ()  # series that took the place of these, under UIDs of their own


@dataclass(slots=True)
class Drift:
    """What became of all of it, for one asker."""

    changes: list[Change] = field(default_factory=list)
    current: dict[str, str] = field(
        default_factory=dict
    )  # UID -> digest of what stands now, successors among it
    closed: int = 0  # series that this asker may not find
    purged: int = 0  # series that were destroyed

    @property
    def any(self) -> bool:
        """Whether anything changed."""
        return bool(self.changes or self.purged)


def content(shared: SharedList, visible: Judged) -> QuerySet[SeriesRevision]:
    """The revisions that a list holds and the asker may find, withdrawn ones left out.

    A list without digests, as NBIA makes them, holds the current revisions of its series.
    """
    items = shared.items.all()
    fixed = Q(digest__in=items.exclude(digest="").values("digest"))
    loose = items.filter(digest="")
    if loose.exists():
        names = loose.values("series_instance_uid")
        fixed |= Q(pk__in=current_revisions().filter(**{f"{UID}__in": names}).values("pk"))
    return findable(published_revisions(), visible).filter(fixed)


def drift(shared: SharedList, visible: Judged) -> Drift:
    """What became of the series of a list."""
    items = dict(shared.items.values_list("series_instance_uid", "digest"))
    found = Drift(purged=max(0, shared.series_count - len(items)), current=_unchanged(shared, visible))
    seen = len(found.current)
    changed: dict[tuple[Fate, int, int | None], list[SeriesRevision]] = {}
    releases: dict[int, Release] = {}
    later: Later = {}
    for digests in chunks(digest for uid, digest in items.items() if uid not in found.current):
        rows = SeriesRevision.objects.filter(digest__in=digests, home_download__in=visible.findable)
        rows = rows.select_related("series__holding", "last_release")
        now = _now([row.series_id for row in rows], visible)
        shown = set(shown_revisions().filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
        for row in rows:
            seen += 1
            fate, release = _fate(row, now.get(row.series_id), shown, later)
            if fate is Fate.REPLACED:
                found.current[row.series.series_instance_uid] = now[row.series_id].digest
            changed.setdefault((fate, row.series.holding_id, release.pk if release else None), []).append(row)
            releases |= {release.pk: release} if release else {}
    found.closed = len(items) - seen
    found.changes = [
        _change(fate, rows, releases.get(number or 0), found, visible)
        for (fate, _, number), rows in changed.items()
    ]
    found.changes.sort(
        key=lambda one: (one.holding.short_title, one.fate, one.release.number if one.release else 0)
    )
    return found


def _unchanged(shared: SharedList, visible: Judged) -> dict[str, str]:
    """What stands as it was chosen, and what was chosen by name alone: UID -> digest."""
    now = findable(current_revisions(), visible)
    same = now.filter(digest__in=shared.items.exclude(digest="").values("digest"))
    loose = now.filter(**{f"{UID}__in": shared.items.filter(digest="").values("series_instance_uid")})
    return dict(same.values_list(UID, "digest")) | dict(loose.values_list(UID, "digest"))


def _now(series: Iterable[int], visible: Judged) -> dict[int, SeriesRevision]:
    rows = findable(current_revisions(), visible).filter(series__in=list(series))
    return {row.series_id: row for row in rows.select_related("first_release")}


def _fate(
    row: SeriesRevision, now: SeriesRevision | None, shown: set[int], later: Later
) -> tuple[Fate, Release | None]:
    """What became of a revision, and the release that did it; `later` remembers releases that were looked up."""
    if row.pk not in shown and now is None:
        return Fate.WITHDRAWN, None
    if now is not None:
        return Fate.REPLACED, now.first_release
    last = row.last_release.number if row.last_release else 0
    at = (row.series.holding_id, last)
    if at not in later:
        after = Release.objects.filter(holding=at[0], state=Release.State.PUBLISHED, number__gt=last)
        later[at] = after.order_by("number").first()
    return Fate.LEFT_OUT, later[at]


def _change(
    fate: Fate, rows: list[SeriesRevision], release: Release | None, found: Drift, visible: Judged
) -> Change:
    """One change; series that took the place of those left out stand among what is current."""
    uids = tuple(sorted(row.series.series_instance_uid for row in rows))
    successors = dict(_successors(uids, visible)) if fate is Fate.LEFT_OUT else {}
    found.current |= successors
    return Change(
        fate=fate, holding=rows[0].series.holding, release=release, uids=uids, successors=tuple(successors)
    )


def _successors(uids: Iterable[str], visible: Judged) -> Iterator[tuple[str, str]]:
    for some in chunks(uids):
        new = Succession.objects.filter(level=Succession.Level.SERIES, old_uid__in=some).values("new_uid")
        rows = findable(current_revisions(), visible).filter(**{f"{UID}__in": new})
        yield from rows.values_list(UID, "digest")
