"""Answer a question: the series, studies and patients of the current releases that the asker may find.

The columns choose which rows answer and in what order; the rows themselves are read from the database, by the same
rules of who may find them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.db.models import F

from vesalius.catalog.models import Patient, SeriesRevision, Study
from vesalius.catalog.visible import WITH_CONTEXT, Judged, current_revisions, findable
from vesalius.errors import BadRequest
from vesalius.search.answers.columns import RELEVANCE, Group, Selection, Sort, open_columns
from vesalius.search.answers.counting import Sums
from vesalius.search.elements import element_of
from vesalius.search.query import Query

MOST_ROWS = 10_000  # on one page
AT_ONCE: Final = 2_000  # rows in one question to the database
Row = TypeVar("Row")

SORTS = {  # name in a URL, "-" before it turns it round -> path from SeriesRevision; any element is one more
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
    RELEVANCE: RELEVANCE,  # how well the words of the text are met, the best first
}
PATIENT_COLUMNS = {  # name in a row -> path from Patient
    "collection": "holding__short_title",
    "patient_id": "patient_id",
    "patient_name": "patient_name",
    "sex": "sex",
    "species": "species",
}
STUDY_COLUMNS = {  # name in a row -> path from Study
    "collection": "patient__holding__short_title",
    "patient_id": "patient__patient_id",
    "study_instance_uid": "study_instance_uid",
    "date": "study_date",
    "description": "study_description",
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


def selection(query: Query, visible: Judged) -> Selection:
    """The answer as rows of the columns."""
    return open_columns().select([condition for _, condition in query.parts()], visible.findable)


def find_series(
    query: Query, visible: Judged, *, sort: str = "collection", page: int = 1, size: int = 25
) -> Page[SeriesRevision]:
    """One page of the series that answer a question, each with its patient, licence and holding.

    sort: a name of SORTS or of an element, "-" before it turns it round; ties follow collection, patient and UID.
    """
    start = _start(page, size)
    found = selection(query, visible)
    rows = _rows(found.page(_sort(sort), start, start + size), visible)
    return Page(rows=rows, total=len(found), number=page, size=size)


def find_patients(query: Query, visible: Judged, *, page: int = 1, size: int = 25) -> Page[dict[str, Any]]:
    """One page of the patients of an answer, by collection and ID, with what matches of each."""
    start = _start(page, size)
    groups, total = selection(query, visible).groups("patient", start, start + size)
    told = Patient.objects.filter(pk__in=[group.id for group in groups])
    return Page(rows=_told(groups, told, PATIENT_COLUMNS), total=total, number=page, size=size)


def find_studies(query: Query, visible: Judged, *, page: int = 1, size: int = 25) -> Page[dict[str, Any]]:
    """One page of the studies of an answer, by collection, patient, date and UID, with what matches of each."""
    start = _start(page, size)
    groups, total = selection(query, visible).groups("study", start, start + size)
    told = Study.objects.filter(pk__in=[group.id for group in groups])
    return Page(rows=_told(groups, told, STUDY_COLUMNS), total=total, number=page, size=size)


def total(query: Query, visible: Judged) -> Totals:
    """How many subjects, studies, series, images and bytes answer a question."""
    return totals_of(open_columns().sums(query.parts(), visible.findable))


def totals_of(sums: Sums) -> Totals:
    """Sums of the columns by the words of pages."""
    return Totals(
        subject_count=sums.counts.patients,
        study_count=sums.counts.studies,
        series_count=sums.counts.series,
        image_count=sums.images,
        size=sums.size,
    )


def values(query: Query, visible: Judged, *paths: str, sort: str = "") -> Iterator[tuple[Any, ...]]:
    """Columns (paths from SeriesRevision) of the whole answer, however large, by collection and patient.

    sort: as for `find_series`, where another order is wanted.
    """
    found = selection(query, visible)
    ids = found.page(_sort(sort), 0, len(found)) if sort else found.revisions().tolist()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        told = findable(current_revisions(), visible).filter(pk__in=some).order_by()
        rows = {row[0]: row[1:] for row in told.values_list("pk", *paths)}
        yield from (rows[pk] for pk in some if pk in rows)


def _rows(ids: list[int], visible: Judged) -> list[SeriesRevision]:
    found: dict[int, SeriesRevision] = {}
    for start in range(0, len(ids), AT_ONCE):
        told = findable(current_revisions(), visible).filter(pk__in=ids[start : start + AT_ONCE])
        found |= {row.pk: row for row in told.select_related(*WITH_CONTEXT)}
    return [found[pk] for pk in ids if pk in found]


def _told(groups: list[Group], told: Any, columns: dict[str, str]) -> list[dict[str, Any]]:
    """A row for each group: what the database tells of it, and what of it answers the question."""
    named = {f"{name}_": F(path) for name, path in columns.items()}
    rows = {row.pop("pk"): row for row in told.values("pk", **named)}
    return [
        {name: rows[group.id][f"{name}_"] for name in columns}
        | {
            "study_count": group.counts.studies,
            "series_count": group.counts.series,
            "image_count": group.images,
            "size": group.size,
        }
        for group in groups
        if group.id in rows
    ]


def _start(page: int, size: int) -> int:
    if page < 1 or not 1 <= size <= MOST_ROWS:
        raise BadRequest(f"A page is numbered from 1 and holds 1 to {MOST_ROWS} rows.")
    return (page - 1) * size


def _sort(asked: str) -> Sort:
    """What a name sorts by; BadRequest for a name that none has."""
    name = asked.removeprefix("-")
    element = None if name in SORTS else element_of(name)
    if name not in SORTS and element is None:
        raise BadRequest(f"One sorts by {', '.join(SORTS)}, or by an element of the search.")
    numeric = element is not None and element.kind == "number"
    return Sort(element.path if element else SORTS[name], asked != name, numeric)
