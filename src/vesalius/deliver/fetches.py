"""A series on its way to a reader: judged, written down, sent, and judged again while it is sent."""

from collections.abc import Callable

from django.db.models import F
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from vesalius.access.models import Person
from vesalius.access.permit import visible_to
from vesalius.audit.trail import record
from vesalius.catalog.models import DownloadCount, SeriesRevision
from vesalius.catalog.visible import published_revisions
from vesalius.deliver.answer import answer
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
    response = answer(request, plan)
    if request.method == "GET" and response.status_code in {200, 206}:
        note_fetch(
            revision, person=person, way=way, whole=response.status_code == 200, limited=not open_to_all
        )
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
    revision: SeriesRevision, *, person: Person | None, way: str, whole: bool = True, limited: bool
) -> None:
    """Write a fetch down: limited data one by one in the audit trail, everything as a count of the day.

    whole: False for a part of it, which is audited and not counted again.
    """
    uid = revision.series.series_instance_uid
    with on_archive():
        if limited:
            record(
                "series.fetch",
                person=person.name if person else PUBLIC,
                target_kind="series",
                target=uid,
                detail={"revision": revision.number, "way": way, "whole": whole},
            )
        if whole:
            _count(uid, way, revision.size)


def _count(uid: str, way: str, size: int) -> None:
    row, _ = DownloadCount.objects.get_or_create(day=timezone.now().date(), series_instance_uid=uid, way=way)
    DownloadCount.objects.filter(pk=row.pk).update(count=F("count") + 1, size=F("size") + size)
