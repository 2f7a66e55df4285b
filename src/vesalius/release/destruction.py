"""The job of a confirmed purge: blobs, pictures, rows and every mention of the patient on the archive side.

Each step may run twice. The digests that refuse the content's return come first and the rows last, so that whatever
interrupts the job, what is still to be destroyed can still be named.
"""

import shutil

from django.db.models import Q, QuerySet
from django.utils import timezone

from vesalius.audit.trail import ARCHIVE_ITSELF
from vesalius.catalog.bytes import archive_store
from vesalius.catalog.changes import take_turn
from vesalius.catalog.derived import destroy_columns
from vesalius.catalog.models import (
    Blob,
    Instance,
    Patient,
    Purge,
    RevisionInstance,
    Series,
    SeriesRevision,
    Study,
    SupportingFile,
    Tombstone,
)
from vesalius.catalog.pictures import pictures_of
from vesalius.catalog.refusal import refuse
from vesalius.catalog.tombstones import tombstone_name
from vesalius.errors import Unavailable
from vesalius.jobs.dispatch import Work, handles
from vesalius.release.mentions import forget
from vesalius.release.purge import write_down
from vesalius.release.refresh import releases_of
from vesalius.release.reissue import reissue
from vesalius.release.scrub import destroy_deleted_bytes, scrub
from vesalius.release.table_rows import stands_in_tables, take_rows_out
from vesalius.settings.routing import Side, on_archive


@handles("purge-patient", Side.ARCHIVE)
def destroy(work: Work) -> None:
    """Destroy what a confirmed purge names, then prove in its counts how much that was."""
    purge = Purge.objects.get(pk=work.args["purge"])
    destroy_deleted_bytes()
    if purge.patient is not None:
        rows = take_rows_out(purge, purge.patient)
        blobs = _blobs_of(purge.patient)
        with on_archive():
            refuse(purge, blobs)
        alone = _used_by_nothing_else(blobs, purge.patient)
        for count, sha256 in enumerate(alone, 1):
            archive_store().delete(sha256)
            work.report(count, len(alone))
        pictures = _destroy_pictures(purge.patient)
        with on_archive():
            take_turn()
            if _blobs_of(purge.patient) != blobs or stands_in_tables(purge.patient):
                raise Unavailable("Content of the patient came in meanwhile; the next attempt takes it too.")
            _destroy_rows(purge, purge.patient, alone, {"pictures": pictures, "table rows": rows})
    destroy_columns()
    scrub()
    with work.finishing():
        Purge.objects.filter(pk=purge.pk).update(state=Purge.State.DONE, done_at=timezone.now())


def _revisions_of(patient: Patient) -> QuerySet[SeriesRevision]:
    return SeriesRevision.objects.filter(series__study__patient=patient)


def _blobs_of(patient: Patient) -> list[str]:
    contents = RevisionInstance.objects.filter(revision__series__study__patient=patient)
    return list(contents.order_by("blob_id").values_list("blob_id", flat=True).distinct())


def _used_by_nothing_else(blobs: list[str], patient: Patient) -> list[str]:
    elsewhere = RevisionInstance.objects.exclude(revision__series__study__patient=patient)
    shared = set(elsewhere.filter(blob__in=blobs).values_list("blob_id", flat=True))
    shared |= set(SupportingFile.objects.filter(blob__in=blobs).values_list("blob_id", flat=True))
    return [name for name in blobs if name not in shared]


def _destroy_pictures(patient: Patient) -> int:
    """Returns how many files went. Others may drop frames at the same time; Unavailable where they add some."""
    count = 0
    for revision in _revisions_of(patient):
        folder = pictures_of(revision)
        if folder.exists():
            count += sum(path.is_file() for path in folder.rglob("*"))
            shutil.rmtree(folder, ignore_errors=True)
            if folder.exists():
                raise Unavailable("Pictures could not be destroyed now; the next attempt takes them too.")
    return count


def _destroy_rows(purge: Purge, patient: Patient, blobs: list[str], besides: dict[str, int]) -> None:
    """All rows of the patient, all mentions of it, and the releases reissued without it: one transaction."""
    held = list(releases_of([patient.pk]))
    uids = _uids_of(patient)
    counts = {
        "studies": patient.studies.count(),
        "series": Series.objects.filter(study__patient=patient).count(),
        "revisions": _revisions_of(patient).count(),
        "blobs": len(blobs),
        **besides,
        "releases": len(held),
        "mentions": forget(patient, uids),
    }
    write_down("purge.done", purge, ARCHIVE_ITSELF, counts)
    Tombstone.objects.create(
        kind=Tombstone.Kind.PURGED,
        level="patient",
        name=tombstone_name(patient),
        holding=patient.holding,
        reason=purge.reason,
        deed_id=purge.deed_id,
    )
    _delete(patient, blobs)
    Purge.objects.filter(pk=purge.pk).update(counts=counts)
    reissue(held)


def _uids_of(patient: Patient) -> set[str]:
    """Every study, series and SOP Instance UID of the patient."""
    studies = patient.studies.values_list("study_instance_uid", flat=True)
    series = Series.objects.filter(study__patient=patient).values_list("series_instance_uid", flat=True)
    instances = Instance.objects.filter(series__study__patient=patient)
    return {*studies, *series, *instances.values_list("sop_instance_uid", flat=True)}


def _delete(patient: Patient, blobs: list[str]) -> None:
    _revisions_of(patient).delete()
    Instance.objects.filter(series__study__patient=patient).delete()
    Series.objects.filter(study__patient=patient).delete()
    Study.objects.filter(patient=patient).delete()
    Patient.objects.filter(pk=patient.pk).delete()
    Blob.objects.filter(Q(pk__in=blobs), used_by=None, supportingfile=None).delete()
