"""Withdraw hides and keeps; restore shows again."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from vesalius import release as releases
from vesalius.errors import BadRequest
from vesalius.pages.staff.door import RELEASER, deed_of, page, page_for, who

LEVELS = {
    "holding": "the whole dataset",
    "patient": "one subject",
    "study": "one study",
    "series": "one series",
}


@page_for(RELEASER)
def withdrawal(request: HttpRequest, name: str) -> HttpResponse:
    """`/releases/NAME/withdraw/`: what is to be hidden, and why; `level` and `name` may be given."""
    return page(request, "withdraw.html", _asked(request.GET, name))


@deed_of(RELEASER)
def withdraw(request: HttpRequest, name: str) -> HttpResponse:
    """`/releases/NAME/withdrawn/`: hide it in all versions."""
    releases.withdraw(*_named(request, name), reason=_reason(request), person=who(request))
    messages.success(request, "It is withdrawn: nobody finds it any more, and nothing of it was destroyed.")
    return redirect(f"/releases/{quote(name)}/#withdrawn")


@deed_of(RELEASER)
def restore(request: HttpRequest, name: str) -> HttpResponse:
    """`/releases/NAME/restored/`: show it again."""
    releases.restore(*_named(request, name), reason=_reason(request), person=who(request))
    messages.success(request, "It is shown again.")
    return redirect(f"/releases/{quote(name)}/#withdrawn")


def _named(request: HttpRequest, holding: str) -> tuple[str, str]:
    """Level and name as `release.withdraw` takes them; a patient is named within the dataset of the page."""
    level, name = request.POST.get("level", ""), request.POST.get("name", "").strip()
    if level == "holding":
        return level, holding
    return (level, f"{holding}/{name}") if level == "patient" else (level, name)


def _reason(request: HttpRequest) -> str:
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise BadRequest("Say why; the reason is shown to readers.")
    return reason[:300]


def _asked(question: Any, name: str) -> dict[str, Any]:
    level = question.get("level", "series")
    return {
        "holding": name,
        "address": f"/releases/{quote(name)}/",
        "levels": LEVELS.items(),
        "level": level if level in LEVELS else "series",
        "name": question.get("name", ""),
    }
