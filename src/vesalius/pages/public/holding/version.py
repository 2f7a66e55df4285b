"""One version of a holding: what it holds, what changed since the one before, its index and its manifest."""

from dataclasses import asdict
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import Release, SeriesRevision
from vesalius.catalog.visible import WITH_CONTEXT, findable, revisions_of
from vesalius.pages.public.addresses import address_of
from vesalius.pages.public.asker import visible
from vesalius.pages.public.export import as_csv
from vesalius.pages.public.holding.citing import citation, page_of
from vesalius.pages.public.holding.compare import sentence
from vesalius.pages.public.holding.records import record_of, signposted
from vesalius.pages.public.manifests import manifest, offers
from vesalius.pages.public.named import named, release_of
from vesalius.pages.public.paging import page_number, pager
from vesalius.pages.public.supporting.shown import files_shown
from vesalius.release import compare, release_manifest, versions
from vesalius.release.comparing import Comparison
from vesalius.release.records import FORMATS
from vesalius.release.records.index import NAMES, index_rows
from vesalius.release.records.signposting import Link, header

PER_PAGE = 50


@require_safe
def version_page(request: HttpRequest, name: str, number: int, kind: str) -> HttpResponse:
    """GET .../versions/N/: 404 for a version that is not published."""
    judged = visible(request)
    holding = named(name, judged, kind)
    release = release_of(holding, number)
    every = versions(holding, judged)
    version = next(one for one in every if one.release.pk == release.pk)
    rows = findable(revisions_of(release), judged).select_related(*WITH_CONTEXT)
    ordered = rows.order_by("series__study__patient__patient_id", "series__series_instance_uid")
    page = Paginator(ordered, PER_PAGE).get_page(page_number(request))
    changed = _changed(release, judged)
    answer = render(
        request,
        "public/version.html",
        {
            "holding": holding,
            "address": address_of(holding),
            "release": release,
            "version": version,
            "versions": every,
            "changed": changed,
            "summary": sentence(changed) if changed else "",
            "rows": [_row(revision, judged) for revision in page],
            "pager": pager(request, page, "series"),
            "tables": files_shown(release, judged, number),
            "citation": citation(holding, release, release.doi),
            "formats": FORMATS.values(),
            "manifests": offers(rows, judged, f"{address_of(holding)}versions/{number}/"),
            "at": f"{address_of(holding)}versions/{number}/",
        },
    )
    return signposted(answer, record_of(release, judged, number))


@require_safe
def version_manifest(request: HttpRequest, name: str, number: int, kind: str) -> HttpResponse:
    """GET .../versions/N/manifest.json: series and files that the asker may fetch, with their digests."""
    judged = visible(request)
    holding = named(name, judged, kind)
    manifest = release_manifest(release_of(holding, number), judged)
    filename = f"{name} version {number}.json"
    disposition = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    return JsonResponse(
        asdict(manifest),
        json_dumps_params={"indent": 1},
        headers={"Content-Disposition": disposition, "Link": _collection(release_of(holding, number))},
    )


@require_safe
def version_index(request: HttpRequest, name: str, number: int, kind: str) -> HttpResponse:
    """GET .../versions/N/series.csv: one row for each series of the version that the asker may find."""
    judged = visible(request)
    release = release_of(named(name, judged, kind), number)
    answer = as_csv(f"{name} version {number} series.csv", NAMES, index_rows(release, judged))
    answer.headers["Link"] = _collection(release)
    return answer


@require_safe
def version_for_programs(request: HttpRequest, name: str, number: int, kind: str, form: str) -> HttpResponse:
    """GET .../versions/N/manifest.FORM: with addresses of these very bytes, where the format has any."""
    release = release_of(named(name, visible(request), kind), number)
    return manifest(request, revisions_of(release), form, fixed=True)


def _collection(release: Release) -> str:
    """The signpost from content back to the page of its version."""
    page = f"{page_of(release.holding)}versions/{release.number}/"
    return header([Link(rel="collection", href=page, media_type="text/html")])


def _row(revision: SeriesRevision, judged: Visible) -> dict[str, Any]:
    return {"revision": revision, "may_fetch": judged.may_fetch(revision.home_download_id)}


def _changed(release: Release, judged: Visible) -> Comparison | None:
    """What changed since the version before; None for the first one."""
    published = Release.objects.filter(holding=release.holding_id, state=Release.State.PUBLISHED)
    older = published.filter(number__lt=release.number).order_by("-number").first()
    return compare(release, older, judged) if older else None
