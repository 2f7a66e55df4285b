"""Long lists in pages of a hundred, and the same rows as CSV."""

import csv
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

PER_PAGE = 100
MOST_ROWS = 100_000  # of a CSV


def paged(request: HttpRequest, rows: Any, words: str, per_page: int = PER_PAGE) -> dict[str, Any]:
    """The rows of the page that is asked for, and what `finding/pager.html` shows."""
    found = Paginator(rows, per_page).get_page(request.GET.get("page"))
    return {
        "rows": list(found.object_list),
        "page": {
            "first": found.start_index(),
            "last": found.end_index(),
            "total": found.paginator.count,
            "words": words,
            "previous": address(request, page=found.previous_page_number()) if found.has_previous() else "",
            "next": address(request, page=found.next_page_number()) if found.has_next() else "",
        },
    }


def address(request: HttpRequest, **changed: object) -> str:
    """This page with other parameters; "" takes one out."""
    kept = {**request.GET.dict(), **changed}
    question = urlencode({name: value for name, value in kept.items() if value != ""})
    return f"{request.path}?{question}" if question else request.path


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A table as a file. A value that a spreadsheet would run as a formula is quoted with an apostrophe."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    writer = csv.writer(response)
    writer.writerow(head)
    for row in rows:
        writer.writerow([_harmless(str(value)) for value in row])
    return response


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
