"""The canonical text of a condition: read again, it is the same tree."""

import re
from typing import Final

from vesalius.search.conditions import (
    Compare,
    Condition,
    Either,
    Every,
    Identified,
    Not,
    Operator,
    Studies,
    Together,
    Value,
    Words,
)
from vesalius.search.elements import BY_NAME, element_of
from vesalius.search.language.named import Asked
from vesalius.search.language.operators import JOINING, OPERATOR_WORDS, OPERATORS
from vesalius.search.language.values import spelled

_PLAIN: Final = re.compile(r"(?:(?!\.\.)[^\s\"()=<>~:,!*?\\])+")
_WORD: Final = re.compile(r"[^\W_][\w./+-]*")


def text_of(condition: Condition) -> str:
    """The canonical text; "" for `Every(())`, which asks nothing."""
    return "" if condition == Every(()) else _printed(condition)


def _printed(condition: Condition) -> str:
    match condition:
        case Every(parts):
            text = " AND ".join(map(_inner, parts)) or "()"
        case Either(parts):
            text = " OR ".join(map(_inner, parts)) or "NOT ()"
        case Not(part):
            text = f"NOT {_inner(part)}"
        case Compare():
            text = _comparison(condition)
        case Together(element, values):
            text = f"{_name(element)} all ({listed(values)})"
        case Identified(ids):
            text = f"{Asked.IDENTIFIER} in ({listed(ids)})"
        case Studies(least, by):
            text = f"{Asked.STUDY_DATES if by == 'dates' else Asked.STUDY_COUNT} >= {least}"
        case Words(words):
            text = words if _is_bare(words) else quoted(words)
    return text


def _inner(part: Condition) -> str:
    """A part of another: alternatives and lists of parts in parentheses."""
    joined = isinstance(part, Every | Either) and len(part.parts) != 1
    return f"({_printed(part)})" if joined and part != Every(()) else _printed(part)


def _comparison(condition: Compare) -> str:
    name, values = _name(condition.element), condition.values
    typed = OPERATORS[condition.operator].typed
    match condition.operator:
        case Operator.PRESENT:
            return f"{name} {typed}"
        case Operator.ANY_OF:
            return f"{name} {typed} ({listed(values)})"
        case Operator.BETWEEN:
            return f"{name} {typed} {_value(values[0])}..{_value(values[1])}"
        case Operator.LIKE:
            return f"{name} {typed} {_value(values[0], wild='*?')}"
        case _:
            return f"{name} {typed} {_value(values[0])}"


def _name(name: str) -> str:
    element = BY_NAME.get(name) or element_of(name)
    return element.word if element else name


def listed(values: tuple[Value, ...]) -> str:
    """Values with commas between, as they stand in parentheses."""
    return ", ".join(map(_value, values))


def _value(value: Value, wild: str = "") -> str:
    """A value, in quotes where it would be read as anything else; signs of `wild` are its own."""
    text = spelled(value)
    plain = (
        _PLAIN.fullmatch(text.translate(dict.fromkeys(map(ord, wild), "x")))
        and text.casefold() not in JOINING
    )
    return text if plain else quoted(text)


def _is_bare(text: str) -> bool:
    """Whether words read again are this text and no operator."""
    words = text.split(" ")
    taken = JOINING | OPERATOR_WORDS
    return all(_WORD.fullmatch(word) and ".." not in word and word.casefold() not in taken for word in words)


def quoted(text: str) -> str:
    """A text in quotes, read as itself."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
