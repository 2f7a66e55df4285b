"""Content items by concept name and value type (PS3.15 Table E.3.4-1), and what an item's value is (PS3.3 C.17.3)."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from vesalius.deid.annex.actions import Action
from vesalius.deid.annex.table import Row
from vesalius.deid.profile.rules import Decision
from vesalius.dicom import Dataset
from vesalius.dicom.standard import load_json

OPTION: Final = "clean_structured_content"
_VALUE_TYPE: Final = 0x0040A040
_CONCEPT_NAME: Final = 0x0040A043
_CODES: Final = (0x00080100, 0x00080119, 0x00080120)  # Code Value, Long Code Value, URN Code Value
_SCHEME: Final = 0x00080102
_RETIRED_SCHEMES: Final = ("SRT", "SNM3", "99SDM")
# The attribute that holds an item's value, by value type (PS3.3 C.17.3.2.1 and C.18); a container has none.
_VALUE_IN: Final[Mapping[str, int]] = {
    "TEXT": 0x0040A160, "CODE": 0x0040A168, "NUM": 0x0040A300, "DATETIME": 0x0040A120, "DATE": 0x0040A121,
    "TIME": 0x0040A122, "UIDREF": 0x0040A124, "PNAME": 0x0040A123, "IMAGE": 0x00081199, "COMPOSITE": 0x00081199,
    "WAVEFORM": 0x00081199,
}  # fmt: skip
# References, codes and measurements keep their shape: what stands inside is decided there, by Table E.1-1.
_NESTED: Final = frozenset({"IMAGE", "COMPOSITE", "WAVEFORM", "CODE", "NUM", "CONTAINER"})
_DATED: Final = frozenset({"DATE", "DATETIME", "TIME"})
_REFERRING: Final = frozenset({"UIDREF", "IMAGE", "COMPOSITE", "WAVEFORM"})
# What no row names (PS3.15 E.3.4): text is cleaned; all else is as Table E.1-1 has its attributes.
_UNLISTED_TEXT: Final = {0x0040A160: Decision(Action.CLEAN, Action.DUMMY, 1, retained=True)}
_NONE: Final[Mapping[int, Decision]] = {}


def value_in(item: Dataset) -> int | None:
    """Tag of the attribute that holds the item's value; None for containers and for what is no content item."""
    return _VALUE_IN.get(_value_type(item))


def goes(item: Dataset, options: frozenset[str], *, derived: bool) -> bool:
    """Whether the whole item is removed; dates and references of derived data are new already and stay."""
    value_type = _value_type(item)
    if not value_type or (derived and value_type in _DATED | _REFERRING):
        return False
    return _action(*_concept(item), value_type, options) is Action.REMOVE


def decisions(item: Dataset, options: frozenset[str]) -> Mapping[int, Decision]:
    """What the table says of the item's value attribute, where it says more than Table E.1-1 does."""
    value_type = _value_type(item)
    if value_type in _NESTED:
        return _NONE
    action = _action(*_concept(item), value_type, options)
    if action is None:
        return _UNLISTED_TEXT if value_type == "TEXT" else _NONE
    return _of_value(action, value_type)


@cache
def _of_value(action: Action, value_type: str) -> Mapping[int, Decision]:
    if action is Action.DUMMY and value_type == "UIDREF":
        action = Action.UID
    if action is Action.REMOVE:
        action = Action.KEEP  # the item goes as a whole, and where it does not (`goes`) its value stays
    return {_VALUE_IN[value_type]: Decision(action, Action.DUMMY, 1, retained=True)}


def _action(scheme: str, code: str, value_type: str, options: frozenset[str]) -> Action | None:
    """The row's action under the options; None for a concept without a row.

    X/D is D: which templates require an item nobody can tell from the item, and D is valid in all of them.
    """
    row = _rows().get((scheme, code, value_type))
    if row is None:
        return None
    under = row.under(options)
    return Action.DUMMY if under == "X/D" else Action(under)


@cache
def _rows() -> Mapping[tuple[str, str, str], Row]:
    """Rows by coding scheme, code and value type, each also under the codes that its concept had before."""
    found = {}
    for told in load_json("ps3.15_e3-4-1_structured_content.json")["rows"]:
        row = Row(told["meaning"], told["basic_profile"], told["options"])
        found[told["scheme_designator"], told["code_value"], told["value_type"]] = row
        for scheme in _RETIRED_SCHEMES if "retired_code" in told else ():
            found[scheme, told["retired_code"], told["value_type"]] = row
    return found


def _value_type(item: Dataset) -> str:
    """Value Type, or where it is left out (PS3.3 C.18) what the value that stands there shows."""
    if _CONCEPT_NAME not in item:
        return item.text(_VALUE_TYPE)
    stated = item.text(_VALUE_TYPE)
    return stated or next((name for name, tag in _VALUE_IN.items() if tag in item), "")


def _concept(item: Dataset) -> tuple[str, str]:
    """Coding scheme and code of the concept name; empty where there is none."""
    name = item.get(_CONCEPT_NAME)
    coded = name.items[0].dataset if name is not None and name.items else None
    if coded is None:
        return "", ""
    return coded.text(_SCHEME), next((text for tag in _CODES if (text := coded.text(tag))), "")
