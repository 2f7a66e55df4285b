"""A question and how its answer is wanted, as the addresses of the search say them."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from vesalius.errors import BadRequest
from vesalius.pages.public.finding.rows import COLUMNS_SHOWN, VIEWS, View
from vesalius.pages.public.paging import whole_number
from vesalius.search.elements import Element, element_of
from vesalius.search.query import Query, parse

SIZES: Final = (25, 50, 100)
SORT: Final = "collection"
MOST_COLUMNS: Final = 40
MOST_OPEN: Final = 20  # subjects whose studies are shown at once
# Parameters that the search's own pages read, and no question has.
OWN: Final = frozenset({"whole", "columns", "open", "csrfmiddlewaretoken"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and how its answer is wanted."""

    query: Query
    view: View
    sort: str
    page: int
    size: int
    whole: str = ""  # parameter of the facet whose values are all shown
    columns: tuple[Element, ...] = COLUMNS_SHOWN  # of the flat table
    opened: tuple[str, ...] = ()  # "COLLECTION/PATIENT ID" of subjects whose studies are shown

    def address(self, query: Query | None = None, *, place: str = "/search/", **changed: object) -> str:
        """The address of this state with something changed; what is usual is left unsaid."""
        how: dict[str, object] = {
            "view": self.view.name if self.view.name != "series" else None,
            "sort": self.sort if self.sort != SORT else None,
            "size": self.size if self.size != SIZES[0] else None,
            "columns": self.column_names if self.columns != COLUMNS_SHOWN else None,
        } | changed
        text = (self.query if query is None else query).url(**how)
        return f"{place}?{text}" if text else place

    @property
    def column_names(self) -> str:
        """The chosen columns as the address says them."""
        return ",".join(element.word for element in self.columns)

    def opening(self, key: str) -> str:
        """The address of this page of the list with one subject more, or less, whose studies are shown."""
        kept = [other for other in self.opened if other != key]
        opened = kept if key in self.opened else [*kept, key][-MOST_OPEN:]
        page = self.page if self.page > 1 else None
        return self.address(page=page, open="\n".join(opened) or None)


def read_question(request: HttpRequest) -> Asked:
    """The question of a URL; BadRequest for what the search does not know."""
    given = request.GET
    pairs = [(name, value) for name, values in given.lists() for value in values if name not in OWN]
    view = given.get("view") or "series"
    if view not in VIEWS:
        raise BadRequest(f"An answer is listed by {', '.join(VIEWS)}.")
    return Asked(
        query=parse(pairs),
        view=VIEWS[view],
        sort=given.get("sort") or SORT,
        page=whole_number(request, "page") or 1,
        size=min(whole_number(request, "size") or SIZES[0], SIZES[-1]),
        whole=given.get("whole", ""),
        columns=_columns(given.getlist("columns")),
        opened=tuple(given.get("open", "").splitlines()[:MOST_OPEN]),
    )


def _columns(given: list[str]) -> tuple[Element, ...]:
    """The columns of the flat table: names with commas between, or one in each parameter."""
    names = [name.strip() for text in given for name in text.split(",") if name.strip()]
    if not names:
        return COLUMNS_SHOWN
    if len(names) > MOST_COLUMNS:
        raise BadRequest(f"A table has at most {MOST_COLUMNS} columns.")
    found = [element_of(name) for name in names]
    if any(element is None for element in found):
        raise BadRequest("One of the columns is called as no attribute is.")
    return tuple(dict.fromkeys(element for element in found if element is not None))
