"""Files of Java properties, in which scripts and lookup tables are written."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_LETTERS: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
# A key ends at the first =, : or blank that no backslash stands before.
_KEY: Final = re.compile(r"((?:\\.|[^\\=:\s])*)[ \t\f]*[=:]?[ \t\f]*", re.DOTALL)


class Entry(NamedTuple):
    """One key and its value, at the line (from 1) where it begins."""

    line: int
    key: str
    value: str


def entries(text: str) -> Iterator[Entry]:
    """The entries in their order; comments and blank lines are passed over (java.util.Properties, load)."""
    for line, logical in _logical_lines(text):
        key = _KEY.match(logical)
        if key is not None:
            yield Entry(line, _unescaped(key[1]), _unescaped(logical[key.end() :]))


def escaped_key(key: str) -> str:
    """A key as it is written before the equals sign."""
    return re.sub(r"([\\=:\s#!])", r"\\\1", key)


def escaped_value(value: str) -> str:
    """A value as it is written after the equals sign."""
    value = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return re.sub(r"^ ", r"\\ ", value)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines joined where a backslash ends them, with the number of the first."""
    gathered, begun = "", 0
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        stripped = line.lstrip(" \t\f")
        if not begun and (not stripped or stripped[0] in "#!"):
            continue
        begun = begun or number
        if (len(stripped) - len(stripped.rstrip("\\"))) % 2:
            gathered += stripped[:-1]
            continue
        yield begun, gathered + stripped
        gathered, begun = "", 0
    if begun:
        yield begun, gathered


def _unescaped(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        sign = found[1]
        return chr(int(sign[1:], 16)) if len(sign) > 1 else _LETTERS.get(sign, sign)

    return _ESCAPE.sub(one, text)
