"""The bytes of a series: as a ZIP, or one of its files."""

from typing import Final

from django.http.response import HttpResponseBase

from vesalius.access.permit import visible_to
from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import revision_contents, revision_to_fetch
from vesalius.deliver.answer import answer
from vesalius.deliver.fetches import note_fetch, send_series, still_allowed
from vesalius.deliver.plan import FileSpan, blob_plan
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
    sop_uid = asked.value("SOPInstanceUID")
    contents = revision_contents(revision) if revision else None
    content = contents.filter(instance__sop_instance_uid=sop_uid).first() if contents else None
    if revision is None or content is None:
        raise NoSuchFile(UNABLE)
    blob = content.blob
    open_to_all = visible_to(None).may_fetch(revision.home_download_id)
    plan = blob_plan(
        FileSpan(str(archive_store().path(blob.sha256)), 0, blob.size),
        etag=f'"{revision.digest[:32]}-{content.position}"',
        content_type="application/dicom",
        filename=f"{content.instance.sop_instance_uid}.dcm",
        still_allowed=still_allowed(revision, asked.person),
        public=open_to_all,
    )
    response = answer(asked.request, plan)
    if asked.request.method == "GET" and response.status_code in {200, 206}:
        note_fetch(revision, person=asked.person, way=asked.version.way, whole=False, limited=not open_to_all)
    return response


def _revision(asked: Asked) -> SeriesRevision | None:
    uid = asked.value("SeriesInstanceUID")
    try:
        return None if "\0" in uid else revision_to_fetch(uid, asked.visible)
    except (NotFound, NotAllowed):
        return None
