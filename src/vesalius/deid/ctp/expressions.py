"""CTP's filter language: is this file one of those? `Element.method("text")` joined with `!`, `*` and `+`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from vesalius.deid.ctp.elements import Reference, reference
from vesalius.deid.ctp.errors import ScriptError
from vesalius.deid.ctp.regex import pattern
from vesalius.dicom import Dataset

_SPACE: Final = re.compile(r"(?:\s|//[^\n]*(?:\n|$))+")
_CONSTANT: Final = re.compile(r"(true|false)\s*\.")
_TEST: Final = re.compile(
    r'(?P<element>(?:"[^"]*"|[^".])*)\.(?P<method>(?:"[^"]*"|[^"(])*)\((?P<match>(?:"[^"]*"|[^")])*)\)',
    re.DOTALL,
)
_NOT_A_NUMBER: Final = re.compile(r"[^0-9.]")
# Deeper than anybody writes by hand, and far from the interpreter's own limit.
_DEEPEST: Final = 100


def _number(text: str) -> float:
    return float(_NOT_A_NUMBER.sub("", text))


def _compared(value: str, match: str, compare: Callable[[float, float], bool]) -> bool:
    try:
        return compare(_number(value), _number(match))
    except ValueError:
        return False


_METHODS: Final[dict[str, Callable[[str, str], bool]]] = {
    "equals": lambda value, match: value == match,
    "equalsIgnoreCase": lambda value, match: value.lower() == match.lower(),
    "matches": lambda value, match: pattern(match).fullmatch(value) is not None,
    "contains": lambda value, match: match in value,
    "containsIgnoreCase": lambda value, match: match.lower() in value.lower(),
    "startsWith": lambda value, match: value.startswith(match),
    "startsWithIgnoreCase": lambda value, match: value.lower().startswith(match.lower()),
    "endsWith": lambda value, match: value.endswith(match),
    "endsWithIgnoreCase": lambda value, match: value.lower().endswith(match.lower()),
    "isLessThan": lambda value, match: _compared(value, match, lambda one, other: one < other),
    "isGreaterThan": lambda value, match: _compared(value, match, lambda one, other: one > other),
}


@dataclass(frozen=True, slots=True)
class Constant:
    """`true.` or `false.`."""

    value: bool

    def holds(self, *_: Dataset | None) -> bool:
        """Always the same."""
        return self.value


@dataclass(frozen=True, slots=True)
class Test:
    """One question about one element; a missing element reads as empty text."""

    element: Reference
    method: str
    match: str

    def holds(self, dataset: Dataset, meta: Dataset | None) -> bool:
        """Whether the element's text meets the method."""
        return _METHODS[self.method](self.element.text(dataset, meta) or "", self.match)


@dataclass(frozen=True, slots=True)
class Not:
    """`!`, which binds tightest."""

    part: "Node"

    def holds(self, dataset: Dataset, meta: Dataset | None) -> bool:
        """Whether the part does not hold."""
        return not self.part.holds(dataset, meta)


@dataclass(frozen=True, slots=True)
class And:
    """`*`."""

    parts: tuple["Node", ...]

    def holds(self, dataset: Dataset, meta: Dataset | None) -> bool:
        """Whether every part holds."""
        return all(part.holds(dataset, meta) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """`+`, which binds loosest."""

    parts: tuple["Node", ...]

    def holds(self, dataset: Dataset, meta: Dataset | None) -> bool:
        """Whether any part holds."""
        return any(part.holds(dataset, meta) for part in self.parts)


Node: TypeAlias = Constant | Test | Not | And | Or


@dataclass(frozen=True, slots=True)
class Expression:
    """A whole expression; `text` is what was written."""

    text: str
    node: Node

    def matches(self, dataset: Dataset, meta: Dataset | None = None) -> bool:
        """Whether the file with this root data set is meant; `meta` is its File Meta group, if that is asked for."""
        return self.node.holds(dataset, meta)


def parse(text: str) -> Expression:
    """Read an expression. Raises ScriptError where CTP would log an error and answer false."""
    reader = _Reader(text)
    node = reader.alternatives(0)
    if reader.rest():
        raise reader.error("something stands after the end of the expression")
    return Expression(text, node)


class _Reader:
    """Walks over the text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def error(self, sentence: str) -> ScriptError:
        line = self.text.count("\n", 0, self.position) + 1
        return ScriptError(f"line {line} of the expression: {sentence}")

    def rest(self) -> bool:
        """Whether anything but blanks and comments is left; they are passed over."""
        space = _SPACE.match(self.text, self.position)
        if space is not None:
            self.position = space.end()
        return self.position < len(self.text)

    def takes(self, sign: str) -> bool:
        if self.rest() and self.text[self.position] == sign:
            self.position += 1
            return True
        return False

    def alternatives(self, depth: int) -> Node:
        parts = [self.conditions(depth)]
        while self.takes("+"):
            parts.append(self.conditions(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def conditions(self, depth: int) -> Node:
        parts = [self.one(depth)]
        while self.takes("*"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def one(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise self.error("the expression is nested too deep")
        if self.takes("!"):
            return Not(self.one(depth + 1))
        if self.takes("("):
            inner = self.alternatives(depth + 1)
            if not self.takes(")"):
                raise self.error("a parenthesis is not closed")
            return inner
        return self.test()

    def test(self) -> Node:
        if not self.rest():
            raise self.error("the expression ends where an element should be named")
        constant = _CONSTANT.match(self.text, self.position)
        if constant is not None:
            self.position = constant.end()
            return Constant(constant[1] == "true")
        found = _TEST.match(self.text, self.position)
        if found is None or not (found["element"][:1] == "[" or found["element"][:1].isalpha()):
            raise self.error('no Element.method("text") stands here')
        method, match = found["method"].strip(), found["match"].strip()
        if method not in _METHODS:
            raise self.error("no method of this name")
        if not (len(match) > 1 and match[0] == match[-1] == '"'):
            raise self.error("what a method compares with is not in quotes")
        test = self._test(found["element"], method, match[1:-1])
        self.position = found.end()
        return test

    def _test(self, element: str, method: str, match: str) -> Test:
        try:
            if method == "matches":
                pattern(match)
            return Test(reference(element), method, match)
        except ScriptError as error:
            raise self.error(str(error)) from None
