"""Through the door: the accepted content of a confirmed plan comes to stand on the archive side.

The archive row is the truth: blobs first, then one archive transaction, then one intake transaction under the same
deed id. The job repeats until both sides agree.
"""

from collections.abc import Sequence

from vesalius.audit.trail import record
from vesalius.catalog.bytes import archive_store
from vesalius.catalog.changes import take_turn
from vesalius.catalog.columns import revision_columns
from vesalius.catalog.models import (
    Blob,
    Download,
    Holding,
    Instance,
    Patient,
    Release,
    ReleaseRevision,
    RevisionInstance,
    Series,
    SeriesRevision,
    Study,
)
from vesalius.curate.admit_tables import admit_tables
from vesalius.curate.gates import gates
from vesalius.curate.tables import with_its_files
from vesalius.errors import Conflict
from vesalius.intake.bytes import intake_store
from vesalius.intake.models import (
    CleanedInstance,
    CleanedSeries,
    CleanedTable,
    ReleasePlan,
    Submission,
    SubmittedFile,
)
from vesalius.intake.steps import Step
from vesalius.jobs.dispatch import Work, handles
from vesalius.settings.routing import Side, on_archive
from vesalius.store import BlobFacts

BLOBS_PER_COPY = 200
PURGES = frozenset({"purged", "purging"})  # gates that another deed can shut after the word was given
Copied = dict[str, BlobFacts]  # by SHA-256


@handles("admit-release", Side.INTAKE)
def admit_release(work: Work) -> None:
    """Copy, write the archive rows, write the intake rows; any part that is done already is left alone."""
    plan = ReleasePlan.objects.get(pk=work.args["plan"])
    planned = list(
        CleanedSeries.objects.filter(plans__plan=plan).select_related("submission__site").order_by("pk")
    )
    tables = list(
        CleanedTable.objects.filter(plans__plan=plan).select_related("submission__site").order_by("pk")
    )
    copied = _copy_blobs(work, planned, tables)
    if not Release.objects.filter(deed_id=plan.deed_id).exists():
        with on_archive():
            take_turn()  # a purge that ended since the word was given shuts a gate, and none can end now
            ready = all(gate.passes for gate in gates(plan) if gate.name in PURGES)
            if ready:
                _write_release(plan, planned, tables, copied)
        if not ready:
            _give_back(work, plan)
            return
    with work.finishing():
        ReleasePlan.objects.filter(pk=plan.pk).update(state=ReleasePlan.State.ADMITTED)
        ids = [series.pk for series in planned]
        CleanedSeries.objects.filter(pk__in=ids).update(step=Step.ADMITTED)
        SubmittedFile.objects.filter(cleaned_series__in=ids).update(step=Step.ADMITTED)
        CleanedTable.objects.filter(pk__in=[table.pk for table in tables]).update(step=Step.ADMITTED)
        with_its_files(tables).update(step=Step.ADMITTED)
        record(
            "release.admit",
            person=plan.confirmed_by,
            target_kind="release",
            target=str(plan),
            detail={"series": len(planned), "tables": len(tables)},
            deed_id=plan.deed_id,
        )


def _give_back(work: Work, plan: ReleasePlan) -> None:
    """The plan is a draft again, and its page shows the gate that shut."""
    with work.finishing():
        ReleasePlan.objects.filter(pk=plan.pk).update(
            state=ReleasePlan.State.DRAFT, confirmed_by="", confirmed_at=None
        )
        record(
            "release.give-back",
            person=plan.confirmed_by,
            target_kind="release",
            target=str(plan),
            deed_id=plan.deed_id,
        )


def _copy_blobs(work: Work, planned: Sequence[CleanedSeries], tables: Sequence[CleanedTable]) -> Copied:
    """Copy what the archive has no row or no bytes of; MD5, which only published files need, is made on the way."""
    instances = CleanedInstance.objects.filter(series__in=planned).order_by("pk")
    names = list(dict.fromkeys(instances.values_list("blob_id", flat=True)))
    names += [name for table in tables for name in (table.blob_id, table.dictionary_blob_id)]
    store, copied = archive_store(), Copied()
    for start in range(0, len(names), BLOBS_PER_COPY):
        group = names[start : start + BLOBS_PER_COPY]
        known = set(Blob.objects.filter(sha256__in=group).values_list("sha256", flat=True))
        missing = [name for name in group if name not in known or not store.has(name)]
        copied.update({one.sha256: one for one in store.copy_from(intake_store(), missing, md5=True)})
        work.report(start + len(group), len(names))
    return copied


def _write_release(
    plan: ReleasePlan, planned: Sequence[CleanedSeries], tables: Sequence[CleanedTable], copied: Copied
) -> None:
    holding = Holding.objects.select_for_update(of=("self",)).get(short_title=plan.holding)
    release = Release.objects.create(
        holding=holding, number=plan.number, notes=plan.notes, deed_id=plan.deed_id
    )
    Blob.objects.bulk_create(
        [
            Blob(sha256=one.sha256, size=one.size, md5=one.md5 or "", crc32=one.crc32)
            for one in copied.values()
        ],
        ignore_conflicts=True,
    )
    revisions = [_admit_series(holding, series) for series in planned]
    replaced = {series.series_instance_uid for series in planned} | set(plan.removed_series_uids)
    ReleaseRevision.objects.bulk_create(
        [
            ReleaseRevision(release=release, revision=revision)
            for revision in [*revisions, *_carried_over(holding, replaced)]
        ]
    )
    admit_tables(release, holding, tables)
    record(
        "release.admit",
        person=plan.confirmed_by,
        target_kind="release",
        target=str(plan),
        detail={
            "series": len(planned),
            "tables": len(tables),
            "carried over": release.contents.count() - len(planned),
        },
        deed_id=plan.deed_id,
    )


def _carried_over(holding: Holding, replaced: set[str]) -> list[SeriesRevision]:
    """Revisions of the current release that the new one keeps: neither replaced, removed nor withdrawn."""
    if holding.current_release is None:
        return []
    kept = SeriesRevision.objects.filter(in_releases__release=holding.current_release, withdrawn_at=None)
    return list(kept.exclude(series__series_instance_uid__in=replaced).order_by("pk"))


def _admit_series(holding: Holding, cleaned: CleanedSeries) -> SeriesRevision:
    """The revision of this content: the one that stands there already, or a new one."""
    existing = SeriesRevision.objects.filter(digest=cleaned.digest).first()
    if existing is not None:
        return existing
    series = _series_row(holding, cleaned)
    revision = SeriesRevision.objects.create(
        series=series,
        number=series.revisions.count() + 1,
        digest=cleaned.digest,
        home_download=Download.objects.get(holding=holding, title=cleaned.submission.download),
        site=cleaned.submission.site.name,
        third_party=cleaned.submission.origin == Submission.Origin.DERIVED,
        image_count=cleaned.image_count,
        size=cleaned.size,
        facts=cleaned.facts,
        deid_runs=_runs(cleaned),
        **revision_columns([one.facts for one in cleaned.instances.order_by("position")]),
    )
    _admit_instances(series, revision, cleaned)
    return revision


def _series_row(holding: Holding, cleaned: CleanedSeries) -> Series:
    study = Study.objects.filter(study_instance_uid=cleaned.study_instance_uid).first()
    if study is None:
        patient, _ = Patient.objects.get_or_create(holding=holding, patient_id=cleaned.patient_id)
        study = Study.objects.create(patient=patient, study_instance_uid=cleaned.study_instance_uid)
    if study.patient.patient_id != cleaned.patient_id:
        raise Conflict("a study of this release belongs to another patient")
    series, _ = Series.objects.get_or_create(
        series_instance_uid=cleaned.series_instance_uid,
        defaults={"study": study, "holding": holding, "modality": cleaned.modality},
    )
    if series.study_id != study.pk or series.holding_id != holding.pk:
        raise Conflict("a series of this release belongs to another study or collection")
    return series


def _admit_instances(series: Series, revision: SeriesRevision, cleaned: CleanedSeries) -> None:
    members = list(cleaned.instances.order_by("position"))
    Instance.objects.bulk_create(
        [Instance(series=series, sop_instance_uid=one.sop_instance_uid) for one in members],
        ignore_conflicts=True,
    )
    uids = [one.sop_instance_uid for one in members]
    ids = dict(
        Instance.objects.filter(series=series, sop_instance_uid__in=uids).values_list(
            "sop_instance_uid", "pk"
        )
    )
    if len(ids) != len(members):
        raise Conflict("an instance of this release belongs to another series")
    RevisionInstance.objects.bulk_create(
        [
            RevisionInstance(
                revision=revision,
                position=one.position,
                instance_id=ids[one.sop_instance_uid],
                sop_class_uid=one.sop_class_uid,
                blob_id=one.blob_id,
                instance_number=one.facts.get("InstanceNumber"),
                acquisition_number=one.facts.get("AcquisitionNumber"),
                frame_count=one.facts.get("NumberOfFrames") or 1,
                transfer_syntax_uid=one.facts["TransferSyntaxUID"],
                offsets=one.offsets,
            )
            for one in members
        ]
    )


def _runs(cleaned: CleanedSeries) -> list[dict[str, object]]:
    """The chain of de-identification, as far as the world may know it."""
    return [
        {
            "by": run.by,
            "software": run.software,
            "recipe": run.recipe_name,
            "recipe_digest": run.recipe_digest,
            "domain": run.domain_fingerprint,
            "options": run.options,
            "at": run.at.isoformat(),
        }
        for run in cleaned.runs.order_by("position")
    ]
