"""One's searches: those kept under a name, what is new in them, and the last ones that were asked."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import SavedSearch
from vesalius.errors import ArchiveError, BadRequest
from vesalius.pages.public.addresses import address_of, patient_address
from vesalius.pages.public.asker import owner_of, person, visible
from vesalius.pages.public.finding.results import series_rows
from vesalius.search.query import Query, chips, keep, parse
from vesalius.search.saving import history, news, searches
from vesalius.search.saving.spelling import question_of

SHORT = 20  # series of one group of news that are shown
YES_NO = {"yes": True, "no": False}


@never_cache
@require_safe
def searches_page(request: HttpRequest) -> HttpResponse:
    """GET /searches/: what one keeps; without an account, what this tab of the browser remembers by itself."""
    known = person(request)
    if known is None:
        return render(request, "public/searches.html", {"saved": [], "asked": []})
    owner, judged = owner_of(known), visible(request)
    return render(
        request,
        "public/searches.html",
        {
            "saved": [_saved(row, judged) for row in searches.searches(owner)],
            "asked": [{"words": words(one.query), "address": _address(one.query), "at": one.at}
                      for one in history.history(owner)],
            "is_kept": history.is_kept(owner),
            "deleted": searches.deleted(owner),
        },
    )  # fmt: skip


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """POST /searches/save/: keep the question in `query` under `name`."""
    query = question_in(request.POST.get("query", ""))
    row = searches.save(_owner(request), request.POST.get("name", ""), query)
    messages.success(request, f"The search is kept as “{row.name}”")
    return HttpResponseRedirect("/searches/")


@never_cache
@login_required
@require_safe
def run(request: HttpRequest, number: int) -> HttpResponse:
    """GET /searches/N/: ask it again."""
    query = question_of(searches.search_of(_owner(request), number).query)
    keep(query)
    return HttpResponseRedirect(_address(query))


@never_cache
@login_required
@require_safe
def new(request: HttpRequest, number: int) -> HttpResponse:
    """GET /searches/N/new/: what was published since its owner looked last, by release and subject."""
    row, judged = searches.search_of(_owner(request), number), visible(request)
    query, now = question_of(row.query), timezone.now()
    ids = news.new_since(query, judged, row.looked_at)
    groups = news.news(ids, judged)
    shown = sum(len(group.revisions) for group in groups)
    context = {
        "search": row,
        "words": words(query),
        "count": len(ids),
        "more": len(ids) - shown,
        "groups": [_group(group, judged) for group in groups],
        "until": now.isoformat(),
    }
    return render(request, "public/searches_new.html", context)


@login_required
@require_POST
def looked(request: HttpRequest, number: int) -> HttpResponse:
    """POST /searches/N/looked/: its owner has seen what was published until the moment of the page."""
    until = parse_datetime(request.POST.get("until", ""))
    if until is None or timezone.is_naive(until) or until > timezone.now():
        raise BadRequest("The moment is one in the past, with its zone.")
    searches.looked(_owner(request), number, until)
    messages.success(request, "From now on only what comes later counts as new")
    return HttpResponseRedirect("/searches/")


@login_required
@require_POST
def rename(request: HttpRequest, number: int) -> HttpResponse:
    """POST /searches/N/rename/: call it `name`."""
    row = searches.rename(_owner(request), number, request.POST.get("name", ""))
    messages.success(request, f"The search is called “{row.name}” now")
    return HttpResponseRedirect("/searches/")


@login_required
@require_POST
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """POST /searches/N/delete/; the page offers to put it back."""
    searches.delete(_owner(request), number)
    return HttpResponseRedirect("/searches/")


@login_required
@require_POST
def put_back(request: HttpRequest) -> HttpResponse:
    """POST /searches/undo/: put back what was deleted last."""
    if searches.put_back(_owner(request)):
        messages.success(request, "The search is back")
    return HttpResponseRedirect("/searches/")


@login_required
@require_POST
def clear_history(request: HttpRequest) -> HttpResponse:
    """POST /searches/history/clear/."""
    history.clear(_owner(request))
    messages.success(request, "Your last searches are forgotten")
    return HttpResponseRedirect("/searches/")


@login_required
@require_POST
def keep_history(request: HttpRequest) -> HttpResponse:
    """POST /searches/history/keep/: `kept` is yes or no; no forgets those that there are, too."""
    kept = YES_NO.get(request.POST.get("kept", ""))
    if kept is None:
        raise BadRequest("The history is kept, yes or no.")
    history.keep(_owner(request), kept=kept)
    messages.success(
        request,
        "Your searches are remembered from now on" if kept else "Your searches are not remembered any more",
    )
    return HttpResponseRedirect("/searches/")


def words(query: Query) -> str:
    """A question in words, as its chips say it."""
    return ", ".join(f"{chip.label}: {chip.value}" for chip in chips(query)) or "Everything"


def question_in(text: str) -> Query:
    """The question of an address that a form carries. BadRequest."""
    try:
        given = QueryDict(text)
    except (ValueError, UnicodeError):
        raise BadRequest("The question cannot be read.") from None
    return parse([(name, value) for name, values in given.lists() for value in values])


def _owner(request: HttpRequest) -> str:
    known = person(request)
    assert known is not None
    return owner_of(known)


def _address(query: Query) -> str:
    text = query.url()
    return f"/search/?{text}" if text else "/search/"


def _saved(row: SavedSearch, judged: Visible) -> dict[str, Any]:
    """A search with how much is new; one that cannot be asked any more says so."""
    try:
        query = question_of(row.query)
        return {
            "search": row,
            "words": words(query),
            "new": len(news.new_since(query, judged, row.looked_at)),
        }
    except ArchiveError as error:
        return {"search": row, "words": "", "unread": str(error)}


def _group(group: news.Group, judged: Visible) -> dict[str, Any]:
    holding, number = group.release.holding, group.release.number
    return {
        "group": group,
        "dataset": holding.short_title,
        "version": f"{address_of(holding)}versions/{number}/",
        "patient": patient_address(group.patient),
        "rows": series_rows(group.revisions[:SHORT], judged),
        "left": max(0, len(group.revisions) - SHORT),
    }
