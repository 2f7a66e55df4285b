"""Plan a release: what it would change, which gates are open, and who confirmed it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from vesalius.audit.trail import record
from vesalius.catalog.models import Download, Holding, Release, Series, Study
from vesalius.catalog.models import Instance as ArchiveInstance
from vesalius.catalog.refusal import refused_among
from vesalius.errors import Conflict, NotFound
from vesalius.intake.models import (
    CleanedInstance,
    CleanedSeries,
    Finding,
    PlannedSeries,
    ReleasePlan,
    Submission,
)
from vesalius.intake.steps import Step
from vesalius.jobs.queue import enqueue
from vesalius.settings.routing import on_intake

OPEN = (ReleasePlan.State.DRAFT, ReleasePlan.State.CONFIRMED, ReleasePlan.State.ADMITTED)


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of a release."""

    name: str
    sentence: str  # what is wrong, when it is shut
    passes: bool


def draft(holding: str, *, person: str, notes: str = "") -> ReleasePlan:
    """Plan the next release of a holding from all its accepted series; Conflict while another plan is under way."""
    row = Holding.objects.filter(short_title=holding).first()
    if row is None:
        raise NotFound("there is no such collection")
    last = row.releases.aggregate(last=Max("number"))["last"] or 0
    with on_intake():
        if ReleasePlan.objects.filter(holding=holding, state__in=OPEN).exists():
            raise Conflict("a release of this collection is planned already")
        plan = ReleasePlan.objects.create(holding=holding, number=last + 1, notes=notes, planned_by=person)
        gather(plan)
        _record("release.plan", plan, person)
    return plan


def gather(plan: ReleasePlan) -> int:
    """Take every series that is accepted by now into a draft; returns how many it holds."""
    accepted = CleanedSeries.objects.filter(
        collection=plan.holding, step=Step.ACCEPTED, superseded_by=None
    ).order_by("pk")
    PlannedSeries.objects.bulk_create(
        [PlannedSeries(plan=plan, series=series) for series in accepted], ignore_conflicts=True
    )
    return plan.series.count()


def drop(plan_id: int, *, person: str) -> None:
    """Give a draft up; its series stay accepted."""
    with on_intake():
        plan = _locked(plan_id, ReleasePlan.State.DRAFT)
        plan.state = ReleasePlan.State.DROPPED
        plan.save(update_fields=["state"])
        _record("release.drop", plan, person)


def confirm(plan_id: int, *, person: str) -> None:
    """Give the word to admit: from here on nothing is undone. Conflict while a gate is shut."""
    with on_intake():
        plan = _locked(plan_id, ReleasePlan.State.DRAFT)
        shut = [gate for gate in gates(plan) if not gate.passes]
        if shut:
            raise Conflict(f"not ready: {shut[0].sentence}")
        plan.state, plan.confirmed_by, plan.confirmed_at = ReleasePlan.State.CONFIRMED, person, timezone.now()
        plan.save(update_fields=["state", "confirmed_by", "confirmed_at"])
        enqueue("admit-release", {"plan": plan.pk}, key=str(plan.pk), priority=8)
        _record("release.confirm", plan, person)


def published(plan_id: int, *, person: str) -> None:
    """Write down that the world sees the release; Conflict before it does. A second call changes nothing."""
    with on_intake():
        plan = ReleasePlan.objects.select_for_update().filter(pk=plan_id).first()
        if plan is None:
            raise NotFound("there is no such plan")
        if plan.state == ReleasePlan.State.PUBLISHED:
            return
        seen = Release.objects.filter(deed_id=plan.deed_id, state=Release.State.PUBLISHED).first()
        if plan.state != ReleasePlan.State.ADMITTED or seen is None:
            raise Conflict("the release of this plan is not published yet")
        plan.state, plan.published_at = ReleasePlan.State.PUBLISHED, seen.published_at
        plan.save(update_fields=["state", "published_at"])
        _record("release.publish", plan, person)


def take_in(plan_id: int, *, person: str) -> int:
    """Let a draft hold what was accepted since it was made; returns how many series it holds."""
    with on_intake():
        plan = _locked(plan_id, ReleasePlan.State.DRAFT)
        count = gather(plan)
        _record("release.take-in", plan, person)
    return count


def gates(plan: ReleasePlan) -> list[Gate]:
    """Every condition of this release, open and shut."""
    series = list(CleanedSeries.objects.filter(plans__plan=plan).select_related("submission"))
    return [Gate(name, sentence, not trouble(plan, series)) for name, sentence, trouble in GATES]


Trouble = Callable[[ReleasePlan, list[CleanedSeries]], bool]


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
    derived = {one.pk for one in series if one.submission.origin == Submission.Origin.DERIVED}
    for one in series:
        known = Series.objects.filter(series_instance_uid=one.series_instance_uid).first()
        if known is not None and known.holding.short_title != plan.holding:
            return True
        study = Study.objects.filter(study_instance_uid=one.study_instance_uid).first()
        if study is not None and one.pk not in derived and study.patient.holding.short_title != plan.holding:
            return True
        if study is not None and study.patient.patient_id != one.patient_id:
            return True
        uids = CleanedInstance.objects.filter(series=one).values_list("sop_instance_uid", flat=True)
        held = ArchiveInstance.objects.filter(sop_instance_uid__in=list(uids))
        if held.exclude(series__series_instance_uid=one.series_instance_uid).exists():
            return True
    return False


def _rootless(_: ReleasePlan, series: list[CleanedSeries]) -> bool:
    """Derived data stand under a published patient and study."""
    for one in series:
        if one.submission.origin != Submission.Origin.DERIVED:
            continue
        if not Study.objects.filter(
            study_instance_uid=one.study_instance_uid, patient__patient_id=one.patient_id
        ).exists():
            return True
    return False


def _refused(_: ReleasePlan, series: list[CleanedSeries]) -> bool:
    """Neither what was purged nor the originals that it was made of may come back."""
    cleaned = CleanedInstance.objects.filter(series__in=series)
    names = {*cleaned.values_list("blob_id", flat=True), *cleaned.values_list("file__blob_id", flat=True)}
    return bool(refused_among(names))


# What must hold before a release is confirmed: name, what is wrong when it does not, and the test for trouble.
GATES: list[tuple[str, str, Trouble]] = [
    ("changes", "the release would change nothing: accept a series first", _nothing),
    ("accepted", "a planned series is no longer accepted: plan anew", _lapsed),
    ("findings", "a planned series has open findings: settle them", _doubted),
    ("download", "a planned series has no row of data access to live in", _homeless),
    ("unique", "a UID of a planned series belongs to another patient or collection already", _claimed),
    ("purged", "a planned series holds content that was purged: exclude it", _refused),
    ("sources", "derived data refer to a study that is not published", _rootless),
]


def _locked(plan_id: int, state: str) -> ReleasePlan:
    plan = ReleasePlan.objects.select_for_update().filter(pk=plan_id).first()
    if plan is None:
        raise NotFound("there is no such plan")
    if plan.state != state:
        raise Conflict(f"the plan is {plan.state} by now")
    return plan


def _record(deed: str, plan: ReleasePlan, person: str) -> None:
    record(
        deed,
        person=person,
        target_kind="release",
        target=str(plan),
        detail={"series": plan.series.count()},
        deed_id=plan.deed_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a plan would change for the reader."""

    added: int
    replaced: int
    removed: int
    carried_over: int


def outlook(plan: ReleasePlan) -> Outlook:
    """Count what a release adds, replaces, removes and carries over from the one before."""
    planned = set(plan.series.values_list("series__series_instance_uid", flat=True))
    current = _current_uids(plan.holding)
    removed = set(plan.removed_series_uids) & current
    return Outlook(
        added=len(planned - current),
        replaced=len(planned & current),
        removed=len(removed),
        carried_over=len(current - planned - removed),
    )


def _current_uids(holding: str) -> set[str]:
    release = Release.objects.filter(current_of__short_title=holding).first()
    if release is None:
        return set()
    return set(release.contents.values_list("revision__series__series_instance_uid", flat=True))
