"""One received file that was set apart, and what becomes of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from vesalius.curate import review
from vesalius.intake.steps import Step
from vesalius.pages.staff.door import CURATOR, PHI_REVIEWER, deed_of, number, page, page_for, who
from vesalius.pages.staff.review.steps import STEPS
from vesalius.submit import overview as submitting


@page_for()
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    """`/files/ID/`: where it stands and why."""
    return _page(request, file_id, "")


@deed_of(PHI_REVIEWER)
def path(request: HttpRequest, file_id: int) -> HttpResponse:
    """`/files/ID/path/`: what the sender called it; written down."""
    row = submitting.file_of(file_id)
    told = submitting.tell_paths([row], submission=row.submission_id, person=who(request))
    return _page(request, file_id, told[row.pk])


def _page(request: HttpRequest, file_id: int, told: str) -> HttpResponse:
    row = submitting.file_of(file_id)
    context = {
        "file": row,
        "step": STEPS[row.step],
        "findings": row.findings.order_by("pk"),
        "quarantined": row.step == Step.QUARANTINED,
        "told_path": told,
    }
    return page(request, "file.html", context)


@deed_of(CURATOR)
def inspect_again(request: HttpRequest, file_id: int) -> HttpResponse:
    """`/files/ID/inspect/`: once more through the checks."""
    review.inspect_again(file_id, person=who(request))
    messages.success(request, "The file is being inspected again.")
    return redirect(f"/submissions/{submitting.file_of(file_id).submission_id}/")


@deed_of(CURATOR)
def exclude(request: HttpRequest, file_id: int) -> HttpResponse:
    """`/files/ID/exclude/`: kept out for good, with a reason."""
    review.exclude_files([file_id], person=who(request), reason=request.POST.get("reason", ""))
    messages.success(request, "The file is excluded.")
    return redirect(f"/submissions/{submitting.file_of(file_id).submission_id}/#quarantine")


@deed_of(CURATOR)
def exclude_many(request: HttpRequest) -> HttpResponse:
    """`/files/exclude/`: the same for several files of one submission."""
    ids = [int(one) for one in request.POST.getlist("file") if one.isdigit()]
    count = review.exclude_files(ids, person=who(request), reason=request.POST.get("reason", ""))
    messages.success(request, f"{count} file{' is' if count == 1 else 's are'} excluded.")
    return redirect(f"/submissions/{number(request, 'submission')}/#quarantine")
