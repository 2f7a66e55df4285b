"""A person's verdict on a series: accept, exclude, undo; and what becomes of quarantined files."""

from collections.abc import Sequence
from typing import Final

from django.utils import timezone

from vesalius.audit.trail import record
from vesalius.errors import BadRequest, Conflict, NotFound
from vesalius.intake.models import CleanedSeries, Finding, ReleasePlan, Review, Submission, SubmittedFile
from vesalius.intake.steps import Step, require_next
from vesalius.jobs.queue import enqueue
from vesalius.settings.routing import on_intake


def accept(series_id: int, *, person: str, saw: str, pixels_clean: bool = False) -> Review:
    """Let a series go on to the next release.

    saw: digest of the content that the person looked at; Conflict when it has changed since.
    pixels_clean: the person looked at every image for text; BadRequest without it where text is possible.
    """
    with on_intake():
        series = _locked(series_id, saw)
        doubts = series.findings.filter(settled_at=None, blocks=True)
        pixel_doubts = doubts.filter(kind=Finding.Kind.PIXEL_TEXT)
        if pixel_doubts.exists() and not pixels_clean:
            raise BadRequest("these images may carry text: say that you looked at every one of them")
        if doubts.exclude(kind=Finding.Kind.PIXEL_TEXT).exists():
            raise Conflict("settle the open findings of this series first")
        pixel_doubts.update(
            settled_at=timezone.now(), settled_by=person, settlement="a person looked at every image"
        )
        return _judge(series, Step.ACCEPTED, Review.Verdict.ACCEPT, person=person, reason="")


def exclude(series_id: int, *, person: str, saw: str, reason: str) -> Review:
    """Keep a series out of releases, with a reason for those who ask later; BadRequest without one."""
    if not reason.strip():
        raise BadRequest("say why the series is excluded")
    with on_intake():
        series = _locked(series_id, saw)
        return _judge(series, Step.EXCLUDED, Review.Verdict.EXCLUDE, person=person, reason=reason.strip())


def undo(series_id: int, *, person: str) -> None:
    """Take the last verdict back, until the series is planned for a release that was confirmed."""
    with on_intake():
        series = _locked(series_id)
        review = series.reviews.filter(undone_at=None).last()
        if review is None:
            raise Conflict("there is no verdict to take back")
        if series.plans.exclude(
            plan__state__in=[ReleasePlan.State.DRAFT, ReleasePlan.State.DROPPED]
        ).exists():
            raise Conflict("the series stands in a release that was confirmed")
        series.plans.all().delete()
        review.undone_at, review.undone_by = timezone.now(), person
        review.save(update_fields=["undone_at", "undone_by"])
        series.findings.filter(kind=Finding.Kind.PIXEL_TEXT).update(
            settled_at=None, settled_by="", settlement=""
        )
        _move(series, Step.IN_REVIEW)
        _record("series.undo", series, person, {"verdict": review.verdict})


# How a face may be dealt with, and what is recorded where the person adds no reason of their own; "" asks for one.
FACE_VERDICTS: Final[dict[str, str]] = {
    Finding.Verdict.DEFACED: "the face was taken out of the images",
    Finding.Verdict.LIMITED: "only people who were granted it may fetch the images",
    Finding.Verdict.ACCEPTED: "",
}


def settle(finding_id: int, *, person: str, settlement: str, verdict: str = "") -> None:
    """Close a doubt with the reason why it is none; BadRequest without a reason.

    verdict: of a face, how it is dealt with (`FACE_VERDICTS`); BadRequest without one. No other doubt has one.
    """
    with on_intake():
        finding = Finding.objects.select_for_update().filter(pk=finding_id, settled_at=None).first()
        if finding is None:
            raise NotFound("there is no such open finding")
        is_face = finding.kind == Finding.Kind.FACE
        if is_face != (verdict in FACE_VERDICTS):
            raise BadRequest(
                "say of a face whether it was taken out, is limited or accepted, and of nothing else"
            )
        reason = settlement.strip() or FACE_VERDICTS.get(verdict, "")
        if not reason:
            raise BadRequest("say why the finding is settled")
        finding.settled_at, finding.settled_by = timezone.now(), person
        finding.settlement, finding.verdict = reason[:300], verdict
        finding.save(update_fields=["settled_at", "settled_by", "settlement", "verdict"])
        record(
            "finding.settle",
            person=person,
            target_kind="finding",
            target=str(finding.pk),
            detail={"kind": finding.kind, "submission": finding.submission_id, "verdict": verdict},
        )


def inspect_again(file_id: int, *, person: str) -> None:
    """Take a quarantined file out for another inspection, as after a mended check."""
    with on_intake():
        file = _locked_file(file_id, Step.RECEIVED)
        file.step, file.reason, file.patient = Step.RECEIVED, "", None
        file.original_sop_uid = file.original_series_uid = ""
        file.save(update_fields=["step", "reason", "patient", "original_sop_uid", "original_series_uid"])
        file.findings.filter(settled_at=None).update(
            settled_at=timezone.now(), settled_by=person, settlement="inspected again"
        )
        Submission.objects.filter(pk=file.submission_id, state=Submission.State.READY).update(
            state=Submission.State.CLOSED
        )
        enqueue(
            "inspect-submission", {"submission": file.submission_id}, key=str(file.submission_id), priority=10
        )
        _record_file("file.inspect-again", file, person)


def exclude_files(file_ids: Sequence[int], *, person: str, reason: str) -> int:
    """Keep quarantined files out for good; returns how many. BadRequest without a reason."""
    if not reason.strip():
        raise BadRequest("say why the files are excluded")
    with on_intake():
        for file_id in file_ids:
            file = _locked_file(file_id, Step.EXCLUDED)
            file.step, file.reason = Step.EXCLUDED, reason.strip()[:300]
            file.save(update_fields=["step", "reason"])
            file.findings.filter(settled_at=None).update(
                settled_at=timezone.now(), settled_by=person, settlement="excluded"
            )
            _record_file("file.exclude", file, person)
    return len(file_ids)


def _locked(series_id: int, saw: str | None = None) -> CleanedSeries:
    series = CleanedSeries.objects.select_for_update().filter(pk=series_id).first()
    if series is None:
        raise NotFound("there is no such series")
    if series.superseded_by_id is not None or (saw is not None and series.digest != saw):
        raise Conflict("the series was cleaned again since you looked at it")
    return series


def _locked_file(file_id: int, then: Step) -> SubmittedFile:
    file = SubmittedFile.objects.select_for_update().filter(pk=file_id, step=Step.QUARANTINED).first()
    if file is None:
        raise NotFound("there is no such quarantined file")
    require_next(file.step, then)
    return file


def _judge(series: CleanedSeries, step: Step, verdict: str, *, person: str, reason: str) -> Review:
    _move(series, step)
    review = Review.objects.create(
        series=series,
        verdict=verdict,
        reason=reason[:300],
        person=person,
        saw_content=series.digest,
        saw_pixels=series.pixel_digest,
    )
    _record(f"series.{verdict}", series, person, {"digest": series.digest, "reason": reason})
    return review


def _move(series: CleanedSeries, step: Step) -> None:
    require_next(series.step, step)
    series.step = step
    series.save(update_fields=["step"])
    series.files.exclude(step=Step.QUARANTINED).update(step=step)


def _record(deed: str, series: CleanedSeries, person: str, detail: dict[str, str]) -> None:
    record(
        deed,
        person=person,
        target_kind="series",
        target=series.series_instance_uid,
        detail={"submission": series.submission_id, **detail},
    )


def _record_file(deed: str, file: SubmittedFile, person: str) -> None:
    record(
        deed,
        person=person,
        target_kind="file",
        target=str(file.pk),
        detail={"submission": file.submission_id},
    )
