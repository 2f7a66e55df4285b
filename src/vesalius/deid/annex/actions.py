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
# X alone removes; where the object needs the attribute, a dummy takes its place (PS3.15 E.1.1 step 2, note 1).
_BY_TYPE: Final[dict[str, str]] = {
    "X": "DZX",
    "Z/D": "DZZ",
    "X/Z": "ZZX",
    "X/D": "DDX",
    "X/Z/D": "DZX",
    "X/Z/U*": "UZX",
}
# X takes all items of a sequence with it (Table E.1-1a): no item stands in for them.
_OF_SEQUENCES: Final = {"X": "XZX"}
# Where an instance lists the instances that it refers to, a list without references is no valid one (PS3.3 C.12.2).
_OF_LISTED: Final = {"X/Z/U*": "UUU"}


def resolve(code: str, attribute_type: int, vr: str = "", *, listed: bool = False) -> Action:
    """The first action of `code` that keeps the object valid (PS3.15 E.1.1); `attribute_type` is 1, 2 or 3.

    `listed`: the instance lists what it refers to in the Common Instance Reference module.
    """
    special = (listed and _OF_LISTED.get(code)) or (vr == "SQ" and _OF_SEQUENCES.get(code))
    return Action((special or _BY_TYPE.get(code, code * 3))[attribute_type - 1])
