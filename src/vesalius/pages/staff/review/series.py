"""The review screen: one series with everything that a verdict needs, and the verdict."""

import re
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect

from vesalius.curate import overview as curating
from vesalius.curate import review
from vesalius.errors import BadRequest
from vesalius.intake.models import ChangeValue, CleanedSeries, Submission
from vesalius.intake.steps import Step
from vesalius.pages.staff.door import (
    CURATOR,
    PHI_REVIEWER,
    deed_of,
    number,
    optional_number,
    page,
    page_for,
    who,
)
from vesalius.pages.staff.review.steps import STEPS
from vesalius.pages.templatetags.words import tagtext
from vesalius.submit.clean import reclean as clean_again
from vesalius.submit.recipes import current_recipe

TAG = re.compile(r"\([0-9A-F]{4},[0-9A-F]{4}\)")
KEYS = [
    ("A", "Accept"), ("X", "Exclude"), ("U", "Undo"), ("J", "Next series"), ("K", "Previous series"),
]  # fmt: skip


@page_for()
def series(request: HttpRequest, uid: str) -> HttpResponse:
    """`/series/UID/`: images, findings, changes, runs and reviews of the newest cleaning."""
    row = curating.series_of(uid, optional_number(request, "submission"))
    return page(request, "series.html", _shown(row, curating.changes_of(row)))


@deed_of(PHI_REVIEWER)
def values(request: HttpRequest, uid: str) -> HttpResponse:
    """`/series/UID/values/`: the same with the values before; each look is written down."""
    row = curating.series_of(uid, optional_number(request, "submission"))
    told = curating.tell_values_before(row, person=who(request))
    return page(request, "series.html", {**_shown(row, told), "values_told": True})


def _shown(row: CleanedSeries, changes: list[ChangeValue]) -> dict[str, Any]:
    before, after, place, total = curating.neighbours(row)
    verdict = row.reviews.filter(undone_at=None).last()
    findings = list(row.findings.order_by("settled_at", "pk"))
    return {
        "series": row,
        "step": STEPS[row.step],
        "positions": _positions(row),
        "findings": findings,
        "pixel_doubt": any(one.kind == "pixel_text" and one.settled_at is None for one in findings),
        "blocked": any(
            one.blocks and one.kind != "pixel_text" and one.settled_at is None for one in findings
        ),
        "changes": [_change(one) for one in changes],
        "runs": row.runs.order_by("position"),
        "reviews": row.reviews.order_by("-pk"),
        "verdict": verdict,
        "undoable": verdict is not None and row.step in {Step.ACCEPTED, Step.EXCLUDED},
        "in_review": row.step == Step.IN_REVIEW and row.superseded_by_id is None,
        "released": row.step == Step.ADMITTED and row.superseded_by_id is None,
        "recipe": current_recipe(row.collection) if row.step == Step.ADMITTED else None,
        "before": _address(before) if before else "",
        "after": _address(after) if after else "",
        "place": place,
        "total": total,
        "identifiable": row.submission.origin == Submission.Origin.IDENTIFIABLE,
        "description": row.facts.get("SeriesDescription") or row.facts.get("ProtocolName") or "",
        "keys": KEYS,
    }


def _positions(row: CleanedSeries) -> list[dict[str, Any]]:
    instances = row.instances.values_list("position", "facts__InstanceNumber")
    return [
        {"place": place, "number": number or place + 1, "drawn": curating.is_drawn(row, place)}
        for place, number in instances.order_by("position")
    ]


def _change(one: ChangeValue) -> dict[str, Any]:
    steps = TAG.findall(one.element_path)
    attribute = " › ".join(tagtext(step) for step in steps) or one.element_path
    word = curating.ACTIONS.get("D" if one.action == "Z" and one.after else one.action, one.action)
    return {"row": one, "word": word, "attribute": attribute}


def _address(row: CleanedSeries) -> str:
    return f"/series/{row.series_instance_uid}/?{urlencode({'submission': row.submission_id})}"


@page_for()
def preview(request: HttpRequest, uid: str, place: int) -> HttpResponse:
    """`/series/UID/preview/K/`: the picture of one image."""
    row = curating.series_of(uid, optional_number(request, "submission"))
    etag = f'"{row.digest}-{place}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    return HttpResponse(curating.picture(row, place), content_type="image/jpeg", headers=headers)


@page_for()
def header(request: HttpRequest, uid: str) -> HttpResponse:
    """`/series/UID/header/`: every element of one cleaned file; `image` counts from 1."""
    row = curating.series_of(uid, optional_number(request, "submission"))
    image = optional_number(request, "image") or 1
    shown = {
        "series": row,
        "image": image,
        "lines": curating.header_of(row, image - 1),
        "back": _address(row),
        "previous": f"{request.path}?submission={row.submission_id}&image={image - 1}" if image > 1 else "",
        "next": f"{request.path}?submission={row.submission_id}&image={image + 1}"
        if image < row.image_count
        else "",
    }
    return page(request, "header.html", shown)


@deed_of(CURATOR)
def judge(request: HttpRequest, uid: str) -> HttpResponse:
    """`/series/UID/verdict/`: accept, exclude or undo what was looked at, then on to the next series."""
    row = curating.series_of(uid, number(request, "submission"))
    person, saw = who(request), request.POST.get("saw", "")
    match request.POST.get("verdict"):
        case "accept":
            review.accept(row.pk, person=person, saw=saw, pixels_clean="pixels_clean" in request.POST)
        case "exclude":
            review.exclude(row.pk, person=person, saw=saw, reason=request.POST.get("reason", ""))
        case "undo":
            review.undo(row.pk, person=person)
            messages.success(request, "The verdict is taken back; the series is in review again.")
            return redirect(_address(row))
        case _:
            raise BadRequest("A verdict is accept, exclude or undo.")
    return _go_on(request, row)


def _go_on(request: HttpRequest, row: CleanedSeries) -> HttpResponse:
    following = curating.next_to_review(row)
    done = "Accepted" if request.POST["verdict"] == "accept" else "Excluded"
    if following is None:
        messages.success(request, f"{done}. No other series of this submission is in review.")
        return redirect(f"/submissions/{row.submission_id}/")
    messages.success(request, f"{done}. Here is the next series in review.")
    return redirect(_address(following))


@deed_of(CURATOR)
def settle(request: HttpRequest, uid: str) -> HttpResponse:
    """`/series/UID/settle/`: close a finding with the reason why it is none."""
    row = curating.series_of(uid, number(request, "submission"))
    reason = request.POST.get("settlement", "")
    verdict = request.POST.get("face", "")
    review.settle(number(request, "finding"), person=who(request), settlement=reason, verdict=verdict)
    messages.success(request, "The finding is settled.")
    return redirect(f"{_address(row)}#findings")


@deed_of(CURATOR)
def reclean(request: HttpRequest, uid: str) -> HttpResponse:
    """`/series/UID/reclean/`: clean the originals again with the collection's current recipe."""
    row = curating.series_of(uid, number(request, "submission"))
    clean_again(row, who(request))
    messages.success(request, "The series is being cleaned again; it comes back into review when it differs.")
    return redirect(f"/submissions/{row.submission_id}/")
