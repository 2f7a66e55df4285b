"""The search page: one question, its answer, and the ways to narrow it; each state is one URL."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vesalius.access.permit import Visible
from vesalius.deliver.manifests import FORMATS as MANIFESTS
from vesalius.errors import BadRequest
from vesalius.pages.public.asker import owner_of, person, visible
from vesalius.pages.public.finding.asked import OWN, Asked, read_question
from vesalius.pages.public.finding.filters import filters
from vesalius.pages.public.finding.results import shown_rows
from vesalius.pages.public.finding.rows import VIEWS
from vesalius.pages.public.finding.words import page_of, understood
from vesalius.pages.public.holding.charts import drawn
from vesalius.pages.public.wording import noun, value_word
from vesalius.search.elements import ELEMENTS, TABLE, Element
from vesalius.search.facets import why_nothing
from vesalius.search.find import Page, total
from vesalius.search.language import QuestionError
from vesalius.search.query import SHARED, Chip, Query, chips, identifiers_in, keep, of_nbia, parse, typed
from vesalius.search.query.question import FEW
from vesalius.search.saving import history
from vesalius.search.summary import summary

SORTS: Final = (  # in a URL, on the page
    ("collection", "Collection and subject"),
    ("-released", "Newest release"),
    ("-study_date", "Latest study"),
    ("modality", "Modality"),
    ("-images", "Most images"),
    ("-size", "Largest"),
    ("description", "Description"),
)
SAVED_CART: Final = "saved-cart"  # NBIA's name of a shared list in an address
RELEVANCE: Final = ("relevance", "Best match of the words")
NAMES: Final = {element.label: element.name for element in TABLE}
# Chips whose words say enough: values of facets, words, and comparisons, which name their attribute.
BY_THEMSELVES: Final = frozenset(
    {"Text", "Question", *(element.label for element in ELEMENTS if element.name != "annotated")}
)


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """GET /search/ shows an answer; `q` is a typed question, which leads to its address, as NBIA's parameters do.

    POST takes pasted identifiers, in `identifiers`, and leads to the address of their list.
    """
    if request.method == "POST":
        return _pasted(request)
    if "q" in request.GET:
        return _typed(request)
    if not SHARED.keys().isdisjoint(request.GET):
        return _of_nbia(request)
    asked = read_question(request)
    if _is_roundabout(request, asked):
        return HttpResponseRedirect(asked.address(page=asked.page if asked.page > 1 else None))
    judged = visible(request)
    answer = asked.view.find(asked.query, judged, sort=asked.sort, page=asked.page, size=asked.size)
    _remember(request, asked.query)
    return render(request, "public/search.html", _shown(asked, answer, judged))


def _remember(request: HttpRequest, query: Query) -> None:
    """Remember a question for an account; for others nothing is kept here."""
    known = person(request)
    if known is not None and request.method == "GET":
        history.note(owner_of(known), query)


def lead_to(query: Query) -> HttpResponseRedirect:
    """To the answer of a question, whose identifiers are kept first where its address only names them."""
    keep(query)
    text = query.url()
    return HttpResponseRedirect(f"/search/?{text}" if text else "/search/")


def _typed(request: HttpRequest) -> HttpResponse:
    judged = visible(request)
    text = request.GET["q"].strip()
    beside = parse([("list", request.GET.get("list", ""))])
    if place := page_of(text, judged):
        return HttpResponseRedirect(place)
    try:
        return lead_to(understood(text, judged, beside))
    except QuestionError as error:
        at = min(error.place, len(text))
        told = {"typed": text, "unread": error, "before": text[:at], "after": text[at:]}
        return render(request, "public/search_unread.html", told, status=error.status)


def _of_nbia(request: HttpRequest) -> HttpResponse:
    if set(request.GET) == {SAVED_CART}:  # the list's own page judges who may read it
        return HttpResponseRedirect(f"/lists/{quote(request.GET[SAVED_CART].strip(), safe='')}/")
    query, left = of_nbia((name, value) for name, values in request.GET.lists() for value in values)
    if left:
        messages.info(
            request, f"This archive has nothing that {' and '.join(left)} could mean; the rest is asked"
        )
    return lead_to(query)


def _pasted(request: HttpRequest) -> HttpResponse:
    """The question that the form stood beside, about the pasted identifiers."""
    text = request.POST.get("identifiers", "")
    given = HttpRequest()
    given.GET = QueryDict(request.POST.get("question", ""))
    identified = identifiers_in(text)
    if not identified:
        raise BadRequest("Paste at least one Patient ID, Study or Series Instance UID.")
    return lead_to(replace(read_question(given).query, identified=identified))


def _is_roundabout(request: HttpRequest, asked: Asked) -> bool:
    """Whether the address says nothing with some of its parameters, as a form does, or spells out a long list."""
    blank = len(request.GET.getlist("columns")) > 1 or any(
        not value.strip() for name, values in request.GET.lists() if name not in OWN for value in values
    )
    long = "id" in request.GET and len(asked.query.identified) > FEW
    if long:
        keep(asked.query)
    alone = "studies_by" in request.GET and asked.query.studies is None
    return blank or long or alone


def _shown(asked: Asked, answer: Page[Any], judged: Visible) -> dict[str, Any]:
    sums = total(asked.query, judged)
    summed_up = asked.view.name == "summary"
    return {
        **_question(asked),
        "sums": [
            (sums.subject_count, noun(sums.subject_count, "subject"), asked.address(view="subjects")),
            (sums.study_count, noun(sums.study_count, "study", "studies"), asked.address(view="studies")),
            (sums.series_count, "series", asked.address(view=None)),
            (sums.image_count, noun(sums.image_count, "image"), ""),
        ],
        "bytes": sums.size,
        "series_count": sums.series_count,
        "filters": filters(asked, judged),
        "view": asked.view.name,
        "views": [
            (asked.address(view=None if view.name == "series" else view.name), view)
            for view in VIEWS.values()
        ],
        "sorts": [*([RELEVANCE] if asked.query.words else []), *SORTS],
        "sort": asked.sort,
        "sorted": _sorting(asked),
        "groups": _groups(asked.columns) if asked.view.name == "table" else [],
        "other_columns": ", ".join(element.word for element in asked.columns if element not in TABLE),
        "rows": [] if summed_up else shown_rows(asked, answer, judged),
        "charts": [drawn(chart) for chart in summary(asked.query, judged)] if summed_up else [],
        "pager": None if summed_up else _pager(asked, answer),
        "ways": [] if sums.series_count else _ways(asked, judged),
        "wide": len(asked.query.collections) != 1,
    }


def _question(asked: Asked) -> dict[str, Any]:
    """What a page shows of the question itself, and where else it leads."""
    kept = [("view", "table"), ("columns", asked.column_names)] if asked.view.name == "table" else []
    return {
        "chips": [_chip(chip, asked) for chip in chips(asked.query)],
        "clear": "/search/",
        "typed": typed(_without_kept(asked.query)),
        "kept_list": dict(asked.query.parameters()).get("list", ""),
        "advanced": asked.address(place="/search/advanced/", view=None, sort=None, size=None, columns=None),
        "hidden": [*asked.query.parameters(), *kept],
        "query": asked.query.url(),
        "manifests": MANIFESTS.values(),
        "exports": [(words, asked.address(place=f"/search.{end}")) for end, words in EXPORTS],
    }


EXPORTS: Final = (("csv", "CSV"), ("json", "JSON"), ("parquet", "Parquet"))


def _chip(chip: Chip, asked: Asked) -> dict[str, str]:
    words = value_word(NAMES.get(chip.label, ""), chip.value)
    return {
        "field": chip.label,
        "words": words,
        "label": words if chip.label in BY_THEMSELVES else f"{chip.label} {words}",
        "without": asked.address(chip.without),
    }


def _without_kept(query: Query) -> Query:
    """The question without a list that its address only names: the typed line names it beside itself."""
    return replace(query, identified=()) if len(query.identified) > FEW else query


def _ways(asked: Asked, judged: Visible) -> list[dict[str, Any]]:
    """Why nothing: each part without which there is something, in the words of its chips."""
    every = {(chip.label, chip.value): _chip(chip, asked) for chip in chips(asked.query)}
    found = []
    for way in why_nothing(asked.query, judged):
        left = {(chip.label, chip.value) for chip in chips(way.without)}
        gone = [told for name, told in every.items() if name not in left]
        words = ", ".join(f"{told['field']}: {told['words']}" for told in gone)
        found.append({"words": words, "series": way.series, "address": asked.address(way.without)})
    return found


def _sorting(asked: Asked) -> list[tuple[Element, str, str]]:
    """For each column of the flat table: the address that sorts by it, or turns it round, and how it is sorted now."""
    told = []
    for element in asked.columns:
        names = {element.name, element.word, element.parameter}
        now = "descending" if asked.sort.startswith("-") else "ascending"
        sorted_by = asked.sort.removeprefix("-") in names
        turned = f"-{element.word}" if sorted_by and now == "ascending" else element.word
        told.append((element, asked.address(sort=turned), now if sorted_by else ""))
    return told


def _groups(chosen: Sequence[Element]) -> list[tuple[str, list[tuple[Element, bool]]]]:
    """Every column that the flat table offers, by group, and whether it is shown."""
    groups: dict[str, list[tuple[Element, bool]]] = {}
    for element in TABLE:
        groups.setdefault(element.group, []).append((element, element in chosen))
    return list(groups.items())


def _pager(asked: Asked, answer: Page[Any]) -> dict[str, Any] | None:
    if answer.last == 1 and answer.number == 1:
        return None
    first = (answer.number - 1) * answer.size + 1
    return {
        "first": min(first, answer.total),
        "last": min(first + answer.size - 1, answer.total),
        "total": answer.total,
        "words": asked.view.words,
        "previous": asked.address(page=min(answer.number - 1, answer.last)) if answer.number > 1 else "",
        "next": asked.address(page=answer.number + 1) if answer.number < answer.last else "",
    }
