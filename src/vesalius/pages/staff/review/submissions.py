"""Submissions: who sent what, and where each file of it stands."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from vesalius.curate import overview as curating
from vesalius.curate import tables
from vesalius.errors import BadRequest
from vesalius.intake.models import Submission
from vesalius.intake.steps import PART, Step
from vesalius.pages.staff.door import PHI_REVIEWER, deed_of, page, page_for, who
from vesalius.pages.staff.listing import csv_answer, paged
from vesalius.pages.staff.review.steps import ORIGINS, STEPS, SUBMISSION_STATES, rail
from vesalius.submit import overview as submitting
from vesalius.submit.balance import Balance

PARTS = ("accepted", "excluded", "duplicate", "quarantined", "open")
SHOWN_QUARANTINE = 50  # on the submission's page; the rest in the list of its files


@page_for()
def submissions(request: HttpRequest) -> HttpResponse:
    """`/submissions/`: all, or those with something at one step."""
    step = _step(request)
    shown = [
        {
            "line": line,
            "state": SUBMISSION_STATES[line.submission.state],
            "in_review": line.steps.get(Step.IN_REVIEW, 0),
            "tables": line.tables.get(Step.IN_REVIEW, 0),
        }
        for line in submitting.submissions(step)
    ]
    words = STEPS[step][1] if step else ""
    return page(
        request, "submissions.html", {"rail": rail(step), "shown": shown, "step": step, "step_words": words}
    )


@page_for()
def submission(request: HttpRequest, number: int) -> HttpResponse:
    """`/submissions/ID/`: the equation, the work under way, quarantine, findings and contact sheet."""
    return page(request, "submission.html", _submission(request, submitting.submission_of(number)))


@deed_of(PHI_REVIEWER)
def paths(request: HttpRequest, number: int) -> HttpResponse:
    """`/submissions/ID/paths/`: the same with what the sender called the quarantined files; written down."""
    row = submitting.submission_of(number)
    context = _submission(request, row)
    told = submitting.tell_paths(context["quarantined"], submission=number, person=who(request))
    for file in context["quarantined"]:
        file.told_path = told[file.pk]
    return page(request, "submission.html", {**context, "paths_told": True})


def _submission(request: HttpRequest, row: Submission) -> dict[str, Any]:
    line, step = submitting.line_of(row), _step(request)
    quarantined = submitting.files_at(row, Step.QUARANTINED).prefetch_related("findings").order_by("pk")
    sheet = curating.contact_sheet(row, step)
    return {
        "submission": row,
        "line": line,
        "state": SUBMISSION_STATES[row.state],
        "origin": ORIGINS[row.origin],
        "equation": _equation(line.balance, row.pk),
        "bars": submitting.under_way(row),
        "quarantined": list(quarantined[:SHOWN_QUARANTINE]),
        "findings": curating.open_findings(row),
        "sheet": _by_patient(sheet),
        "tables": [(table, STEPS[table.step]) for table in tables.current(row)],
        "shown_count": len(sheet),
        "step": step,
        "filters": _filters(line.steps, step, row.pk),
    }


def _equation(found: Balance, number: int) -> list[dict[str, Any]]:
    address = f"/submissions/{number}/files/"
    return [
        {"sign": sign, "count": getattr(found, part), "word": part, "address": address + question}
        for sign, part, question in [
            ("", "received", ""),
            *(("+" if place else "=", part, f"?part={part}") for place, part in enumerate(PARTS)),
        ]
    ]


def _filters(steps: dict[str, int], chosen: str, number: int) -> list[dict[str, Any]]:
    address = f"/submissions/{number}/"
    everything = {
        "word": "All",
        "count": sum(steps.values()),
        "address": f"{address}#sheet",
        "current": not chosen,
    }
    return [everything] + [
        {
            "word": word,
            "count": steps[step],
            "address": f"{address}?step={step}#sheet",
            "current": step == chosen,
        }
        for step, (_, word) in STEPS.items()
        if steps.get(step)
    ]


def _by_patient(sheet: list[curating.SheetEntry]) -> list[dict[str, Any]]:
    patients: dict[str, list[dict[str, Any]]] = {}
    for entry in sheet:
        shown = {"entry": entry, "step": STEPS[entry.series.step]}
        patients.setdefault(entry.series.patient_id, []).append(shown)
    return [{"patient": patient, "entries": entries} for patient, entries in patients.items()]


@page_for()
def files(request: HttpRequest, number: int) -> HttpResponse:
    """`/submissions/ID/files/`: the files of one part of the equation; `format=csv` as a table."""
    row = submitting.submission_of(number)
    part = request.GET.get("part", "")
    if part and part not in {*PARTS, *PART}:
        raise BadRequest("There is no such part of a submission.")
    found = submitting.files_at(row, part)
    if request.GET.get("format") == "csv":
        head = ("file", "step", "reason", "bytes", "series")
        told = ((f.pk, f.step, f.reason, f.size, f.cleaned_series or "") for f in found.iterator())
        return csv_answer(f"submission-{number}-files", head, told)
    shown = paged(request, found, "files")
    for file in shown["rows"]:
        file.shown_step = STEPS[file.step]
    return page(request, "files.html", {"submission": row, "part": part, **shown})


def _step(request: HttpRequest) -> str:
    step = request.GET.get("step", "")
    if step and step not in STEPS:
        raise BadRequest("There is no such step.")
    return step
