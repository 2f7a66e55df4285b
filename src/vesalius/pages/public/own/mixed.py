"""What goes with a choice of series: how to cite all of it, and a table of what is in it."""

import csv
from io import StringIO

from django.conf import settings
from django.db.models import Q, QuerySet

from vesalius.access.permit import Visible
from vesalius.catalog.models import Holding, Release, SeriesRevision
from vesalius.catalog.visible import WITH_CONTEXT, holdings
from vesalius.pages.public.export import cell
from vesalius.pages.public.finding.rows import SERIES_COLUMNS
from vesalius.pages.public.holding.citing import Cited, citation
from vesalius.pages.public.holding.counts import address_of

_ESCAPED = {sign: f"\\{sign}" for sign in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
INTRODUCTION = "Whoever uses these data is asked to cite each dataset that they come from.\n\n"


def cited_holdings(revisions: QuerySet[SeriesRevision], visible: Visible) -> list[Holding]:
    """The datasets of these series, and the collections whose patients they show, as far as the asker may find them."""
    bare = revisions.order_by()
    homes = bare.values("home_download__holding")
    sources = bare.values("series__study__patient__holding")
    found = holdings(visible).filter(Q(pk__in=homes) | Q(pk__in=sources))
    return list(found.select_related("current_release"))


def citations(revisions: QuerySet[SeriesRevision], visible: Visible) -> list[Cited]:
    """One citation of each dataset, of the version that stands now."""
    return [
        citation(one, one.current_release, one.current_release.doi or one.concept_doi)
        for one in cited_holdings(revisions, visible)
        if one.current_release
    ]


def citations_text(revisions: QuerySet[SeriesRevision], visible: Visible) -> str:
    """All citations, one paragraph each."""
    return INTRODUCTION + "\n\n".join(one.text for one in citations(revisions, visible)) + "\n"


def citations_bibtex(revisions: QuerySet[SeriesRevision], visible: Visible) -> str:
    """All citations for BibTeX."""
    return "\n".join(
        _bibtex(one, one.current_release, one.current_release.doi or one.concept_doi)
        for one in cited_holdings(revisions, visible)
        if one.current_release
    )


def metadata_csv(revisions: QuerySet[SeriesRevision]) -> str:
    """A row per series, in the columns of the search's table (RFC 4180)."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(SERIES_COLUMNS)
    for row in revisions.select_related(*WITH_CONTEXT):
        writer.writerow(cell(tell(row)) for tell in SERIES_COLUMNS.values())
    return out.getvalue()


def _bibtex(holding: Holding, release: Release, doi: str) -> str:
    fields = {
        "title": f"{{{_plain(holding.title)}}}",
        "year": str(release.published_at.year) if release.published_at else "",
        "version": str(release.number),
        "publisher": f"{{{_plain(settings.VESALIUS.name)}}}",
        "doi": doi,
        "url": settings.VESALIUS.public_url + address_of(holding),
    }
    key = "".join(sign for sign in holding.short_title if sign.isascii() and sign.isalnum())
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{key}_v{release.number},\n{lines}}}\n"


def _plain(text: str) -> str:
    """Text without the signs that BibTeX reads as commands."""
    return "".join(_ESCAPED.get(sign, sign) for sign in text)
