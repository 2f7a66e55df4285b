"""Texts cut, replaced and spelled otherwise."""

import re
from typing import Final

import numpy as np

from vesalius.deid.ctp.calls import Call
from vesalius.deid.ctp.errors import ScriptError
from vesalius.deid.ctp.functions.hashes import argument, length, whole
from vesalius.deid.ctp.functions.scope import Refused, Scope
from vesalius.deid.ctp.regex import pattern, replacement

_BETWEEN_NAMES: Final = re.compile(r"[\s^,]+")
_NO_INITIALS: Final = "X"
_WHEELS: Final = (("a", 26), ("A", 26), ("0", 10))


def contents(call: Call, scope: Scope) -> str:
    """`@contents(el[,"regex"[,"new"]])`."""
    value = scope.text(argument(call, 0)) or ""
    if len(call.arguments) == 1:
        return value
    try:
        return pattern(call.argument(1)).sub(replacement(call.argument(2)), value)
    except (ScriptError, re.error, IndexError):
        raise Refused("a regular expression or its replacement cannot be used") from None


def value_or_default(call: Call, scope: Scope) -> str:
    """`@value(el[,"default"])`."""
    return scope.text(argument(call, 0)) or call.argument(1)


def truncate(call: Call, scope: Scope) -> str:
    """`@truncate(el,n)`: the first n characters, or for a negative n the last ones."""
    value = scope.text(argument(call, 0)) or ""
    most = whole(call.argument(1), len(value))
    if most >= 0:
        return value[:most]
    value = value.strip()
    return value[max(len(value) + most, 0) :]


def lowercase(call: Call, scope: Scope) -> str:
    """`@lowercase(el)`."""
    return (scope.text(argument(call, 0)) or "").lower()


def uppercase(call: Call, scope: Scope) -> str:
    """`@uppercase(el)`."""
    return (scope.text(argument(call, 0)) or "").upper()


def pathelement(call: Call, scope: Scope) -> str:
    """`@pathelement(el,i)`: one part between slashes, the whole where there is none."""
    value = scope.text(argument(call, 0)) or ""
    parts = value.rstrip("/").split("/")
    at = whole(call.argument(1), len(parts))
    at = at + len(parts) if at < 0 else at
    return parts[at] if 0 <= at < len(parts) else value


def initials(call: Call, scope: Scope) -> str:
    """`@initials(el[,offset])`: the family name's last; the offset turns letters and digits on."""
    words = [word for word in _BETWEEN_NAMES.split(scope.text(argument(call, 0)) or "") if word]
    letters = "".join(word[0] for word in (*words[1:], *words[:1])).upper() or _NO_INITIALS
    if len(call.arguments) == 1:
        return letters
    return "".join(_turned(letter, whole(call.argument(1), 0)) for letter in letters)


def round_(call: Call, scope: Scope) -> str:
    """`@round(el,width)`: an age to the nearest multiple, halves upwards, of an even number of characters."""
    value = (scope.text(argument(call, 0)) or "").strip()
    if not value:
        return ""
    digits, width = re.sub(r"\D", "", value), length(call, 1, scope)
    if not digits or width <= 0:
        raise Refused("the age holds no number, or the width is none")
    steps = int(np.floor(np.float64(np.float32(digits) / np.float32(width)) + 0.5))
    result = f"{steps * width}{re.sub(r'[0-9]', '', value)}"
    return result if len(result) % 2 == 0 else f"0{result}"


def date_of_run(call: Call, scope: Scope) -> str:
    """`@date(sep)`."""
    return _moment(scope, ("%Y", "%m", "%d"), call.argument(0))


def time_of_run(call: Call, scope: Scope) -> str:
    """`@time(sep)`."""
    return _moment(scope, ("%H", "%M", "%S"), call.argument(0))


def _moment(scope: Scope, parts: tuple[str, ...], between: str) -> str:
    if scope.around.now is None:
        raise Refused("the script asks for the time of the run, which this run was not told")
    return between.join(scope.around.now.strftime(part) for part in parts)


def _turned(letter: str, by: int) -> str:
    for low, size in _WHEELS:
        if low <= letter < chr(ord(low) + size):
            return chr(ord(low) + (ord(letter) - ord(low) + by) % size)
    return letter
