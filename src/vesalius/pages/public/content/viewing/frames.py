"""The frames of a series for its viewer: what they are, and their exact samples."""

import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.relations import in_same_space, labels_on
from vesalius.catalog.visible import revision_to_fetch
from vesalius.deliver import frames
from vesalius.deliver.answer import answer
from vesalius.deliver.fetches import note_fetch
from vesalius.errors import Conflict
from vesalius.pages.public.asker import open_to_all, person, visible
from vesalius.pages.public.content.pictures import KEPT_SECONDS
from vesalius.pages.public.images import in_version
from vesalius.pages.public.paging import whole_number
from vesalius.pages.public.wording import series_title

LAID: Final = {
    "SEG": "frames",
    "RTSTRUCT": "contours",
}  # modality of a label -> which of its addresses tells of it
VIEWED: Final = "viewed"  # key in a session: limited revisions whose viewing is in the audit trail
MOST_VIEWED: Final = 100  # of them that a session remembers


@require_safe
def description(request: HttpRequest, uid: str) -> HttpResponse:
    """GET /series/UID/frames/: kinds of frame, frames, segments, and the segmentations to lay over them, as JSON.

    202 with how far it is, while the headers are still read.
    """
    judged = visible(request)
    version = whole_number(request, "version")
    revision = revision_to_fetch(uid, judged, version)
    found = frames.description(revision)
    if isinstance(found, frames.Pending):
        return not_yet(found)
    told = json.loads(found)
    told["frame_address"] = f"/series/{uid}/frames/NUMBER/{in_version(version)}"
    told["overlays"] = [_overlay(label, here=here) for label, here in labels_over(revision, judged)]
    return JsonResponse(told, headers={"Cache-Control": "private, no-cache"})


@require_safe
def frame(request: HttpRequest, uid: str, number: int) -> HttpResponseBase:
    """GET /series/UID/frames/N/: little-endian samples of the Nth frame in rows, as its kind says; 202 while decoded.

    `?revision=K` refuses those of another revision, 409, so that a viewer never mixes two.
    """
    revision = revision_to_fetch(uid, visible(request), whole_number(request, "version"))
    wanted = whole_number(request, "revision")
    if wanted is not None and wanted != revision.number:
        raise Conflict("A newer revision of this series was published meanwhile.")
    found = frames.frame_of(
        revision, number, person(request), public=open_to_all(request, revision.home_download_id)
    )
    if isinstance(found, frames.Pending):
        return not_yet(found)
    audited(request, revision)
    response = answer(request, found.plan)
    if found.encoding:
        response["Content-Encoding"] = found.encoding
    if found.plan.public:
        response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


def labels_over(revision: SeriesRevision, judged: Visible) -> list[tuple[SeriesRevision, bool]]:
    """What may be laid over a series, and whether it was drawn on this very series; those first."""
    if revision.modality in LAID:
        return []
    here = [one for one in labels_on(revision, judged) if one.modality in LAID]
    known = {one.pk for one in here}
    beside = [one for one in in_same_space(revision, judged, LAID) if one.pk not in known]
    told = [(one, True) for one in here] + [(one, False) for one in beside]
    return [(one, drawn) for one, drawn in told if judged.may_fetch(one.home_download_id)]


def _overlay(label: SeriesRevision, *, here: bool) -> dict[str, Any]:
    uid = label.series.series_instance_uid
    return {
        "kind": LAID[label.modality],
        "series": uid,
        "address": f"/series/{uid}/{LAID[label.modality]}/",
        "title": series_title(label),
        "holding": label.home_download.holding.short_title,
        "here": here,
    }


def not_yet(pending: frames.Pending) -> JsonResponse:
    """202: how far it is; ask again."""
    told = {"done": pending.done, "total": pending.total}
    return JsonResponse(told, status=202, headers={"Retry-After": "1", "Cache-Control": "no-store"})


def audited(request: HttpRequest, revision: SeriesRevision) -> None:
    """Limited data are written down before the first byte, once in a session: frame by frame would say no more."""
    if open_to_all(request, revision.home_download_id):
        return
    viewed = request.session.get(VIEWED, [])
    if revision.pk not in viewed:
        note_fetch(revision, person=person(request), way="viewer", size=None, limited=True)
        request.session[VIEWED] = [*viewed, revision.pk][-MOST_VIEWED:]
