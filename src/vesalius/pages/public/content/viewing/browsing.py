"""All pictures of a series at once, and one after the other: both work without JavaScript."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import revision_to_fetch
from vesalius.deliver.drawing import Drawn
from vesalius.deliver.frames import CannotBeShown, Pending, description_missing, frame_count
from vesalius.deliver.pictures import pictures
from vesalius.deliver.view.asked import View
from vesalius.deliver.view.ordering import picture_of_view
from vesalius.errors import NotFound
from vesalius.pages.public.addresses import patient_address
from vesalius.pages.public.asker import visible
from vesalius.pages.public.images import address_of, in_version
from vesalius.pages.public.paging import whole_number
from vesalius.pages.public.wording import series_title

SIDE: Final = 640  # pixels of the picture of one image


@require_safe
def sheet(request: HttpRequest, uid: str) -> HttpResponse:
    """GET /series/UID/sheet/: every picture that was drawn of a series, to look over or to print."""
    version = whole_number(request, "version")
    revision = revision_to_fetch(uid, visible(request), version)
    return render(request, "public/sheet.html", _about(revision, version))


@require_safe
def cine(request: HttpRequest, uid: str) -> HttpResponse:
    """GET /series/UID/cine/?image=K: one image with ways to the next; a script plays the drawn ones.

    While the picture is drawn, the nearest small one stands in its place and the page asks again by itself.
    """
    version = whole_number(request, "version")
    revision = revision_to_fetch(uid, visible(request), version)
    told = _about(revision, version)
    cover = told["cover"]
    number = whole_number(request, "image") or (cover.number if cover else 1)
    total = _total(revision)
    if number > total:
        raise NotFound("The series has no such image.")
    waiting, refused = _picture(revision, number)
    response = render(
        request,
        "public/cine.html",
        told
        | {
            "number": number,
            "total": total,
            "previous": number - 1 if number > 1 else None,
            "next": number + 1 if number < total else None,
            "waiting": waiting,
            "refused": refused,
            "side": SIDE,
            "instead": _nearest(told["drawn"], number),
        },
    )
    if waiting:
        response["Refresh"] = "1"
    return response


def _about(revision: SeriesRevision, version: int | None) -> dict[str, Any]:
    found = pictures(revision)
    study = revision.series.study
    return {
        "title": series_title(revision),
        "revision": revision,
        "address": address_of(revision),
        "version": version,
        "in_version": in_version(version),
        "drawn": found.drawn if found else (),
        "cover": found.cover if found else None,
        "images": _total(revision),
        "patient": (patient_address(study.patient), study.patient.patient_id),
        "study": f"/studies/{study.study_instance_uid}/",
    }


def _total(revision: SeriesRevision) -> int:
    return revision.image_count if description_missing(revision) else frame_count(revision)


def _picture(revision: SeriesRevision, number: int) -> tuple[bool, str]:
    """Whether the picture of an image is still being drawn, and why it cannot be."""
    view = View(number=number, labels=False, hidden={}, size=(SIDE, SIDE))
    try:
        return isinstance(picture_of_view(revision, view, (), ()), Pending), ""
    except CannotBeShown as error:
        return False, str(error)


def _nearest(drawn: tuple[Drawn, ...], number: int) -> int | None:
    return min((one.number for one in drawn), key=lambda at: abs(at - number), default=None)
