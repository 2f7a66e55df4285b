"""A view of a series as a picture with its citation, for papers, slides and letters."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import revision_to_fetch, series_page
from vesalius.deliver.frames import Pending
from vesalius.deliver.view.asked import View, view_of
from vesalius.deliver.view.ordering import picture_of_view
from vesalius.pages.public.asker import open_to_all, visible
from vesalius.pages.public.content.pictures import KEPT_SECONDS
from vesalius.pages.public.content.viewing.frames import audited, labels_over, not_yet
from vesalius.pages.public.holding.citing import citation
from vesalius.pages.public.images import address_of
from vesalius.pages.public.paging import whole_number
from vesalius.pages.public.wording import series_title

PURPOSE = "For research and teaching; not for diagnosis."


@require_safe
def picture(request: HttpRequest, uid: str) -> HttpResponse:
    """GET /series/UID/view.png?image=12&...: a PNG of what a viewer shows at that address, and how to cite it.

    `caption=0` leaves the words below it out. 202 while it is drawn: a page that asks again by itself, or to others
    how far it is. 400 names what says nothing.
    """
    judged = visible(request)
    version = whole_number(request, "version")
    revision = revision_to_fetch(uid, judged, version)
    view = view_of(dict(request.GET.lists()))
    labels = [label for label, _ in labels_over(revision, judged)] if view.labels else []
    words = () if request.GET.get("caption") == "0" else _words(request, revision, view, version)
    found = picture_of_view(revision, view, labels, words)
    if isinstance(found, Pending):
        return _being_drawn(request, found)
    for one in (revision, *labels):
        audited(request, one)
    everybody = all(open_to_all(request, one.home_download_id) for one in (revision, *labels))
    kept = f"public, max-age={KEPT_SECONDS}" if everybody else "private, no-store"
    named = f'inline; filename="series-{uid}-image-{view.number}.png"'
    return HttpResponse(
        found, content_type="image/png", headers={"Cache-Control": kept, "Content-Disposition": named}
    )


def _words(
    request: HttpRequest, revision: SeriesRevision, view: View, version: int | None
) -> tuple[str, ...]:
    """What stands below the picture: which image it is, and how to cite it."""
    uid = revision.series.series_instance_uid
    release = series_page(uid, visible(request), version).releases[-1]
    holding = revision.home_download.holding
    subject = revision.series.study.patient.patient_id
    window = f", C {view.window[0]:g} W {view.window[1]:g}" if view.window else ""
    shown = f"{series_title(revision)}, {revision.modality}, subject {subject}, image {view.number}{window}. {PURPOSE}"
    cited = citation(holding, release, release.doi, part=f"series {uid}").text
    address = f"{settings.VESALIUS.public_url.rstrip('/')}{address_of(revision, version=version)}"
    return shown, cited, address


def _being_drawn(request: HttpRequest, pending: Pending) -> HttpResponse:
    if not request.accepts("text/html"):
        return not_yet(pending)
    response = render(request, "public/being_drawn.html", status=202)
    for name, value in {"Refresh": "1", "Retry-After": "1", "Cache-Control": "no-store"}.items():
        response[name] = value
    return response
