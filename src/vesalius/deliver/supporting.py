"""A supporting file on its way to a reader: judged, written down, sent, and judged again while it is sent."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate

from django.db.models import F
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from vesalius.access.models import Person
from vesalius.access.permit import visible_to
from vesalius.audit.trail import record
from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import FileDownloadCount, Release, SupportingFile
from vesalius.catalog.supporting import Stretch, hidden_rows, stretches
from vesalius.catalog.visible import shown_files
from vesalius.deliver.answer import answer
from vesalius.deliver.fetches import PUBLIC
from vesalius.deliver.plan import FileSpan, Piece, SendPlan
from vesalius.settings.routing import on_archive


def send_supporting_file(
    request: HttpRequest, file: SupportingFile, *, person: Person | None
) -> HttpResponseBase:
    """The answer that sends a file, but for rows that are hidden now; written down before the first byte.

    The caller has judged that this person (None: the public) may fetch it.
    """
    plan = file_plan(
        file,
        still_allowed=still_allowed(file, person),
        public=visible_to(None).may_fetch(file.home_download_id),
    )
    response = answer(request, plan)
    note_answer(
        request, response, {file: plan.length}, [] if plan.public else [file], person=person, way="page"
    )
    return response


def note_answer(
    request: HttpRequest,
    response: HttpResponseBase,
    sizes: Mapping[SupportingFile, int],
    limited: Iterable[SupportingFile],
    *,
    person: Person | None,
    way: str,
) -> None:
    """Write down what an answer sends: limited files one by one in the audit trail, whole ones as counts of the day.

    sizes: bytes of each file; way: "page" or "zip".
    """
    if request.method != "GET" or response.status_code not in {200, 206}:
        return
    whole = response.status_code == 200
    with on_archive():
        for file in limited:
            record(
                "file.fetch",
                person=person.name if person else PUBLIC,
                target_kind="file",
                target=f"{file.holding.short_title}/{file.name}"[:255],
                detail={"file": file.pk, "way": way, "whole": whole},
            )
        for file, size in sizes.items() if whole else ():
            _count(file, way, size)


def _count(file: SupportingFile, way: str, size: int) -> None:
    row, _ = FileDownloadCount.objects.get_or_create(day=timezone.now().date(), file=file, way=way)
    FileDownloadCount.objects.filter(pk=row.pk).update(count=F("count") + 1, size=F("size") + size)


def file_plan(file: SupportingFile, *, still_allowed: Callable[[], bool], public: bool = False) -> SendPlan:
    """The plan that sends the stored bytes, but for the rows of hidden patients; the others stay as they are."""
    kept, digest = shown_part(file)
    path = str(archive_store().path(file.blob_id))

    def pieces(start: int, stop: int) -> list[Piece]:
        return list(_spans(path, kept, start, stop))

    return SendPlan(
        length=sum(one.length for one in kept),
        etag=f'"{digest[:32]}"',
        content_type=f"{file.media_type}; charset=utf-8" if file.is_text else file.media_type,
        filename=file.name,
        pieces=pieces,
        still_allowed=still_allowed,
        public=public,
    )


def shown_part(file: SupportingFile) -> tuple[list[Stretch], str]:
    """What of the stored bytes is shown at this moment, and a digest that names exactly that."""
    left_out = hidden_rows(file)
    name = "\n".join([file.blob_id, *(str(row.start) for row in left_out)])
    return stretches(file.blob.size, left_out), hashlib.sha256(name.encode()).hexdigest()


def still_allowed(file: SupportingFile, person: Person | None) -> Callable[[], bool]:
    """A question to ask again while a download runs: is it there, unchanged, and may this person still have it."""
    name = person.name if person else None
    alias = person._state.db if person else None  # noqa: SLF001 - an account stands on the side where it signed in
    hidden = {row.pk for row in hidden_rows(file)}

    def ask() -> bool:
        asker = Person.objects.using(alias).filter(name=name).first() if name else None
        published = Release.objects.filter(files__file=file.pk, state=Release.State.PUBLISHED)
        row = shown_files().filter(pk=file.pk, blob=file.blob_id).first()
        if row is None or not published.exists():
            return False
        same = {one.pk for one in hidden_rows(row)} == hidden
        return same and visible_to(asker).may_fetch(row.home_download_id)

    return ask


def _spans(path: str, kept: list[Stretch], start: int, stop: int) -> Iterator[FileSpan]:
    """What stands in [start, stop) of the stretches, laid end to end."""
    ends = accumulate(one.length for one in kept)
    for one, end in zip(kept, ends, strict=True):
        begin = end - one.length
        first, last = max(start, begin), min(stop, end)
        if first < last:
            yield FileSpan(path, one.start + first - begin, last - first)
