"""The review screen of a clinical table: its rows, its columns, its doubts, and the verdict."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from vesalius.curate import review
from vesalius.curate import tables as curating
from vesalius.deid.tables.dictionary import AGE, DATE, DROP, ID, KEEP
from vesalius.errors import BadRequest
from vesalius.intake.models import CleanedTable
from vesalius.intake.steps import Step
from vesalius.pages.staff.door import CURATOR, deed_of, number, page, page_for, who
from vesalius.pages.staff.review.steps import STEPS

FIRST_ROWS = 50
COLUMN = "column."  # begins the name of a field of the form that decides about columns
ACTIONS = {
    ID: "patient ID, mapped",
    DATE: "moved with the images",
    AGE: "kept, over 89 as 90",
    KEEP: "kept",
    DROP: "left out",
    "": "left out",
}
NOT_MAPPED = {ID: "patient ID, as sent", DATE: "kept", AGE: "kept"}  # of data that came without identity


@page_for()
def table(request: HttpRequest, table_id: int) -> HttpResponse:
    """`/tables/ID/`: a cleaned table with everything that a verdict needs; `newest` goes on to its last cleaning."""
    row = curating.table_of(table_id)
    if "newest" in request.GET and row.superseded_by_id is not None:
        return redirect(f"/tables/{curating.newest(row).pk}/")
    verdict = row.reviews.filter(undone_at=None).last()
    findings = list(row.findings.order_by("settled_at", "pk"))
    cleaning = curating.is_being_cleaned(row)
    in_review = row.step == Step.IN_REVIEW and row.superseded_by_id is None and not cleaning
    choices = curating.open_choices(row) if in_review else {}
    shown = {
        "table": row,
        "step": STEPS[row.step],
        "columns": [_column(row, name, choices.get(name, {})) for name in row.actions],
        "names": [column["name"] for column in row.columns],
        "rows": curating.first_rows(row, FIRST_ROWS),
        "findings": findings,
        "blocked": any(one.blocks and one.settled_at is None for one in findings),
        "reviews": row.reviews.order_by("-pk"),
        "verdict": verdict,
        "undoable": verdict is not None and row.step in {Step.ACCEPTED, Step.EXCLUDED},
        "in_review": in_review,
        "cleaning": cleaning,
        "deciding": bool(choices),
    }
    return page(request, "table.html", shown)


def _column(row: CleanedTable, name: str, choices: dict[str, str]) -> dict[str, Any]:
    """A column as it came: what was done to it, what the dictionary says, which values it holds."""
    told: dict[str, Any] = next((column for column in row.columns if column["name"] == name), {})
    action = row.actions[name]
    words = ACTIONS if row.submission.origin == "identifiable" else ACTIONS | NOT_MAPPED
    return {
        "name": name,
        "told": told,
        "action": words.get(action, action),
        "undecided": not action,
        "choices": choices.items(),
        "summary": row.summary.get(name),
    }


@deed_of(CURATOR)
def judge(request: HttpRequest, table_id: int) -> HttpResponse:
    """`/tables/ID/verdict/`: accept, exclude or undo what was looked at."""
    row, person, saw = curating.table_of(table_id), who(request), request.POST.get("saw", "")
    match request.POST.get("verdict"):
        case "accept":
            curating.accept(row.pk, person=person, saw=saw)
            messages.success(request, f"{row.name} is accepted.")
        case "exclude":
            curating.exclude(row.pk, person=person, saw=saw, reason=request.POST.get("reason", ""))
            messages.success(request, f"{row.name} is excluded.")
        case "undo":
            curating.undo(row.pk, person=person)
            messages.success(request, "The verdict is taken back; the table is in review again.")
            return redirect(f"/tables/{row.pk}/")
        case _:
            raise BadRequest("A verdict is accept, exclude or undo.")
    return redirect(f"/submissions/{row.submission_id}/#tables")


@deed_of(CURATOR)
def settle(request: HttpRequest, table_id: int) -> HttpResponse:
    """`/tables/ID/settle/`: close a finding with the reason why it is none."""
    row = curating.table_of(table_id)
    reason = request.POST.get("settlement", "")
    review.settle(number(request, "finding"), person=who(request), settlement=reason)
    messages.success(request, "The finding is settled.")
    return redirect(f"/tables/{row.pk}/#findings")


@deed_of(CURATOR)
def decide(request: HttpRequest, table_id: int) -> HttpResponse:
    """`/tables/ID/decide/`: what becomes of columns, `column.NAME=ACTION`; the table is cleaned again."""
    row = curating.table_of(table_id)
    told = {name.removeprefix(COLUMN): request.POST[name] for name in request.POST if name.startswith(COLUMN)}
    curating.decide(row.pk, {name: action for name, action in told.items() if action}, person=who(request))
    return redirect(f"/tables/{row.pk}/?newest")


@deed_of(CURATOR)
def clean_again(request: HttpRequest, table_id: int) -> HttpResponse:
    """`/tables/ID/clean-again/`: once more, as after images of more patients came in."""
    row = curating.table_of(table_id)
    curating.clean_again(row.pk, person=who(request))
    return redirect(f"/tables/{row.pk}/?newest")
