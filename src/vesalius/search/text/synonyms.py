"""Words of radiology that mean the same, from a table."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from vesalius.search.text.tokens import fold, parts, runs

LONGEST: Final = 4  # words of one name


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a text asks for: a word, or a name of several words that the table knows."""

    written: str
    names: tuple[tuple[str, ...], ...]  # each its words; any one of them as it was written
    others: tuple[tuple[str, ...], ...] = ()  # synonyms
    last: bool = False  # may be the beginning of a word


def terms(text: str) -> list[Term]:
    """What a text asks for, in its order; the longest names first where they overlap."""
    words = runs(text)
    found: list[Term] = []
    at = 0
    while at < len(words):
        name, others = _known(words[at : at + LONGEST])
        some = words[at : at + len(name)]
        at += len(some)
        names = dict.fromkeys((tuple(map(fold, some)), tuple(part for run in some for part in parts(run))))
        found.append(Term(" ".join(some), tuple(names), others, last=at == len(words)))
    return found


def _known(words: list[str]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The longest name at the beginning of some words, and its synonyms; the first word where there is none."""
    folded = tuple(map(fold, words))
    for count in range(len(folded), 0, -1):
        name = folded[:count]
        if name in _groups():
            return name, tuple(other for other in _groups()[name] if other != name)
    return folded[:1], ()


@cache
def _groups() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    text = (files("vesalius.search") / "data" / "synonyms.csv").read_text("utf-8")
    known: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        names = tuple(tuple(map(fold, runs(name))) for name in row["names"].split("|"))
        for name in names:
            known[name] = tuple(dict.fromkeys((*known.get(name, ()), *names)))
    return known
