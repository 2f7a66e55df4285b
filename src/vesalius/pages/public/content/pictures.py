"""The pictures of a series, from the derived store: never without leave, never by a hash."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from vesalius.catalog.visible import revision_to_fetch
from vesalius.deliver.pictures import read_picture
from vesalius.pages.public.asker import open_to_all, visible
from vesalius.pages.public.paging import whole_number

KEPT_SECONDS = 600  # a withdrawn picture stays in a reader's cache for so long at most
NOT_YET = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" role="img" aria-label="No picture yet">'
    '<rect width="256" height="256" fill="#000"/><text x="128" y="132" fill="#9aa3ae" font-size="14" '
    'font-family="sans-serif" text-anchor="middle">No picture yet</text></svg>'
)


@require_safe
def thumbnail(request: HttpRequest, uid: str, number: int | None = None) -> HttpResponse:
    """GET /series/UID/thumbnail/ (the cover) and .../thumbnail/K/: a JPEG; a drawn sign with 404 while there is none.

    Pictures are bytes of the images: who may find a series and not fetch it is refused.
    """
    revision = revision_to_fetch(uid, visible(request), whole_number(request, "version"))
    picture = read_picture(revision, number)
    if picture is None:
        return HttpResponse(
            NOT_YET, content_type="image/svg+xml", status=404, headers={"Cache-Control": "no-store"}
        )
    everybody = open_to_all(request, revision.home_download_id)
    kept = f"public, max-age={KEPT_SECONDS}" if everybody else "private, no-store"
    return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": kept})
