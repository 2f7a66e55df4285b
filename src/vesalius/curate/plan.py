"""Plan a release: what it would change, which gates are open, and who confirmed it."""

from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from vesalius.audit.trail import record
from vesalius.catalog.models import Holding, Release
from vesalius.curate.gates import gates
from vesalius.errors import Conflict, NotFound
from vesalius.intake.models import (
    CleanedSeries,
    CleanedTable,
    PlannedSeries,
    PlannedTable,
    ReleasePlan,
)
from vesalius.intake.steps import Step
from vesalius.jobs.queue import enqueue
from vesalius.settings.routing import on_intake

OPEN = (ReleasePlan.State.DRAFT, ReleasePlan.State.CONFIRMED, ReleasePlan.State.ADMITTED)


def draft(holding: str, *, person: str, notes: str = "") -> ReleasePlan:
    """Plan the next release of a holding from all its accepted series and tables; Conflict while one is planned."""
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
    """Take every series and table that is accepted by now into a draft; returns how many it holds."""
    waiting = {"collection": plan.holding, "step": Step.ACCEPTED, "superseded_by": None}
    accepted = CleanedSeries.objects.filter(**waiting).order_by("pk")
    PlannedSeries.objects.bulk_create(
        [PlannedSeries(plan=plan, series=series) for series in accepted], ignore_conflicts=True
    )
    tables = CleanedTable.objects.filter(**waiting).order_by("pk")
    PlannedTable.objects.bulk_create(
        [PlannedTable(plan=plan, table=table) for table in tables], ignore_conflicts=True
    )
    return plan.series.count() + plan.tables.count()


def drop(plan_id: int, *, person: str) -> None:
    """Give a draft up; its series and tables stay accepted."""
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
    """Let a draft hold what was accepted since it was made; returns how many series and tables it holds."""
    with on_intake():
        plan = _locked(plan_id, ReleasePlan.State.DRAFT)
        count = gather(plan)
        _record("release.take-in", plan, person)
    return count


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
        detail={"series": plan.series.count(), "tables": plan.tables.count()},
        deed_id=plan.deed_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a plan would change for the reader."""

    added: int
    replaced: int
    removed: int
    carried_over: int
    tables: int  # added, or in the place of one of the same name


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
        tables=plan.tables.count(),
    )


def _current_uids(holding: str) -> set[str]:
    release = Release.objects.filter(current_of__short_title=holding).first()
    if release is None:
        return set()
    return set(release.contents.values_list("revision__series__series_instance_uid", flat=True))
