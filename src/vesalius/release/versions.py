"""The versions of a holding: listed, counted, and told as manifests."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet, Sum

from vesalius.catalog.models import Holding, Release, SeriesRevision
from vesalius.catalog.visible import Judged, fetchable, findable, revisions_of, supporting_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One published release and how much of it the asker may find."""

    release: Release
    current: bool
    subject_count: int
    study_count: int
    series_count: int
    image_count: int
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestLine:
    """One series of a release."""

    series_instance_uid: str
    revision: int  # of this series: 1, 2, 3 ...
    digest: str  # over (SOP Instance UID, SHA-256) in order
    image_count: int
    size: int  # bytes
    license: str  # SPDX


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseManifest:
    """What stands in a release and may be fetched by the asker."""

    holding: str  # short title
    number: int
    doi: str
    published_at: datetime | None
    redacted_at: datetime | None
    digest: str  # of the whole release, whatever the asker may fetch
    series: tuple[ManifestLine, ...]  # by UID
    files: tuple[tuple[str, str, int], ...]  # name, SHA-256, bytes


def versions(holding: Holding, visible: Judged) -> list[Version]:
    """The published releases of a holding, newest first, counted by what the asker may find."""
    published = Release.objects.filter(holding=holding, state=Release.State.PUBLISHED)
    found = published.select_related("holding").order_by("-number")
    return [version_of(release, visible) for release in found]


def version_of(release: Release, visible: Judged) -> Version:
    """One release, counted by what the asker may find."""
    found = findable(revisions_of(release), visible)
    counted = found.aggregate(
        subject_count=Count("series__study__patient", distinct=True),
        study_count=Count("series__study", distinct=True),
        series_count=Count("pk"),
        image_count=Sum("image_count", default=0),
        size=Sum("size", default=0),
    )
    return Version(release=release, current=release.pk == release.holding.current_release_id, **counted)


def release_manifest(release: Release, visible: Judged) -> ReleaseManifest:
    """The series and files of one release that the asker may fetch."""
    revisions = _lines(fetchable(revisions_of(release), visible))
    files = supporting_files(release, visible.fetchable)
    return ReleaseManifest(
        holding=release.holding.short_title,
        number=release.number,
        doi=release.doi,
        published_at=release.published_at,
        redacted_at=release.redacted_at,
        digest=release.digest,
        series=tuple(revisions),
        files=tuple((file.name, file.blob.sha256, file.blob.size) for file in files),
    )


def _lines(revisions: QuerySet[SeriesRevision]) -> list[ManifestLine]:
    told = revisions.select_related("series", "home_download__license")
    return [
        ManifestLine(
            series_instance_uid=row.series.series_instance_uid,
            revision=row.number,
            digest=row.digest,
            image_count=row.image_count,
            size=row.size,
            license=row.home_download.license.spdx,
        )
        for row in told.order_by("series__series_instance_uid")
    ]
