"""The gates of a release: what must hold before it is confirmed, as a table."""

from collections.abc import Callable
from dataclasses import dataclass

from vesalius.catalog.models import Download, Instance, Purge, Series, Study
from vesalius.catalog.refusal import refused_among
from vesalius.catalog.visible import OPEN_PURGES
from vesalius.intake.models import CleanedInstance, CleanedSeries, Finding, ReleasePlan, Submission
from vesalius.intake.steps import Step


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of a release."""

    name: str
    sentence: str  # what is wrong, when it is shut
    passes: bool


Trouble = Callable[[ReleasePlan, list[CleanedSeries]], bool]


def gates(plan: ReleasePlan) -> list[Gate]:
    """Every condition of this release, open and shut."""
    series = list(CleanedSeries.objects.filter(plans__plan=plan).select_related("submission"))
    return [Gate(name, sentence, not trouble(plan, series)) for name, sentence, trouble in GATES]


def _nothing(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    return not series and not plan.removed_series_uids


def _lapsed(_: ReleasePlan, series: list[CleanedSeries]) -> bool:
    return any(one.step != Step.ACCEPTED or one.superseded_by_id for one in series)


def _doubted(_: ReleasePlan, series: list[CleanedSeries]) -> bool:
    return Finding.objects.filter(series__in=series, settled_at=None, blocks=True).exists()


def _homeless(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    titles = set(Download.objects.filter(holding__short_title=plan.holding).values_list("title", flat=True))
    return any(one.submission.download not in titles for one in series)


def _claimed(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    """A UID is unique in the whole archive: whoever comes second is blocked."""
    return any(_is_claimed(plan, one) for one in series)


def _is_claimed(plan: ReleasePlan, one: CleanedSeries) -> bool:
    known = Series.objects.filter(series_instance_uid=one.series_instance_uid).first()
    if known is not None and known.holding.short_title != plan.holding:
        return True
    study = Study.objects.filter(study_instance_uid=one.study_instance_uid).first()
    if study is not None and not _is_derived(one) and study.patient.holding.short_title != plan.holding:
        return True
    if study is not None and study.patient.patient_id != one.patient_id:
        return True
    uids = CleanedInstance.objects.filter(series=one).values_list("sop_instance_uid", flat=True)
    held = Instance.objects.filter(sop_instance_uid__in=list(uids))
    return held.exclude(series__series_instance_uid=one.series_instance_uid).exists()


def _is_derived(one: CleanedSeries) -> bool:
    return one.submission.origin == Submission.Origin.DERIVED


def _refused(_: ReleasePlan, series: list[CleanedSeries]) -> bool:
    """Neither what was purged nor the originals that it was made of may come back."""
    cleaned = CleanedInstance.objects.filter(series__in=series)
    names = {*cleaned.values_list("blob_id", flat=True), *cleaned.values_list("file__blob_id", flat=True)}
    return bool(refused_among(names))


def _being_purged(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    open_purges = Purge.objects.filter(holding__short_title=plan.holding, state__in=OPEN_PURGES)
    return open_purges.filter(patient__patient_id__in={one.patient_id for one in series}).exists()


def _rootless(_: ReleasePlan, series: list[CleanedSeries]) -> bool:
    """Derived data stand under a published patient and study."""
    return any(
        not Study.objects.filter(
            study_instance_uid=one.study_instance_uid, patient__patient_id=one.patient_id
        ).exists()
        for one in series
        if _is_derived(one)
    )


def _unresolved(plan: ReleasePlan, series: list[CleanedSeries]) -> bool:
    """What derived data refer to stands in the archive, or comes in with them."""
    coming = CleanedInstance.objects.filter(series__plans__plan=plan)
    for one in filter(_is_derived, series):
        facts = one.instances.values_list("facts", flat=True)
        wanted = {uid for fact in facts for uid in fact.get("references", {}).get("SOPInstanceUID", ())}
        wanted -= set(
            Instance.objects.filter(sop_instance_uid__in=wanted).values_list("sop_instance_uid", flat=True)
        )
        if wanted - set(
            coming.filter(sop_instance_uid__in=wanted).values_list("sop_instance_uid", flat=True)
        ):
            return True
    return False


# Name of the gate, what is wrong when it is shut, and the test for trouble.
GATES: list[tuple[str, str, Trouble]] = [
    ("changes", "the release would change nothing: accept a series first", _nothing),
    ("accepted", "a planned series is no longer accepted: plan anew", _lapsed),
    ("findings", "a planned series has open findings: settle them", _doubted),
    ("download", "a planned series has no row of data access to live in", _homeless),
    ("unique", "a UID of a planned series belongs to another patient or collection already", _claimed),
    ("purged", "a planned series holds content that was purged: exclude it", _refused),
    ("purging", "a planned patient is being purged: wait for the second person's word", _being_purged),
    ("sources", "derived data refer to a study that is not published", _rootless),
    ("references", "derived data refer to an instance that is not in the archive", _unresolved),
]
