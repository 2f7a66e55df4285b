"""The search page: one question, its answer, and the ways to narrow it; each state is one URL."""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vesalius.access.permit import Visible
from vesalius.catalog.models import SeriesRevision
from vesalius.errors import BadRequest
from vesalius.pages.public.addresses import patient_address
from vesalius.pages.public.asker import visible
from vesalius.pages.public.export import as_csv
from vesalius.pages.public.finding.rows import VIEWS, View
from vesalius.pages.public.finding.words import page_of, understood
from vesalius.pages.public.images import thumb
from vesalius.pages.public.paging import whole_number
from vesalius.pages.public.wording import series_title, sex, value_word
from vesalius.search.elements import ELEMENTS
from vesalius.search.facets import Facet, count_facets
from vesalius.search.find import MOST_ROWS, Page, total
from vesalius.search.query import Query, chips, parse

SIZES = (25, 50, 100)
SORTS = (  # in a URL, on the page
    ("collection", "Collection and subject"),
    ("-released", "Newest release"),
    ("-study_date", "Latest study"),
    ("modality", "Modality"),
    ("-images", "Most images"),
    ("-size", "Largest"),
    ("description", "Description"),
)
NAMES = {element.label: element.name for element in ELEMENTS}
SHOWN_VALUES = 8  # of a facet, before "all values"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and how its answer is wanted."""

    query: Query
    view: View
    sort: str
    page: int
    size: int
    whole: str  # label of the facet whose values are all shown

    def address(self, query: Query | None = None, **changed: object) -> str:
        """The address of this state with something changed; what is usual is left unsaid."""
        how: dict[str, object] = {
            "view": self.view.name if self.view.name != "series" else None,
            "sort": self.sort if self.sort != "collection" else None,
            "size": self.size if self.size != SIZES[0] else None,
        } | changed
        text = (self.query if query is None else query).url(**how)
        return f"/search/?{text}" if text else "/search/"


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """GET /search/: `q` is free words, which lead to the address of the question in them."""
    judged = visible(request)
    if "q" in request.GET:
        text = request.GET["q"].strip()
        place = page_of(text, judged)
        found = understood(text, judged).url()
        return HttpResponseRedirect(place or (f"/search/?{found}" if found else "/search/"))
    asked = read_question(request)
    answer = asked.view.find(asked.query, judged, sort=asked.sort, page=asked.page, size=asked.size)
    return render(request, "public/search.html", _shown(asked, answer, judged))


@require_safe
def search_csv(request: HttpRequest) -> HttpResponse:
    """GET /search.csv: up to 10,000 rows of the same answer; `page` goes on."""
    asked = read_question(request)
    answer = _all(asked, visible(request))
    rows = (asked.view.flat(row) for row in answer.rows)
    return as_csv(f"vesalius-{asked.view.name}.csv", asked.view.columns, rows)


@require_safe
def search_json(request: HttpRequest) -> HttpResponse:
    """GET /search.json: the same rows, with totals and facets."""
    judged = visible(request)
    asked = read_question(request)
    answer = _all(asked, judged)
    facets = count_facets(asked.query, judged)
    return JsonResponse(
        {
            "view": asked.view.name,
            "page": answer.number,
            "pages": answer.last,
            "total": answer.total,
            "totals": asdict(total(asked.query, judged)),
            "facets": {
                facet.element.parameter: [{"value": one.value, "series": one.count} for one in facet.values]
                for facet in facets
            },
            "rows": [dict(zip(asked.view.columns, asked.view.flat(row), strict=True)) for row in answer.rows],
        }
    )


def read_question(request: HttpRequest) -> Asked:
    """The question of a URL; BadRequest for what the search does not know."""
    given = request.GET
    pairs = [
        (name, value)
        for name, values in given.lists()
        for value in values
        if name not in {"whole", "csrfmiddlewaretoken"}
    ]
    view = given.get("view") or "series"
    if view not in VIEWS:
        raise BadRequest(f"An answer is listed by {', '.join(VIEWS)}.")
    return Asked(
        query=parse(pairs),
        view=VIEWS[view],
        sort=given.get("sort") or "collection",
        page=whole_number(request, "page") or 1,
        size=min(whole_number(request, "size") or SIZES[0], SIZES[-1]),
        whole=given.get("whole", ""),
    )


def _all(asked: Asked, judged: Visible) -> Page[Any]:
    return asked.view.find(asked.query, judged, sort=asked.sort, page=asked.page, size=MOST_ROWS)


def _shown(asked: Asked, answer: Page[Any], judged: Visible) -> dict[str, Any]:
    sums = total(asked.query, judged)
    question = asked.query.url()
    return {
        "chips": [
            {
                "field": chip.label,
                "label": value_word(NAMES.get(chip.label, ""), chip.value),
                "without": asked.address(chip.without),
            }
            for chip in chips(asked.query)
        ],
        "clear": "/search/",
        "sums": [
            (sums.subject_count, _plural(sums.subject_count, "subject"), asked.address(view="subjects")),
            (sums.study_count, _plural(sums.study_count, "study", "studies"), asked.address(view="studies")),
            (sums.series_count, "series", asked.address(view=None)),
            (sums.image_count, _plural(sums.image_count, "image"), ""),
        ],
        "bytes": sums.size,
        "series_count": sums.series_count,
        "facets": [_facet(facet, asked) for facet in count_facets(asked.query, judged) if _tells(facet)],
        "view": asked.view.name,
        "views": [(asked.address(view=None if name == "series" else name), name) for name in VIEWS],
        "sorts": SORTS,
        "sort": asked.sort,
        "size": asked.size,
        "hidden": asked.query.parameters(),
        "rows": [_row(row, asked.view, judged) for row in answer.rows],
        "pager": _pager(asked, answer),
        "query": question,
        "csv": asked.address().replace("/search/", "/search.csv", 1),
        "json": asked.address().replace("/search/", "/search.json", 1),
        "words": " ".join(asked.query.words),
        "wide": len(asked.query.collections) != 1,
    }


def _plural(number: int, one: str, many: str = "") -> str:
    return one if number == 1 else many or f"{one}s"


def _tells(facet: Facet) -> bool:
    """Whether a facet could narrow anything: one value that all share says nothing."""
    return len(facet.values) > 1 or any(value.chosen for value in facet.values)


def _facet(facet: Facet, asked: Asked) -> dict[str, Any]:
    all_of_it = asked.whole == facet.element.parameter
    values = facet.values if all_of_it else facet.values[:SHOWN_VALUES]
    left = [value for value in facet.values[len(values) :] if value.chosen]
    return {
        "title": facet.element.label,
        "values": [
            {
                "label": value_word(facet.element.name, value.label),
                "count": value.count,
                "address": asked.address(value.toggled),
                "chosen": value.chosen,
            }
            for value in (*values, *left)
        ],
        "more": asked.address(whole=facet.element.parameter) if len(values) < len(facet.values) else "",
    }


def _row(row: Any, view: View, judged: Visible) -> dict[str, Any]:
    if isinstance(row, SeriesRevision):
        study = row.series.study
        return {
            "revision": row,
            "thumb": thumb(row, judged),
            "title": series_title(row),
            "patient": patient_address(study.patient),
            "study": f"/studies/{study.study_instance_uid}/",
        }
    patient = f"/patients/{quote(row['collection'])}/{quote(row['patient_id'], safe='')}/"
    address = patient if view.name == "subjects" else f"/studies/{row['study_instance_uid']}/"
    return {**row, "address": address, "patient": patient, "sex_word": sex(row.get("sex", ""))}


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
