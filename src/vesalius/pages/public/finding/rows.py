"""The rows of an answer as the page, CSV and JSON show them; each view of an answer is a row of a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from vesalius.access.permit import Visible
from vesalius.catalog.models import SeriesRevision
from vesalius.search.find import Page, find_patients, find_series, find_studies
from vesalius.search.query import Query

SERIES_COLUMNS: dict[str, Callable[[SeriesRevision], object]] = {
    "collection": lambda row: row.series.study.patient.holding.short_title,
    "dataset": lambda row: row.home_download.holding.short_title,
    "patient_id": lambda row: row.series.study.patient.patient_id,
    "study_instance_uid": lambda row: row.series.study.study_instance_uid,
    "study_date": lambda row: row.study_date,
    "study_description": lambda row: row.study_description,
    "series_instance_uid": lambda row: row.series.series_instance_uid,
    "modality": lambda row: row.modality,
    "body_part_examined": lambda row: row.body_part_examined,
    "series_description": lambda row: row.series_description,
    "manufacturer": lambda row: row.manufacturer,
    "manufacturer_model_name": lambda row: row.manufacturer_model_name,
    "image_count": lambda row: row.image_count,
    "size": lambda row: row.size,
    "license": lambda row: row.home_download.license.spdx,
}
PATIENT_COLUMNS = (
    "collection", "patient_id", "sex", "species", "study_count", "series_count", "image_count", "size",
)  # fmt: skip
STUDY_COLUMNS = (
    "collection", "patient_id", "study_instance_uid", "date", "description", "series_count", "image_count", "size",
)  # fmt: skip


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
    find: Callable[..., Page[Any]]
    columns: Sequence[str]

    def flat(self, row: Any) -> list[object]:
        """A row as plain values, in the order of `columns`."""
        if isinstance(row, SeriesRevision):
            return [SERIES_COLUMNS[name](row) for name in self.columns]
        return [row[name] for name in self.columns]


VIEWS = {
    view.name: view
    for view in (
        View(name="series", words="series", find=_series, columns=tuple(SERIES_COLUMNS)),
        View(name="studies", words="studies", find=_studies, columns=STUDY_COLUMNS),
        View(name="subjects", words="subjects", find=_patients, columns=PATIENT_COLUMNS),
    )
}
