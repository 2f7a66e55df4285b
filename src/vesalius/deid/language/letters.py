"""Letters made alike: marks taken off without moving anything, and spellings of one name brought together."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from anyascii import anyascii

# Spellings of one sound (ü, ue, u; ß, ss; Cyrillic й as j, y, i), after transliteration; each becomes the second.
_SOUNDS: Final = (
    ("ae", "a"), ("oe", "o"), ("ue", "u"), ("oy", "u"), ("ou", "u"), ("j", "i"), ("y", "i"), ("w", "v"), ("ph", "f"),
    ("ck", "k"),
)  # fmt: skip
_DOUBLED: Final = re.compile(r"(.)\1+")
_GERMAN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "å": "aa"})


class _Plain(dict[int, str]):
    """One letter for one letter, worked out when it is met first."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        bare = "".join(
            part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part)
        )
        small = bare.casefold() if len(bare) == 1 else letter.lower()
        self[code] = plain = small if len(small) == 1 else letter
        return plain


_PLAIN: Final = _Plain()


def plain(text: str) -> str:
    """Small letters without marks, character for character: a place in the result is the same place in `text`."""
    return text.lower() if text.isascii() else text.translate(_PLAIN)


def composed(text: str) -> str:
    """Marks joined to their letters, and what nobody sees (soft hyphens, joiners) taken out."""
    if text.isascii():
        return text
    return "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """What all spellings of a name have in common, in ASCII: Müller, Mueller, MULLER; Иванов, Ivanov."""
    latin = word if word.isascii() else anyascii(word)
    latin = "".join(sign for sign in latin.lower() if sign.isalnum())
    for spelled, alike in _SOUNDS:
        latin = latin.replace(spelled, alike)
    return _DOUBLED.sub(r"\1", latin)


def spellings(word: str) -> frozenset[str]:
    """The exact ways to write a word in plain letters: marks dropped, German digraphs, transliterated."""
    small = word.casefold()
    latin = "".join(sign for sign in anyascii(word).lower() if sign.isalnum())
    return frozenset(
        {plain(word), small, small.translate(_GERMAN), plain(word).translate(_GERMAN), latin} - {""}
    )
