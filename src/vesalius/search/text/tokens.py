"""Words of descriptions as people and scanners write them: "FLAIR_AX_T2W", "ThorRoutine 3.0mm"."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_RUN: Final = re.compile(r"[^\W_]+")
_PIECE: Final = re.compile(r"[^\W\d_]+|\d+")
_CASE: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_GLUED: Final = 2  # letters before digits that belong to them: T2, B50, L3


def fold(text: str) -> str:
    """Without regard to case and accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def runs(text: str) -> list[str]:
    """What stands between blanks, signs and underscores, as it is written."""
    return _RUN.findall(text)


def parts(run: str) -> list[str]:
    """The words in one run, folded: "ThorRoutine" is thor and routine, "T2FLAIR" is t2 and flair."""
    pieces = [piece for part in _CASE.split(run) for piece in _PIECE.findall(part)]
    joined: list[str] = []
    for piece in pieces:
        if piece.isdigit() and joined and joined[-1].isalpha() and len(joined[-1]) <= _GLUED:
            joined[-1] += piece
        else:
            joined.append(piece)
    return [fold(one) for one in joined]


def tokens(text: str) -> set[str]:
    """Every word under which a text is found."""
    return {word for run in runs(text) for word in _words(run)}


@lru_cache(maxsize=1 << 16)
def _words(run: str) -> tuple[str, ...]:
    return fold(run), *parts(run)
