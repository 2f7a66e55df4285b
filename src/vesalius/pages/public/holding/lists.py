"""The lists of collections and of analysis results."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.catalog.models import Holding
from vesalius.catalog.visible import holdings
from vesalius.pages.public.asker import visible
from vesalius.pages.public.export import as_csv
from vesalius.pages.public.holding.counts import listed

COLUMNS = (
    "name",
    "title",
    "access",
    "modalities",
    "body_parts",
    "subjects",
    "studies",
    "series",
    "images",
    "bytes",
    "doi",
)


@require_safe
def collections(request: HttpRequest) -> HttpResponse:
    """GET /collections/: every collection that the asker may find."""
    return _list(request, Holding.Kind.COLLECTION, "Collections", "collections.csv")


@require_safe
def analysis_results(request: HttpRequest) -> HttpResponse:
    """GET /analysis-results/: what others have derived from collections."""
    return _list(request, Holding.Kind.ANALYSIS_RESULT, "Analysis results", "analysis-results.csv")


def _list(request: HttpRequest, kind: Holding.Kind, title: str, file: str) -> HttpResponse:
    judged = visible(request)
    rows = listed(list(holdings(judged).filter(kind=kind).select_related("current_release")), judged)
    if request.GET.get("format") == "csv":
        return as_csv(file, COLUMNS, (_flat(row) for row in rows))
    return render(request, "public/holdings.html", {"title": title, "rows": rows, "kind": kind})


def _flat(row: dict[str, object]) -> list[object]:
    holding, access = row["holding"], row["access"]
    assert isinstance(holding, Holding)
    return [
        holding.short_title, holding.title, getattr(access, "word", ""), row["modalities"], row["body_parts"],
        row["subjects"], row["studies"], row["series"], row["images"], row["size"], holding.concept_doi,
    ]  # fmt: skip
