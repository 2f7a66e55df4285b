"""The bytes of a series: as a ZIP, or one of its files."""

from typing import Final

from django.http.response import HttpResponseBase

from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import revision_contents, revision_to_fetch
from vesalius.deliver.fetches import send_file, send_series
from vesalius.errors import BadRequest, NotAllowed, NotFound
from vesalius.nbia.public.asked import Asked
from vesalius.nbia.public.table.endpoints import Image

UNABLE: Final = "Server was not able to process your request"  # NBIA's words for whatever it cannot do


class ImageRefused(BadRequest):
    """No such series for this asker; the words are the same whether it is hidden or unknown."""


class NoSuchFile(BadRequest):
    """No such file for this asker, in whatever way."""


def send_image(asked: Asked, image: Image) -> HttpResponseBase:
    """What an endpoint for images sends. ImageRefused, NoSuchFile."""
    return _send_file(asked) if image.single else _send_zip(asked, image)


def _send_zip(asked: Asked, image: Image) -> HttpResponseBase:
    revision = _revision(asked)
    if revision is None:
        raise ImageRefused(asked.version.refusal.format(uid=asked.value("SeriesInstanceUID")))
    return send_series(
        asked.request,
        revision,
        person=asked.person,
        way=asked.version.way,
        names="new" if asked.says_yes("NewFileNames") else "counter",
        md5=image.md5 or asked.says_yes("IncludeMD5"),
        licence=image.licence,
    )


def _send_file(asked: Asked) -> HttpResponseBase:
    revision = _revision(asked)
    if revision is None:
        raise NoSuchFile(UNABLE)
    sop_uid = asked.value("SOPInstanceUID")
    content = revision_contents(revision).filter(instance__sop_instance_uid=sop_uid).first()
    if content is None:
        raise NoSuchFile(UNABLE)
    return send_file(asked.request, revision, content, person=asked.person, way=asked.version.way)


def _revision(asked: Asked) -> SeriesRevision | None:
    uid = asked.value("SeriesInstanceUID")
    try:
        return revision_to_fetch(uid, asked.visible)
    except (NotFound, NotAllowed):
        return None
