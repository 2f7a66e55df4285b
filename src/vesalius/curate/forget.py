"""The intake side of a purge: nothing of a patient remains here either."""

import shutil

from django.db.models import QuerySet

from vesalius.audit.trail import record
from vesalius.curate.previews import preview_path
from vesalius.intake.bytes import intake_store
from vesalius.intake.models import (
    CleanedInstance,
    CleanedSeries,
    Finding,
    PatientMapping,
    ReceivedBlob,
    SubmittedFile,
)
from vesalius.jobs.dispatch import Work, handles
from vesalius.jobs.models import Job
from vesalius.jobs.queue import enqueue
from vesalius.settings.routing import Side, connection_of, on_intake


def forget_patient(collection: str, patient_id: str, *, person: str, deed_id: str) -> None:
    """Ask for the destruction of all that the intake side holds of a patient of a collection."""
    mappings = PatientMapping.objects.filter(domain__collection=collection, patient_id=patient_id)
    with on_intake():
        for patient in mappings:
            enqueue("forget-patient", {"patient": patient.pk, "person": person, "deed": deed_id}, priority=9)


@handles("forget-patient", Side.INTAKE)
def forget(work: Work) -> None:
    """Destroy files, then rows; a repeated run finds less and ends the same."""
    patient = PatientMapping.objects.filter(pk=work.args["patient"]).first()
    if patient is None:
        _scrub()
        return
    files = SubmittedFile.objects.filter(patient=patient)
    series = CleanedSeries.objects.filter(instances__file__in=files).distinct()
    for one in series:
        shutil.rmtree(preview_path(one, 0).parent, ignore_errors=True)
    blobs = _blobs_of(files)
    with work.saving():
        _delete_rows(patient, files, series)
        ReceivedBlob.objects.filter(pk__in=blobs).delete()
        record(
            "patient.forget",
            person=work.args["person"],
            target_kind="patient",
            target=work.args["deed"],
            detail={"blobs": len(blobs)},
        )
    store = intake_store()
    for name in blobs:
        store.delete(name)
    _scrub()


def _blobs_of(files: QuerySet[SubmittedFile]) -> list[str]:
    """Every blob that only this patient's files use."""
    instances = CleanedInstance.objects.filter(file__in=files)
    names = {*files.values_list("blob_id", flat=True), *instances.values_list("blob_id", flat=True)}
    names |= {name for name in instances.values_list("changes_id", flat=True) if name}
    duplicates = SubmittedFile.objects.filter(duplicate_of__in=files)
    shared = SubmittedFile.objects.filter(blob_id__in=names).exclude(pk__in=files).exclude(pk__in=duplicates)
    others = CleanedInstance.objects.exclude(file__in=files)
    kept = {*shared.values_list("blob_id", flat=True)}
    kept |= {*others.filter(blob_id__in=names).values_list("blob_id", flat=True)}
    kept |= {*others.filter(changes_id__in=names).values_list("changes_id", flat=True)}
    return sorted(names - kept)


def _delete_rows(
    patient: PatientMapping, files: QuerySet[SubmittedFile], series: QuerySet[CleanedSeries]
) -> None:
    ids = list(series.values_list("pk", flat=True))
    Finding.objects.filter(file__in=files).delete()
    for one in CleanedSeries.objects.filter(pk__in=ids):
        one.plans.all().delete()
    Job.objects.filter(kind="clean-patient", key=str(patient.pk)).delete()
    CleanedSeries.objects.filter(pk__in=ids).delete()
    SubmittedFile.objects.filter(duplicate_of__in=files).delete()
    files.delete()
    patient.delete()


def _scrub() -> None:
    """Let no deleted byte remain in the database file."""
    connection = connection_of(Side.INTAKE)
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
