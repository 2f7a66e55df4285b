"""One comparison of a typed question: whether operator and value go with the element, and what they then mean."""

from datetime import date
from typing import Final, Literal

from vesalius.search.conditions import Compare, Condition, Not, Operator, Studies, Value, every
from vesalius.search.elements import Element
from vesalius.search.language.operators import OPERATORS
from vesalius.search.language.problem import QuestionError
from vesalius.search.language.tokens import Token
from vesalius.search.language.values import EXPECTED, days_of, value_of

MOST_STUDIES: Final = 10_000
_KINDS: Final = {"text": "a text", "uid": "a UID", "number": "a number", "day": "a day", "flag": "yes or no"}


def read_value(element: Element, token: Token) -> Value:
    """The value that a token means for an element. Raises QuestionError."""
    try:
        return value_of(element, token.text)
    except ValueError:
        raise _no_value(element, token) from None


def compared(element: Element, operator: Operator, token: Token, place: int) -> Condition:
    """An element against one value; `place` is that of the operator."""
    if operator is Operator.EQUALS and _is_pattern(element, token):
        return Compare(element.name, Operator.LIKE, (token.text,))
    if operator is Operator.NOT_EQUALS and _is_pattern(element, token):
        return _present_but(element, Compare(element.name, Operator.LIKE, (token.text,)))
    if not token.text:
        return _absent(element, operator, token)
    _refuse_unfit(element, operator, place)
    if element.kind == "day":
        return _by_days(element, operator, token)
    return Compare(element.name, operator, (read_value(element, token),))


def in_range(element: Element, low: Token | None, high: Token | None, place: int) -> Condition:
    """An element from one value to another, both included; one end may be open."""
    _refuse_unfit(element, Operator.BETWEEN, place)
    if low is None and high is None:
        raise QuestionError("a range has at least one end.", place)
    first = None if low is None else _end(element, low, 0)
    last = None if high is None else _end(element, high, 1)
    if first is None:
        assert last is not None
        return Compare(element.name, Operator.LESS_OR_EQUAL, (last,))
    if last is None:
        return Compare(element.name, Operator.GREATER_OR_EQUAL, (first,))
    return Compare(element.name, Operator.BETWEEN, (first, last))


def studies(sign: Token, token: Token, by: Literal["dates", "uids"]) -> Condition:
    """At least so many studies of the patient."""
    if not sign.signs(">=", ">", "=", ":"):
        raise QuestionError("studies are asked by at least so many: >= 2.", sign.place)
    if not (token.text.isascii() and token.text.isdigit() and 1 <= int(token.text) <= MOST_STUDIES):
        raise QuestionError(f"a number from 1 to {MOST_STUDIES} is expected here.", token.place)
    return Studies(int(token.text) + sign.signs(">"), by)


def _is_pattern(element: Element, token: Token) -> bool:
    wild = "*" in token.text or "?" in token.text
    return token.kind == "word" and wild and element.kind in OPERATORS[Operator.LIKE].kinds


def _present_but(element: Element, condition: Condition) -> Condition:
    return every((Compare(element.name, Operator.PRESENT), Not(condition)))


def _absent(element: Element, operator: Operator, token: Token) -> Condition:
    """What = "" and != "" mean: whether there is a value at all."""
    if operator is Operator.EQUALS:
        return Compare(element.name, Operator.ANY_OF, ("",))
    if operator is Operator.NOT_EQUALS:
        return Compare(element.name, Operator.PRESENT)
    raise QuestionError("an empty text compares with = and != alone.", token.place)


def _by_days(element: Element, operator: Operator, token: Token) -> Condition:
    """A day, or a month or year by its first and last day."""
    first, last = _days(element, token)
    match operator:
        case Operator.EQUALS if first != last:
            return Compare(element.name, Operator.BETWEEN, (first, last))
        case Operator.NOT_EQUALS if first != last:
            return _present_but(element, Compare(element.name, Operator.BETWEEN, (first, last)))
        case Operator.GREATER | Operator.LESS_OR_EQUAL:
            return Compare(element.name, operator, (last,))
        case _:
            return Compare(element.name, operator, (first,))


def _end(element: Element, token: Token, end: int) -> Value:
    return _days(element, token)[end] if element.kind == "day" and token.text else _some(element, token)


def _some(element: Element, token: Token) -> Value:
    if not token.text:
        raise _no_value(element, token)
    return read_value(element, token)


def _days(element: Element, token: Token) -> tuple[date, date]:
    try:
        return days_of(token.text)
    except ValueError:
        raise _no_value(element, token) from None


def _no_value(element: Element, token: Token) -> QuestionError:
    unit = f" ({element.unit})" if element.unit else ""
    return QuestionError(f"{element.word} takes {EXPECTED[element.kind]}{unit}.", token.place)


def _refuse_unfit(element: Element, operator: Operator, place: int) -> None:
    written = OPERATORS[operator]
    if element.kind not in written.kinds:
        sentence = f"“{written.words}” does not go with {element.word}, which is {_KINDS[element.kind]}."
        raise QuestionError(sentence, place)
