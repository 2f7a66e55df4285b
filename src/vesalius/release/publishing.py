"""Publish a release: one row of its holding is flipped, and all that follows from it in the same transaction."""

from django.db.models import Max
from django.utils import timezone

from vesalius.audit.trail import record
from vesalius.catalog.changes import count_change, take_turn
from vesalius.catalog.digests import release_digest
from vesalius.catalog.models import Release, SeriesRevision
from vesalius.errors import Conflict, NotFound
from vesalius.jobs import queue
from vesalius.release.cells import refill_cells
from vesalius.release.doi import concept_doi, version_doi
from vesalius.release.refresh import refresh_rows, releases_of
from vesalius.release.withdrawal import hide_what_is_withdrawn
from vesalius.settings.routing import on_archive


def publish(release_id: int, person: str) -> Release:
    """Make an admitted release the current one of its holding; a second call changes nothing.

    person: name of the account. NotFound without such a release; Conflict when an older one is not yet published.
    """
    with on_archive():
        take_turn()
        release = _release(release_id)
        if release.state == Release.State.PUBLISHED:
            return release
        _refuse_out_of_order(release)
        flip(release)
        _begin_and_end_revisions(release)
        hide_what_is_withdrawn(release)
        told_anew = refresh_rows(release)
        refill_cells([release, *releases_of(told_anew)])
        count_change(told_anew | _touched(release))
        _hand_out_work(release)
        record(
            "release.publish",
            person=person,
            target_kind="release",
            target=str(release),
            detail={"digest": release.digest, "doi": release.doi, "series": release.contents.count()},
            deed_id=release.deed_id,
        )
    return release


def digest_of(release: Release) -> str:
    """The digest over what stands in a release at this moment."""
    revisions = release.contents.values_list("revision__digest", flat=True)
    return release_digest(revisions, release.files.values_list("file__blob_id", flat=True))


def _release(release_id: int) -> Release:
    release = Release.objects.select_related("holding").filter(pk=release_id).first()
    if release is None:
        raise NotFound("There is no such release.")
    return release


def _refuse_out_of_order(release: Release) -> None:
    published = Release.objects.filter(holding=release.holding_id, state=Release.State.PUBLISHED)
    newest = published.aggregate(newest=Max("number"))["newest"] or 0
    if release.number != newest + 1:
        raise Conflict(f"Version {newest + 1} of this dataset is to be published next.")


def flip(release: Release) -> None:
    """Make it the current one of its holding: the one write that shows it, inside the caller's transaction."""
    holding = release.holding
    release.state, release.published_at = Release.State.PUBLISHED, timezone.now()
    release.doi = release.doi or version_doi(release)
    release.digest = digest_of(release)
    release.save(update_fields=["state", "published_at", "doi", "digest"])
    holding.concept_doi = holding.concept_doi or concept_doi(holding)
    holding.current_release = release
    holding.save(update_fields=["concept_doi", "current_release"])


def _begin_and_end_revisions(release: Release) -> None:
    held = SeriesRevision.objects.filter(in_releases__release=release)
    held.update(last_release=release)
    held.filter(first_release=None).update(first_release=release)


def _touched(release: Release) -> set[int]:
    """Ids of the patients of what this release begins and of what it leaves out."""
    before = Release.objects.filter(holding=release.holding_id, number=release.number - 1)
    left = SeriesRevision.objects.filter(in_releases__release__in=before)
    left = left.exclude(in_releases__release=release)
    patient = "series__study__patient"
    return {*release.begun.values_list(patient, flat=True), *left.values_list(patient, flat=True)}


def _hand_out_work(release: Release) -> None:
    new = release.begun.order_by("pk").values_list("pk", flat=True)
    queue.enqueue_many("make-thumbnails", {f"revision {pk}": {"revision": pk} for pk in new})
