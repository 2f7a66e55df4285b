"""Words -> the rows that have them, by way of the distinct combinations of all texts: the *text cells*."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from vesalius.search.columns.arrow import pa
from vesalius.search.columns.cells import combined
from vesalius.search.columns.coding import Coded, Texts, narrow, text_arrays, texts_of
from vesalius.search.columns.layout import COLLECTION
from vesalius.search.text.synonyms import Term
from vesalius.search.text.tokens import tokens

Array: TypeAlias = NDArray[Any]
Scores: TypeAlias = NDArray[np.float32]
TEXTS: Final = (  # paths of the columns whose words are found
    "series_description", "study_description", "protocol_name", "modality", "body_part_examined", "manufacturer",
    "manufacturer_model_name", COLLECTION, "series__study__admitting_diagnoses_description",
    *(
        f"facts__{keyword}"
        for keyword in (
            "AdditionalPatientHistory", "AnatomicRegionSequence", "ContrastBolusAgent", "ConvolutionKernel",
            "ImageComments", "ImageLaterality", "Laterality", "ScanningSequence", "SequenceName",
        )
    ),
)  # fmt: skip
EXACT, PARTED, PREFIX, SYNONYM, CORRECTED = 1.0, 0.9, 0.8, 0.6, 0.3  # how well a word is met
_ERRORS: Final = ((8, 2), (4, 1))  # letters of a word -> typing errors in it, at most
_SHORTEST: Final = 2  # letters that may be the beginning of a word


def text_index_arrays(coded: Mapping[str, Coded]) -> dict[str, Array]:
    """The arrays of the index over the texts of some rows."""
    columns = [coded[path] for path in TEXTS if path in coded]
    first, row_text = combined([(column.codes, len(column.values)) for column in columns])
    vocabulary: dict[str, int] = {}
    pairs = [_words_of_cells(column.codes[first], column.values, vocabulary) for column in columns]
    words, order = np.array(sorted(vocabulary), object), np.empty(len(vocabulary), np.int64)
    for place, word in enumerate(words):
        order[vocabulary[word]] = place
    word = order[np.concatenate([one for one, _ in pairs])]
    cell = np.concatenate([one for _, one in pairs])
    key = np.sort(word * max(1, len(first)) + cell)
    word, cell = np.divmod(key[np.diff(key, prepend=-1) != 0], max(1, len(first)))
    ends, data = text_arrays(pa.array(words, pa.large_string()))
    return {
        "row:text": narrow(row_text, len(first)),
        "text:ends": ends,
        "text:bytes": data,
        "text:starts": np.searchsorted(word, np.arange(len(words) + 1)).astype(np.int64),
        "text:cells": narrow(cell, len(first)),
    }


def _words_of_cells(codes: Array, values: Texts, vocabulary: dict[str, int]) -> tuple[Array, Array]:
    """The words of one column of each text cell: (word, cell) pairs, words numbered as they come."""
    found = [
        [vocabulary.setdefault(word, len(vocabulary)) for word in tokens(text)] for text in values.to_pylist()
    ]
    counts = np.array([len(one) for one in found], np.int64)
    flat = np.array([word for one in found for word in one], np.int64)
    starts = np.cumsum(counts) - counts
    of_cells = counts[codes]
    cell = np.repeat(np.arange(len(codes)), of_cells)
    within = np.arange(len(cell)) - np.repeat(np.cumsum(of_cells) - of_cells, of_cells)
    return flat[np.repeat(starts[codes], of_cells) + within], cell


@dataclass(frozen=True)
class TextIndex:
    """The index of one segment."""

    arrays: Mapping[str, Array]

    @cached_property
    def words(self) -> list[str]:
        """Every word, sorted."""
        found: list[str] = texts_of(self.arrays["text:ends"], self.arrays["text:bytes"]).to_pylist()
        return found

    @property
    def row_text(self) -> Array:
        """The text cell of each row."""
        return self.arrays["row:text"]

    @cached_property
    def cell_count(self) -> int:
        """How many text cells there are."""
        return int(self.row_text.max()) + 1 if len(self.row_text) else 0

    def straight(self, term: Term) -> Scores:
        """How well each text cell meets a term without any correction; 0 where it does not."""
        scores = np.zeros(self.cell_count, np.float32)
        for name in term.others:
            scores[self._with_all(name)] = SYNONYM
        if term.last and len(term.names[0]) == 1 and len(term.names[0][0]) >= _SHORTEST:
            start, end = self._beginning_with(term.names[0][0])
            scores[self._cells(start, end)] = PREFIX
        for name, how_well in zip(term.names[::-1], (PARTED, EXACT)[-len(term.names) :], strict=True):
            scores[self._with_all(name)] = how_well
        return scores

    def corrected(self, term: Term) -> Scores:
        """How well each text cell meets a term with typing errors."""
        scores = np.zeros(self.cell_count, np.float32)
        for word in term.names[0]:
            if len(term.names[0]) == 1:
                for near, errors in self.near(word):
                    at = bisect_left(self.words, near)
                    cells = self._cells(at, at + 1)
                    scores[cells] = np.maximum(scores[cells], CORRECTED / errors)
        return scores

    def near(self, word: str) -> list[tuple[str, int]]:
        """Words that differ by few errors, and by how many."""
        most = next((errors for length, errors in _ERRORS if len(word) >= length), 0)
        if not most or not word.isalpha():
            return []
        found = process.extract(word, self.words, scorer=OSA.distance, score_cutoff=most, limit=None)
        return [(near, int(errors)) for near, errors, _ in found if errors]

    def _with_all(self, name: Sequence[str]) -> Array:
        """Text cells that have every word of a name."""
        found: Array | None = None
        for word in name:
            at = bisect_left(self.words, word)
            known = at < len(self.words) and self.words[at] == word
            cells = self._cells(at, at + 1) if known else np.empty(0, np.int64)
            found = cells if found is None else np.intersect1d(found, cells, assume_unique=True)
        return np.empty(0, np.int64) if found is None else found

    def _beginning_with(self, word: str) -> tuple[int, int]:
        return bisect_left(self.words, word), bisect_left(self.words, f"{word}\U0010ffff")

    def _cells(self, start: int, end: int) -> Array:
        """Text cells of some words that stand together."""
        starts = self.arrays["text:starts"]
        return self.arrays["text:cells"][starts[start] : starts[end]]
