"""The basket: a choice of series that becomes a manifest. Works for anybody, with or without JavaScript."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import current_revisions, fetchable
from vesalius.deliver import basket
from vesalius.deliver.manifest import MEDIA_TYPE, manifest_name, manifest_text
from vesalius.errors import BadRequest, NotFound
from vesalius.pages.public.asker import basket_owner, begin_basket, visible
from vesalius.pages.public.content.patient import patient_address
from vesalius.pages.public.export import as_file
from vesalius.pages.public.images import thumb
from vesalius.pages.public.paging import page_number, pager
from vesalius.pages.public.wording import series_title
from vesalius.pages.templatetags.words import count
from vesalius.search.find import matching
from vesalius.search.query import parse

PER_PAGE = 50


@require_safe
def basket_page(request: HttpRequest) -> HttpResponse:
    """GET /basket/: what lies in it, how much that is, and what to do with it."""
    judged = visible(request)
    owner = basket_owner(request)
    rows = basket.chosen(owner, judged) if owner else SeriesRevision.objects.none()
    page = Paginator(rows, PER_PAGE).get_page(page_number(request))
    ready = fetchable(rows, judged).count()
    return render(
        request,
        "public/basket.html",
        {
            "rows": [
                {
                    "revision": row,
                    "thumb": thumb(row, judged),
                    "title": series_title(row),
                    "patient": patient_address(row.series.study.patient),
                    "uid": row.series.series_instance_uid,
                }
                for row in page
            ],
            "pager": pager(request, page, "series"),
            "total": page.paginator.count,
            "ready": ready,
            "refused": page.paginator.count - ready,
        },
    )


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """POST /basket/add/: `series` UIDs, or all that answers the question in `query`."""
    judged = visible(request)
    if "query" in request.POST:
        asked = [pair for pair in _pairs(request.POST["query"]) if pair[0] != "q"]
        found = matching(parse(asked), judged)
    else:
        uids = request.POST.getlist("series")
        found = current_revisions().filter(
            series__series_instance_uid__in=uids, home_download__in=judged.findable
        )
    named = list(
        found.order_by("series__series_instance_uid").values_list("series__series_instance_uid", flat=True)
    )
    if not named:
        raise NotFound("There is no such series to put into the basket.")
    new = basket.add(begin_basket(request), named)
    said = f"{count(new)} series added to the basket" if new else "The basket held these series already"
    messages.success(request, said)
    return _back(request)


@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """POST /basket/remove/: `series` UIDs, or everything where `all` is said."""
    owner = basket_owner(request)
    if "all" in request.POST:
        gone = basket.empty(owner) if owner else 0
    else:
        gone = basket.remove(owner, request.POST.getlist("series")) if owner else 0
    messages.success(request, f"{count(gone)} series taken out of the basket")
    return _back(request)


@require_safe
def basket_manifest(request: HttpRequest) -> HttpResponse:
    """GET /basket/manifest.tcia: those series of the basket that the asker may fetch."""
    judged = visible(request)
    owner = basket_owner(request)
    rows = fetchable(basket.chosen(owner, judged), judged) if owner else SeriesRevision.objects.none()
    uids = list(rows.values_list("series__series_instance_uid", flat=True))
    if not uids:
        raise NotFound("The basket holds no series that this account may download.")
    made = manifest_name(timezone.now())
    return as_file(made, manifest_text(uids, name=made), MEDIA_TYPE)


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
