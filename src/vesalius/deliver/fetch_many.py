"""Many series on their way to a reader in one ZIP: written down before its first byte, judged again on the way."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from vesalius.access.models import Person
from vesalius.access.permit import visible_to
from vesalius.audit.trail import record
from vesalius.catalog.models import DownloadCount, SeriesRevision
from vesalius.catalog.visible import published_revisions
from vesalius.deliver.answer import answer
from vesalius.deliver.fetches import PUBLIC
from vesalius.deliver.many_zip import AT_ONCE, many_plan
from vesalius.settings.routing import on_archive

_T = TypeVar("_T")
WAY = "zip"  # what the counts of downloads call it


def send_many(
    request: HttpRequest,
    revisions: QuerySet[SeriesRevision],
    *,
    person: Person | None,
    filename: str,
    papers: Mapping[str, str],
) -> HttpResponseBase:
    """The answer that sends these revisions as one ZIP; the caller has judged that this person may fetch them.

    papers: name -> text of what stands beside the files. NotFound, TooMuchForOneZip.
    """
    open_to_all = visible_to(None).fetchable
    rows = list(
        revisions.order_by("pk").values_list("pk", "series__series_instance_uid", "size", "home_download")
    )
    limited = [row for row in rows if row[3] not in open_to_all]
    plan = many_plan(
        revisions,
        filename=filename,
        papers=papers,
        still_allowed=_still_allowed([row[0] for row in rows], person),
        public=not limited,
    )
    response = answer(request, plan)
    if request.method == "GET" and response.status_code in {200, 206}:
        whole = response.status_code == 200
        with on_archive():
            _audit([row[1] for row in limited], person, whole=whole)
            if whole:
                _count({uid: size for _, uid, size, _ in rows})
    return response


def _still_allowed(ids: Sequence[int], person: Person | None) -> Callable[[], bool]:
    """A question to ask again while the download runs: may this person still have all of it."""
    name = person.name if person else None
    alias = person._state.db if person else None  # noqa: SLF001 - an account stands on the side where it signed in

    def ask() -> bool:
        asker = Person.objects.using(alias).filter(name=name).first() if name else None
        fetchable = visible_to(asker).fetchable
        shown = published_revisions().filter(home_download__in=fetchable)
        return all(shown.filter(pk__in=part).count() == len(part) for part in _parts(ids))

    return ask


def _audit(uids: Sequence[str], person: Person | None, *, whole: bool) -> None:
    """Write limited series down, so many to an entry that each can be read."""
    for part in _parts(uids):
        record(
            "series.fetch",
            person=person.name if person else PUBLIC,
            target_kind="series",
            target=part[0] if len(part) == 1 else f"{len(part)} series",
            detail={"series": list(part), "way": WAY, "whole": whole},
        )


def _count(sizes: Mapping[str, int]) -> None:
    """Count each series once for today, in few questions."""
    day = timezone.now().date()
    for part in _parts(list(sizes)):
        counted = DownloadCount.objects.filter(day=day, way=WAY, series_instance_uid__in=part)
        DownloadCount.objects.bulk_create(
            (DownloadCount(day=day, way=WAY, series_instance_uid=uid) for uid in part),
            ignore_conflicts=True,
        )
        rows = list(counted.select_for_update().order_by("pk"))
        for row in rows:
            row.count += 1
            row.size += sizes[row.series_instance_uid]
        DownloadCount.objects.bulk_update(rows, ["count", "size"])


def _parts(of: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (of[at : at + AT_ONCE] for at in range(0, len(of), AT_ONCE))
