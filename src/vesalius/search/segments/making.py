"""From columns as they were read to the arrays of a segment.

Rows stand by collection, Patient ID and Series Instance UID, so that the rows of a patient stand together and their
order is the order of a list that is sorted by nothing else.
"""

from collections.abc import Collection
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.search.columns.arrow import pa
from vesalius.search.columns.cells import cell_arrays
from vesalius.search.columns.coding import Coded, text_arrays
from vesalius.search.columns.layout import COLLECTION, PATIENT_ID, SERIES_UID, STUDY_DAY, STUDY_UID, facets
from vesalius.search.columns.reading import Rows
from vesalius.search.text.index import text_index_arrays

Array: TypeAlias = NDArray[Any]


def make(read: Rows, replaced: Collection[int] = ()) -> dict[str, Array]:
    """The arrays of a segment; replaced: ids of patients whose rows in older segments count no more."""
    coded = read.coded
    order = np.lexsort([coded[path].codes for path in (SERIES_UID, PATIENT_ID, COLLECTION)])
    codes = {path: column.codes[order] for path, column in coded.items()}
    arrays: dict[str, Array] = {
        "replaced": np.array(sorted(replaced), np.int64),
        "revision": read.revision[order],
    }
    for path, column in coded.items():
        arrays |= _column(path, codes[path], column)
    arrays |= _patients(read.patient[order])
    arrays |= _studies(read.study[order], arrays["row:patient"], codes, coded)
    counted = {path: (codes[path], len(coded[path].values)) for path in facets()}
    study = (arrays["row:study"], len(arrays["study:id"]))
    patient_of_study = arrays["study:patient"]
    arrays |= cell_arrays(counted, study, patient_of_study, len(arrays["patient:id"]))
    return arrays | text_index_arrays({path: Coded(codes[path], coded[path].values) for path in coded})


def _column(path: str, codes: Array, column: Coded) -> dict[str, Array]:
    if isinstance(column.values, pa.LargeStringArray):
        ends, data = text_arrays(column.values)
        return {f"codes:{path}": codes, f"ends:{path}": ends, f"bytes:{path}": data}
    return {f"codes:{path}": codes, f"numbers:{path}": column.values}


def _patients(ids: NDArray[np.int64]) -> dict[str, Array]:
    """Patients in the order of their rows."""
    starts = np.flatnonzero(np.diff(ids, prepend=-1))
    counts = np.diff(starts, append=len(ids))
    return {
        "patient:id": ids[starts],
        "patient:starts": np.append(starts, len(ids)).astype(np.int64),
        "row:patient": np.repeat(np.arange(len(starts), dtype=np.uint32), counts),
    }


def _studies(
    ids: NDArray[np.int64], patient: Array, codes: dict[str, Array], coded: dict[str, Coded]
) -> dict[str, Array]:
    """Studies by patient, day (unknown last) and UID."""
    distinct, first, study = np.unique(ids, return_index=True, return_inverse=True)
    day = codes[STUDY_DAY][first].astype(np.int64)
    values = coded[STUDY_DAY].values
    if len(values) and not values[0].as_py():
        day[day == 0] = len(values)
    order = np.lexsort((codes[STUDY_UID][first], day, patient[first]))
    place = np.empty(len(order), np.uint32)
    place[order] = np.arange(len(order), dtype=np.uint32)
    return {
        "study:id": distinct[order],
        "study:patient": patient[first][order],
        "study:row": first[order].astype(np.int64),
        "row:study": place[study],
    }
