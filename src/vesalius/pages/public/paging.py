"""Pages of lists: the number asked for, and what finding/pager.html shows."""

from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest

from vesalius.errors import BadRequest


def page_number(request: HttpRequest) -> int:
    """The page asked for, 1 where none is; BadRequest for what is no page number."""
    return whole_number(request, "page") or 1


def whole_number(request: HttpRequest, name: str) -> int | None:
    """A parameter that is a number from 1 on; None where it is absent or blank."""
    raw = request.GET.get(name, "").strip()
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 9 and int(raw)):
        raise BadRequest(f"The parameter {name} is a number from 1 on.")
    return int(raw)


def pager(request: HttpRequest, page: Page[Any], words: str) -> dict[str, Any] | None:
    """The pager of a list; None where one page holds all."""
    if page.paginator.num_pages == 1:
        return None
    return {
        "first": page.start_index(),
        "last": page.end_index(),
        "total": page.paginator.count,
        "words": words,
        "previous": _address(request, page.number - 1) if page.has_previous() else "",
        "next": _address(request, page.number + 1) if page.has_next() else "",
    }


def _address(request: HttpRequest, number: int) -> str:
    asked = request.GET.copy()
    asked["page"] = str(number)
    return f"?{asked.urlencode()}"
