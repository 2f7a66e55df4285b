"""The lists of collections and of analysis results: tables to search, filter and sort, and the same as files."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.catalog.models import Holding
from vesalius.pages.public.asker import visible
from vesalius.pages.public.demonstration import demo_progress
from vesalius.pages.public.export import as_csv
from vesalius.pages.public.holding.choosing import (
    FILTERS,
    SORTS,
    Choice,
    Counted,
    Filter,
    choose,
    counted,
    read_choice,
)
from vesalius.pages.public.holding.shelf import Row, rows_of

PLACES = {  # kind -> (address, title)
    Holding.Kind.COLLECTION.value: ("/collections/", "Collections"),
    Holding.Kind.ANALYSIS_RESULT.value: ("/analysis-results/", "Analysis results"),
}


COLUMNS = (
    "name", "title", "summary", "access", "status", "cancer_types", "cancer_sites", "species", "modalities",
    "body_parts", "supporting_data", "licences", "subjects", "studies", "series", "images", "bytes", "version",
    "released", "doi", "synthetic", "address",
)  # fmt: skip


@require_safe
def browse(request: HttpRequest, kind: str) -> HttpResponse:
    """GET /collections/ and /analysis-results/: every dataset that the asker may find and that was asked for."""
    place, title = PLACES[kind]
    choice = read_choice(request.GET, place)
    rows = rows_of(kind, visible(request))
    found = choose(rows, choice)
    return render(
        request,
        "public/holdings.html",
        {
            "title": title,
            "kind": kind,
            "rows": found,
            "caption": _caption(len(found), len(rows), kind),
            "all_count": len(rows),
            "facets": [
                _facet(values, one) for one in FILTERS if _tells(values := counted(rows, choice, one), found)
            ],
            "chips": _chips(choice),
            "clear": place,
            "choice": choice,
            "words": " ".join(choice.words),
            "hidden": choice.parameters(sort=False, words=False),
            "sorts": _orders(choice),
            "heads": {name: _head(choice, name) for name in SORTS},
            "csv": choice.address(".csv"),
            "json": choice.address(".json"),
            "progress": demo_progress(),
        },
    )


@require_safe
def as_csv_file(request: HttpRequest, kind: str) -> HttpResponse:
    """GET /collections.csv and /analysis-results.csv: the rows of the same choice."""
    place, _ = PLACES[kind]
    rows = choose(rows_of(kind, visible(request)), read_choice(request.GET, place))
    return as_csv(f"{place.strip('/')}.csv", COLUMNS, (_flat(row).values() for row in rows))


@require_safe
def as_json_file(request: HttpRequest, kind: str) -> HttpResponse:
    """GET /collections.json and /analysis-results.json: the same rows, and how many datasets have each value."""
    choice = read_choice(request.GET, PLACES[kind][0])
    rows = rows_of(kind, visible(request))
    chosen = [_flat(row) for row in choose(rows, choice)]
    facets = {
        one.parameter: [
            {"value": value.value, "datasets": value.count} for value in counted(rows, choice, one)
        ]
        for one in FILTERS
    }
    return JsonResponse({"total": len(chosen), "facets": facets, "rows": chosen})


def _caption(found: int, all_: int, kind: str) -> str:
    noun = "collection" if kind == Holding.Kind.COLLECTION else "analysis result"
    many = "" if all_ == 1 else "s"
    return f"{all_:,} {noun}{many}" if found == all_ else f"{found:,} of {all_:,} {noun}{many}"


def _tells(values: list[Counted], found: list[Row]) -> bool:
    """Whether a filter could narrow anything: one value that all share says nothing."""
    return len(values) > 1 or any(value.chosen or value.count < len(found) for value in values)


def _facet(values: list[Counted], one: Filter) -> dict[str, Any]:
    shown = [
        {
            "label": value.value,
            "count": value.count,
            "address": value.toggled.address(),
            "chosen": value.chosen,
        }
        for value in values
    ]
    return {"title": one.label, "values": shown}


def _chips(choice: Choice) -> list[dict[str, str]]:
    """Each thing asked, and the list without it."""
    words = [
        {"field": "word", "label": word, "without": choice.without_word(word).address()}
        for word in choice.words
    ]
    return words + [
        {"field": one.label, "label": value, "without": choice.toggled(one.parameter, value).address()}
        for one in FILTERS
        for value in choice.chosen.get(one.parameter, ())
    ]


def _head(choice: Choice, name: str) -> dict[str, str]:
    """The head of a column: where it leads, and which way it is sorted now (a value of aria-sort)."""
    now = {name: "ascending", f"-{name}": "descending"}.get(choice.sort, "")
    return {"address": choice.sorted_by(name).address(), "now": now, "words": SORTS[name][0]}


def _orders(choice: Choice) -> list[tuple[str, str, bool]]:
    """The orders that the form offers: (value, words, chosen)."""
    offered = {
        "title": "Title", "-released": "Newest release", "-subjects": "Most subjects", "-images": "Most images",
        "-size": "Largest",
    }  # fmt: skip
    if choice.sort not in offered:
        offered[choice.sort] = f"{SORTS[choice.sort.removeprefix('-')][0]}, turned round"
    return [(value, words, value == choice.sort) for value, words in offered.items()]


def _flat(row: Row) -> dict[str, Any]:
    """A row as files have it, under COLUMNS; `released` is a moment of UTC, ISO 8601."""
    holding = row["holding"]
    values = (
        holding.short_title, holding.title, holding.summary, row["access_word"], row["status"],
        holding.cancer_types, holding.cancer_locations, holding.species, row["modalities"], row["body_parts"],
        row["supporting"], row["licences"], row["subjects"], row["studies"], row["series"], row["images"],
        row["size"], holding.current_release.number, row["released"].isoformat() if row["released"] else "",
        holding.concept_doi, holding.synthetic, f"{settings.VESALIUS.public_url}{row['address']}",
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))
