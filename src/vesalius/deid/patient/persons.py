"""Whether a word that is a name is one here: after a title or beside other names it is, in a term it is not."""

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from vesalius.deid.language.dates import months
from vesalius.deid.language.letters import plain
from vesalius.deid.language.words import Reading, companions, is_known, is_medical, medical
from vesalius.deid.resources import load_rows, load_words

# What may stand between the parts of one name.
_JOINT: Final = re.compile(r"[.,^_=/]?[.,]?\s{0,2}|['’-]")
# After these a word is a thing and nobody's name.
_ARTICLES: Final = frozenset({"the", "a", "an", "both", "no", "any", "this", "each"})
# After these the name of a month is one.
_BEFORE_MONTHS: Final = frozenset(
    {
        "in",
        "since",
        "until",
        "till",
        "during",
        "last",
        "next",
        "early",
        "late",
        "mid",
        "from",
        "by",
        "im",
        "seit",
        "en",
    }
)
_SENTENCE: Final = re.compile(r"[.!?:;]\s*\Z|\A\s*\Z|\n\s*\Z")
_HYPHENS: Final = frozenset({"-", "\u2010", "\u2011", "\u2013"})
_APOSTROPHES: Final = frozenset({"'", "\u2019"})
_MOST_EPONYMS: Final = 3
_BINDING: Final = frozenset({"s", "of", "and", "the", "w", "o", "wo", "with", "without"})


@cache
def _forms() -> dict[str, str]:
    """Words in plain letters that stand before a name -> of what form: title, lettered, role, person."""
    return {
        plain(word): row["form"] for row in load_rows("words/titles.csv") for word in row["words"].split()
    }


def after_title(reading: Reading, index: int) -> bool:
    """Whether a title stands right before the word: `Dr. X`, `Herr X`, `patient: X`.

    MR, DR, MS and SR in capitals without a full stop name modalities.
    """
    if not index or (form := _forms().get(reading.words[index - 1].plain)) is None:
        return False
    between = reading.between(index - 1).replace(":", ".")
    if not _JOINT.fullmatch(between):
        return False
    written, following = reading.written(index - 1), reading.written(index)
    if form == "title":
        return True
    if form == "lettered":
        return between.startswith(".") or not written.isupper()
    return following[0].isupper() and (between.startswith(".") or not (written + following).isupper())


def is_joined(reading: Reading, index: int) -> bool:
    """Whether the word `index` and the next may be parts of one name, by what stands between."""
    return _JOINT.fullmatch(reading.between(index)) is not None


def is_title(word: str) -> bool:
    """Whether the word is nothing but somebody's title."""
    return _forms().get(word) in {"title", "lettered"}


def may_be_no_name(
    reading: Reading,
    index: int,
    is_part: Callable[[str], bool],
    initials: set[str],
    *,
    strict: bool,
) -> bool:
    """Whether a word that is a part of somebody's name stands here as a word of medicine.

    `strict` asks for a word of medicine beside it; otherwise it is enough that nothing makes it a person.
    """
    word = reading.words[index].plain
    if in_term(reading, index):
        return not is_person(reading, index, is_part, initials)
    if index and word in months() and reading.words[index - 1].plain in _BEFORE_MONTHS:
        ends = index + 1 < len(reading.words) and reading.between(index).startswith(". ")
        return ends or not is_person(reading, index, is_part, initials)
    if word not in medical() or is_person(reading, index, is_part, initials):
        return False
    if index and reading.words[index - 1].plain in _ARTICLES:
        return True
    return not strict or _is_beside_medicine(reading, index, is_part)


def in_term(reading: Reading, index: int) -> bool:
    """Whether the word and one beside it are a term: Foley catheter, Hodgkin's lymphoma, non-Hodgkin."""
    beside = companions().get(reading.words[index].plain)
    return beside is not None and any(
        reading.words[other].plain in beside for other in _beside(reading, index)
    )


def is_eponym(reading: Reading, index: int) -> bool:
    """Whether a name, perhaps of several with hyphens, stands before a noun that eponyms have: Legg-Perthes disease."""
    last = index
    while (
        last + 1 < len(reading.words) and reading.between(last) in _HYPHENS and last - index < _MOST_EPONYMS
    ):
        last += 1
    if last + 1 >= len(reading.words) or not all(
        reading.written(place)[0].isupper() for place in range(index, last + 1)
    ):
        return False
    following = last + 1
    if reading.words[following].plain == "s" and reading.between(last) in _APOSTROPHES:
        following += 1
    return (
        following < len(reading.words)
        and not reading.between(following - 1).strip()
        and reading.words[following].plain in load_words("words/eponymic.txt")
    )


def _beside(reading: Reading, index: int) -> list[int]:
    """Places of the words before and after, past what binds them: a possessive s, `of`, `and`, `with`.

    A word in small letters is less often a name: then any small word binds.
    """
    words = reading.words
    binding = load_words("words/small.txt") | _BINDING if reading.written(index).islower() else _BINDING
    before, after = index - 1, index + 1
    while before > 0 and words[before].plain in binding:
        before -= 1
    while after < len(words) - 1 and words[after].plain in binding:
        after += 1
    return [place for place in (before, after) if 0 <= place < len(words)]


def is_person(reading: Reading, index: int, is_part: Callable[[str], bool], initials: set[str]) -> bool:
    """Whether what stands beside the word makes it somebody's name: a title, a caret, another part or an initial."""
    if after_title(reading, index):
        return True
    word = reading.words[index]
    if "^" in reading.text[max(0, word.start - 1) : word.end + 1]:
        return True
    for place in (index - 1, index + 1):
        if not 0 <= place < len(reading.words):
            continue
        between = reading.between(min(place, index))
        other = reading.words[place].plain
        if place > index and _ends_sentence(reading, index):
            continue
        if _JOINT.fullmatch(between) and other != word.plain and is_part(other):
            return True
        if is_initial_of(reading, place, index, initials):
            return True
    return False


def _ends_sentence(reading: Reading, index: int) -> bool:
    """Whether a word in small letters stands before a full stop and a capital: `in the lung. Doe`."""
    between = reading.between(index)
    return (
        between.startswith(".")
        and between.endswith(" ")
        and reading.written(index).islower()
        and reading.written(index + 1)[0].isupper()
    )


def is_initial_of(reading: Reading, place: int, index: int, initials: set[str]) -> bool:
    """Whether the single letter at `place` abbreviates a name beside the word `index`.

    In front of the name a capital is enough; after it a full stop, a comma between, or the end. W/O is no initial.
    """
    word = reading.words[place]
    if len(word.plain) != 1 or word.plain not in initials:
        return False
    between, after = reading.between(min(place, index)), reading.text[word.end : word.end + 1]
    before = reading.text[word.start - 1 : word.start]
    if not _JOINT.fullmatch(between) or "/" in between or {before, after} & {"/", "+", "*"}:
        return False
    if after == "." or "," in between or "^" in between:
        return True
    return reading.text[word.start].isupper() and (place < index or after in {"", ",", "^", "\n", "\r"})


def _is_beside_medicine(reading: Reading, index: int, is_part: Callable[[str], bool]) -> bool:
    for beside in _beside(reading, index):
        place = _past_number(reading, beside) if beside > index else beside
        other = reading.words[place].plain
        if len(other) > 1 and not is_part(other) and _tells(other):
            return not _stands_out(reading, index, place)
    return False


def _past_number(reading: Reading, place: int) -> int:
    """The place of the unit of a number that stands at `place`."""
    while place < len(reading.words) - 1 and reading.words[place].plain.isdigit():
        place += 1
    return place


def _tells(word: str) -> bool:
    """Whether a word speaks of medicine, and does not stand beside anything as `with` does."""
    if any(map(str.isdigit, word)):
        return is_known(word) and not word.isdigit()
    return is_medical(word) and word not in load_words("words/small.txt")


def _stands_out(reading: Reading, index: int, place: int) -> bool:
    """Whether the word alone begins with a capital, in the midst of a sentence."""
    if not reading.written(index).istitle() or not reading.written(place).islower():
        return False
    return _SENTENCE.search(reading.text[: reading.words[index].start]) is None
