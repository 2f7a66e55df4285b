"""Holdings and their releases: planned, confirmed, admitted, published."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from vesalius import release as releases
from vesalius.catalog.models import Holding, Release, SeriesRevision, Tombstone
from vesalius.curate import overview as curating
from vesalius.curate import plan as planning
from vesalius.curate.gates import gates as gates_of
from vesalius.errors import Conflict, NotFound
from vesalius.intake.models import ReleasePlan
from vesalius.jobs.models import Job
from vesalius.pages.staff.door import RELEASER, deed_of, page, page_for, who
from vesalius.pages.staff.listing import paged
from vesalius.pages.staff.review.steps import PLAN_STATES
from vesalius.settings.routing import Side, named

SHOWN_SERIES = 50
OPEN_GATES = {  # name -> what holds while it is open; a gate says itself what is wrong when it is shut
    "changes": "The release changes something",
    "accepted": "Every planned series and table is accepted",
    "findings": "No finding is open",
    "faces": "No face that only few may fetch lies in open data access",
    "download": "Every series and table has a row of data access to live in",
    "unique": "No UID belongs to another patient or collection",
    "purged": "Nothing in it was purged before",
    "purging": "No subject in it is being purged",
    "names": "No two tables have the same name",
    "sources": "Derived data stand under published subjects and studies",
    "references": "Every instance that derived data refer to is in the archive",
}


@page_for()
def holdings(request: HttpRequest) -> HttpResponse:
    """`/releases/`: every dataset with its current version and its plan."""
    shown = [
        {
            "line": line,
            "address": f"/releases/{quote(line.holding.short_title)}/",
            "state": PLAN_STATES[line.plan.state] if line.plan else None,
        }
        for line in curating.holdings()
    ]
    return page(request, "holdings.html", {"shown": shown})


@page_for()
def holding(request: HttpRequest, name: str) -> HttpResponse:
    """`/releases/NAME/`: versions, plan, series of the current version, and what is withdrawn."""
    line = _line(name)
    plan = line.plan
    published = SeriesRevision.objects.filter(in_releases__release=line.holding.current_release)
    published = published.select_related("series__study__patient").order_by(
        "series__study__patient__patient_id", "series__series_instance_uid"
    )
    context = {
        "line": line,
        "holding": line.holding,
        "address": f"/releases/{quote(name)}/",
        "releases": _releases(line.holding),
        "state": PLAN_STATES[plan.state] if plan else None,
        "withdrawn": _withdrawn(line.holding),
        **paged(
            request,
            published if line.holding.current_release_id else published.none(),
            "series",
            SHOWN_SERIES,
        ),
    }
    return page(request, "holding.html", context)


def _line(name: str) -> curating.HoldingLine:
    line = next((line for line in curating.holdings() if line.holding.short_title == name), None)
    if line is None:
        raise NotFound("There is no such dataset.")
    return line


def _releases(row: Holding) -> list[Release]:
    return list(row.releases.order_by("-number"))


def _withdrawn(row: Holding) -> list[Tombstone]:
    kind = Tombstone.Kind.WITHDRAWN
    return list(row.tombstones.filter(kind=kind, lifted_at=None).order_by("-pk"))


@deed_of(RELEASER)
def draft(request: HttpRequest, name: str) -> HttpResponse:
    """`/releases/NAME/plan/`: plan the next version from all accepted series."""
    plan = planning.draft(name, person=who(request), notes=request.POST.get("notes", "").strip())
    messages.success(request, f"Version {plan.number} is planned.")
    return redirect(_address(plan))


@page_for()
def plan(request: HttpRequest, number: int) -> HttpResponse:
    """`/releases/plans/ID/`: what it would change, its gates, and the deed that is due."""
    row = curating.plan_of(number)
    draft_now = row.state == ReleasePlan.State.DRAFT
    gates = gates_of(row) if draft_now else []
    context = {
        "plan": row,
        "state": PLAN_STATES[row.state],
        "address": f"/releases/{quote(row.holding)}/",
        "outlook": planning.outlook(row) if row.state != ReleasePlan.State.PUBLISHED else None,
        "gates": [
            (gate.passes, OPEN_GATES.get(gate.name, gate.name) if gate.passes else gate.sentence)
            for gate in gates
        ],
        "ready": draft_now and all(gate.passes for gate in gates),
        "series": curating.planned_series(row),
        "tables": curating.planned_tables(row),
        "bar": _bar(row),
        "release": curating.release_of(row),
    }
    return page(request, "plan.html", context)


def _bar(row: ReleasePlan) -> dict[str, Any] | None:
    """The admit job, while it runs or when it gave up."""
    if row.state != ReleasePlan.State.CONFIRMED:
        return None
    with named(Side.INTAKE):
        job = Job.objects.filter(kind="admit-release", key=str(row.pk)).order_by("-pk").first()
    if job is None:
        return None
    return {
        "id": "admitting", "title": "Copying to the archive side", "done": job.done_items,
        "total": job.total_items, "words": "files", "parked": job.state == "parked", "error": job.error,
    }  # fmt: skip


@deed_of(RELEASER)
def take_in(request: HttpRequest, number: int) -> HttpResponse:
    """`/releases/plans/ID/take-in/`: what was accepted since the draft was made comes in too."""
    count = planning.take_in(number, person=who(request))
    messages.success(request, f"The plan holds {count:,} series now.")
    return redirect(f"/releases/plans/{number}/")


@deed_of(RELEASER)
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """`/releases/plans/ID/drop/`: give the draft up."""
    planning.drop(number, person=who(request))
    messages.success(request, "The plan is dropped; its series stay accepted.")
    return redirect(f"/releases/{quote(curating.plan_of(number).holding)}/")


@deed_of(RELEASER)
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """`/releases/plans/ID/confirm/`: the word to admit."""
    planning.confirm(number, person=who(request))
    messages.success(request, "The plan is confirmed; its series are being copied to the archive side.")
    return redirect(f"/releases/plans/{number}/")


@deed_of(RELEASER)
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """`/releases/plans/ID/publish/`: the world sees it, then the plan says so; both may be repeated."""
    row = curating.plan_of(number)
    release = curating.release_of(row)
    if release is None or row.state not in {ReleasePlan.State.ADMITTED, ReleasePlan.State.PUBLISHED}:
        raise Conflict("The series of this plan do not stand on the archive side yet.")
    releases.publish(release.pk, who(request))
    planning.published(number, person=who(request))
    messages.success(request, f"Version {row.number} of {row.holding} is published.")
    return redirect(_address(row))


def _address(row: ReleasePlan) -> str:
    return f"/releases/plans/{row.pk}/"
