"""What the world sees: rows of the current releases, and what one asker may find and fetch of them.

A revision is *current* when it stands in the current release of its holding, is not withdrawn, and its patient is not
hidden by an open purge. A bare Series UID means its newest *published* revision, which a later release may have
left out. Who asks is always said: `Judged` is what `access.permit.visible_to` answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.db.models import Exists, OuterRef, QuerySet

from vesalius.catalog.models import (
    Holding,
    Patient,
    Purge,
    Release,
    RevisionInstance,
    SeriesRevision,
    Study,
    SupportingFile,
    Tombstone,
)
from vesalius.errors import NotAllowed, NotFound

OPEN_PURGES = (Purge.State.ASKED, Purge.State.CONFIRMED)
WITH_CONTEXT = (
    "series__holding", "series__study__patient__holding", "home_download__holding", "home_download__license",
    "first_release",
)  # fmt: skip


class Judged(Protocol):
    """What one asker may find and fetch, as ids of home Downloads."""

    @property
    def findable(self) -> frozenset[int]:
        """Their series, counts and pages may be seen."""

    @property
    def fetchable(self) -> frozenset[int]:
        """Their bytes may be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPage:
    """What the page of one series shows."""

    revision: SeriesRevision
    may_fetch: bool
    releases: tuple[Release, ...]  # the published releases that hold this revision, oldest first
    newest: bool  # False for a revision that a later one has replaced


def shown_revisions() -> QuerySet[SeriesRevision]:
    """Revisions that are neither withdrawn nor hidden by an open purge, published or not."""
    hidden = Purge.objects.filter(state__in=OPEN_PURGES, patient__isnull=False).values("patient")
    return SeriesRevision.objects.filter(withdrawn_at=None).exclude(series__study__patient__in=hidden)


def published_revisions() -> QuerySet[SeriesRevision]:
    """Shown revisions that stand in any published release, current or older."""
    return shown_revisions().filter(first_release__isnull=False)


def current_revisions() -> QuerySet[SeriesRevision]:
    """Shown revisions of the current releases: what search, counts and pages are about."""
    return shown_revisions().filter(in_releases__release__current_of__isnull=False)


def revisions_of(release: Release) -> QuerySet[SeriesRevision]:
    """Shown revisions of one release."""
    return shown_revisions().filter(in_releases__release=release)


def findable(revisions: QuerySet[SeriesRevision], visible: Judged) -> QuerySet[SeriesRevision]:
    """Those that the asker may find."""
    return revisions.filter(home_download__in=visible.findable)


def fetchable(revisions: QuerySet[SeriesRevision], visible: Judged) -> QuerySet[SeriesRevision]:
    """Those whose bytes the asker may fetch."""
    return revisions.filter(home_download__in=visible.fetchable)


def revision_of(
    series_instance_uid: str, visible: Judged, release_number: int | None = None
) -> SeriesRevision:
    """The newest published revision of a series, or the one in Version `release_number` of its holding.

    NotFound, with the same words whether it is unknown, hidden or withdrawn, unless the asker may find or fetch it.
    """
    revisions = published_revisions().filter(series__series_instance_uid=series_instance_uid)
    if release_number is not None:
        revisions = revisions.filter(
            in_releases__release__number=release_number,
            in_releases__release__state=Release.State.PUBLISHED,
        )
    revision = revisions.select_related(*WITH_CONTEXT).order_by("-number").first()
    if revision is None or revision.home_download_id not in visible.findable | visible.fetchable:
        raise NotFound("There is no such series.")
    return revision


def series_page(uid: str, visible: Judged, release_number: int | None = None) -> SeriesPage:
    """What the page of a series shows; NotFound unless the asker may find it."""
    revision = revision_of(uid, visible, release_number)
    if revision.home_download_id not in visible.findable:
        raise NotFound("There is no such series.")
    releases = Release.objects.filter(contents__revision=revision, state=Release.State.PUBLISHED)
    later = published_revisions().filter(series=revision.series_id, number__gt=revision.number)
    return SeriesPage(
        revision=revision,
        may_fetch=revision.home_download_id in visible.fetchable,
        releases=tuple(releases.order_by("number")),
        newest=not later.exists(),
    )


def revision_to_fetch(uid: str, visible: Judged, release_number: int | None = None) -> SeriesRevision:
    """The revision whose bytes the asker may have; NotAllowed where it may be found and not fetched."""
    revision = revision_of(uid, visible, release_number)
    if revision.home_download_id not in visible.fetchable:
        raise NotAllowed("This series may be found, but not be fetched with this account.")
    return revision


def revisions_to_fetch(uids: Iterable[str], visible: Judged) -> tuple[list[SeriesRevision], tuple[str, ...]]:
    """The newest published revisions of many series, and the UIDs left out because the asker may not fetch them.

    Both follow the order asked; a UID asked twice counts once.
    """
    wanted = tuple(dict.fromkeys(uids))
    newest: dict[str, SeriesRevision] = {}
    revisions = published_revisions().filter(series__series_instance_uid__in=wanted)
    for revision in revisions.select_related(*WITH_CONTEXT).order_by("number"):
        newest[revision.series.series_instance_uid] = revision
    allowed = {uid: row for uid, row in newest.items() if row.home_download_id in visible.fetchable}
    return [allowed[uid] for uid in wanted if uid in allowed], tuple(u for u in wanted if u not in allowed)


def revision_contents(revision: SeriesRevision) -> QuerySet[RevisionInstance]:
    """The instances of a revision in their order, each with its SOP Instance UID and the facts of its blob."""
    return (
        RevisionInstance.objects.filter(revision=revision)
        .select_related("instance", "blob")
        .order_by("position")
    )


def patient_of(collection: str, patient_id: str, visible: Judged) -> Patient:
    """A patient with at least one current series that the asker may find, else NotFound."""
    series = findable(current_revisions(), visible).filter(series__study__patient=OuterRef("pk"))
    found = Patient.objects.filter(Exists(series), holding__short_title=collection, patient_id=patient_id)
    patient = found.select_related("holding").first()
    if patient is None:
        raise NotFound("There is no such patient.")
    return patient


def study_of(study_instance_uid: str, visible: Judged) -> Study:
    """A study with at least one current series that the asker may find, else NotFound."""
    series = findable(current_revisions(), visible).filter(series__study=OuterRef("pk"))
    found = Study.objects.filter(Exists(series), study_instance_uid=study_instance_uid)
    study = found.select_related("patient__holding").first()
    if study is None:
        raise NotFound("There is no such study.")
    return study


def holdings(visible: Judged) -> QuerySet[Holding]:
    """Published holdings of which the asker may find at least one row of "Data access", by name."""
    published = Holding.objects.filter(current_release__isnull=False)
    return published.filter(downloads__in=visible.findable).distinct().order_by("short_title")


def holding_of(short_title: str, visible: Judged) -> Holding:
    """One published holding that the asker may find, else NotFound."""
    holding = holdings(visible).filter(short_title=short_title).select_related("current_release").first()
    if holding is None:
        raise NotFound("There is no such dataset.")
    return holding


def supporting_files(release: Release, downloads: frozenset[int]) -> QuerySet[SupportingFile]:
    """The supporting files of a release under these Downloads (what may be found, or fetched), by name."""
    files = shown_files().filter(in_releases__release=release, home_download__in=downloads)
    return files.select_related("blob", "holding", "home_download__license").order_by("name", "pk")


def shown_files() -> QuerySet[SupportingFile]:
    """Supporting files, published or not, but those of holdings that are withdrawn as a whole."""
    withdrawn = Tombstone.objects.filter(kind=Tombstone.Kind.WITHDRAWN, level="holding", lifted_at=None)
    return SupportingFile.objects.exclude(holding__in=withdrawn.values("holding"))


def tombstones(holding: Holding) -> QuerySet[Tombstone]:
    """What of a holding is hidden or gone at this moment, newest first; the caller has judged the holding."""
    return Tombstone.objects.filter(holding=holding, lifted_at=None).order_by("-pk")
