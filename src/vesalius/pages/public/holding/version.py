"""One version of a holding: what it holds, what changed since the one before, its manifest."""

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
from vesalius.errors import NotFound
from vesalius.pages.public.asker import visible
from vesalius.pages.public.holding.citing import citation
from vesalius.pages.public.holding.counts import address_of
from vesalius.pages.public.holding.page import named
from vesalius.pages.public.paging import page_number, pager
from vesalius.release import release_manifest, versions, what_changed

PER_PAGE = 50
SHOWN_CHANGES = 100  # series named on the page; the manifest names them all
CHANGES = (
    ("added", "Added", "series that the version before did not hold"),
    ("revised", "Corrected", "series with the same UID and other content"),
    ("removed", "Left out", "series that the version before held"),
)


@require_safe
def version_page(request: HttpRequest, name: str, number: int, kind: str) -> HttpResponse:
    """GET .../versions/N/: 404 for a version that is not published."""
    judged = visible(request)
    holding = named(name, judged, kind)
    release = _release(holding.pk, number)
    every = versions(holding, judged)
    version = next(one for one in every if one.release.pk == release.pk)
    rows = findable(revisions_of(release), judged).select_related(*WITH_CONTEXT)
    ordered = rows.order_by("series__study__patient__patient_id", "series__series_instance_uid")
    page = Paginator(ordered, PER_PAGE).get_page(page_number(request))
    return render(
        request,
        "public/version.html",
        {
            "holding": holding,
            "address": address_of(holding),
            "release": release,
            "version": version,
            "versions": every,
            "changes": _changes(release, judged),
            "rows": [_row(revision, judged) for revision in page],
            "pager": pager(request, page, "series"),
            "citation": citation(holding, release, release.doi),
        },
    )


@require_safe
def version_manifest(request: HttpRequest, name: str, number: int, kind: str) -> HttpResponse:
    """GET .../versions/N/manifest.json: series and files that the asker may fetch, with their digests."""
    judged = visible(request)
    holding = named(name, judged, kind)
    manifest = release_manifest(_release(holding.pk, number), judged)
    filename = f"{name} version {number}.json"
    disposition = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    return JsonResponse(
        asdict(manifest), json_dumps_params={"indent": 1}, headers={"Content-Disposition": disposition}
    )


def _release(holding_id: int, number: int) -> Release:
    published = Release.objects.filter(holding=holding_id, state=Release.State.PUBLISHED)
    release = published.select_related("holding").filter(number=number).first()
    if release is None:
        raise NotFound("There is no such version.")
    return release


def _row(revision: SeriesRevision, judged: Visible) -> dict[str, Any]:
    return {"revision": revision, "may_fetch": judged.may_fetch(revision.home_download_id)}


def _changes(release: Release, judged: Visible) -> list[dict[str, Any]] | None:
    """What changed, kind by kind; None for the first version."""
    published = Release.objects.filter(holding=release.holding_id, state=Release.State.PUBLISHED)
    older = published.filter(number__lt=release.number).order_by("-number").first()
    if older is None:
        return None
    changed = what_changed(release, older, judged)
    found = [(title, sentence, getattr(changed, name), name) for name, title, sentence in CHANGES]
    return [
        {
            "title": title,
            "sentence": sentence,
            "count": len(uids),
            "uids": uids[:SHOWN_CHANGES],
            "more": max(0, len(uids) - SHOWN_CHANGES),
            "version": older.number if name == "removed" else release.number,
        }
        for title, sentence, uids, name in found
        if uids
    ]
