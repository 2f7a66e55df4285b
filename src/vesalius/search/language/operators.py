"""Operators as people see them: how each is typed, in words, and which kinds of elements it is for."""

from dataclasses import dataclass
from typing import Final

from vesalius.search.conditions import Operator
from vesalius.search.elements import Element

_TEXTS: Final = frozenset({"text", "uid"})
_ORDERED: Final = frozenset({"text", "number", "day"})
_ALL: Final = frozenset({"text", "number", "day", "flag", "uid"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One operator in a typed question and in the builder."""

    operator: Operator
    typed: str  # between name and value
    words: str  # in the builder
    kinds: frozenset[str]


OPERATORS: Final = {
    written.operator: written
    for written in (
        Written(operator=Operator.EQUALS, typed="=", words="is", kinds=_ALL),
        Written(operator=Operator.NOT_EQUALS, typed="!=", words="is not", kinds=_ALL),
        Written(operator=Operator.LESS, typed="<", words="less than", kinds=_ORDERED),
        Written(operator=Operator.LESS_OR_EQUAL, typed="<=", words="at most", kinds=_ORDERED),
        Written(operator=Operator.GREATER, typed=">", words="more than", kinds=_ORDERED),
        Written(operator=Operator.GREATER_OR_EQUAL, typed=">=", words="at least", kinds=_ORDERED),
        Written(operator=Operator.BETWEEN, typed="=", words="from … to …", kinds=_ORDERED),
        Written(operator=Operator.ANY_OF, typed="in", words="is one of", kinds=_ALL),
        Written(operator=Operator.CONTAINS, typed="contains", words="contains", kinds=_TEXTS),
        Written(operator=Operator.STARTS, typed="starts", words="starts with", kinds=_TEXTS),
        Written(operator=Operator.ENDS, typed="ends", words="ends with", kinds=_TEXTS),
        Written(operator=Operator.LIKE, typed="~", words="is like (* and ?)", kinds=_TEXTS),
        Written(operator=Operator.PRESENT, typed="present", words="is present", kinds=_ALL),
    )
}
SIGNS: Final = {  # between a name and its value
    "=": Operator.EQUALS,
    ":": Operator.EQUALS,
    "==": Operator.EQUALS,
    "!=": Operator.NOT_EQUALS,
    "<>": Operator.NOT_EQUALS,
    "<": Operator.LESS,
    "<=": Operator.LESS_OR_EQUAL,
    ">": Operator.GREATER,
    ">=": Operator.GREATER_OR_EQUAL,
    "~": Operator.LIKE,
}
VERBS: Final = {
    "contains": Operator.CONTAINS,
    "starts": Operator.STARTS,
    "ends": Operator.ENDS,
    "like": Operator.LIKE,
}
# Words that stand for an operator where a name comes before them, and for themselves elsewhere.
BEFORE_LISTS: Final = frozenset({"in", "all"})
OPERATOR_WORDS: Final = frozenset({*VERBS, *BEFORE_LISTS, "is", "present", "absent", "between"})
# Words that have a meaning of their own everywhere; in a text they stand in quotes.
JOINING: Final = frozenset({"and", "or", "not"})


def operators_of(element: Element) -> tuple[Written, ...]:
    """The operators that an element can be asked with."""
    return tuple(written for written in OPERATORS.values() if element.kind in written.kinds)
