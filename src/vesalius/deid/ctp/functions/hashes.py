"""Numbers out of texts, as CTP makes them: MD5 without a key. Whoever can guess an original can find its number."""

import hashlib
import re
from typing import Final

from vesalius.deid.ctp.calls import Call
from vesalius.deid.ctp.functions.scope import Refused, Scope, needed

REMOVE: Final = "@remove()"
_WELL_KNOWN: Final = "1.2.840.10008."
_UID_LENGTH: Final = 64
_NAME_LENGTH: Final = 4
_NOT_IN_A_NAME: Final = re.compile(r"[\s,'^.]")


def md5_number(text: str) -> str:
    """MD5 of the UTF-8 text as an unsigned decimal number."""
    return str(int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest(), "big"))


def whole(text: str | None, default: int) -> int:
    """A whole number, or the default for any other text."""
    return int(text) if text is not None and re.fullmatch(r"[+-]?\d{1,9}", text) else default


def first(text: str, most: int) -> str:
    """The first `most` characters; all of them for 0 and below."""
    return text[:most] if most > 0 else text


def argument(call: Call, position: int) -> str:
    """An argument as written. Refused where it is not given."""
    if position >= len(call.arguments):
        raise Refused(f"@{call.name} is given too few arguments")
    return call.arguments[position]


def length(call: Call, position: int, scope: Scope, default: int = 0) -> int:
    """The number that an optional argument gives, or its parameter."""
    if position >= len(call.arguments):
        return default
    return whole(scope.parameter(call.arguments[position]), default)


def hash_(call: Call, scope: Scope) -> str:
    """`@hash(el[,max])`."""
    value = scope.text(argument(call, 0))
    return REMOVE if value is None else first(md5_number(value), length(call, 1, scope))


def hashname(call: Call, scope: Scope) -> str:
    """`@hashname(el[,len[,words]])`: of the name's first words, whatever blanks and commas stand between them."""
    words = (scope.text(argument(call, 0)) or "").split("^")
    count = length(call, 2, scope)
    joined = "".join(words[:count] if count > 0 else words)
    return first(md5_number(_NOT_IN_A_NAME.sub("", joined).upper()), length(call, 1, scope, _NAME_LENGTH))


def hashptid(call: Call, scope: Scope) -> str:
    """`@hashptid(site,el[,max])`."""
    site = (scope.parameter(argument(call, 0)) or "").strip()
    patient = (scope.text(argument(call, 1)) or "").strip()
    return first(md5_number(f"[{site}]{patient}"), length(call, 2, scope))


def hashuid(call: Call, scope: Scope, added: str) -> str:
    """`@hashuid(root,el)`: each UID of the value by itself, `added` behind it; what the standard itself named stays."""
    root = needed(
        scope.parameter(argument(call, 0)), "the root of UIDs is a parameter that the script does not have"
    )
    value = scope.text(argument(call, 1))
    if value is None:
        return REMOVE
    return "\\".join(_uid(root.strip(), uid, added) for uid in value.split("\\"))


def _uid(root: str, uid: str, added: str) -> str:
    if not uid or uid.startswith(_WELL_KNOWN):
        return uid
    return f"{root.rstrip('.')}.{md5_number(uid + added)}"[:_UID_LENGTH]
