"""What goes with a choice of series or files: how to cite all of it, and a table of what is in it."""

import csv
from collections.abc import Iterable
from io import StringIO

from django.db.models import Q, QuerySet

from vesalius.access.permit import Visible
from vesalius.catalog.models import Holding, Patient, SeriesRevision, SupportingFile
from vesalius.catalog.visible import WITH_CONTEXT, holdings
from vesalius.pages.public.export import cell
from vesalius.pages.public.finding.rows import SERIES_COLUMNS, value_of_path
from vesalius.pages.public.holding.citing import page_of
from vesalius.release.records.citation import bibtex_entry, citation_text
from vesalius.release.records.describing import work_of
from vesalius.release.records.record import Work

AT_ONCE = 1_000  # rows in memory
INTRODUCTION = "Whoever uses these data is asked to cite each dataset that they come from.\n\n"


def cited_holdings(revisions: QuerySet[SeriesRevision], visible: Visible) -> list[Holding]:
    """The datasets of these series, and the collections whose patients they show, as far as the asker may find them."""
    bare = revisions.order_by()
    homes = bare.values("home_download__holding")
    sources = bare.values("series__study__patient__holding")
    found = holdings(visible).filter(Q(pk__in=homes) | Q(pk__in=sources))
    return list(found.select_related("current_release"))


def citations(revisions: QuerySet[SeriesRevision], visible: Visible) -> list[str]:
    """One citation of each dataset, of the version that stands now."""
    return [citation_text(work) for work in _works(revisions, visible)]


def citations_text(revisions: QuerySet[SeriesRevision], visible: Visible) -> str:
    """All citations, one paragraph each."""
    return INTRODUCTION + "\n\n".join(citations(revisions, visible)) + "\n"


def citations_bibtex(revisions: QuerySet[SeriesRevision], visible: Visible) -> str:
    """All citations for BibTeX."""
    return "\n".join(bibtex_entry(work) for work in _works(revisions, visible))


def file_papers(files: QuerySet[SupportingFile], visible: Visible) -> dict[str, str]:
    """Citations of the datasets of these supporting files, and of the collections of whose patients they speak."""
    homes, patients = files.order_by(), Patient.objects.filter(supportingfilelink__file__in=files.order_by())
    cited = Q(pk__in=homes.values("holding")) | Q(pk__in=patients.values("holding"))
    works = _told(holdings(visible).filter(cited).select_related("current_release"))
    text = "\n\n".join(map(citation_text, works))
    return {
        "citations.txt": f"{INTRODUCTION}{text}\n",
        "citations.bib": "\n".join(map(bibtex_entry, works)),
    }


def metadata_csv(revisions: QuerySet[SeriesRevision]) -> str:
    """A row per series, in the columns of the search's table (RFC 4180)."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(SERIES_COLUMNS)
    for row in revisions.select_related(*WITH_CONTEXT).iterator(chunk_size=AT_ONCE):
        writer.writerow(cell(value_of_path(row, path)) for path in SERIES_COLUMNS.values())
    return out.getvalue()


def _works(revisions: QuerySet[SeriesRevision], visible: Visible) -> list[Work]:
    return _told(cited_holdings(revisions, visible))


def _told(cited: Iterable[Holding]) -> list[Work]:
    return [
        work_of(one.current_release, page_of(one), of_version=True) for one in cited if one.current_release
    ]
