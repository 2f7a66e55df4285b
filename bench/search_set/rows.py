"""The rows of an archive as plain columns, and coded as the peers are given them: everybody works on equal data."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.visible import current_revisions

# name of the element: path from SeriesRevision
FACETS: Final = {
    "collections": "series__study__patient__holding__short_title",
    "modalities": "modality",
    "body_parts": "body_part_examined",
    "manufacturers": "manufacturer",
    "models": "manufacturer_model_name",
    "sexes": "patient_sex",
    "third_party": "third_party",
    "licenses": "home_download__license__spdx",
}
NUMBERS: Final = ("image_count", "size", "series_number", "patient_age_years")
DAYS: Final = ("study_date", "series_date")
TEXTS: Final = ("series_description", "study_description")
NAMES: Final = {"patient": "series__study__patient_id", "uid": "series__series_instance_uid", "pk": "pk"}


@dataclass(frozen=True)
class Rows:
    """Every current series: a table as it is, and small numbers in place of the facets' values."""

    table: pa.Table
    coded: pa.Table
    values: dict[str, list[object]]  # of each facet, by code

    def __len__(self) -> int:
        return self.table.num_rows


def read_rows() -> Rows:
    """All current series of this archive."""
    paths = {**FACETS, **{name: name for name in (*NUMBERS, *DAYS, *TEXTS)}, **NAMES}
    found = current_revisions().order_by("pk").values_list(*paths.values())
    columns = zip(*found.iterator(chunk_size=50_000), strict=True)
    table = pa.table({name: pa.array(column) for name, column in zip(paths, columns, strict=True)})
    return coded_rows(table)


def coded_rows(table: pa.Table) -> Rows:
    """A table of such columns with its codes."""
    codes, values = {}, {}
    for place, name in enumerate(FACETS):
        coded = table[name].combine_chunks().dictionary_encode()
        codes[f"c{place}"] = coded.indices
        values[name] = coded.dictionary.to_pylist()
    patients, order = np.unique(table["patient"].to_numpy(), return_inverse=True)
    del patients
    codes["patient"] = pa.array(order.astype(np.int32))
    return Rows(table, pa.table(codes), values)


def random_row(rows: Rows, rng: np.random.Generator, name: str) -> object:
    """A value that stands in a column, as often as it stands there."""
    return rows.table[name][int(rng.integers(len(rows)))].as_py()


def number_column(rows: Rows, name: str) -> NDArray[np.float64]:
    """A column of numbers; NaN where there is none."""
    return np.asarray(rows.table[name].cast(pa.float64()).to_numpy(), np.float64)


def count_of_series() -> int:
    """How many series the archive shows."""
    return SeriesRevision.objects.count()
