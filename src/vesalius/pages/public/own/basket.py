"""The basket: a choice of series to download, list and cite. Works for anybody, with or without JavaScript."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import Patient, SeriesRevision
from vesalius.catalog.visible import current_revisions, fetchable
from vesalius.deliver import basket
from vesalius.deliver.many_zip import MOST_BYTES, MOST_FILES, fits
from vesalius.errors import BadRequest, NotFound
from vesalius.pages.public.addresses import patient_address
from vesalius.pages.public.asker import basket_owner, begin_basket, visible
from vesalius.pages.public.export import as_file
from vesalius.pages.public.images import thumb
from vesalius.pages.public.manifests import offers
from vesalius.pages.public.own.mixed import citations, citations_bibtex, citations_text, metadata_csv
from vesalius.pages.public.paging import page_number, pager
from vesalius.pages.public.wording import series_title
from vesalius.pages.templatetags.words import count
from vesalius.search.find import values
from vesalius.search.query import parse

PER_PAGE = 50
UID, PATIENT = basket.UID, basket.PATIENT


@require_safe
def basket_page(request: HttpRequest) -> HttpResponse:
    """GET /basket/: what lies in it, how much that is, and what to do with it."""
    judged = visible(request)
    owner = basket_owner(request)
    rows = _rows(request)
    page = Paginator(rows, PER_PAGE).get_page(page_number(request))
    ready = sums_of(fetchable(rows, judged))
    total = page.paginator.count
    elsewhere = rows.exclude(held_at="").count()
    return render(
        request,
        "public/basket.html",
        {
            "total": total,
            "sums": sums_of(rows),
            "ready": ready,
            "refused": total - ready["series"] - elsewhere,
            "elsewhere": elsewhere,
            "fits": fits(ready["images"], ready["size"]),
            "most": {"files": MOST_FILES, "bytes": MOST_BYTES},
            "manifests": offers(rows, judged, "/basket/"),
            "parts": basket.parts(rows),
            "subjects": _subjects(page, rows, judged),
            "pager": pager(request, page, "series"),
            "citations": citations(rows, judged) if total else [],
            "changed": basket.changed(owner, judged) if owner else None,
            "removed": basket.removed(owner) if owner else 0,
        },
    )


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """POST /basket/add/: `series` UIDs, or all that answers the question in `query`."""
    judged = visible(request)
    if "query" in request.POST:
        asked = [pair for pair in _pairs(request.POST["query"]) if pair[0] != "q"]
        named = dict(values(parse(asked), judged, UID, "digest"))
    else:
        uids = request.POST.getlist("series")
        found = current_revisions().filter(
            series__series_instance_uid__in=uids, home_download__in=judged.findable
        )
        named = dict(found.order_by(UID).values_list(UID, "digest"))
    if not named:
        raise NotFound("There is no such series to put into the basket.")
    new = basket.add(begin_basket(request), named)
    said = f"{count(new)} series added to the basket" if new else "The basket held these series already"
    messages.success(request, said)
    return _back(request)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """POST /basket/remove/: `series` UIDs, a `holding`, a `patient` of a `collection`, or `all`."""
    owner = basket_owner(request)
    gone = _remove(owner, request.POST) if owner else 0
    back = _back(request)
    if back.url != "/basket/":  # which offers to put them back
        messages.success(request, f"{count(gone)} series taken out of the basket")
    return back


@require_POST
def put_back(request: HttpRequest) -> HttpResponse:
    """POST /basket/undo/: put back what the last removal took out."""
    owner = basket_owner(request)
    came = basket.put_back(owner) if owner else 0
    messages.success(request, f"{count(came)} series put back into the basket")
    return _back(request)


@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    """POST /basket/settle/: drop what is gone, and take note of what was corrected."""
    if owner := basket_owner(request):
        basket.settle(owner, visible(request))
    messages.success(request, "The basket is up to date")
    return _back(request)


@require_safe
def basket_csv(request: HttpRequest) -> HttpResponse:
    """GET /basket/metadata.csv: a row per series."""
    return as_file("basket.csv", metadata_csv(_some(request)), "text/csv; charset=utf-8")


@require_safe
def basket_citations(request: HttpRequest) -> HttpResponse:
    """GET /basket/citations.txt: how to cite all that lies in it."""
    text = citations_text(_some(request), visible(request))
    return as_file("citations.txt", text, "text/plain; charset=utf-8")


@require_safe
def basket_bibtex(request: HttpRequest) -> HttpResponse:
    """GET /basket/citations.bib: the same for BibTeX."""
    text = citations_bibtex(_some(request), visible(request))
    return as_file("citations.bib", text, "application/x-bibtex; charset=utf-8")


def _rows(request: HttpRequest) -> QuerySet[SeriesRevision]:
    owner = basket_owner(request)
    return basket.chosen(owner, visible(request)) if owner else SeriesRevision.objects.none()


def _some(request: HttpRequest) -> QuerySet[SeriesRevision]:
    rows = _rows(request)
    if not rows.exists():
        raise NotFound("The basket is empty.")
    return rows


def sums_of(rows: QuerySet[SeriesRevision]) -> dict[str, int]:
    """How many series, studies, subjects and images these are, and how many bytes."""
    return rows.order_by().aggregate(
        studies=Count("series__study", distinct=True),
        subjects=Count(PATIENT, distinct=True),
        images=Sum("image_count", default=0),
        size=Sum("size", default=0),
        series=Count("pk"),  # last: under this name the paths above would mean it
    )


def _subjects(
    page: Iterable[SeriesRevision], rows: QuerySet[SeriesRevision], judged: Visible
) -> list[dict[str, Any]]:
    """The series of one page by subject, with how many series the whole basket has of each."""
    shown = [(patient, list(group)) for patient, group in groupby(page, lambda one: one.series.study.patient)]
    of_these = rows.order_by().filter(Q((f"{PATIENT}__in", [patient.pk for patient, _ in shown])))
    held = dict(of_these.values_list(PATIENT).annotate(Count("pk")))
    return [_subject(patient, group, held[patient.pk], judged) for patient, group in shown]


def _subject(patient: Patient, group: list[SeriesRevision], held: int, judged: Visible) -> dict[str, Any]:
    return {
        "patient": patient,
        "collection": patient.holding.short_title,
        "address": patient_address(patient),
        "held": held,
        "rows": [
            {
                "revision": row,
                "thumb": thumb(row, judged),
                "title": series_title(row),
                "uid": row.series.series_instance_uid,
                "refused": not row.held_at and not judged.may_fetch(row.home_download_id),
            }
            for row in group
        ],
    }


def _remove(owner: str, form: QueryDict) -> int:
    if "all" in form:
        return basket.empty(owner)
    told = {name: str(form[name]) for name in ("holding", "collection", "patient") if name in form}
    if "holding" in told:
        return basket.remove_of_holding(owner, told["holding"])
    if "patient" in told:
        return basket.remove_of_patient(owner, told.get("collection", ""), told["patient"])
    return basket.remove(owner, form.getlist("series"))


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return [(name, value) for name, values in QueryDict(text).lists() for value in values]
    except (ValueError, UnicodeError):
        raise BadRequest("The question cannot be read.") from None


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page that the form stood on; never to another site."""
    wanted = request.POST.get("next", "")
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return HttpResponseRedirect(wanted if safe else "/basket/")
