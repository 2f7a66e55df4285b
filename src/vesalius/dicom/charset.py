"""Specific Character Set (PS3.3 C.12.1.1.2, PS3.5 6.1): bytes to text, with ISO 2022 code extensions."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from pydicom.charset import CODES_TO_ENCODINGS, STAND_ALONE_ENCODINGS, handled_encodings, python_encoding

DEFAULT: Final = "iso8859"
_ESCAPE: Final = b"\x1b"
_RUNS: Final = re.compile(rb"(^[^\x1b]+|\x1b[^\x1b]*)")
# After any of these the first character set holds again (PS3.5 6.1.2.5.3). Not after backslash, caret and equals
# sign: writers forget to designate again, and the names they meant are worth reading; pydicom does the same.
_DELIMITERS: Final = re.compile(rb"[\r\n\t\f]")
_LOOSE_SPELLING: Final = re.compile(r"^ISO[ _-]?(2022|)[ _-]?IR[ _-]?(\d+)$")


@lru_cache(maxsize=256)
def codecs_of(terms: tuple[str, ...]) -> tuple[str, ...]:
    """Python codecs for the values of (0008,0005); an unknown term falls back to Latin-1, as `unknown` reports."""
    if not terms:
        return (DEFAULT,)
    first = _codec(terms[0]) or DEFAULT
    if terms[0] in STAND_ALONE_ENCODINGS:
        return (first,)
    more = (_codec(term) or DEFAULT for term in terms[1:] if term not in STAND_ALONE_ENCODINGS)
    # Each once: a hostile list of many would be searched at every escape sequence.
    return tuple(dict.fromkeys((first, *more)))


def unknown(terms: Sequence[str]) -> bool:
    """Whether any of the defined terms is none that the standard lists."""
    return any(_codec(term) is None for term in terms)


def _codec(term: str) -> str | None:
    known: str | None = python_encoding.get(term)
    if known is None and (loose := _LOOSE_SPELLING.match(term)):
        known = python_encoding.get(f"ISO {loose[1]} IR {loose[2]}" if loose[1] else f"ISO_IR {loose[2]}")
    return known


def decode(value: bytes, codecs: Sequence[str]) -> str:
    """Text of a value; what no character set can read becomes replacement characters."""
    if _ESCAPE not in value:
        return value.decode(codecs[0], errors="replace")
    return "".join(_decode_run(run, codecs) for run in _RUNS.findall(value))


def _decode_run(run: bytes, codecs: Sequence[str]) -> str:
    """One stretch between escape sequences, by the set that its escape sequence designates."""
    first = codecs[0]
    if not run.startswith(_ESCAPE):
        return run.decode(first, errors="replace")
    size = 4 if run.startswith((b"\x1b$(", b"\x1b$)")) else 3
    codec = CODES_TO_ENCODINGS.get(run[:size], "")
    if codec not in codecs and codec != DEFAULT:
        return run.decode(first, errors="replace")
    try:
        if codec in handled_encodings:
            return run.decode(codec)
        text = run[size:]
        delimiter = _DELIMITERS.search(text)
        cut = delimiter.start() if delimiter else len(text)
        return text[:cut].decode(codec) + text[cut:].decode(first)
    except UnicodeError:
        return run.decode(first, errors="replace")
