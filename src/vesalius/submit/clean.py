"""Pass 2: clean one patient's unreleased series with all that is known of the patient."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

import vesalius
from vesalius import deid
from vesalius.audit.trail import ARCHIVE_ITSELF, record
from vesalius.catalog.digests import revision_digest
from vesalius.errors import Conflict
from vesalius.intake.bytes import intake_store
from vesalius.intake.models import (
    ChangeValue,
    CleanedInstance,
    CleanedSeries,
    DeidRun,
    Finding,
    PatientContext,
    PatientMapping,
    ReceivedBlob,
    Submission,
    SubmittedFile,
)
from vesalius.intake.steps import Step
from vesalius.jobs.dispatch import Work, handles
from vesalius.jobs.queue import enqueue
from vesalius.settings.routing import Side, on_intake
from vesalius.store import BlobFacts
from vesalius.submit import faces
from vesalius.submit.domains import identity_of
from vesalius.submit.inspect import FILES_PER_TASK, chunks, quarantine, settle_if_ready
from vesalius.submit.order import in_slice_order
from vesalius.submit.recipes import current_recipe, of_row
from vesalius.submit.references import compare_references
from vesalius.submit.tasks import CleanedFile, CleanedPart, SeriesOrder, clean_series, event_dates, pack

UNDER_WAY = (Step.RECEIVED, Step.CLEANED, Step.IN_REVIEW, Step.ACCEPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One pass over one series, before it is made: repeating it changes nothing."""

    files: tuple[SubmittedFile, ...]
    content_digest: str  # over the received bytes
    recipe: deid.Recipe
    context: deid.PatientContext
    domain_fingerprint: str
    event: date | None  # true date of the patient's event
    read_pixels: bool  # whether text in pixels is read

    @property
    def key(self) -> dict[str, str]:
        """What a run is known by: what went in, how, and with which knowledge of the patient."""
        return {
            "content_digest": self.content_digest,
            "recipe_digest": self.recipe.digest,
            "context_digest": self.context.digest,
            "conditions_digest": _digest([f"event {self.event}", f"read pixels {self.read_pixels}"]),
        }


@handles("clean-patient", Side.INTAKE)
def clean_patient(work: Work) -> None:
    """Freeze the patient's context, then clean each series that is not yet cleaned in this very way."""
    patient = PatientMapping.objects.select_related("domain__site").get(pk=work.args["patient"])
    context = _freeze_context(work, patient)
    recipe = of_row(current_recipe(patient.domain.collection))
    identity = _dated(work, patient, identity_of(patient.domain).named_by(recipe), recipe)
    runs = [
        Run(
            files=files,
            content_digest=_digest(file.blob_id for file in files),
            recipe=recipe,
            context=context,
            domain_fingerprint=patient.domain.fingerprint,
            event=identity.event_date(patient.issuer, patient.original_id) if recipe.event else None,
            read_pixels=_reads_pixels(recipe),
        )
        for files in _series_of(patient)
    ]
    _tell_of_late_identifiers(work, patient, context)
    waiting = [run for run in runs if not _is_done(run)]
    asked = [[work.hand(clean_series, order) for order in _orders(run, identity)] for run in waiting]
    for done, (run, futures) in enumerate(zip(waiting, asked, strict=True)):
        parts: list[CleanedPart] = [future.result() for future in futures]
        face = faces.shows_face(work, parts)
        with work.saving():
            _save(run, patient, parts, face=face)
        work.report(done + 1, len(waiting))
    with work.finishing():
        compare_references(patient, identity)
        for submission in Submission.objects.filter(files__patient=patient).distinct():
            settle_if_ready(submission)


def _dated(
    work: Work, patient: PatientMapping, identity: deid.Identity, recipe: deid.Recipe
) -> deid.Identity:
    """The identity with the date of the patient's event, where the recipe takes it from the files."""
    if not (recipe.event and recipe.event_attribute):
        return identity
    files = SubmittedFile.objects.filter(patient__in=_of_person(patient)).exclude(collected={})
    names = list(files.order_by("blob_id").values_list("blob_id", flat=True).distinct())
    root = str(settings.VESALIUS.intake_blobs)
    asked = [work.hand(event_dates, root, recipe.to_json(), part) for part in chunks(names, FILES_PER_TASK)]
    days = [date.fromisoformat(day) for future in asked for day in future.result()]
    return identity.dated(((patient.issuer, patient.original_id), day) for day in days)


def _of_person(patient: PatientMapping) -> QuerySet[PatientMapping]:
    """The patient under every ID that a correction joins."""
    first = patient.same_as_id or patient.pk
    return PatientMapping.objects.filter(Q(pk=first) | Q(same_as=first))


def _reads_pixels(recipe: deid.Recipe) -> bool:
    """Whether text in pixels is read; a demonstration shows how people look for themselves."""
    from vesalius.deid.pixels import open_reader  # noqa: PLC0415 - loads what looks at pixels

    asked = settings.VESALIUS.read_pixels and not settings.VESALIUS.synthetic
    return asked and recipe.reads_text and open_reader() is not None


def _freeze_context(work: Work, patient: PatientMapping) -> deid.PatientContext:
    """What the patient's files say, and those under other IDs that are the same person's."""
    context = deid.PatientContext.of(_collected(patient))
    others = _of_person(patient).exclude(pk=patient.pk)
    told = {identifier for other in others for one in _collected(other) for identifier in one.identifiers}
    if told:
        context = replace(context, identifiers=tuple(sorted(told.union(context.identifiers))))
    with work.saving():
        PatientContext.objects.get_or_create(
            patient=patient, digest=context.digest, defaults={"content": json.loads(context.to_json())}
        )
    return context


def _collected(patient: PatientMapping) -> list[deid.Collected]:
    return [
        deid.Collected.from_json(json.dumps(content))
        for content in patient.files.exclude(collected={}).values_list("collected", flat=True)
    ]


def _series_of(patient: PatientMapping) -> list[tuple[SubmittedFile, ...]]:
    """The patient's series with a file under way, each with all its files, released ones too."""
    groups: dict[str, list[SubmittedFile]] = {}
    files = patient.files.filter(step__in=[*UNDER_WAY, Step.ADMITTED])
    files = files.select_related("submission").defer("collected")
    for file in files.order_by("pk"):
        groups.setdefault(file.original_series_uid, []).append(file)
    return [tuple(group) for group in groups.values() if any(file.step in UNDER_WAY for file in group)]


def _digest(names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


def _is_done(run: Run) -> bool:
    if any(file.step == Step.RECEIVED for file in run.files):
        return False
    return DeidRun.objects.filter(series__superseded_by=None, series__files=run.files[0], **run.key).exists()


def _orders(run: Run, identity: deid.Identity) -> list[SeriesOrder]:
    """One order for a short series; several for a long one, so that all hands work on it."""
    whole = SeriesOrder(
        store_root=str(settings.VESALIUS.intake_blobs),
        files=tuple((file.pk, file.blob_id) for file in run.files),
        origin=cast("deid.Origin", run.files[-1].submission.origin),
        recipe=run.recipe.to_json(),
        context=run.context.to_json(),
        identity=identity,
        read_pixels=run.read_pixels,
    )
    return [replace(whole, files=tuple(part)) for part in chunks(whole.files, FILES_PER_TASK)]


def _save(run: Run, patient: PatientMapping, parts: Sequence[CleanedPart], *, face: bool) -> None:
    """Rows of one cleaned series, all in one transaction; if files came or went meanwhile, a later job does it."""
    rows = SubmittedFile.objects.select_for_update().defer("collected")
    current = rows.in_bulk([file.pk for file in run.files])
    if any(current[file.pk].step != file.step for file in run.files):
        enqueue("clean-patient", {"patient": patient.pk}, key=str(patient.pk), priority=5)
        return
    cleaned = [one for part in parts for one in part.files]
    for one in cleaned:
        if one.refused[0]:
            quarantine(current[one.file], *one.refused)
    good = in_slice_order([one for one in cleaned if not one.refused[0]])
    if not good:
        return
    submission = run.files[-1].submission
    digest = revision_digest((one.facts["SOPInstanceUID"], _blob(one).sha256) for one in good)
    series = _same_as_before(submission, digest)
    if series is None:
        series = _save_series(submission, patient, good, digest)
        _save_values(series, parts)
        if face:
            faces.tell_of_face(series)
    DeidRun.objects.create(
        series=series,
        position=series.runs.count(),
        by=DeidRun.By.SITE if submission.origin == Submission.Origin.SITE else DeidRun.By.ARCHIVE,
        software=f"Vesalius {vesalius.__version__}",
        recipe_name=f"{run.recipe.name} {run.recipe.version}",
        domain_fingerprint=run.domain_fingerprint,
        options=sorted(run.recipe.options),
        **run.key,
    )
    ids = [one.file for one in good]
    CleanedSeries.objects.filter(files__in=ids).exclude(pk=series.pk).update(superseded_by=series)
    SubmittedFile.objects.filter(pk__in=ids).update(step=series.step, cleaned_series=series)
    enqueue("preview-series", {"series": series.pk}, key=str(series.pk), priority=3)
    record(
        "series.clean",
        person=ARCHIVE_ITSELF,
        target_kind="series",
        target=series.series_instance_uid,
        detail={"submission": submission.pk, "images": series.image_count, **run.key},
    )


def _same_as_before(submission: Submission, digest: str) -> CleanedSeries | None:
    """The series of this very content, where there is one: it stays where it stands, or comes back into review."""
    series = CleanedSeries.objects.filter(submission=submission, digest=digest).first()
    if series is not None and series.superseded_by_id is not None:
        series.superseded_by, series.step = None, Step.IN_REVIEW
        series.save(update_fields=["superseded_by", "step"])
    return series


def _blob(one: CleanedFile) -> BlobFacts:
    if one.blob is None:
        raise ValueError("a file that was refused has no cleaned bytes")
    return one.blob


def _save_series(
    submission: Submission, patient: PatientMapping, good: Sequence[CleanedFile], digest: str
) -> CleanedSeries:
    first = good[0].facts
    series = CleanedSeries.objects.create(
        submission=submission,
        collection=submission.collection,
        patient_id=patient.patient_id,
        study_instance_uid=first["StudyInstanceUID"],
        series_instance_uid=first["SeriesInstanceUID"],
        digest=digest,
        step=Step.IN_REVIEW,
        modality=first.get("Modality", ""),
        image_count=len(good),
        size=sum(_blob(one).size for one in good),
        pixel_text=any(kind == Finding.Kind.PIXEL_TEXT for one in good for kind, *_ in one.findings),
        pixel_digest=_digest(one.pixel_digest for one in good),
        facts=first,
        changes=_save_changes(good),
    )
    _save_instances(series, good)
    _save_findings(series, good)
    return series


def _save_changes(good: Sequence[CleanedFile]) -> ReceivedBlob:
    """One blob for the series, on disk before its row is."""
    blob = intake_store().put(pack(one.changes for one in good))
    row, _ = ReceivedBlob.objects.get_or_create(
        sha256=blob.sha256,
        defaults={"kind": ReceivedBlob.Kind.CHANGES, "size": blob.size, "crc32": blob.crc32},
    )
    return row


def _save_instances(series: CleanedSeries, good: Sequence[CleanedFile]) -> None:
    kind = ReceivedBlob.Kind.CLEANED
    ReceivedBlob.objects.bulk_create(
        [
            ReceivedBlob(sha256=blob.sha256, kind=kind, size=blob.size, crc32=blob.crc32)
            for blob in map(_blob, good)
        ],
        ignore_conflicts=True,  # a site's file is its own cleaned form, and has its row
    )
    CleanedInstance.objects.bulk_create(
        [
            CleanedInstance(
                series=series,
                position=position,
                file_id=one.file,
                sop_instance_uid=one.facts["SOPInstanceUID"],
                sop_class_uid=one.facts["SOPClassUID"],
                blob_id=_blob(one).sha256,
                facts=one.facts,
                offsets=one.offsets,
            )
            for position, one in enumerate(good)
        ]
    )


def _save_values(series: CleanedSeries, parts: Sequence[CleanedPart]) -> None:
    counts: Counter[tuple[str, str, str, str, str]] = Counter()
    for part in parts:
        counts.update(part.values)
    ChangeValue.objects.bulk_create(
        [
            ChangeValue(
                series=series,
                collection=series.collection,
                element_path=path[:300],
                vr=vr,
                action=action,
                before=before,
                after=after,
                count=count,
            )
            for (path, vr, action, before, after), count in sorted(counts.items())
        ]
    )


def _save_findings(series: CleanedSeries, good: Sequence[CleanedFile]) -> None:
    """One finding per distinct doubt of the series, about its first file that gives rise to it."""
    doubts = {doubt: one.file for one in reversed(good) for doubt in one.findings}
    Finding.objects.bulk_create(
        [
            Finding(
                submission_id=series.submission_id,
                series=series,
                file_id=file,
                kind=kind,
                sentence=sentence[:400],
                element_path=path[:300],
            )
            for (kind, sentence, path), file in sorted(doubts.items())
        ]
    )


def _tell_of_late_identifiers(work: Work, patient: PatientMapping, context: deid.PatientContext) -> None:
    """A released series was cleaned without knowing what is known now: a person must look at it again."""
    released = CleanedSeries.objects.filter(
        files__patient=patient, files__step=Step.ADMITTED, superseded_by=None
    ).distinct()
    for series in released:
        run = series.runs.last()
        if run is None or run.context_digest == context.digest:
            continue
        knew = PatientContext.objects.get(patient=patient, digest=run.context_digest)
        before = {tuple(pair) for pair in knew.content["identifiers"]}
        if {tuple(pair) for pair in context.identifiers} <= before:
            continue
        with work.saving():
            Finding.objects.get_or_create(
                submission_id=series.submission_id,
                series=series,
                kind=Finding.Kind.LATE_IDENTIFIER,
                settled_at=None,
                defaults={
                    "sentence": "a later file of this patient brought identifiers that were not known at release",
                    "blocks": False,
                },
            )


def reclean(series: CleanedSeries, person: str) -> None:
    """Clean a series again with its collection's current recipe; what stays equal stays as it was.

    Conflict for one that was cleaned again already: its successor is meant.
    """
    with on_intake():
        if CleanedSeries.objects.filter(pk=series.pk).exclude(superseded_by=None).exists():
            raise Conflict("the series was cleaned again since; look at it as it stands now")
        patient = series.files.values_list("patient", flat=True).first()
        if patient is None:
            raise Conflict("the originals of this series are gone; the site would have to send them again")
        series.files.update(step=Step.RECEIVED)
        Submission.objects.filter(pk=series.submission_id, state=Submission.State.READY).update(
            state=Submission.State.CLOSED, closed_at=timezone.now()
        )
        enqueue("clean-patient", {"patient": patient}, key=str(patient), priority=5)
        record(
            "series.reclean",
            person=person,
            target_kind="series",
            target=series.series_instance_uid,
            detail={"submission": series.submission_id},
        )
