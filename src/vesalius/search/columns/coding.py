"""Values of a column as codes into its sorted distinct values: text by code points, numbers by size.

An absent value is "" among texts and NaN, which sorts last, among numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.search.columns.arrow import pa, pc

Array: TypeAlias = NDArray[Any]
Texts: TypeAlias = Any  # a pyarrow.LargeStringArray, or what pyarrow computes of one


@dataclass(frozen=True, slots=True)
class Coded:
    """One column: a code for each row, and what the codes mean."""

    codes: Array  # unsigned, as narrow as they can be
    values: Texts | NDArray[np.float64]

    def taken(self, rows: Array) -> "Coded":
        """The column of other rows, each of which is one of this one's; every row stands among them."""
        return Coded(self.codes[rows], self.values)


@dataclass(slots=True)
class TextPieces:
    """A column of text that comes in pieces."""

    pieces: list[Any] = field(default_factory=list)
    rows: int = 0

    def add(self, values: Texts | Sequence[str | None]) -> None:
        """Take the next values; None is absent."""
        if len(values) > 1 and isinstance(values, tuple) and values.count(values[0]) == len(values):
            self.add_coded(np.zeros(len(values), np.int32), pa.array([values[0] or ""], pa.large_string()))
            return
        try:
            texts = pc.fill_null(pa.array(values, pa.large_string()), "")
        except UnicodeEncodeError:  # a header told half of a surrogate pair, which no UTF-8 has
            texts = pa.array(
                [(value or "").encode("utf-8", "replace").decode() for value in values], pa.large_string()
            )
        self.pieces.append(texts.dictionary_encode())
        self.rows += len(values)

    def add_coded(self, codes: Array, values: Texts) -> None:
        """Take the next values, coded already."""
        self.pieces.append(pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), values))
        self.rows += len(codes)

    def pad(self, rows: int) -> None:
        """Let what is missing of so many rows be absent."""
        if missing := rows - self.rows:
            self.add_coded(np.zeros(missing, np.int32), pa.array([""], pa.large_string()))

    def whole(self) -> Coded:
        """All of it."""
        if not self.pieces:
            return Coded(np.empty(0, np.uint8), pa.array([], pa.large_string()))
        one = pa.chunked_array(self.pieces).unify_dictionaries()
        codes = np.concatenate([chunk.indices.to_numpy(zero_copy_only=False) for chunk in one.chunks])
        return sorted_texts(codes, one.chunk(0).dictionary)


@dataclass(slots=True)
class NumberPieces:
    """A column of numbers that comes in pieces."""

    pieces: list[NDArray[np.float64]] = field(default_factory=list)
    rows: int = 0

    def add(self, values: Sequence[float | None] | NDArray[np.float64]) -> None:
        """Take the next values; None and NaN are absent."""
        self.pieces.append(np.array(values, np.float64))
        self.rows += len(values)

    def pad(self, rows: int) -> None:
        """Let what is missing of so many rows be absent."""
        if missing := rows - self.rows:
            self.add(np.full(missing, np.nan))

    def whole(self) -> Coded:
        """All of it."""
        numbers = np.concatenate(self.pieces) if self.pieces else np.empty(0)
        values, codes = np.unique(numbers, return_inverse=True)
        return Coded(narrow(codes, len(values)), values)


def sorted_texts(codes: Array, values: Texts) -> Coded:
    """The same column with its values in order, and none that no row has."""
    used = np.bincount(codes, minlength=len(values)) > 0
    order = pc.sort_indices(values).to_numpy()
    order = order[used[order]]
    place = np.zeros(len(values), np.int64)
    place[order] = np.arange(len(order))
    return Coded(narrow(place[codes], len(order)), values.take(pa.array(order)))


def narrow(codes: Array, count: int) -> Array:
    """Codes below `count` in the narrowest unsigned type."""
    return codes.astype(np.min_scalar_type(max(0, count - 1)))


def text_arrays(values: Texts) -> tuple[Array, Array]:
    """Where each text ends, and the bytes (UTF-8) of all of them, as arrays that can be written down."""
    _, offsets, text = values.buffers()
    ends = np.frombuffer(offsets, np.int64, len(values) + 1, values.offset * 8)
    data = np.frombuffer(text, np.uint8) if text is not None else np.empty(0, np.uint8)
    return ends - ends[0], data[ends[0] : ends[-1]]


def texts_of(ends: Array, data: Array) -> Texts:
    """The texts that `text_arrays` took apart, without copying them."""
    return pa.LargeStringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(data))
