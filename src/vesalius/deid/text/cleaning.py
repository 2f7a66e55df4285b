"""A text judged word by word: identifiers and forms that identify are taken out, words of medicine stay."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import takewhile
from typing import Final, Literal, TypeAlias

from vesalius.deid.language.letters import composed
from vesalius.deid.language.patterns import identifying
from vesalius.deid.language.words import (
    Reading,
    borne,
    common_names,
    companions,
    is_glued,
    is_known,
    is_medical,
    is_unit,
)
from vesalius.deid.patient.context import PatientContext
from vesalius.deid.patient.persons import after_title, in_term, is_eponym, is_joined, is_title
from vesalius.deid.resources import load_words
from vesalius.deid.text.layout import without

UnknownWords: TypeAlias = Literal["mask", "review"]
"""What becomes of a word that neither identifies nor is known: taken out, or kept for a person to look at."""

MARK: Final = "[removed]"
"""What stands in long texts where something was taken out."""
_PASSES: Final = 4
_UNREADABLE: Final = "\ufffd"
_LONGEST_NAME: Final = 3  # words that a title may name
_SETTINGS: Final = frozenset({"window", "windows", "kernel", "protocol", "routine"})  # of an image
_LONGEST_MEASURED: Final = 5  # digits of a number before a unit


@dataclass(frozen=True, slots=True)
class CleanText:
    """A cleaned text and how many words it kept and lost.

    `unknown` counts the words that nobody listed, taken out or kept: of the kept ones somebody has to look.
    """

    text: str
    kept: int
    removed: int
    unknown: int


@lru_cache(maxsize=8192)
def clean_text(
    text: str, context: PatientContext, unknown: UnknownWords = "mask", *, mark: str = ""
) -> CleanText:
    """The text without identifiers of this patient and without forms that identify anybody; layout stays.

    unknown: what becomes of words that are neither; mark: stands where something was taken out. What comes back is
    never betrayed by the context; it is `text` itself where nothing had to go, and empty where no word is left.
    """
    return _repeated(text, mark, lambda reading: _judged(reading, context, unknown))


@lru_cache(maxsize=8192)
def without_identifiers(
    text: str, context: PatientContext, *, only_patient: bool = False, dates: bool = False, mark: str = ""
) -> CleanText:
    """The text without this patient's identifiers and otherwise as it is, for attributes that a recipe keeps."""

    def judged(reading: Reading) -> "_Verdicts":
        found = context.stretches(reading, only_patient=only_patient, dates=dates)
        return _Verdicts(found, set(_words_in(reading, found)), set())

    return _repeated(text, mark, judged)


def is_harmless(text: str, context: PatientContext) -> bool:
    """Whether cleaning leaves the text as it is, every word known."""
    cleaned = clean_text(text, context)
    return not cleaned.removed and not cleaned.unknown


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """What has to go from a text: stretches, the places of whole words, and which of all words nobody listed."""

    stretches: list[tuple[int, int]]
    gone: set[int]
    unknown: set[int]


def _repeated(text: str, mark: str, judge: Callable[[Reading], _Verdicts]) -> CleanText:
    """Judge until nothing has to go any more: what is brought together by a gap may identify anew."""
    current, removed, unknown = composed(text), 0, 0
    for _ in range(_PASSES):
        reading = Reading(current)
        verdicts = judge(reading)
        unknown = max(unknown, len(verdicts.unknown))
        whole = [(reading.words[place].start, reading.words[place].end) for place in verdicts.gone]
        if not whole and not verdicts.stretches:
            break
        removed += len(verdicts.gone)
        current = without(current, [*verdicts.stretches, *whole], mark)
    else:
        current = ""
    words = [word.plain for word in Reading(current.replace(mark, " ") if mark else current).words]
    if not removed:
        return CleanText(text, len(words), 0, unknown)
    if all(len(word) == 1 or word in load_words("words/small.txt") for word in words):
        return CleanText("", 0, removed + len(words), unknown)
    return CleanText(current, len(words), removed, unknown)


def _judged(reading: Reading, context: PatientContext, unknown: UnknownWords) -> _Verdicts:
    stretches = [*context.stretches(reading, strict=True), *identifying(reading.plain)]
    gone = set(_words_in(reading, stretches)) | set(_beside_unreadable(reading))
    strange = {
        place for place in range(len(reading.words)) if place not in gone and _is_strange(reading, place)
    }
    strange -= set(_particles_of_terms(reading, strange | gone))
    gone.update(_named(reading, strange))
    gone.update(_titles_of(reading, gone))
    strange -= gone
    if unknown == "mask":
        gone |= strange
    return _Verdicts(stretches, gone, strange)


def _words_in(reading: Reading, stretches: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Places of the words that a stretch covers, be it in part."""
    if not stretches:
        return
    ends = [word.end for word in reading.words]
    for start, end in stretches:
        place = bisect_right(ends, start)
        while place < len(reading.words) and reading.words[place].start < end:
            yield place
            place += 1


def _beside_unreadable(reading: Reading) -> Iterator[int]:
    """Words that touch a sign which no character set could read."""
    if _UNREADABLE not in reading.text:
        return
    for place, word in enumerate(reading.words):
        if _UNREADABLE in (reading.text[word.start - 1 : word.start], reading.text[word.end : word.end + 1]):
            yield place


def _is_strange(reading: Reading, place: int) -> bool:
    """Whether nobody listed the word: neither a term nor a number that is short or a measure."""
    word = reading.words[place].plain
    if word in common_names():
        return not (in_term(reading, place) or is_eponym(reading, place))
    if is_known(word):
        return False
    if word.isdigit() and len(word) <= _LONGEST_MEASURED and _is_measured(reading, place):
        return False
    return not is_glued(reading.written(place)) and not is_eponym(reading, place)


def _is_measured(reading: Reading, place: int) -> bool:
    return place + 1 < len(reading.words) and is_unit(reading.words[place + 1].plain)


def _named(reading: Reading, strange: set[int]) -> Iterator[int]:
    """Names of strangers: what a title names, and names that are words as well beside a word that nobody knows."""
    for place in range(len(reading.words)):
        if after_title(reading, place):
            may_be_name = partial(_may_be_name, reading, strange, place)
            yield from takewhile(may_be_name, range(place, _end(reading, place)))
        elif strange & {place - 1, place + 1} and _is_borne(reading, place):
            yield place


def _particles_of_terms(reading: Reading, going: set[int]) -> Iterator[int]:
    """Particles before a name that stays: `von Hippel-Lindau disease`."""
    for place, word in enumerate(reading.words[:-1]):
        name = place + 1
        if name in going or word.plain not in load_words("words/particles.txt"):
            continue
        if in_term(reading, name) or is_eponym(reading, name):
            yield place


def _leads_on(reading: Reading, place: int) -> bool:
    """Whether a word of technique begins what is said after a name: `Dr. Doe Lung 5.0`, `Post-treatment`."""
    if not is_medical(reading.words[place].plain) or place + 1 >= len(reading.words):
        return False
    following, between = reading.words[place + 1].plain, reading.between(place)
    if between == "-":
        return is_known(following)
    return not between.strip(" _") and (
        following.isdigit() or is_medical(following) or following in _SETTINGS
    )


def _titles_of(reading: Reading, gone: set[int]) -> list[int]:
    """Titles of what goes: without the name they tell that one stood there, and nothing else."""
    return [
        place - 1
        for place in gone
        if place and is_title(reading.words[place - 1].plain) and after_title(reading, place)
    ]


def _is_borne(reading: Reading, place: int) -> bool:
    """Whether the word is written as a name that people bear, and stands in no term."""
    named = reading.words[place].plain in borne() and reading.written(place)[0].isupper()
    if named and reading.written(place).isupper() and is_medical(reading.words[place].plain):
        return False  # in capitals throughout, a word of technique says nothing
    return named and not in_term(reading, place) and not _leads_on(reading, place)


def _end(reading: Reading, place: int) -> int:
    return min(place + _LONGEST_NAME, len(reading.words))


def _may_be_name(reading: Reading, strange: set[int], first: int, place: int) -> bool:
    """Whether a word after a title is no more than a name: unknown, or written and borne as one.

    `first` is the place of the first word after the title: further ones are written like it.
    """
    word = reading.words[place].plain
    if place > first and (
        reading.written(first).istitle() > reading.written(place).istitle()
        or not is_joined(reading, place - 1)
        or _leads_on(reading, place)
    ):
        return False
    if place in strange:
        return True
    if len(word) == 1 and word.isalpha():
        return reading.text[reading.words[place].end : reading.words[place].end + 1] == "."
    if word in borne() or (word in companions() and not in_term(reading, place)):
        return reading.written(place)[0].isupper()
    return not is_medical(word) and reading.written(place).istitle() and not is_known(word)
