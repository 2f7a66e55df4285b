"""Answer a question: the series, studies and patients of the current releases that the asker may find."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Generic, TypeVar

from django.db.models import Count, F, OrderBy, Q, QuerySet, Sum

from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import WITH_CONTEXT, Judged, current_revisions, findable
from vesalius.errors import BadRequest
from vesalius.search.elements import ELEMENTS, TEXTS
from vesalius.search.query import Query

MOST_ROWS = 10_000  # on one page
Row = TypeVar("Row")

SORTS = {  # name in a URL, "-" before it turns it round -> path from SeriesRevision; ties follow the UID
    "collection": "series__study__patient__holding__short_title",
    "patient": "series__study__patient__patient_id",
    "study_date": "study_date",
    "modality": "modality",
    "body_part": "body_part_examined",
    "manufacturer": "manufacturer",
    "description": "series_description",
    "images": "image_count",
    "size": "size",
    "released": "first_release__published_at",
    "series": "series__series_instance_uid",
}
SERIES_UID = SORTS["series"]

PATIENT_COLUMNS = {  # name in a row -> path from SeriesRevision
    "collection": "series__study__patient__holding__short_title",
    "patient_id": "series__study__patient__patient_id",
    "patient_name": "series__study__patient__patient_name",
    "sex": "series__study__patient__sex",
    "species": "series__study__patient__species",
}
STUDY_COLUMNS = {
    "collection": PATIENT_COLUMNS["collection"],
    "patient_id": PATIENT_COLUMNS["patient_id"],
    "study_instance_uid": "series__study__study_instance_uid",
    "date": "series__study__study_date",
    "description": "series__study__study_description",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """Some rows of an answer and how many there are in all."""

    rows: list[Row]
    total: int
    number: int  # of this page: 1, 2, 3 ...
    size: int  # rows of a full page

    @property
    def last(self) -> int:
        """Number of the last page; 1 for an empty answer."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How much an answer holds."""

    subject_count: int
    study_count: int
    series_count: int
    image_count: int
    size: int  # bytes


def matching(query: Query, visible: Judged) -> QuerySet[SeriesRevision]:
    """The current revisions that answer a question and that the asker may find, in no order."""
    return findable(current_revisions(), visible).filter(condition(query)).order_by()


def condition(query: Query) -> Q:
    """The question as a condition on SeriesRevision."""
    asked = Q()
    for element in ELEMENTS:
        if values := query.chosen(element):
            asked &= Q((f"{element.path}__in", values))
    for word in query.words:
        asked &= Q(*((f"{text}__icontains", word) for text in TEXTS), _connector=Q.OR)
    if query.released_since:
        start = datetime.combine(query.released_since, time(), UTC)
        asked &= Q(first_release__published_at__gte=start)
    return asked


def find_series(
    query: Query, visible: Judged, *, sort: str = "collection", page: int = 1, size: int = 25
) -> Page[SeriesRevision]:
    """One page of the series that answer a question, each with its patient, licence and holding."""
    rows = matching(query, visible).select_related(*WITH_CONTEXT)
    return _page(rows.order_by(*_order(sort)), page, size)


def find_patients(query: Query, visible: Judged, *, page: int = 1, size: int = 25) -> Page[dict[str, Any]]:
    """One page of the patients of an answer, by collection and ID, with what matches of each."""
    return _grouped(query, visible, PATIENT_COLUMNS, ("collection", "patient_id"), page, size)


def find_studies(query: Query, visible: Judged, *, page: int = 1, size: int = 25) -> Page[dict[str, Any]]:
    """One page of the studies of an answer, by collection, patient, date and UID, with what matches of each."""
    order = ("collection", "patient_id", "date", "study_instance_uid")
    return _grouped(query, visible, STUDY_COLUMNS, order, page, size)


def total(query: Query, visible: Judged) -> Totals:
    """How many subjects, studies, series, images and bytes answer a question."""
    return Totals(**matching(query, visible).aggregate(**_measures(), subject_count=_SUBJECTS))


_SUBJECTS = Count("series__study__patient", distinct=True)


def _measures() -> dict[str, Any]:
    return {
        "study_count": Count("series__study", distinct=True),
        "series_count": Count("pk"),
        "image_count": Sum("image_count", default=0),
        "size": Sum("size", default=0),
    }


def _grouped(
    query: Query, visible: Judged, columns: dict[str, str], order: tuple[str, ...], page: int, size: int
) -> Page[dict[str, Any]]:
    named = {f"{name}_": F(path) for name, path in columns.items()}
    measured = {f"{name}_": value for name, value in _measures().items()}
    groups = matching(query, visible).values(**named).annotate(**measured)
    ordered = groups.order_by(*(F(f"{name}_").asc(nulls_last=True) for name in order))
    found = _page(ordered, page, size)
    rows = [{name.removesuffix("_"): value for name, value in row.items()} for row in found.rows]
    return Page(rows=rows, total=found.total, number=found.number, size=found.size)


def _page(rows: QuerySet[Any, Row], page: int, size: int) -> Page[Row]:
    if page < 1 or not 1 <= size <= MOST_ROWS:
        raise BadRequest(f"A page is numbered from 1 and holds 1 to {MOST_ROWS} rows.")
    start = (page - 1) * size
    return Page(rows=list(rows[start : start + size]), total=rows.count(), number=page, size=size)


def _order(sort: str) -> tuple[OrderBy, ...]:
    """Absent values last in both directions: SQLite and PostgreSQL would differ."""
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise BadRequest(f"One sorts by {', '.join(SORTS)}.")
    first = OrderBy(F(SORTS[name]), descending=sort.startswith("-"), nulls_last=True)
    return first, OrderBy(F(SORTS["patient"])), OrderBy(F(SERIES_UID))
