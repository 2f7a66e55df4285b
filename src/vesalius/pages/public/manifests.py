"""Manifests of a choice of series, in each format of the table that has words for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from vesalius.access.permit import Visible
from vesalius.catalog.models import SeriesRevision
from vesalius.deliver.manifests import FORMATS, Format, Line, counts, lines_of
from vesalius.errors import NotFound
from vesalius.pages.public.asker import visible
from vesalius.pages.public.export import as_file


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


def manifest(
    request: HttpRequest, revisions: QuerySet[SeriesRevision], form: str, *, fixed: bool = False
) -> HttpResponse:
    """The file of one format. CannotBeTold where it would name nothing."""
    return told(FORMATS[form], lines_of(revisions, visible(request)), fixed=fixed)


def offers(
    revisions: QuerySet[SeriesRevision], judged: Visible, place: str, query: str = ""
) -> list[Offered]:
    """Each format with what it can name of these revisions; those that can name nothing are left out."""
    held = counts(revisions, judged)
    asked = f"?{query}" if query else ""
    return [
        Offered(
            format=one, address=f"{place}manifest.{one.name}{asked}", count=named, left=held.total() - named
        )
        for one in FORMATS.values()
        if (named := sum(held[kind] for kind in one.kinds))
    ]


def told(format_: Format, lines: Sequence[Line], *, fixed: bool = False) -> HttpResponse:
    """The file of these lines. CannotBeTold where it would name nothing."""
    at = timezone.now()
    if not any(map(format_.takes, lines)):
        raise CannotBeTold(f"{format_.words} can name none of these series.")
    return as_file(format_.filename(at), format_.text(lines, fixed=fixed, at=at), format_.media_type)
