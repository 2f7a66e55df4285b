"""Files of Java properties, in which CTP's scripts and lookup tables are written (java.util.Properties, load)."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.)|$)", re.DOTALL)
_LETTERS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_BLANKS: Final = " \t\f"
# A key ends at the first =, : or blank that no backslash stands before.
_KEY: Final = re.compile(r"((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*", re.DOTALL)


class Entry(NamedTuple):
    """One key and its value, at the line (from 1) where it begins."""

    line: int
    key: str
    value: str


def entries(text: str) -> Iterator[Entry]:
    """The entries in their order, comments passed over. ValueError with the line for an escape that is none."""
    for line, logical in _logical_lines(text):
        key = _KEY.match(logical)
        if key is not None:
            try:
                yield Entry(line, _unescaped(key[1]), _unescaped(logical[key.end() :]))
            except ValueError as error:
                raise ValueError(f"line {line}: {error}") from None


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines joined where a backslash ends them, with the number of the first."""
    gathered, begun = "", 0
    for number, natural in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = natural.lstrip(_BLANKS)
        if not begun and (not line or line[0] in "#!"):
            continue
        begun = begun or number
        if (len(line) - len(line.rstrip("\\"))) % 2:
            gathered += line[:-1]
            continue
        yield begun, gathered + line
        gathered, begun = "", 0
    if begun:
        yield begun, gathered


def _unescaped(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        if found[1]:
            return chr(int(found[1], 16))
        if found[2] == "u":
            raise ValueError("after a backslash and u stand four hexadecimal digits")
        return _LETTERS.get(found[2], found[2] or "")

    # Java writes what lies beyond U+FFFF as two of these
    return _ESCAPE.sub(one, text).encode("utf-16", "surrogatepass").decode("utf-16")
