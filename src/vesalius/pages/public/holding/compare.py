"""What changed between any two versions of a dataset: a page, and the same rows as CSV and JSON."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.errors import BadRequest
from vesalius.pages.public.addresses import address_of
from vesalius.pages.public.asker import visible
from vesalius.pages.public.export import as_csv
from vesalius.pages.public.named import named, release_of
from vesalius.pages.public.paging import page_number, pager, whole_number
from vesalius.pages.templatetags.words import count, size
from vesalius.release import versions
from vesalius.release.comparing import ROW, Comparison, Kind, compare, rows_of

PER_PAGE = 50
WORDS = {  # kind of a change -> on the page, as a verb, what it is
    "added": ("Added", "adds", "Series that the older version does not hold."),
    "replaced": ("Corrected", "corrects", "Series with the same UID and other content."),
    "removed": ("Left out", "leaves out", "Series that the older version holds and the newer one does not."),
}


@require_safe
def compare_page(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """GET .../versions/compare/?from=1&to=3&change=added: what changed, and the series of one kind of change."""
    judged = visible(request)
    holding = named(name, judged, kind)
    comparison = asked(request, name, kind)
    shown = _shown(request, comparison)
    page = Paginator(shown.rows, PER_PAGE).get_page(page_number(request))
    pair = f"from={comparison.older.number}&to={comparison.newer.number}"
    return render(
        request,
        "public/compare.html",
        {
            "holding": holding,
            "address": address_of(holding),
            "comparison": comparison,
            "versions": versions(holding, judged),
            "summary": sentence(comparison),
            "tabs": [_tab(one, shown, pair) for one in comparison.kinds],
            "shown": shown,
            "about": WORDS[shown.name][2],
            "rows": page,
            "files": [(WORDS[file.kind][0], file) for file in comparison.files],
            "pager": pager(request, page, "series"),
            "pair": pair,
        },
    )


@require_safe
def compare_csv(request: HttpRequest, name: str, kind: str) -> HttpResponseBase:
    """GET .../versions/compare.csv?from=1&to=3: a row for each series and file that changed."""
    comparison = asked(request, name, kind)
    filename = f"{name} versions {comparison.older.number} to {comparison.newer.number}.csv"
    return as_csv(filename, ROW, ([row[column] for column in ROW] for row in rows_of(comparison)))


@require_safe
def compare_json(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """GET .../versions/compare.json?from=1&to=3: the same rows, with counts."""
    comparison = asked(request, name, kind)
    counts = {
        one.name: {"series": one.series_count, "images": one.image_count, "bytes": one.size}
        for one in comparison.kinds
    }
    return JsonResponse(
        {
            "dataset": name,
            "from": comparison.older.number,
            "to": comparison.newer.number,
            "summary": sentence(comparison),
            "counts": counts,
            "rows": list(rows_of(comparison)),
        }
    )


def asked(request: HttpRequest, name: str, kind: str) -> Comparison:
    """The two versions of `from` and `to`, in whatever order; the newest and the one before it where none is named."""
    judged = visible(request)
    holding = named(name, judged, kind)
    newest = release_of(holding)
    last = whole_number(request, "to") or newest.number
    first = whole_number(request, "from") or max(1, last - 1)
    if first == last:
        raise BadRequest("Two different versions are compared.")
    older, newer = sorted((first, last))
    return compare(release_of(holding, newer), release_of(holding, older), judged)


def sentence(comparison: Comparison) -> str:
    """What changed, in one sentence: "Version 3 adds 12 series (400 images, 1.2 GB) and corrects 3 series ..."."""
    told = [
        f"{WORDS[one.name][1]} {count(one.series_count)} series ({count(one.image_count)} "
        f"{'image' if one.image_count == 1 else 'images'}, {size(one.size)})"
        for one in comparison.kinds
        if one.series_count
    ]
    if many := len(comparison.files):
        told.append(f"changes {count(many)} supporting {'file' if many == 1 else 'files'}")
    name = f"Version {comparison.newer.number}"
    if not told:
        return f"{name} holds the same series and files as version {comparison.older.number}."
    listed = told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
    return f"Compared with version {comparison.older.number}, {name.lower()} {listed}."


def _shown(request: HttpRequest, comparison: Comparison) -> Kind:
    """The kind of change whose series are listed: the one asked for, else the first that has any."""
    by_name = {one.name: one for one in comparison.kinds}
    wanted = request.GET.get("change", "")
    if wanted and wanted not in by_name:
        raise BadRequest(f"A change is one of {', '.join(by_name)}.")
    filled = [one for one in comparison.kinds if one.series_count]
    return by_name.get(wanted) or (filled[0] if filled else comparison.added)


def _tab(one: Kind, shown: Kind, pair: str) -> dict[str, Any]:
    return {
        "words": WORDS[one.name][0],
        "count": one.series_count,
        "address": f"?{pair}&change={one.name}",
        "current": one.name == shown.name,
    }
