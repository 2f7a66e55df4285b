"""Whether the references of one patient's files still lead to the files that they led to when they came."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from vesalius.audit.trail import ARCHIVE_ITSELF
from vesalius.deid import Identity
from vesalius.deid.proof import unresolved
from vesalius.intake.models import CleanedInstance, CleanedSeries, Finding, PatientMapping, Submission
from vesalius.intake.steps import Step

SENTENCE = "it refers to files of this patient that were not cleaned or are held back"
_LEFT_OUT = (Step.EXCLUDED, Step.DUPLICATE)


def compare_references(patient: PatientMapping, identity: Identity) -> None:
    """Raise a finding on each series that refers to what is held back; settle those where all has come."""
    series = CleanedSeries.objects.filter(files__patient=patient, superseded_by=None).distinct()
    after = {one.pk: [*_after(one)] for one in series.exclude(step=Step.ADMITTED)}
    if not any(uids for facts in after.values() for one in facts for uids in one["references"].values()):
        return
    there = [one for facts in after.values() for one in facts]
    there += [one for released in series.filter(step=Step.ADMITTED) for one in _after(released)]
    dangling = {
        one.sop_instance
        for origin in Submission.Origin
        for one in unresolved(_before(patient, origin), there, _identity_for(origin, identity))
    }
    for pk, facts in after.items():
        _say(pk, broken=any(one["SOPInstanceUID"] in dangling for one in facts))


def _identity_for(origin: str, identity: Identity) -> Identity | None:
    return identity if origin == Submission.Origin.IDENTIFIABLE else None


def _before(patient: PatientMapping, origin: str) -> Iterator[dict[str, Any]]:
    """What the received files bear themselves, by keyword."""
    files = patient.files.filter(submission__origin=origin).exclude(step__in=_LEFT_OUT)
    names = "original_sop_uid", "original_series_uid", "collected__study"
    for sop, series, study in files.values_list(*names):
        yield {"SOPInstanceUID": sop, "SeriesInstanceUID": series, "StudyInstanceUID": study}


def _after(series: CleanedSeries) -> Iterator[dict[str, Any]]:
    """The same of the cleaned files of a series, with what they refer to."""
    instances = CleanedInstance.objects.filter(series=series)
    for sop, references in instances.values_list("sop_instance_uid", "facts__references"):
        yield {
            "SOPInstanceUID": sop,
            "SeriesInstanceUID": series.series_instance_uid,
            "StudyInstanceUID": series.study_instance_uid,
            "references": references or {},
        }


def _say(series_id: int, *, broken: bool) -> None:
    """Open or settle the one finding of a series about its references."""
    series = CleanedSeries.objects.get(pk=series_id)
    waiting = series.findings.filter(kind=Finding.Kind.REFERENCE, sentence=SENTENCE, settled_at=None)
    if broken and not waiting.exists():
        if (
            series.findings.filter(kind=Finding.Kind.REFERENCE, sentence=SENTENCE)
            .exclude(settled_by=ARCHIVE_ITSELF)
            .exists()
        ):
            return  # a person has judged it
        Finding.objects.create(
            submission_id=series.submission_id, series=series, kind=Finding.Kind.REFERENCE, sentence=SENTENCE
        )
    elif not broken:
        waiting.update(
            settled_at=timezone.now(), settled_by=ARCHIVE_ITSELF, settlement="all that it refers to is there"
        )
