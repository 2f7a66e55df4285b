"""The intake side of a purge: nothing of a patient remains here either."""

import mmap
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q, QuerySet

from vesalius.audit.models import AuditEntry
from vesalius.audit.trail import record
from vesalius.catalog.models import Purge
from vesalius.catalog.refusal import keyed_digest, refuse
from vesalius.curate.forget_tables import blobs_of_tables, delete_tables, tables_naming
from vesalius.curate.previews import preview_path
from vesalius.errors import Unavailable
from vesalius.intake.bytes import intake_store
from vesalius.intake.models import (
    CleanedInstance,
    CleanedSeries,
    Finding,
    PatientMapping,
    ReceivedBlob,
    ReleasePlan,
    SubmittedFile,
)
from vesalius.jobs.dispatch import Work, handles
from vesalius.jobs.models import Job
from vesalius.jobs.queue import cancel, enqueue
from vesalius.settings.routing import Side, connection_of, on_archive, on_intake

SHORTEST_ID = 4  # a shorter patient ID would be found in files that have nothing to do with the patient


def forget_patient(collection: str, patient_id: str, *, person: str, deed_id: str) -> None:
    """Ask for the destruction of all that the intake side holds of a patient of a collection."""
    with on_intake():
        for patient in _mappings(collection, patient_id):
            enqueue("forget-patient", {"patient": patient.pk, "person": person, "deed": deed_id}, priority=9)
        named = {"collection": collection, "patient": keyed_digest(f"{collection}/{patient_id}")}
        enqueue("forget-tables", {**named, "person": person, "deed": deed_id}, priority=9)


def unask(deed_id: str) -> None:
    """Take back what `forget_patient` asked for, when the archive side refused its word."""
    with on_intake():
        asked = Job.objects.filter(kind__in=["forget-patient", "forget-tables"], args__deed=deed_id)
        for job_id in asked.values_list("pk", flat=True):
            cancel(job_id)


def _mappings(collection: str, patient_id: str) -> QuerySet[PatientMapping]:
    """The patient, and the same one under whom others sent what they derived from its studies."""
    studies = CleanedSeries.objects.filter(collection=collection, patient_id=patient_id)
    deriving = PatientMapping.objects.filter(
        patient_id=patient_id,
        files__cleaned_series__study_instance_uid__in=studies.values("study_instance_uid"),
    )
    own = PatientMapping.objects.filter(domain__collection=collection, patient_id=patient_id)
    return (own | PatientMapping.objects.filter(pk__in=deriving.values("pk"))).distinct()


@handles("forget-patient", Side.INTAKE)
def forget(work: Work) -> None:
    """Destroy files, then rows; a repeated run finds less and ends the same."""
    patient = PatientMapping.objects.select_related("domain").filter(pk=work.args["patient"]).first()
    connection = connection_of(Side.INTAKE)
    if patient is not None and _is_confirmed(work.args["deed"]):
        _overwrite_what_is_deleted(connection)
        _forget(work, patient)
    _scrub(connection)


@handles("forget-tables", Side.INTAKE)
def forget_tables(work: Work) -> None:
    """Destroy every table, released or not, that holds a row of the patient; the site may send it without."""
    connection = connection_of(Side.INTAKE)
    if _is_confirmed(work.args["deed"]):
        _overwrite_what_is_deleted(connection)
        naming = tables_naming(work.args["collection"], work.args["patient"])
        files = SubmittedFile.objects.filter(
            Q(tables__in=naming) | Q(duplicate_of__tables__in=naming) | Q(duplicates__tables__in=naming)
        )
        files = SubmittedFile.objects.filter(pk__in=list(files.values_list("pk", flat=True)))
        blobs = blobs_of_tables(files)
        _refuse_their_return(work.args["deed"], files)
        for name in blobs:
            intake_store().delete(name)
        with work.saving():
            counts = {"files": files.count(), "blobs": len(blobs)}
            delete_tables(files)
            files.delete()
            ReceivedBlob.objects.filter(pk__in=blobs).delete()
            if counts["files"]:
                record(
                    "tables.forget",
                    person=work.args["person"],
                    target_kind="patient",
                    target=work.args["deed"],
                    detail=counts,
                    deed_id=uuid.UUID(work.args["deed"]),
                )
    _scrub(connection)


def _is_confirmed(deed: str) -> bool:
    """The archive side has the word; Unavailable, and so tried again, while it has not said yes."""
    purge = Purge.objects.filter(deed_id=deed).first()
    if purge is None or purge.state == Purge.State.ASKED:
        raise Unavailable("the archive side has not confirmed this purge")
    return purge.state != Purge.State.TAKEN_BACK


def _forget(work: Work, patient: PatientMapping) -> None:
    own = SubmittedFile.objects.filter(patient=patient)
    strays = _strays(patient, own)
    # Ids, not questions: what is asked again after the first deletion would find less.
    ids = [*own.values_list("pk", flat=True), *strays]
    ids += SubmittedFile.objects.filter(duplicate_of__in=ids).values_list("pk", flat=True)
    files = SubmittedFile.objects.filter(pk__in=ids)
    series = CleanedSeries.objects.filter(
        pk__in=list(
            CleanedInstance.objects.filter(file__in=files).values_list("series", flat=True).distinct()
        )
    )
    blobs = sorted({*_blobs_of(files, series), *blobs_of_tables(files)})
    _refuse_their_return(work.args["deed"], files)
    for one in series:
        shutil.rmtree(preview_path(one, 0).parent, ignore_errors=True)
    for count, name in enumerate(blobs, 1):
        intake_store().delete(name)
        work.report(count, len(blobs))
    with work.saving():
        _forget_mentions(patient, series)
        _delete_rows(patient, files, series)
        ReceivedBlob.objects.filter(pk__in=blobs).delete()
        record(
            "patient.forget",
            person=work.args["person"],
            target_kind="patient",
            target=work.args["deed"],
            detail={"files": len(ids), "blobs": len(blobs)},
            deed_id=uuid.UUID(work.args["deed"]),
        )


def _strays(patient: PatientMapping, own: QuerySet[SubmittedFile]) -> list[int]:
    """Files of nobody, such as damaged ones in quarantine, whose bytes name this patient."""
    sought = _sought(patient, own)
    if sought is None:
        return []
    unclaimed = SubmittedFile.objects.filter(
        submission__collection=patient.domain.collection, patient=None, duplicate_of=None
    )
    return [file for file, name in unclaimed.values_list("pk", "blob_id") if _names(name, sought)]


def _sought(patient: PatientMapping, own: QuerySet[SubmittedFile]) -> re.Pattern[bytes] | None:
    """The patient's original ID and UIDs, each as a whole word."""
    words = {patient.original_id} if len(patient.original_id) >= SHORTEST_ID else set()
    for collected in own.values_list("collected", flat=True):
        words |= {collected.get(name, "") for name in ("study", "series", "sop_instance")}
    spelled = {word.encode(code) for word in words - {""} for code in _codes(word)}
    if not spelled:
        return None
    inside = b"|".join(re.escape(word) for word in sorted(spelled))
    return re.compile(b"(?<![0-9A-Za-z.])(?:" + inside + b")(?![0-9A-Za-z]|\\.[0-9])")


def _codes(word: str) -> Iterator[str]:
    for code in ("utf-8", "latin-1"):
        try:
            word.encode(code)
        except UnicodeEncodeError:
            continue
        yield code


def _names(blob: str, sought: re.Pattern[bytes]) -> bool:
    path = intake_store().path(blob)
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return sought.search(content) is not None
    except (FileNotFoundError, ValueError):  # gone already, or empty
        return False


def _refuse_their_return(deed: str, files: QuerySet[SubmittedFile]) -> None:
    """The originals may not come back either; the archive side has refused what was published."""
    purge = Purge.objects.filter(deed_id=deed).first()
    if purge is not None:
        with on_archive():
            refuse(purge, files.order_by("blob_id").values_list("blob_id", flat=True).distinct())


def _blobs_of(files: QuerySet[SubmittedFile], series: QuerySet[CleanedSeries]) -> list[str]:
    """Every blob that only these files and series use."""
    instances = CleanedInstance.objects.filter(series__in=series)
    names = {*files.values_list("blob_id", flat=True), *instances.values_list("blob_id", flat=True)}
    names |= {name for name in series.values_list("changes_id", flat=True) if name}
    shared = SubmittedFile.objects.filter(blob_id__in=names).exclude(pk__in=files.values("pk"))
    others = CleanedInstance.objects.filter(blob_id__in=names).exclude(series__in=series)
    others_series = CleanedSeries.objects.filter(changes_id__in=names).exclude(pk__in=series.values("pk"))
    kept = {*shared.values_list("blob_id", flat=True), *others.values_list("blob_id", flat=True)}
    kept |= {*others_series.values_list("changes_id", flat=True)}
    return sorted(names - kept)


def _forget_mentions(patient: PatientMapping, series: QuerySet[CleanedSeries]) -> None:
    """Plans, look-up tables and the audit trail no longer know the patient; deeds stay, without a name."""
    uids = sorted(set(series.values_list("series_instance_uid", flat=True)))
    for plan in ReleasePlan.objects.exclude(removed_series_uids=[]):
        plan.removed_series_uids = [uid for uid in plan.removed_series_uids if uid not in uids]
        plan.save(update_fields=["removed_series_uids"])
    domain = patient.domain
    domain.lookup = _without(patient, domain.lookup)
    domain.events = _without(patient, domain.events)
    domain.corrections = {
        name: told
        for name, told in _without(patient, domain.corrections).items()
        if told["same_as"].split("\t")[-1] != patient.original_id
    }
    domain.save(update_fields=["lookup", "events", "corrections"])
    for entry in _entries_about(uids):
        counts = {name: value for name, value in entry.detail.items() if isinstance(value, int)}
        AuditEntry.objects.filter(pk=entry.pk).update(target=keyed_digest(entry.target), detail=counts)


def _without(patient: PatientMapping, told: dict[str, Any]) -> dict[str, Any]:
    """What a domain says of every other patient."""
    return {name: value for name, value in told.items() if name.split("\t")[-1] != patient.original_id}


def _entries_about(uids: list[str]) -> Iterable[AuditEntry]:
    for start in range(0, len(uids), 500):
        yield from AuditEntry.objects.filter(target__in=uids[start : start + 500])


def _delete_rows(
    patient: PatientMapping, files: QuerySet[SubmittedFile], series: QuerySet[CleanedSeries]
) -> None:
    for one in series:
        one.plans.all().delete()
    Finding.objects.filter(file__in=files).delete()
    Job.objects.filter(kind="clean-patient", key=str(patient.pk)).delete()
    series.delete()
    delete_tables(files)
    files.delete()
    _hand_on(patient)
    patient.delete()


def _hand_on(patient: PatientMapping) -> None:
    """Another ID of the same person takes this one's place, so that the rows of the others stay until their turn."""
    heir = patient.others.order_by("pk").first()
    if heir is not None:
        PatientMapping.objects.filter(pk=patient.pk).update(same_as=heir)
        PatientMapping.objects.filter(pk=heir.pk).update(same_as=None)
        patient.others.exclude(pk=heir.pk).update(same_as=heir)


def _overwrite_what_is_deleted(connection: BaseDatabaseWrapper) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")


def _scrub(connection: BaseDatabaseWrapper) -> None:
    """Write the database anew without its deleted rows and empty its log; Unavailable while others read it.

    On PostgreSQL, archived log segments and backups are the operator's to expire.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                cursor.execute(statement)
                if statement.startswith("PRAGMA") and cursor.fetchone()[0]:
                    raise Unavailable(
                        "The log of the database is being read; the purge is finished at the next attempt."
                    )
        else:
            cursor.execute("VACUUM (FULL)")
