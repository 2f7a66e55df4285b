"""What is counted beside every answer: distinct combinations of the facet columns, alone, per study and per patient.

A *cell* is a combination that some row has; a *study cell* is a cell and a study that has it; a *patient cell* is a
cell and a patient. A *pair* is a value of one facet and a study (or a patient) that has it: how many pairs of a value
are met by an answer is how many studies of it have the value. Many studies have the very same cells: they share a
*pattern*, and where nothing but facets is asked they are counted by patterns, of which there are few.
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
    of_study, study_cell = study[0][a_row], narrow(cell[a_row], len(first))
    of_patient = patient_of_study[of_study]
    a_study_cell, in_patient_cell = combined([(of_patient, patients), (study_cell, len(first))])
    patient_cell, patient = study_cell[a_study_cell], of_patient[a_study_cell]
    arrays = {
        "row:study_cell": narrow(row_study_cell, len(a_row)),
        "study_cell:cell": study_cell,
        "study_cell:study": of_study,
        "study_cell:patient_cell": narrow(in_patient_cell, len(patient_cell)),
        "patient_cell:cell": patient_cell,
        "patient_cell:patient": patient,
    }
    patterns = {
        "study": _patterns("study", study_cell, of_study, study[1]),
        "patient": _patterns("patient", patient_cell, patient, patients),
    }
    for found in patterns.values():
        arrays |= found
    for path, (codes, count) in facets.items():
        values = codes[first]
        arrays[f"cell:{path}"] = values
        arrays |= _pairs(f"study_pair:{path}", (values[study_cell], count), (of_study, study[1]))
        arrays |= _pairs(f"patient_pair:{path}", (values[patient_cell], count), (patient, patients))
        for name, found in patterns.items():
            told = (values[found[f"{name}_pattern:cell"]], count)
            owners = (found[f"{name}_pattern:pattern"], len(found[f"{name}_pattern:starts"]))
            arrays |= _pairs(f"{name}_pattern_pair:{path}", told, owners)
    return arrays


def _patterns(name: str, cells: Array, owner: Array, owners: int) -> dict[str, Array]:
    """The distinct sets of cells of owners: each cell of each, and the pattern of every owner."""
    starts = np.searchsorted(owner, np.arange(owners + 1)) * cells.dtype.itemsize
    told = np.ascontiguousarray(cells).tobytes()
    known: dict[bytes, int] = {}
    bounds = zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    pattern = [known.setdefault(told[start:end], len(known)) for start, end in bounds]
    counts = np.array([len(one) // cells.dtype.itemsize for one in known], np.int64)
    return {
        f"{name}_pattern:of": narrow(np.array(pattern, np.int64), len(known)),
        f"{name}_pattern:cell": np.frombuffer(b"".join(known), cells.dtype),
        f"{name}_pattern:pattern": np.repeat(np.arange(len(known)), counts),
        f"{name}_pattern:starts": np.cumsum(counts) - counts,
    }


def _pairs(name: str, values: tuple[Array, int], owners: tuple[Array, int]) -> dict[str, Array]:
    """The pair of each cell; pairs are sorted by value, `starts` says where those of each value begin."""
    first, pair = combined([values, owners])
    starts = np.searchsorted(values[0][first], np.arange(values[1] + 1))
    return {
        name: narrow(pair, len(first)),
        f"{name}:starts": starts.astype(np.int32),
        f"{name}:owner": owners[0][first],
    }
