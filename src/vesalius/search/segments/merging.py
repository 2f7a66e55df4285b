"""Several segments as one: their rows that count, and no value that none of these has."""

from collections.abc import Sequence

import numpy as np

from vesalius.search.columns.coding import Coded, NumberPieces, TextPieces
from vesalius.search.columns.reading import Rows
from vesalius.search.segments.segment import Part


def merged(parts: Sequence[Part]) -> Rows:
    """The rows of some parts as columns that a segment can be made of."""
    rows = [
        np.arange(part.segment.rows) if part.alive is None else np.flatnonzero(part.alive) for part in parts
    ]
    paths = dict.fromkeys(path for part in parts for path in part.segment.paths)
    pairs = list(zip(parts, rows, strict=True))
    return Rows(
        revision=np.concatenate([part.arrays["revision"][some] for part, some in pairs]),
        patient=np.concatenate(
            [part.arrays["patient:id"][part.arrays["row:patient"][some]] for part, some in pairs]
        ),
        study=np.concatenate(
            [part.arrays["study:id"][part.arrays["row:study"][some]] for part, some in pairs]
        ),
        coded={path: _column(path, parts, rows) for path in paths},
    )


def _column(path: str, parts: Sequence[Part], rows: Sequence[np.ndarray]) -> Coded:
    columns = [part.column(path) for part in parts]
    if any(column.numbers is not None for column in columns):
        numbers = NumberPieces()
        for column, some in zip(columns, rows, strict=True):
            numbers.add(column.measures[column.codes[some]])
        return numbers.whole()
    texts = TextPieces()
    for column, some in zip(columns, rows, strict=True):
        texts.add_coded(column.codes[some], column.texts)
    return texts.whole()
