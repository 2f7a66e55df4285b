"""Scripts worked out: a table of functions by name, and those among them that choose between clauses."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from vesalius.deid.ctp.calls import Call
from vesalius.deid.ctp.calls import Script as Text
from vesalius.deid.ctp.elements import Private
from vesalius.deid.ctp.errors import ScriptError
from vesalius.deid.ctp.functions import ciphers, dates, hashes, texts
from vesalius.deid.ctp.functions.hashes import argument, whole
from vesalius.deid.ctp.functions.scope import Refused, Scope
from vesalius.deid.ctp.regex import pattern

KEEP: Final = "@keep()"
_FIXED: Final = {"keep": KEEP, "remove": hashes.REMOVE, "empty": dates.EMPTY}
_LARGEST_INT: Final = 2**31 - 1
_DEEPEST: Final = 8


def evaluate(text: Text, scope: Scope) -> str:
    """The text that a script gives for the element at hand. Raises Refused."""
    return "".join(piece if isinstance(piece, str) else _result(piece, scope) for piece in text.pieces)


def _result(call: Call, scope: Scope) -> str:
    function = FUNCTIONS.get(call.name)
    return call.written if function is None else function(call, scope)


def _always(_call: Call, _scope: Scope) -> str:
    return ""


def _append(call: Call, scope: Scope) -> str:
    added, element = evaluate(call.clause(0), scope), scope.element
    if element is None or element.value_end == element.value_start:
        return added
    return f"{scope.text('this') or ''}\\{added}"


def _select(call: Call, scope: Scope) -> str:
    return evaluate(call.clause(0 if scope.dataset.parent is None else 1), scope)


def _if(call: Call, scope: Scope) -> str:
    return evaluate(call.clause(0 if _holds(call, scope) else 1), scope)


def _holds(call: Call, scope: Scope) -> bool:
    name, condition = call.argument(0) or "this", call.argument(1)
    if condition == "exists":
        found = scope.named(name)
        return found is not None and found.find(scope.dataset, scope.meta) is not None
    value = scope.text(name)
    if condition == "isblank":
        return not (value or "").strip()
    if condition not in _CONDITIONS or len(call.arguments) < 3:
        return False
    asked = call.argument(2)
    known = scope.parameter(asked) if asked.startswith("@") else asked
    return _CONDITIONS[condition](value or "", asked if known is None else known)


def _matches(value: str, expression: str) -> bool:
    try:
        return pattern(expression.strip()).fullmatch(value) is not None
    except ScriptError:
        raise Refused("a regular expression cannot be read") from None


def _digits(text: str) -> int:
    number = int("".join(sign for sign in text if sign in "0123456789") or "0")
    return number if number <= _LARGEST_INT else 0


_CONDITIONS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "contains": lambda value, asked: asked.lower() in value.lower(),
    "equals": lambda value, asked: asked.lower() == value.lower(),
    "matches": _matches,
    "greaterthan": lambda value, asked: _digits(value) > _digits(asked),
}


def _hashuid(call: Call, scope: Scope) -> str:
    """`@hashuid(root,el[,el3])`: what the line of el3 gives is put behind the UID first."""
    if len(call.arguments) < 3:
        return hashes.hashuid(call, scope, "")
    found = scope.named(call.arguments[2])
    element = found.steps[0] if found is not None and len(found.steps) == 1 else None
    tag = element.tag_in(scope.dataset) if isinstance(element, Private) else element
    line = scope.script.lines_in(scope.dataset).get(tag) if tag is not None else None
    if tag is None or line is None:
        return hashes.hashuid(call, scope, "")
    if scope.depth > _DEEPEST:
        raise Refused("lines of the script ask for each other without end")
    inner = replace(scope, tag=tag, depth=scope.depth + 1)
    return hashes.hashuid(call, scope, evaluate(line.script, inner))


def _param(call: Call, scope: Scope) -> str:
    value = scope.parameter(argument(call, 0))
    if value is None:
        raise Refused("the script asks for a parameter that it does not have")
    return value


def _require(call: Call, scope: Scope) -> str:
    if scope.element is not None:
        return KEEP
    if not call.arguments:
        return ""
    named = scope.named(call.arguments[0])
    found = named.find(scope.dataset, scope.meta) if named is not None else None
    value = (scope.text(call.arguments[0]) or "") if found is not None else call.argument(1)
    return value if value.strip() else f"@blank({len(value)})"


def _lookup(call: Call, scope: Scope) -> str:
    """`@lookup(el[|el2..],keytype[,action[,arg]])`."""
    key = "|".join(scope.text(name.strip()) or "" for name in argument(call, 0).split("|")).replace("\\", "")
    action = call.argument(2).strip()
    key = key.upper() if action == "UC" else key
    found = scope.looked_up(argument(call, 1), key)
    if found is not None:
        return found
    if action in _FIXED:
        return _FIXED[action]
    if action == "default" and len(call.arguments) > 3:
        return call.argument(3).strip()
    if action == "ignore" and len(call.arguments) > 3 and _matches(key, call.argument(3)):
        return key
    raise Refused("the lookup table does not have this key")


def _integer(call: Call, scope: Scope) -> str:
    number = scope.around.counters.number(argument(call, 1), scope.text(argument(call, 0)) or "")
    return f"{number:0{max(whole(call.argument(2), 0), 1)}d}"


def _process(_call: Call, scope: Scope) -> str:
    scope.process = True
    return KEEP


def _registered(call: Call, scope: Scope) -> str:
    function = scope.around.registered.get(argument(call, 0))
    if function is None:
        raise Refused("@call names a program that is not registered here")
    return function(call.arguments[1:], scope.dataset, scope.tag)


def _quarantine(_call: Call, _scope: Scope) -> str:
    raise Refused("the script sends this file to quarantine")


def _skip(_call: Call, _scope: Scope) -> str:
    raise Refused("the script would let this file pass as it is")


FUNCTIONS: Final[Mapping[str, Callable[[Call, Scope], str]]] = {
    "always": _always,
    "append": _append,
    "call": _registered,
    "contents": texts.contents,
    "date": texts.date_of_run,
    "dateinterval": dates.dateinterval,
    "decrypt": ciphers.decrypt,
    "encrypt": ciphers.encrypt,
    "hash": hashes.hash_,
    "hashdate": dates.hashdate,
    "hashname": hashes.hashname,
    "hashptid": hashes.hashptid,
    "hashuid": _hashuid,
    "if": _if,
    "incrementdate": dates.incrementdate,
    "initials": texts.initials,
    "integer": _integer,
    "lookup": _lookup,
    "lowercase": texts.lowercase,
    "modifydate": dates.modifydate,
    "param": _param,
    "pathelement": texts.pathelement,
    "process": _process,
    "quarantine": _quarantine,
    "require": _require,
    "round": texts.round_,
    "select": _select,
    "skip": _skip,
    "time": texts.time_of_run,
    "truncate": texts.truncate,
    "uppercase": texts.uppercase,
    "value": texts.value_or_default,
}
"""Functions by name; of `calls.NAMES` those that are missing stand for themselves in a result."""
