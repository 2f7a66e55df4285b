"""Jobs of both sides: what runs, waits, gave up or is done."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from vesalius.curate import oversight
from vesalius.errors import BadRequest
from vesalius.jobs.models import Job, State
from vesalius.pages.staff.door import ADMINISTRATOR, CURATOR, deed_of, page, page_for, who
from vesalius.pages.staff.listing import paged
from vesalius.settings.routing import Side, named

STATES: dict[str, tuple[str, str]] = {
    State.RUNNING: ("info", "Running"),
    State.WAITING: ("info", "Waiting"),
    State.PARKED: ("danger", "Gave up"),
    State.DONE: ("good", "Done"),
    State.CANCELLED: ("attention", "Cancelled"),
}
WORK = {  # kind -> what it does, for people
    "inspect-submission": "Check the files of a submission",
    "clean-patient": "De-identify a patient",
    "clean-tables": "Clean the tables of a submission",
    "clean-table": "Clean a table again",
    "preview-series": "Draw a series for review",
    "close-idle-submission": "Close an idle submission",
    "admit-release": "Admit a release",
    "forget-patient": "Forget a patient",
    "forget-tables": "Forget tables that name a patient",
    "purge-patient": "Purge a patient",
    "make-thumbnails": "Draw a published series",
    "describe-frames": "Read a series for its viewers",
    "decode-frames": "Decode images for a viewer",
}


@page_for()
def jobs(request: HttpRequest) -> HttpResponse:
    """`/jobs/`: of one side, in one state or all."""
    side, state = _side(request.GET.get("side", Side.INTAKE)), request.GET.get("state", "")
    if state and state not in STATES:
        raise BadRequest("There is no such state of a job.")
    with named(side):
        rows = Job.objects.filter(state=state) if state else Job.objects.all()
        shown = paged(request, rows.order_by("-pk"), "jobs")
        counts = dict(Job.objects.order_by("state").values_list("state").annotate(count=Count("pk")))
    for job in shown["rows"]:
        job.shown_state, job.does = STATES[job.state], WORK.get(job.kind, job.kind)
    context = {
        "side": side.value,
        "state": state,
        "sides": [(one.value, f"/jobs/?side={one.value}", one is side) for one in Side],
        "rail": _rail(side, state, counts),
        "busy": bool(counts.get(State.RUNNING)),
        **shown,
    }
    return page(request, "jobs.html", context)


def _rail(side: Side, chosen: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    everything = {
        "label": "All", "count": sum(counts.values()), "address": f"/jobs/?side={side.value}", "current": not chosen,
    }  # fmt: skip
    return [everything] + [
        {
            "label": word,
            "count": counts.get(state, 0),
            "address": f"/jobs/?side={side.value}&state={state}",
            "current": state == chosen,
        }
        for state, (_, word) in STATES.items()
    ]


@deed_of(CURATOR, ADMINISTRATOR)
def retry(request: HttpRequest, side: str, number: int) -> HttpResponse:
    """`/jobs/SIDE/ID/retry/`: a parked job once more."""
    oversight.retry_job(_side(side), number, person=who(request))
    messages.success(request, f"Job {number} waits for its next attempt.")
    return redirect(f"/jobs/?side={side}")


@deed_of(CURATOR, ADMINISTRATOR)
def cancel(request: HttpRequest, side: str, number: int) -> HttpResponse:
    """`/jobs/SIDE/ID/cancel/`: a waiting job not at all."""
    oversight.cancel_job(_side(side), number, person=who(request))
    messages.success(request, f"Job {number} is cancelled.")
    return redirect(f"/jobs/?side={side}")


def _side(name: str) -> Side:
    try:
        return Side(name)
    except ValueError:
        raise BadRequest("A side is archive or intake.") from None
