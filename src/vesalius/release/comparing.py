"""What changed between any two versions of a holding, told by the database: of 100,000 series none is loaded."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum

from vesalius.catalog.models import Release, SeriesRevision, SupportingFile
from vesalius.catalog.visible import WITH_CONTEXT, Judged, findable, revisions_of, supporting_files

PATIENT_ID = "series__study__patient__patient_id"
SERIES_UID = "series__series_instance_uid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of change and the series that it befell, by subject and UID."""

    name: str  # "added", "replaced", "removed"
    rows: QuerySet[SeriesRevision]  # of the newer version; of the older one for what was removed
    release: Release  # in which the rows stand
    series_count: int
    image_count: int
    size: int  # bytes

    def uids(self) -> tuple[str, ...]:
        """The Series Instance UIDs, in order."""
        return tuple(self.rows.order_by(SERIES_UID).values_list(SERIES_UID, flat=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One supporting file that changed."""

    kind: str  # as of Kind
    name: str
    title: str
    size: int  # bytes, as it stands in the newer version; in the older one for what was removed


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How a version differs from an older one, as far as the asker may find both."""

    newer: Release
    older: Release
    added: Kind
    replaced: Kind  # the same UID, other content
    removed: Kind
    files: tuple[FileChange, ...]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The three kinds, in the order in which they are told."""
        return self.added, self.replaced, self.removed

    @property
    def nothing(self) -> bool:
        """Whether both hold the same."""
        return not (self.files or any(kind.series_count for kind in self.kinds))


def compare(newer: Release, older: Release, visible: Judged) -> Comparison:
    """How `newer` differs from `older`, two published versions of one holding."""
    now, before = (findable(revisions_of(one), visible) for one in (newer, older))
    same_series = {"series": OuterRef("series")}
    predecessor = before.filter(**same_series)
    replaced = now.filter(Exists(predecessor.exclude(digest=OuterRef("digest"))))
    return Comparison(
        newer=newer,
        older=older,
        added=_kind("added", now.filter(~Exists(predecessor)), newer),
        replaced=_kind(
            "replaced", replaced.annotate(older_number=Subquery(predecessor.values("number")[:1])), newer
        ),
        removed=_kind("removed", before.filter(~Exists(now.filter(**same_series))), older),
        files=tuple(_file_changes(newer, older, visible)),
    )


def rows_of(comparison: Comparison) -> Iterator[dict[str, object]]:
    """Every changed series and file as one flat row, kind by kind; what does not apply is None."""
    for kind in comparison.kinds:
        for revision in kind.rows.iterator(chunk_size=2000):
            series = revision.series
            yield {
                "change": kind.name,
                "what": "series",
                "name": series.series_instance_uid,
                "patient_id": series.study.patient.patient_id,
                "modality": revision.modality,
                "series_description": revision.series_description,
                "image_count": revision.image_count,
                "size": revision.size,
                "older_revision": _older_number(kind.name, revision),
                "newer_revision": None if kind.name == "removed" else revision.number,
            }
    for file in comparison.files:
        none = dict.fromkeys(ROW)
        yield none | {"change": file.kind, "what": "file", "name": file.name, "size": file.size}


ROW = (
    "change", "what", "name", "patient_id", "modality", "series_description", "image_count", "size",
    "older_revision", "newer_revision",
)  # fmt: skip


def _older_number(kind: str, revision: SeriesRevision) -> int | None:
    if kind == "replaced":
        number: int = getattr(revision, "older_number")  # noqa: B009 - annotated by compare()
        return number
    return revision.number if kind == "removed" else None


def _kind(name: str, rows: QuerySet[SeriesRevision], release: Release) -> Kind:
    counted = rows.order_by().aggregate(
        series_count=Count("pk"), image_count=Sum("image_count", default=0), size=Sum("size", default=0)
    )
    ordered = rows.select_related(*WITH_CONTEXT).order_by(PATIENT_ID, SERIES_UID)
    return Kind(name=name, rows=ordered, release=release, **counted)


def _file_changes(newer: Release, older: Release, visible: Judged) -> Iterator[FileChange]:
    now, before = (_by_name(one, visible) for one in (newer, older))
    for name in sorted(now.keys() | before.keys()):
        new, old = now.get(name), before.get(name)
        told = new or old
        assert told is not None
        if new and old and new.blob_id == old.blob_id:
            continue
        kind = "replaced" if new and old else ("added" if new else "removed")
        yield FileChange(kind=kind, name=name, title=told.title, size=told.blob.size)


def _by_name(release: Release, visible: Judged) -> dict[str, SupportingFile]:
    return {file.name: file for file in supporting_files(release, visible.findable)}
