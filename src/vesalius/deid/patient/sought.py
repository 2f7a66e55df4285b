"""What of one patient's identifiers is looked for in a text, in whatever spelling, and where it stands."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Final, TypeAlias

from vesalius.deid.language.dates import dates_in
from vesalius.deid.language.letters import composed, plain, sound, spellings
from vesalius.deid.language.words import Reading, companions, is_known, is_unit, medical
from vesalius.deid.patient.persons import is_initial_of, is_person, may_be_no_name
from vesalius.deid.resources import load_words

NAMES: Final = frozenset({"name", "staff"})
DATES: Final = frozenset({"birth_date", "date"})
_PLACES: Final = frozenset({"institution", "address", "station"})
_PHONE: Final = "phone"
_COUNTED: Final = frozenset({"study_id", "order"})  # numbers that a department counts: short ones say nothing
Span: TypeAlias = tuple[int, int]
"""Where a stretch of a text begins and ends."""

_SPLIT: Final = re.compile(r"[\W_]+")
_DIGITS: Final = re.compile(r"\d+")
_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SIX: Final = re.compile(r"\s*\d{6}[\s\0]*")  # alone it is a code rather than a date
_DIAL: Final = re.compile(r"[\d\s+()./-]*\Z")
_SHORTEST_PART: Final = 2
_SHORTEST_INSIDE: Final = 4  # Latin letters of a name that are looked for inside of an unknown word
_SHORTEST_FOREIGN: Final = 2
_SHORTEST_CODE: Final = 4
_LOOSE_CODE: Final = 6  # from so many signs on, a code is found whatever stands between and beside them
_LONGEST_SHORT: Final = 3
_LOCAL_NUMBER: Final = 7  # digits of a telephone number without its area
_SHORTEST_TAIL: Final = 5
_WIDEST_GAP: Final = 3


class Sought:
    """The identifiers of one patient, compiled once."""

    def __init__(self, identifiers: Iterable[tuple[str, str]]) -> None:
        self.parts: dict[str, set[str]] = {}  # a name's part as written in plain letters -> kinds
        self.sounds: set[str] = set()
        self.initials: set[str] = set()
        self._own_initials: dict[str, set[str]] = {}  # a name's part -> the initials of those who bear it
        self.short: set[str] = set()  # codes too short to be found but as a whole word
        self.days: set[date] = set()
        self.birth_days: set[date] = set()
        self._codes: set[str] = set()
        self._dialled: set[str] = set()
        self._foreign: set[str] = set()
        for kind, value in identifiers:
            self._add(kind, composed(value))
        self._inside = _any_of(one for one in self.sounds if len(one) >= _SHORTEST_INSIDE)
        self._runs = _any_of({*self._codes, *self._dialled})
        self._signs = _any_of(self._foreign)

    def stretches(self, reading: Reading, *, strict: bool = False, dates: bool = False) -> list[Span]:
        """Where an identifier stands. `strict` adds initials and short codes; `dates` those of the studies."""
        found = [*self._names(reading, strict=strict), *self._numbers(reading), *self._scripts(reading)]
        if strict and self.short:
            found += self._shorts(reading)
        days = self.birth_days | self.days if dates else self.birth_days
        if days and _DIGITS.search(reading.text) and not (not strict and _SIX.fullmatch(reading.text)):
            found += [
                (one.start, one.end) for one in dates_in(reading.plain) if not days.isdisjoint(one.days)
            ]
        return found

    def is_part(self, word: str) -> bool:
        """Whether a word is a part of a name, in any spelling."""
        return word in self.parts or (not is_known(word) and sound(word) in self.sounds)

    def _add(self, kind: str, value: str) -> None:
        if kind in NAMES:
            self._add_name(kind, value)
        elif kind in DATES:
            self._add_date(kind, value)
        elif kind == _PHONE:
            self._add_phone(value)
        elif kind in _PLACES:
            self._add_place(value)
        else:
            self._add_code(kind, value)

    def _add_name(self, kind: str, value: str) -> None:
        if kind == "staff" and all(_is_trade(word) for word in _parts(value)):
            return
        borne: set[str] = set()
        for group in value.split("="):
            components = [_parts(component) for component in group.split("^")]
            for words in components[:3]:  # family, given, middle name; then prefix and suffix (PS3.5 6.2.1)
                borne |= self._add_words(kind, words)
            self._add_joined([words for words in components[:3] if words])
        for part in borne:
            self._own_initials.setdefault(part, set()).update(other[0] for other in borne)

    def _add_words(self, kind: str, words: list[str]) -> set[str]:
        """Add one component; all spellings of its words."""
        spoken = [word for word in words if not _is_particle(word)] or words
        joined = ["".join(words)] if len(words) > 1 else []
        for word in (*spoken, *joined):
            if len(word) < _SHORTEST_PART and word.isascii():
                self.initials.add(plain(word))
                continue
            for spelled in spellings(word):
                if len(spelled) >= _SHORTEST_PART or not spelled.isascii():
                    self.parts.setdefault(spelled, set()).add(kind)
            if len(sound(word)) > _SHORTEST_PART:
                self.sounds.add(sound(word))
            if _is_unspaced(word) and len(word) >= _SHORTEST_FOREIGN:
                self._foreign.add(plain(word))
            self.initials.update(spelled[0] for spelled in spellings(word))
        return {spelled for word in spoken for spelled in spellings(word)}

    def _add_joined(self, components: list[list[str]]) -> None:
        """Family and given name run together, whole and by initial, in both orders: doejane, jdoe."""
        if len(components) < 2:
            return
        family, given = ("".join(words) for words in components[:2])
        for one, other in ((family, given), (given, family)):
            for joined in (one + other, one[0] + other, one + other[0]):
                if len(joined) >= _SHORTEST_CODE or (len(joined) > 1 and not joined.isascii()):
                    self._add_run(joined)

    def _add_run(self, joined: str) -> None:
        if _is_unspaced(joined):
            self._foreign.add(plain(joined))
        elif not is_known(plain(joined)):
            self.sounds.add(sound(joined))
            for spelled in spellings(joined):
                self.parts.setdefault(spelled, set()).add("name")

    def _add_date(self, kind: str, value: str) -> None:
        found = _DATE.match(value)
        if found is None:
            return
        try:
            day = date(*(int(part) for part in found.groups()))
        except ValueError:
            return
        (self.birth_days if kind == "birth_date" else self.days).add(day)

    def _add_phone(self, value: str) -> None:
        digits = "".join(_DIGITS.findall(value))
        if len(digits) >= _LOCAL_NUMBER:
            self._dialled.add(digits[-_LOCAL_NUMBER:])
        else:
            self._add_code("phone", value)
        if any(sign.isalpha() for sign in value):
            self._add_place(value)

    def _add_place(self, value: str) -> None:
        words = _parts(value)
        for word in words:
            if word.isdigit():
                if len(word) >= _SHORTEST_CODE:
                    self._codes.add(word)
            elif not _is_generic(word) and len(word) > _SHORTEST_PART:
                for spelled in spellings(word):
                    self.parts.setdefault(spelled, set()).add("place")
                if len(sound(word)) >= _SHORTEST_CODE:
                    self.sounds.add(sound(word))
        whole = "".join(plain(word) for word in words)
        if len(whole) >= _LOOSE_CODE and (len(words) > 1 or not is_known(whole)):
            self._codes.add(whole)
        letters = "".join(plain(word)[0] for word in words if not _is_particle(word) and word.isalpha())
        if len(letters) > _SHORTEST_PART and not is_known(letters):
            self.parts.setdefault(letters, set()).add("place")

    def _add_code(self, kind: str, value: str) -> None:
        signs = "".join(plain(word) for word in _parts(value))
        if signs.isalpha() and is_known(signs):
            return
        if len(signs) <= _LONGEST_SHORT:
            if kind not in _COUNTED or len(signs) == _LONGEST_SHORT:
                self.short.add(signs)
            return
        self._codes.add(signs)
        for digits in _DIGITS.findall(signs):
            self._codes.update(tail for tail in (digits, digits.lstrip("0")) if len(tail) >= _SHORTEST_TAIL)
        bare = re.sub(r"(?<!\d)0+(?=\d)", "", signs)
        if len(bare) >= _SHORTEST_CODE:
            self._codes.add(bare)

    def _names(self, reading: Reading, *, strict: bool) -> Iterator[Span]:
        words, last = reading.words, len(reading.words)
        for index, word in enumerate(words):
            spelled = word.plain
            if spelled in self.parts:
                if may_be_no_name(reading, index, self.is_part, self.initials, strict=strict):
                    continue
                if not strict and self._says_little(reading, index):
                    continue
                yield (word.start, word.end)
                if strict:
                    yield from self._initials_beside(reading, index)
            elif self._inside is not None and not is_known(spelled) and self._inside.search(sound(spelled)):
                yield (word.start, word.end)
            elif (
                index + 1 < last and words[index + 1].start - word.end == 1 and self._is_torn(reading, index)
            ):
                yield (word.start, words[index + 1].end)

    def _says_little(self, reading: Reading, index: int) -> bool:
        """Whether two letters stand here that need not be the name of two letters."""
        spelled = reading.words[index].plain
        return (
            len(spelled) <= _SHORTEST_PART
            and spelled.isascii()
            and not is_person(reading, index, self.is_part, self.initials)
        )

    def _initials_beside(self, reading: Reading, index: int) -> Iterator[Span]:
        initials = self._own_initials.get(reading.words[index].plain, self.initials)
        for step in (-1, 1):
            place = index + step
            while 0 <= place < len(reading.words) and is_initial_of(reading, place, place - step, initials):
                yield (reading.words[place].start, reading.words[place].end)
                place += step

    def _is_torn(self, reading: Reading, index: int) -> bool:
        """Whether two words are a name written apart: O'Brien, Mc Donald."""
        one, other = reading.words[index].plain, reading.words[index + 1].plain
        if one + other not in self.parts or len(one) + len(other) <= _SHORTEST_INSIDE:
            return False
        return not (is_known(one) and is_known(other)) or min(len(one), len(other)) == 1

    def _numbers(self, reading: Reading) -> Iterator[Span]:
        """Codes and telephone numbers, whatever separates their signs."""
        if self._runs is None:
            return
        signs, places = reading.signs
        start = 0
        while found := self._runs.search(signs, start):
            start = found.start() + 1
            first, last = places[found.start()], places[found.end() - 1] + 1
            if not _is_whole(reading.plain, first, last, places[found.start() : found.end()]):
                continue
            if found[0] in self._dialled:
                first -= len(_DIAL.search(reading.text[max(0, first - 16) : first])[0])  # type: ignore[index]
            yield (first, last)
            start = found.end()

    def _scripts(self, reading: Reading) -> Iterator[Span]:
        """Names in scripts that put no blanks between words."""
        if self._signs is not None and not reading.text.isascii():
            signs, places = reading.signs
            for found in self._signs.finditer(signs):
                yield (places[found.start()], places[found.end() - 1] + 1)

    def _shorts(self, reading: Reading) -> Iterator[Span]:
        words = reading.words
        for index, word in enumerate(words):
            if word.plain in self.short and not (index + 1 < len(words) and is_unit(words[index + 1].plain)):
                yield (word.start, word.end)


def _parts(value: str) -> list[str]:
    return [
        word for word in _SPLIT.split(value) if word and word.casefold() not in load_words("placeholders.txt")
    ]


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    sought = sorted(map(re.escape, words), key=lambda word: (-len(word), word))
    return re.compile("|".join(sought)) if sought else None


def _is_whole(text: str, start: int, end: int, places: list[int]) -> bool:
    """Whether signs found at `places` are one code and no part of a longer number or of words that follow."""
    if any(after - before > _WIDEST_GAP for before, after in pairwise(places)):
        return False
    if len(places) > _LOOSE_CODE:
        return True
    before, after = text[start - 1 : start], text[end : end + 1]
    if _runs_on(before, text[start]) or _runs_on(text[end - 1], after):
        return False
    gaps = [index for index in range(1, len(places)) if places[index] - places[index - 1] > 1]
    return len(places) == _LOOSE_CODE or all(
        text[places[index - 1]].isdigit() != text[places[index]].isdigit() for index in gaps
    )


def _runs_on(one: str, other: str) -> bool:
    return (one.isdigit() and other.isdigit()) or (one.isalpha() and other.isalpha())


@cache
def _particles() -> frozenset[str]:
    return load_words("words/particles.txt")


def _is_particle(word: str) -> bool:
    return word.casefold() in _particles()


def _is_unspaced(word: str) -> bool:
    """Whether the word is of a script that puts no blanks between words: Thai, Chinese, Japanese, Korean."""
    return any(sign >= "\u2e80" or "\u0e00" <= sign <= "\u0eff" for sign in word)


def _is_trade(word: str) -> bool:
    """Whether a word in the place of a person's name is one of medicine, such as the room's: CT, XRAY."""
    return plain(word) in medical() and plain(word) not in companions()


def _is_generic(word: str) -> bool:
    """Whether a word of a place or an institution tells none from another."""
    return is_known(plain(word)) or plain(word) in load_words("words/institutions.txt") or _is_particle(word)
