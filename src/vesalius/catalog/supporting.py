"""Supporting files and their tables, as one asker may find and fetch them.

A row of a table speaks of a patient. While that patient is withdrawn, or its purge is asked for, the row is left out
wherever the table is shown or sent; a confirmed purge takes it out of the stored file.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from vesalius.catalog.models import (
    Holding,
    Patient,
    Purge,
    Release,
    SupportingFile,
    SupportingFileLink,
    Tombstone,
)
from vesalius.catalog.tombstones import tombstone_name
from vesalius.catalog.visible import OPEN_PURGES, Judged, shown_files, supporting_files
from vesalius.errors import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes of a stored file that may be shown."""

    start: int
    length: int


def tables_of(release: Release, downloads: frozenset[int]) -> list[SupportingFile]:
    """The tables among the supporting files of a release under these Downloads, by name."""
    return [file for file in supporting_files(release, downloads) if file.is_table]


def file_of(holding: Holding, name: str, visible: Judged, number: int | None = None) -> SupportingFile:
    """A supporting file of the current release, or of Version `number`; NotFound unless the asker may find or fetch."""
    release = _release_of(holding, number)
    known = visible.findable | visible.fetchable
    file = supporting_files(release, known).filter(name=name).first() if release else None
    if file is None:
        raise NotFound("There is no such file.")
    return file


def file_to_fetch(holding: Holding, name: str, visible: Judged, number: int | None = None) -> SupportingFile:
    """The same, where the asker may have its bytes; NotAllowed where it may be found and not fetched."""
    file = file_of(holding, name, visible, number)
    if file.home_download_id not in visible.fetchable:
        raise NotAllowed("This file may be found, but not be fetched with this account.")
    return file


def _release_of(holding: Holding, number: int | None) -> Release | None:
    if number is None:
        return holding.current_release
    return Release.objects.filter(
        holding=holding, number=number, state=Release.State.PUBLISHED
    ).first()  # fmt: skip


def hidden_patients(file: SupportingFile) -> frozenset[int]:
    """Ids of the patients whose rows are not shown at this moment."""
    patients = Patient.objects.filter(supportingfilelink__file=file)
    asked = Purge.objects.filter(state__in=OPEN_PURGES, patient__in=patients)
    hidden = {one.patient.pk for one in asked.select_related("patient") if one.patient is not None}
    buried = Tombstone.objects.filter(kind=Tombstone.Kind.WITHDRAWN, level="patient", lifted_at=None)
    names = set(buried.values_list("name", flat=True))
    if names:
        named = patients.select_related("holding").distinct()
        hidden |= {patient.pk for patient in named if tombstone_name(patient) in names}
    return frozenset(hidden)


def hidden_rows(file: SupportingFile) -> list[SupportingFileLink]:
    """The rows that are not shown at this moment, in the order of the file."""
    patients = hidden_patients(file)
    return list(file.links.filter(patient__in=patients).order_by("start")) if patients else []


def stretches(size: int, left_out: Iterable[SupportingFileLink]) -> list[Stretch]:
    """A file of `size` bytes without these rows, which come in the order of the file."""
    kept, at = [], 0
    for row in left_out:
        assert row.start is not None
        assert row.length is not None
        if row.start > at:
            kept.append(Stretch(at, row.start - at))
        at = row.start + row.length
    if at < size:
        kept.append(Stretch(at, size - at))
    return kept


def rows_about(patient: Patient, visible: Judged) -> QuerySet[SupportingFileLink]:
    """The rows about a patient in tables of current releases that the asker may fetch; the caller has judged it."""
    rows = SupportingFileLink.objects.filter(
        patient=patient,
        start__isnull=False,
        file__in=shown_files(),
        file__in_releases__release__current_of__isnull=False,
        file__home_download__in=visible.fetchable,
    )
    return rows.select_related("file__holding", "file__blob").order_by("file__name", "row")
