"""What a name in a typed question stands for, and the nearest to one that stands for nothing."""

from collections.abc import Sequence
from difflib import SequenceMatcher, get_close_matches
from enum import StrEnum
from functools import cache
from typing import Final

from vesalius.search.elements import Element, element_of, key_of, names

_ALIKE: Final = 0.7  # from 0 to 1
_LONGEST: Final = 6  # words of one name


class Asked(StrEnum):
    """What can be asked beside elements, by the name that is printed."""

    IDENTIFIER = "Identifier"
    STUDY_COUNT = "StudyCount"
    STUDY_DATES = "StudyDates"


_ASKED: Final = {
    "identifier": Asked.IDENTIFIER,
    "identifiers": Asked.IDENTIFIER,
    "id": Asked.IDENTIFIER,
    "ids": Asked.IDENTIFIER,
    "studycount": Asked.STUDY_COUNT,
    "studies": Asked.STUDY_COUNT,
    "numberofstudies": Asked.STUDY_COUNT,
    "studydates": Asked.STUDY_DATES,
    "numberofstudydates": Asked.STUDY_DATES,
}


def named(text: str) -> Element | Asked | None:
    """What a name stands for; None for a name that nobody knows."""
    return _ASKED.get(key_of(text)) or element_of(text)


def name_at_end(words: Sequence[str]) -> tuple[int, Element | Asked] | None:
    """The longest name that some words end with: where it begins among them, and what it stands for."""
    for start in range(max(0, len(words) - _LONGEST), len(words)):
        found = named(" ".join(words[start:]))
        if found is not None:
            return start, found
    return None


def nearest_at_end(words: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """Where the name begins that was perhaps meant at the end of some words, and the names most like it."""
    best, place = 0.0, len(words) - 1
    found: tuple[str, ...] = ()
    for start in range(max(0, len(words) - _LONGEST), len(words)):
        key = key_of(" ".join(words[start:]))
        alike = get_close_matches(key, _names(), n=3, cutoff=_ALIKE)
        ratio = SequenceMatcher(None, alike[0], key).ratio() if alike else 0.0
        if ratio > best:
            best, place, found = ratio, start, tuple(dict.fromkeys(_names()[one] for one in alike))
    return place, found


@cache
def _names() -> dict[str, str]:
    """The name to tell, by key."""
    known: dict[str, str] = {}
    for name in (*names(), *Asked):
        known.setdefault(key_of(name), name)
    return known
