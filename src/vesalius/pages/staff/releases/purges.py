"""Purge: the one deed that destroys, asked by one person and confirmed by another."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from vesalius.catalog.models import Holding, Purge
from vesalius.curate.forget import forget_patient, unask
from vesalius.errors import ArchiveError, BadRequest, NotFound
from vesalius.pages.staff.door import ADMINISTRATOR, CURATOR, RELEASER, deed_of, page, page_for, who
from vesalius.release import purge as purging

STATES: dict[str, tuple[str, str]] = {
    Purge.State.ASKED: ("attention", "Awaits a second person"),
    Purge.State.CONFIRMED: ("info", "Being destroyed"),
    Purge.State.DONE: ("danger", "Destroyed"),
    Purge.State.TAKEN_BACK: ("good", "Taken back"),
}


@page_for()
def purges(request: HttpRequest) -> HttpResponse:
    """`/purges/`: what is asked, what is done, and the form to ask."""
    rows = Purge.objects.select_related("holding", "patient").order_by("-pk")
    shown = [
        {
            "purge": row,
            "state": STATES[row.state],
            "asked": row.state == Purge.State.ASKED,
            "own": row.asked_by == who(request),
            "counts": sorted(row.counts.items()),
        }
        for row in rows
    ]
    context = {
        "waiting": [one for one in shown if one["asked"]],
        "past": [one for one in shown if not one["asked"]],
        "holdings": Holding.objects.order_by("short_title"),
    }
    return page(request, "purges.html", context)


@deed_of(CURATOR, RELEASER, ADMINISTRATOR)
def ask(request: HttpRequest) -> HttpResponse:
    """`/purges/ask/`: hidden at once; nothing is destroyed yet."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise BadRequest("Say why; the reason stays after the purge.")
    holding, patient_id = request.POST.get("holding", ""), request.POST.get("patient_id", "").strip()
    purging.ask(holding, patient_id, reason[:300], who(request))
    messages.success(request, "The subject is hidden from everybody. A second person decides now.")
    return redirect("/purges/")


@deed_of(ADMINISTRATOR)
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """`/purges/ID/confirm/`: destroy on both sides, under one deed id."""
    row = Purge.objects.select_related("holding", "patient").filter(pk=number).first()
    if row is None or row.patient is None:
        raise NotFound("There is no such purge.")
    if "understood" not in request.POST:
        raise BadRequest("Say that you know that this cannot be undone.")
    # Asked of the intake side first: its job waits for the archive side's yes, so a crash between loses nothing.
    forget_patient(
        row.holding.short_title, row.patient.patient_id, person=who(request), deed_id=str(row.deed_id)
    )
    try:
        purging.confirm(number, who(request))
    except ArchiveError:
        unask(str(row.deed_id))
        raise
    messages.success(request, "Confirmed. Both sides are destroying what they hold.")
    return redirect("/purges/")


@deed_of(CURATOR, RELEASER, ADMINISTRATOR)
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    """`/purges/ID/take-back/`: show the subject again."""
    purging.take_back(number, who(request))
    messages.success(request, "The purge is taken back; the subject is shown again.")
    return redirect("/purges/")
