"""Java's regular expressions, which scripts are written in, as Python's."""

import re
from functools import lru_cache
from typing import Final

from vesalius.deid.ctp.errors import ScriptError

# POSIX classes and the Unicode categories that anybody writes (java.util.regex.Pattern).
_CLASSES: Final = {
    "Alpha": "a-zA-Z", "IsAlphabetic": "a-zA-Z", "L": "a-zA-Z", "Lower": "a-z", "Ll": "a-z", "Upper": "A-Z",
    "Lu": "A-Z", "Digit": "0-9", "Nd": "0-9", "N": "0-9", "Alnum": "a-zA-Z0-9", "XDigit": "0-9a-fA-F",
    "Space": r"\s", "Blank": r" \t", "Punct": r"!-/:-@\[-`{-~", "ASCII": r"\x00-\x7f",
}  # fmt: skip
_TOKEN: Final = re.compile(r"\\Q(.*?)(?:\\E|$)|\\([pP])(?:\{(\w+)\}|(\w))|\\z|\\h|\\.|\[|\]|.", re.DOTALL)
_SIMPLE: Final = {"\\z": r"\Z", "\\h": r"[ \t]"}
_GROUP: Final = re.compile(r"\\(.)|\$(\d)|\$\{(\w+)\}|(\$)", re.DOTALL)


@lru_cache(maxsize=512)
def pattern(text: str) -> re.Pattern[str]:
    r"""The expression compiled; classes such as `\d` mean ASCII, as in Java. Raises ScriptError."""
    inside = 0
    out: list[str] = []
    for token in _TOKEN.finditer(text):
        whole = token[0]
        if whole.startswith("\\Q"):
            out.append(re.escape(token[1]))
        elif token[2]:
            out.append(_class(token[2], token[3] or token[4], inside=bool(inside)))
        else:
            inside += {"[": 1, "]": -1}.get(whole, 0) if inside or whole == "[" else 0
            out.append(_SIMPLE.get(whole, whole))
    try:
        return re.compile("".join(out), re.ASCII)
    except (re.error, RecursionError):
        raise ScriptError("a regular expression cannot be read") from None


def _class(letter: str, name: str, *, inside: bool) -> str:
    members = _CLASSES.get(name)
    if members is None or (letter == "P" and inside):
        raise ScriptError("a regular expression names a class that is not known here")
    if inside:
        return members
    return f"[^{members}]" if letter == "P" else f"[{members}]"


@lru_cache(maxsize=512)
def replacement(text: str) -> str:
    r"""A replacement with `$1` and `\x` as Python's `\g<1>`. Raises ScriptError where a `$` names no group."""

    def one(found: re.Match[str]) -> str:
        if found[4]:
            raise ScriptError("a replacement holds a $ that names no group")
        if found[1] is not None:
            return "\\\\" if found[1] == "\\" else found[1]
        return rf"\g<{found[2] or found[3]}>"

    return _GROUP.sub(one, text)
