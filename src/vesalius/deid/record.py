"""What a pass over a file says of itself: the changes made, and the doubts that wait for a person."""

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Origin: TypeAlias = Literal["identifiable", "site", "derived"]
"""Where a file stands before the pass: with its identity, de-identified by its site, or made from published data."""


class Change(NamedTuple):
    """One element changed: where, its VR, the action letter, and the value before and after.

    `before` is None unless the file came identifiable; either is None where nothing stands or no text can show it.
    """

    path: str
    vr: str
    action: str
    before: str | None
    after: str | None


class WordCount(NamedTuple):
    """How many words of cleaned texts were kept and how many taken out."""

    kept: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True, order=True)
class FindingFact:
    """One doubt about one file: its kind, the element path that gives rise to it (never a value), and why.

    Kinds: quarantine, pixel_text, text (words stay that no list holds), structured_content, identity, event, face; for
    origin `site` also not_removed, not_emptied, not_cleaned and stamp_missing; of a proof leak, stamp_missing and
    conformance.
    """

    kind: str
    path: str
    sentence: str
