"""The rows of an answer as the page, CSV, JSON and Parquet show them; each view of an answer is a row of a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from vesalius.access.permit import Visible
from vesalius.catalog.models import SeriesRevision
from vesalius.search.elements import BY_NAME, Element
from vesalius.search.find import Page, find_patients, find_series, find_studies
from vesalius.search.query import Query

SERIES_COLUMNS: Final = {  # name in a file -> path from SeriesRevision
    "collection": "series__study__patient__holding__short_title",
    "dataset": "home_download__holding__short_title",
    "patient_id": "series__study__patient__patient_id",
    "study_instance_uid": "series__study__study_instance_uid",
    "study_date": "study_date",
    "study_description": "study_description",
    "series_instance_uid": "series__series_instance_uid",
    "modality": "modality",
    "body_part_examined": "body_part_examined",
    "series_description": "series_description",
    "manufacturer": "manufacturer",
    "manufacturer_model_name": "manufacturer_model_name",
    "image_count": "image_count",
    "size": "size",
    "license": "home_download__license__spdx",
}
PATIENT_COLUMNS = (
    "collection", "patient_id", "sex", "species", "study_count", "series_count", "image_count", "size",
)  # fmt: skip
STUDY_COLUMNS = (
    "collection", "patient_id", "study_instance_uid", "date", "description", "series_count", "image_count", "size",
)  # fmt: skip
COLUMNS_SHOWN: Final = tuple(  # of the flat table, until others are chosen
    BY_NAME[name]
    for name in (
        "collections", "patient_ids", "study_date", "modalities", "body_parts", "SeriesDescription", "slice_thickness",
        "manufacturers", "models", "image_count",
    )
)  # fmt: skip


def value_of_path(revision: SeriesRevision, path: str) -> object:
    """What a revision says at a path: text, number, day, flag, a list of several, or None."""
    found: Any = revision
    for step in path.split("__"):
        match found:
            case dict():
                found = found.get(step)
            case list():
                found = found[int(step)] if int(step) < len(found) else None
            case _:
                found = getattr(found, step, None)
    if isinstance(found, datetime):
        return found.date()
    return None if found == "" else found


def _series(query: Query, visible: Visible, *, sort: str, page: int, size: int) -> Page[Any]:
    return find_series(query, visible, sort=sort, page=page, size=size)


def _patients(query: Query, visible: Visible, *, sort: str, page: int, size: int) -> Page[Any]:
    del sort
    return find_patients(query, visible, page=page, size=size)


def _studies(query: Query, visible: Visible, *, sort: str, page: int, size: int) -> Page[Any]:
    del sort
    return find_studies(query, visible, page=page, size=size)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to list an answer."""

    name: str  # in a URL
    words: str  # what its rows are
    title: str  # on the page
    find: Callable[..., Page[Any]]
    columns: Sequence[str]
    unit: str = "series"  # what the filters beside it count

    def headings(self, chosen: Sequence[Element] = ()) -> list[str]:
        """The names of the columns in a file."""
        return [element.word for element in chosen] if self.name == "table" else list(self.columns)

    def paths(self, chosen: Sequence[Element] = ()) -> list[str] | None:
        """Where the columns stand, from a SeriesRevision; None of a view whose rows are not series."""
        if self.name == "table":
            return [element.path for element in chosen]
        return [SERIES_COLUMNS[name] for name in self.columns] if self.words == "series" else None


_OF_SERIES: Final[dict[str, Any]] = {"words": "series", "find": _series, "columns": tuple(SERIES_COLUMNS)}
VIEWS: Final = {
    view.name: view
    for view in (
        View(name="series", title="Series", **_OF_SERIES),
        View(
            name="studies",
            title="Studies",
            words="studies",
            find=_studies,
            columns=STUDY_COLUMNS,
            unit="studies",
        ),
        View(
            name="subjects",
            title="Subjects",
            words="subjects",
            find=_patients,
            columns=PATIENT_COLUMNS,
            unit="subjects",
        ),
        View(name="table", title="Table", **_OF_SERIES),
        View(name="summary", title="Summary", **_OF_SERIES, unit="subjects"),
    )
}
