"""A series on its way to a reader: judged, written down, sent, and judged again while it is sent."""

from collections.abc import Callable

from django.db.models import F
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from vesalius.access.models import Person
from vesalius.access.permit import visible_to
from vesalius.audit.trail import record
from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import DownloadCount, RevisionInstance, SeriesRevision
from vesalius.catalog.visible import published_revisions
from vesalius.deliver.answer import answer
from vesalius.deliver.plan import FileSpan, SendPlan, blob_plan
from vesalius.deliver.series_zip import Names, series_plan
from vesalius.settings.routing import on_archive

PUBLIC = "public"  # the person of a fetch that anyone may do


def send_series(
    request: HttpRequest,
    revision: SeriesRevision,
    *,
    person: Person | None,
    way: str,
    names: Names = "counter",
    md5: bool = False,
    licence: bool = True,
) -> HttpResponseBase:
    """The answer that sends a revision as a ZIP, written down before its first byte.

    The caller has judged that this person (None: the public) may fetch it. way: "page", "v1API", "v4API" ...
    """
    open_to_all = visible_to(None).may_fetch(revision.home_download_id)
    plan = series_plan(
        revision,
        names=names,
        md5=md5,
        licence=licence,
        still_allowed=still_allowed(revision, person),
        public=open_to_all,
    )
    return _send(request, plan, revision, person=person, way=way, size=revision.size)


def send_file(
    request: HttpRequest,
    revision: SeriesRevision,
    content: RevisionInstance,
    *,
    person: Person | None,
    way: str,
) -> HttpResponseBase:
    """The answer that sends one file of a revision as it is; judged and written down like the whole."""
    blob = content.blob
    plan = blob_plan(
        FileSpan(str(archive_store().path(blob.sha256)), 0, blob.size),
        etag=f'"{revision.digest[:32]}-{content.position}"',
        content_type="application/dicom",
        filename=f"{content.instance.sop_instance_uid}.dcm",
        still_allowed=still_allowed(revision, person),
        public=visible_to(None).may_fetch(revision.home_download_id),
    )
    return _send(request, plan, revision, person=person, way=way, size=blob.size)


def _send(
    request: HttpRequest,
    plan: SendPlan,
    revision: SeriesRevision,
    *,
    person: Person | None,
    way: str,
    size: int,
) -> HttpResponseBase:
    response = answer(request, plan)
    if request.method == "GET" and response.status_code in {200, 206}:
        whole = size if response.status_code == 200 else None
        note_fetch(revision, person=person, way=way, size=whole, limited=not plan.public)
    return response


def still_allowed(revision: SeriesRevision, person: Person | None) -> Callable[[], bool]:
    """A question to ask again while a long download runs: may this person still have it."""
    name = person.name if person else None
    alias = person._state.db if person else None  # noqa: SLF001 - an account stands on the side where it signed in

    def ask() -> bool:
        asker = Person.objects.using(alias).filter(name=name).first() if name else None
        home = published_revisions().filter(pk=revision.pk).values_list("home_download", flat=True).first()
        return home is not None and visible_to(asker).may_fetch(home)

    return ask


def note_fetch(
    revision: SeriesRevision, *, person: Person | None, way: str, size: int | None, limited: bool
) -> None:
    """Write a fetch down: limited data one by one in the audit trail, everything as a count of the day.

    size: bytes of what was fetched; None for a part of it, which is audited and not counted again.
    """
    uid = revision.series.series_instance_uid
    with on_archive():
        if limited:
            record(
                "series.fetch",
                person=person.name if person else PUBLIC,
                target_kind="series",
                target=uid,
                detail={"revision": revision.number, "way": way, "whole": size is not None},
            )
        if size is not None:
            _count(uid, way, size)


def _count(uid: str, way: str, size: int) -> None:
    row, _ = DownloadCount.objects.get_or_create(day=timezone.now().date(), series_instance_uid=uid, way=way)
    DownloadCount.objects.filter(pk=row.pk).update(count=F("count") + 1, size=F("size") + size)
