"""The contours of a structure set, for the viewers of the images that they were drawn on."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from vesalius.catalog.visible import revision_to_fetch
from vesalius.deliver.contours import contours
from vesalius.deliver.frames import Pending
from vesalius.pages.public.asker import visible
from vesalius.pages.public.content.viewing.frames import audited, not_yet
from vesalius.pages.public.paging import whole_number


@require_safe
def description(request: HttpRequest, uid: str) -> HttpResponse:
    """GET /series/UID/contours/: regions and their contours in mm, as JSON; 202 while they are read."""
    revision = revision_to_fetch(uid, visible(request), whole_number(request, "version"))
    found = contours(revision)
    if isinstance(found, Pending):
        return not_yet(found)
    audited(request, revision)
    headers = {"Content-Encoding": "gzip", "Cache-Control": "private, no-cache"}
    return HttpResponse(found, content_type="application/json", headers=headers)
