"""The table "Data access": each row of it for the one who asks, with what it holds of the current release."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.db.models import Count, Sum

from vesalius.access.permit import Visible
from vesalius.catalog.models import Cell, Download, Holding, Release, SupportingFile
from vesalius.catalog.visible import findable, revisions_of, supporting_files
from vesalius.pages.public.access import Access, access_of
from vesalius.pages.public.addresses import address_of
from vesalius.search.query import Query

FORMATS: Final = {  # media type -> as pages name it
    "text/csv": "CSV", "text/tab-separated-values": "TSV", "application/json": "JSON", "application/pdf": "PDF",
    "application/zip": "ZIP", "text/plain": "Text", "application/xml": "XML",
}  # fmt: skip

NONE: Final[dict[str, int | None]] = dict.fromkeys(
    ("subjects", "studies", "series", "images", "files", "size")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table: what it holds of the current release, and the ways to it."""

    download: Download
    access: Access
    type: str
    format: str
    counts: dict[str, int | None]  # of NONE; None where it does not apply
    search: str = ""  # query string of the search for its series
    basket: str = ""  # the same, for the basket
    manifest: str = ""  # addresses
    whole: str = ""


def access_rows(holding: Holding, release: Release, visible: Visible) -> list[Row]:
    """The rows that the asker may find, in a fixed number of questions to the database."""
    downloads = list(holding.downloads.filter(pk__in=visible.findable).select_related("license"))
    series = _series_counts(release, visible)
    modalities = _modalities(release, visible)
    files = list(supporting_files(release, visible.findable))
    return [
        _row(
            holding,
            download,
            access_of(download, visible),
            series.get(download.pk, {}),
            modalities.get(download.pk, []),
            [file for file in files if file.home_download_id == download.pk],
        )
        for download in downloads
    ]


def _row(
    holding: Holding,
    download: Download,
    access: Access,
    counts: dict[str, int],
    modalities: list[str],
    files: list[SupportingFile],
) -> Row:
    if download.kind == Download.Kind.LINK:
        return Row(download=download, access=access, type="Outside data", format="Outside link", counts=NONE)
    told = NONE | counts
    if files:
        size = counts.get("size", 0) + sum(file.blob.size for file in files)
        told |= {"files": len(files), "size": size}
    formats = ["DICOM"] * bool(counts) + _formats(files)
    title = {"download": download.title}
    query = Query(holdings=(holding.short_title,), downloads=(download.title,)).url() if counts else ""
    place = address_of(holding)
    ready = bool(counts) and access.may_fetch
    files_alone = download.kind == Download.Kind.FILES and bool(files) and access.may_fetch
    return Row(
        download=download,
        access=access,
        type=", ".join(modalities) or "Files",
        format=", ".join(formats),
        counts=told,
        search=query,
        basket=query if ready else "",
        manifest=f"{place}manifest.tcia?{urlencode(title)}" if ready else "",
        whole=f"{place}download/?{urlencode(title)}" if ready or files_alone else "",
    )


def _series_counts(release: Release, visible: Visible) -> dict[int, dict[str, int]]:
    found = findable(revisions_of(release), visible).order_by().values("home_download")
    counted = found.annotate(
        subject_count=Count("series__study__patient", distinct=True),
        study_count=Count("series__study", distinct=True),
        series_count=Count("pk"),
        images=Sum("image_count", default=0),
        bytes=Sum("size", default=0),
    )
    return {
        row["home_download"]: {
            "subjects": row["subject_count"], "studies": row["study_count"], "series": row["series_count"],
            "images": row["images"], "size": row["bytes"],
        }
        for row in counted
    }  # fmt: skip


def _modalities(release: Release, visible: Visible) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Cell.objects.filter(release=release, download__in=visible.findable).order_by("modality")
    for download, modality in rows.values_list("download", "modality").distinct():
        found.setdefault(download, []).append(modality)
    return found


def _formats(files: Iterable[SupportingFile]) -> list[str]:
    return sorted({FORMATS.get(file.media_type, "Other") for file in files})
