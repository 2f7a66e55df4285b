"""Manifests of the basket, of an answer, of a version and of a list, in each format of the table."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import current_revisions, revisions_of
from vesalius.deliver import basket
from vesalius.deliver.manifests import FORMATS, Format, counts, lines_of
from vesalius.deliver.manifests.lines import MOST
from vesalius.errors import NotFound, TooLarge
from vesalius.pages.public.asker import basket_owner, visible
from vesalius.pages.public.export import as_file
from vesalius.pages.public.finding.asked import read_question
from vesalius.pages.public.named import named, release_of
from vesalius.search.find import selection

AT_ONCE = 10_000  # ids in one question to the database


class CannotBeTold(NotFound):
    """A format has no words for any of these series."""

    hint = "Take another format: the CSV names them all, and who holds them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A format and how many series of a choice it can name."""

    format: Format
    address: str
    count: int
    left: int  # that it leaves out


@require_safe
def of_basket(request: HttpRequest, form: str) -> HttpResponse:
    """GET /basket/manifest.FORM."""
    owner = basket_owner(request)
    rows = basket.chosen(owner, visible(request)) if owner else SeriesRevision.objects.none()
    return manifest(request, rows, form)


@require_safe
def of_answer(request: HttpRequest, form: str) -> HttpResponse:
    """GET /search/manifest.FORM: of all that answers the question of the address."""
    judged = visible(request)
    ids = selection(read_question(request).query, judged).revisions().tolist()
    if len(ids) > MOST:
        raise TooLarge(f"A manifest holds at most {MOST:,} series; narrow the question.")
    parts = [current_revisions().filter(pk__in=ids[at : at + AT_ONCE]) for at in range(0, len(ids), AT_ONCE)]
    return _told(FORMATS[form], [line for rows in parts for line in lines_of(rows, judged)], fixed=False)


@require_safe
def of_version(request: HttpRequest, name: str, number: int, kind: str, form: str) -> HttpResponse:
    """GET .../NAME/versions/N/manifest.FORM: with addresses of these very bytes, where the format has any."""
    judged = visible(request)
    release = release_of(named(name, judged, kind), number)
    return manifest(request, revisions_of(release), form, fixed=True)


def manifest(
    request: HttpRequest, revisions: QuerySet[SeriesRevision], form: str, *, fixed: bool = False
) -> HttpResponse:
    """The file of one format. CannotBeTold where it would name nothing."""
    return _told(FORMATS[form], lines_of(revisions, visible(request)), fixed=fixed)


def offers(
    revisions: QuerySet[SeriesRevision], judged: Visible, place: str, query: str = ""
) -> list[Offered]:
    """Each format with what it can name of these revisions; those that can name nothing are left out."""
    held = counts(revisions, judged)
    asked = f"?{query}" if query else ""
    return [
        Offered(
            format=one, address=f"{place}manifest.{one.name}{asked}", count=told, left=held.total() - told
        )
        for one in FORMATS.values()
        if (told := sum(held[kind] for kind in one.kinds))
    ]


def _told(format_: Format, lines: list[Any], *, fixed: bool) -> HttpResponse:
    at = timezone.now()
    if not any(map(format_.takes, lines)):
        raise CannotBeTold(f"{format_.words} can name none of these series.")
    return as_file(format_.filename(at), format_.text(lines, fixed=fixed, at=at), format_.media_type)
