"""The page that builds a question: each button asks for the page again, with one row more or less."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from vesalius.access.permit import Visible
from vesalius.errors import BadRequest
from vesalius.pages.public.asker import visible
from vesalius.pages.public.finding.advanced.tree import (
    JOINS,
    OTHERS,
    Group,
    Row,
    change,
    nodes,
    of_condition,
    of_form,
)
from vesalius.pages.public.finding.asked import read_question
from vesalius.pages.public.finding.search import lead_to
from vesalius.search.conditions import Operator, every
from vesalius.search.elements import TABLE, Element, element_of
from vesalius.search.existing import existing
from vesalius.search.find import total
from vesalius.search.language import text_of
from vesalius.search.language.values import EXPECTED
from vesalius.search.query import meant

LISTS: Final = frozenset({Operator.ANY_OF.value, "together"})  # operators that take several values


@require_http_methods(["GET", "HEAD", "POST"])
def advanced(request: HttpRequest) -> HttpResponse:
    """GET /search/advanced/: the question of the address, to change; POST: the form, with what its button does."""
    if request.method != "POST":
        query = read_question(request).query
        return _page(request, of_condition(every(condition for _, condition in query.parts())))
    tree = of_form(request.POST)
    deed, _, place = request.POST.get("do", "refresh").partition(":")
    if deed == "ask":
        try:
            return lead_to(meant(tree.condition()))
        except BadRequest:
            return _page(request, tree, refused=True)
    at = int(place) if place.isascii() and place.isdigit() else 0
    new = _other(tree, request.POST.get("other", "")) if deed == "other" else change(tree, deed, at)
    return _page(request, tree, new=new)


def _other(tree: Group, name: str) -> Row:
    """A new row about any attribute of the DICOM dictionary."""
    element = element_of(name)
    new = Row(element.name if element else name, error="" if element else "There is no such attribute.")
    tree.parts.append(new)
    return new


def _page(
    request: HttpRequest, tree: Group, *, refused: bool = False, new: Row | None = None
) -> HttpResponse:
    judged = visible(request)
    if not tree.parts:
        tree.parts.append(Row())
    told: dict[str, Any] = {
        "root": _group(tree, judged, iter(range(10**6)), 0),
        "refused": refused,
        "fresh": next((place for place, (_, node) in enumerate(nodes(tree)) if node is new), None),
        "elements": _grouped(TABLE),
        "others": [(name, words) for name, (words, _) in OTHERS.items()],
        "joins": JOINS,
    }
    try:
        condition = tree.condition()
    except BadRequest:
        return render(request, "public/advanced.html", told, status=400 if refused else 200)
    told |= {"typed": text_of(condition), "sums": total(meant(condition), judged)}
    return render(request, "public/advanced.html", told)


def _group(group: Group, judged: Visible, places: Any, depth: int) -> dict[str, Any]:
    """A group and all in it, numbered in the order of the form."""
    place = next(places)
    return {
        "place": place,
        "depth": depth,
        "join": group.join,
        "parts": [
            _group(part, judged, places, depth + 1)
            if isinstance(part, Group)
            else _row(part, judged, next(places), depth + 1)
            for part in group.parts
        ],
    }


def _row(row: Row, judged: Visible, place: int, depth: int) -> dict[str, Any]:
    element = row.known
    several = row.operator in LISTS and element is not None
    hint = EXPECTED[element.kind] if element else OTHERS[row.element][1] if row.element in OTHERS else ""
    return {
        "place": place,
        "depth": depth,
        "row": row,
        "unlisted": element if element and element not in TABLE else None,
        "unit": element.unit if element else "",
        "hint": "values with commas between; one with a comma in quotes" if several else hint,
        "ranged": row.operator == Operator.BETWEEN.value and element is not None,
        "valued": row.operator != Operator.PRESENT.value or element is None,
        "values": existing(element, judged) if element and not several else (),
    }


def _grouped(elements: tuple[Element, ...]) -> list[tuple[str, list[Element]]]:
    groups: dict[str, list[Element]] = {}
    for element in elements:
        groups.setdefault(element.group, []).append(element)
    return list(groups.items())
