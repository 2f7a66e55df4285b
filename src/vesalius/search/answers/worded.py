"""How well texts meet words, over all segments: a word is corrected only where nothing findable has it."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from vesalius.search.segments.segment import Part
from vesalius.search.text.index import Scores
from vesalius.search.text.synonyms import Term, terms

MOST_TERMS: Final = 12  # of one text; what is beyond is not looked for


class Worded:
    """The texts of all segments, for one who may find some Downloads."""

    def __init__(self, parts: Sequence[Part], downloads: frozenset[int]) -> None:
        self._parts, self._downloads = parts, downloads
        self._known: dict[str, dict[str, Scores]] = {}

    def scores(self, text: str, part: Part) -> Scores:
        """How well each text cell of a segment meets a text; 0 where it does not meet every word."""
        if text not in self._known:
            self._known[text] = self._all(terms(text)[:MOST_TERMS])
        return self._known[text][part.segment.name]

    def _all(self, asked: Sequence[Term]) -> dict[str, Scores]:
        whole = {
            part.segment.name: np.full(part.segment.text.cell_count, bool(asked), np.float32)
            for part in self._parts
        }
        for term in asked:
            found = self._one(term)
            weight = self._rarity(found)
            for name, scores in found.items():
                whole[name] = np.where((whole[name] > 0) & (scores > 0), whole[name] + scores * weight, 0)
        return whole

    def _one(self, term: Term) -> dict[str, Scores]:
        """One term in every segment: as it is, and with typing errors where nobody sees it as it is."""
        found = {
            part.segment.name: part.segment.text.straight(term) * part.seen_texts(self._downloads)
            for part in self._parts
        }
        if any(scores.any() for scores in found.values()):
            return found
        return {
            part.segment.name: part.segment.text.corrected(term) * part.seen_texts(self._downloads)
            for part in self._parts
        }

    def _rarity(self, found: dict[str, Scores]) -> np.float32:
        """Rarer words weigh more."""
        cells = sum(int(part.seen_texts(self._downloads).sum()) for part in self._parts)
        met = sum(int(np.count_nonzero(scores)) for scores in found.values())
        return np.float32(np.log1p(cells / max(1, met)))
