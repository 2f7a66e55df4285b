"""What is counted beside every answer: distinct combinations of the facet columns, alone, per study and per patient.

A *cell* is a combination that some row has; a *study cell* is a cell and a study that has it; a *patient cell* is a
cell and a patient. A *pair* is a value of one facet and a study (or a patient) that has it: how many pairs of a value
are met by an answer is how many studies of it have the value.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.search.columns.coding import narrow

Array: TypeAlias = NDArray[Any]
_MOST: Final = 1 << 62


def combined(columns: Sequence[tuple[Array, int]]) -> tuple[Array, Array]:
    """Distinct combinations of codes (each below its count): a row that has each, and the combination of every row."""
    key, below = columns[0][0].astype(np.int64), max(1, columns[0][1])
    for codes, count in columns[1:]:
        if below * max(1, count) >= _MOST:
            distinct, key = np.unique(key, return_inverse=True)
            below = max(1, len(distinct))
        key = key * max(1, count) + codes
        below *= max(1, count)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first, inverse


def cell_arrays(
    facets: dict[str, tuple[Array, int]], study: tuple[Array, int], patient_of_study: Array, patients: int
) -> dict[str, Array]:
    """All arrays of the cells of a segment; facets: codes of every row and how many values there are, by path."""
    first, cell = combined(list(facets.values()))
    a_row, row_study_cell = combined([study, (cell, len(first))])
    of_study, study_cell = study[0][a_row], cell[a_row]
    of_patient = patient_of_study[of_study]
    a_study_cell, in_patient_cell = combined([(of_patient, patients), (study_cell, len(first))])
    patient_cell, patient = study_cell[a_study_cell], of_patient[a_study_cell]
    arrays = {
        "row:study_cell": narrow(row_study_cell, len(a_row)),
        "study_cell:cell": narrow(study_cell, len(first)),
        "study_cell:study": of_study,
        "study_cell:patient_cell": narrow(in_patient_cell, len(patient_cell)),
        "patient_cell:cell": narrow(patient_cell, len(first)),
        "patient_cell:patient": patient,
    }
    for path, (codes, count) in facets.items():
        values = codes[first]
        arrays[f"cell:{path}"] = values
        arrays |= _pairs(f"study_pair:{path}", (values[study_cell], count), (of_study, study[1]))
        arrays |= _pairs(f"patient_pair:{path}", (values[patient_cell], count), (patient, patients))
    return arrays


def _pairs(name: str, values: tuple[Array, int], owners: tuple[Array, int]) -> dict[str, Array]:
    """The pair of each cell; pairs are sorted by value, and `starts` says where those of each value begin."""
    first, pair = combined([values, owners])
    starts = np.searchsorted(values[0][first], np.arange(values[1] + 1))
    return {name: narrow(pair, len(first)), f"{name}:starts": starts.astype(np.int32)}
