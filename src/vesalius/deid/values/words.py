"""Whether every word of a description is one that says how and where was scanned, and nothing about anybody."""

import re
from typing import Final

from vesalius.deid.patient.context import PatientContext
from vesalius.deid.resources import load_words

# Marks between words; a hyphen, slash or star inside of a word stays, for `fat-sat`, `w/o` and `t2*` are listed so.
_BETWEEN: Final = re.compile(r"[\s_,;:=()\[\]{}<>|^+&.\"'!?#%\\\0\x1b-\x1f]+")
_INSIDE: Final = re.compile(r"[-/*]+")
# A number that can be neither a date nor an identifier: one or two digits, or few digits with a unit.
_NUMBER: Final = re.compile(r"\d{1,2}")
_MEASURE: Final = re.compile(
    r"\d{1,4}(mm|cm|ms|s|sec|min|kvp?|kev|mas?|hz|t|ml|cc|deg|hu|gy|cgy|mbq|mci|b|d|x)"
)
_DECIMAL: Final = re.compile(r"(?<!\d)\d{1,3}\.\d{1,3}(?=\s*(mm|cm|ms|s|sec|t|ml|cc|gy)\b)")
# Two bare numbers in a row may be half of a date or a telephone number.
_TWO_NUMBERS: Final = re.compile(r"(?<![^\W\d_])\d+[\s_.,:;/\\-]+\d+(?![^\W\d_])")


def is_harmless(text: str, context: PatientContext) -> bool:
    """Whether the text may be kept: only listed words and short numbers, and no identifier of this patient."""
    text = text.casefold()
    if not text.isascii() or text.strip(" \0") in context.tokens or context.betrayed_by(text):
        return False
    text = _DECIMAL.sub("1", text)
    if _TWO_NUMBERS.search(text):
        return False
    return all(_word_is_harmless(word, context) for word in _BETWEEN.split(text) if word)


def _word_is_harmless(word: str, context: PatientContext) -> bool:
    if word in context.tokens:
        return False
    if word in load_words("words.txt") or _NUMBER.fullmatch(word) or _MEASURE.fullmatch(word):
        return True
    parts = [part for part in _INSIDE.split(word) if part]
    return parts != [word] and all(_word_is_harmless(part, context) for part in parts)
