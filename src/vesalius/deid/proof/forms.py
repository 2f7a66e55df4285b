"""The form of a value by its VR: characters, length, number of values (PS3.5 6.2)."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from pydicom._dicom_dict import DicomDictionary

from vesalius.deid.values.enumerated import allowed
from vesalius.dicom import Element
from vesalius.dicom import vr as representations
from vesalius.dicom.values import decoded

_NUMBER: Final = r" *[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)? *"
_TIME: Final = r"([01]\d|2[0-3])([0-5]\d([0-5]\d|60)?(\.\d{1,6})?)?"
_DAY: Final = r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
# One value of each VR, padding taken off; longer or other values are errors wherever a program wrote them.
_PATTERNS: Final = {
    "AE": r"[\x20-\x5b\x5d-\x7e]{0,16}",
    "AS": r"(\d{3}[DWMY])?",
    "CS": r"[A-Z0-9 _]{0,16}",
    "DA": rf"({_DAY})?",
    "DS": rf"({_NUMBER})?",
    "DT": r"(\d{4}(\d{2}(\d{2}(\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?)?)?)?([+-]\d{4})?)?",
    "IS": r"( *[+-]?\d{1,10} *)?",
    "TM": rf"({_TIME})?",
    "UI": r"([0-2](\.(0|[1-9]\d*))+)?",
}
_FORMS: Final[dict[str, Callable[[str], re.Match[str] | None]]] = {
    vr: re.compile(pattern).fullmatch for vr, pattern in _PATTERNS.items()
}
_LONGEST: Final = {
    "DS": 16, "IS": 12, "LO": 64, "LT": 10240, "SH": 16, "ST": 1024, "UI": 64,
}  # fmt: skip
_SIZES: Final = {vr: size for vr, (_, size) in representations.NUMBERS.items()} | {"AT": 4}
_LONGEST_GROUP: Final = 64
_MOST_GROUPS: Final = 3


def fault(element: Element) -> str:
    """What is wrong with the form of this value; "" where nothing is."""
    length = element.length or 0
    if length % 2:
        return "its length is odd"
    if not length or element.vr == "SQ" or element.vr in representations.BYTES:
        return ""
    size = _SIZES.get(element.vr)
    if size is None:
        return _fault_of_text(element)
    return _count_fault(element, length // size) if length % size == 0 else "its last value is cut off"


def _fault_of_text(element: Element) -> str:
    values = _texts(element)
    if any(_value_fault(element.vr, value) for value in values):
        return f"a value is no {element.vr}"
    known = allowed().get(element.tag)
    if known and not set(values) <= set(known):
        return "none of the values that the standard enumerates"
    return _count_fault(element, len(values))


def _texts(element: Element) -> list[str]:
    text = "LO" if element.vr in {"DS", "IS"} else element.vr
    codecs = element.parent.codecs
    return [str(value) for value in decoded(text, element.raw(), codecs, big_endian=False)]


def _value_fault(vr: str, value: str) -> bool:
    if vr == "PN":
        groups = value.split("=")
        return len(groups) > _MOST_GROUPS or any(len(group) > _LONGEST_GROUP for group in groups)
    if len(value) > _LONGEST.get(vr, len(value)):
        return True
    form = _FORMS.get(vr)
    return form is not None and form(value.strip(" \0")) is None


def _count_fault(element: Element, count: int) -> str:
    entry = DicomDictionary.get(element.tag)
    return "" if entry is None or _may_have(entry[1], count) else "too few or too many values"


@lru_cache(maxsize=1024)
def _may_have(multiplicity: str, count: int) -> bool:
    """Whether `count` values fit a multiplicity such as 3, 1-n or 2-2n (PS3.6 6)."""
    least, _, most = multiplicity.partition("-")
    step = most.removesuffix("n") if most.endswith("n") else ""
    if count < int(least) or (step and count % int(step)):
        return False
    return most.endswith("n") or count <= int(most or least)
