"""The page of a shared list: what is in it, what became of it, how it is cited and fetched; and all lists."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import WITH_CONTEXT, current_revisions, fetchable
from vesalius.deliver import basket
from vesalius.deliver.lists.drift import UID, Change, Fate, drift
from vesalius.deliver.lists.keeping import count_use, lists_granted, lists_of, public_lists, versions_of
from vesalius.deliver.many_zip import MOST_BYTES, MOST_FILES, ORDER, fits
from vesalius.errors import NotFound
from vesalius.pages.public.addresses import address_of
from vesalius.pages.public.asker import begin_basket, person, visible
from vesalius.pages.public.export import as_file
from vesalius.pages.public.finding.results import series_rows
from vesalius.pages.public.images import address_of as series_address
from vesalius.pages.public.images import in_version
from vesalius.pages.public.lists.reading import ListDeleted, Reading, owner_name, read
from vesalius.pages.public.manifests import manifest, offers
from vesalius.pages.public.own.basket import sums_of
from vesalius.pages.public.own.zips import send_zip
from vesalius.pages.public.paging import page_number, pager
from vesalius.pages.templatetags.words import count
from vesalius.release.records.citation import citation_text

PER_PAGE = 50
NAMED = 10  # series of one change that are linked
MEDIA = {"txt": "text/plain", "bib": "application/x-bibtex", "ris": "application/x-research-info-systems"}


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """GET /lists/: one's own lists, those that others let one read, and those of everybody."""
    known = person(request)
    page = Paginator(public_lists(), PER_PAGE).get_page(page_number(request))
    context = {
        "own": lists_of(known.name) if known else [],
        "granted": lists_granted(known) if known else [],
        "lists": page,
        "pager": pager(request, page, "lists"),
    }
    return render(request, "public/lists.html", context)


@require_safe
def list_page(request: HttpRequest, name: str) -> HttpResponse:
    """GET /lists/NAME/: the newest version, or that of `?version=N`; 410 for one that its owner deleted."""
    try:
        reading = read(request, name)
    except ListDeleted as error:
        return render(request, "public/list_deleted.html", {"sentence": str(error)}, status=error.status)
    rows = reading.revisions
    drifted = drift(reading.shared, reading.judged)
    ordered = rows.select_related(*WITH_CONTEXT, "last_release").order_by(*ORDER)
    page = Paginator(ordered, PER_PAGE).get_page(page_number(request))
    ready = sums_of(fetchable(rows, reading.judged))
    context = {
        "list": reading.shared,
        "title": reading.shared.title or reading.shared.name,
        "place": reading.place,
        "asked": reading.asked,
        "permanent": reading.permanent,
        "owner": owner_name(reading.shared.owner),
        "mine": reading.mine,
        "versions": versions_of(name),
        "sums": sums_of(rows),
        "ready": ready,
        "fits": fits(ready["images"], ready["size"]),
        "most": {"files": MOST_FILES, "bytes": MOST_BYTES},
        "parts": basket.parts(rows),
        "drift": drifted,
        "changes": [_said(change) for change in drifted.changes],
        "manifests": offers(rows, reading.judged, reading.place, reading.asked),
        "citations": [citation_text(work) for work in reading.works],
        "rows": _rows(list(page), reading),
        "pager": pager(request, page, "series"),
    }
    return render(request, "public/list.html", context)


@require_safe
def list_manifest(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """GET /lists/NAME/manifest.FORM: with addresses of these very bytes, where the format has any."""
    reading = read(request, name)
    count_use(reading.shared)
    return manifest(request, reading.revisions, form, fixed=True)


@require_safe
def list_citations(request: HttpRequest, name: str, ending: str) -> HttpResponse:
    """GET /lists/NAME/citations.txt, .bib and .ris: the list, and each dataset in the version that it draws from."""
    papers = read(request, name).papers
    return as_file(f"citations.{ending}", papers[f"citations.{ending}"], f"{MEDIA[ending]}; charset=utf-8")


@require_safe
def list_zip(request: HttpRequest, name: str) -> HttpResponseBase:
    """GET /lists/NAME/download/: the very bytes that the list holds."""
    reading = read(request, name)
    return send_zip(request, reading.revisions, f"list {name}", reading.papers)


@require_POST
def to_basket(request: HttpRequest, name: str) -> HttpResponse:
    """POST /lists/NAME/basket/: the series of the list, as they stand now, into the basket."""
    reading = read(request, name)
    now = current_revisions().filter(home_download__in=visible(request).findable)
    uids = reading.revisions.values(UID)
    named = dict(now.filter(**{f"{UID}__in": uids}).values_list(UID, "digest"))
    if not named:
        raise NotFound("None of its series stands in a version of today.")
    basket.add(begin_basket(request), named)
    return HttpResponseRedirect("/basket/")


def _rows(page: list[SeriesRevision], reading: Reading) -> list[dict[str, Any]]:
    """Rows of the page; those of older content lead to it, and say so."""
    rows = series_rows(page, reading.judged)
    for row in rows:
        revision = row["revision"]
        if revision.last_release_id != revision.home_download.holding.current_release_id:
            version = revision.last_release.number
            address = series_address(revision)
            row["thumb"]["address"] = f"{address}{in_version(version)}"
            if row["thumb"]["image"]:
                row["thumb"]["image"] = f"{address}thumbnail/{in_version(version)}"
            row["note"] = (
                f"As in version {version} of {revision.home_download.holding.short_title}; not in the newest."
            )
    return rows


def _said(change: Change) -> dict[str, Any]:
    """One change in words, with where to look."""
    number = len(change.uids)
    many = number != 1
    title = change.holding.short_title
    place = address_of(change.holding)
    version = change.release.number if change.release else None
    words = {
        Fate.REPLACED: f"{'were' if many else 'was'} replaced in version {version} of {title}",
        Fate.LEFT_OUT: f"{'were' if many else 'was'} left out of version {version} of {title}",
        Fate.WITHDRAWN: f"of {title} {'were' if many else 'was'} withdrawn",
    }[change.fate]
    return {
        "words": f"{count(number)} series {words}",
        "address": f"{place}versions/{version}/" if version else f"{place}#versions",
        "series": [] if change.fate is Fate.WITHDRAWN else change.uids[:NAMED],
        "more": 0 if change.fate is Fate.WITHDRAWN else max(0, number - NAMED),
        "successors": change.successors[:NAMED],
    }
