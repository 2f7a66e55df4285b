"""Action codes of PS3.15 Table E.1-1a, and how a compound code becomes one action by the attribute's Type."""

from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """What is done to one attribute (PS3.15 Table E.1-1a)."""

    KEEP = "K"
    CLEAN = "C"
    UID = "U"
    REMOVE = "X"
    EMPTY = "Z"
    DUMMY = "D"


# One action for Type 1 or 1C, one for Type 2 or 2C, one for Type 3 or an attribute that the place does not know.
_BY_TYPE: Final[dict[str, str]] = {
    "Z/D": "DZZ",
    "X/Z": "ZZX",
    "X/D": "DDX",
    "X/Z/D": "DZX",
    "X/Z/U*": "UZX",
}


def resolve(code: str, attribute_type: int) -> Action:
    """The first action of `code` that keeps the object valid; `attribute_type` is 1, 2 or 3 (PS3.15 E.1.1)."""
    return Action(_BY_TYPE.get(code, code * 3)[attribute_type - 1])


def without_cleaner(basic: str, attribute_type: int) -> Action:
    """What stands in for C where a value cannot be cleaned: the basic action, or removal as the Type allows."""
    return resolve("X/Z/D" if basic == "X" else basic, attribute_type)
