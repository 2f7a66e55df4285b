"""How much an attribute may tell of a person, by what it is for."""

from collections.abc import Callable
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from vesalius.deid.annex import table
from vesalius.deid.annex.private import TCIA, allowed, decided
from vesalius.deid.resources import load_rows
from vesalius.dicom import Dataset, Element
from vesalius.dicom.vr import is_private, is_private_creator

_FREE: Final = frozenset({"LT", "ST", "UT"})
_DATES: Final = frozenset({"DA", "DT"})
_OF_THE_STANDARD: Final = "1.2.840.10008."  # UIDs that name no instance (PS3.5 9, PS3.6 Annex A)
_DATE: Final = "date"  # kind of identifiers that a study shares with others
_DESCRIPTORS: Final = "clean_descriptors"


class Risk(StrEnum):
    """Kinds of what an attribute may tell, the gravest first."""

    IDENTIFIER = "identifier"
    FREE_TEXT = "free text"
    DATE = "date"
    PRIVATE_UNKNOWN = "private, nobody decided"
    PROFILE = "the profile acts on it"
    UID = "UID"
    PRIVATE_KNOWN = "private, decided"
    NONE = "none"


ORDER: Final = {risk: place for place, risk in enumerate(Risk)}


class Named(NamedTuple):
    """An element as dispositions name it, and where its block stands."""

    name: str  # (gggg,"CREATOR",ee), else (gggg,eeee)
    key: tuple[int, str, int] | None  # of a private element with a creator


def risk_of(element: Element, named: Named) -> Risk:
    """What this element may tell."""
    if is_private(element.tag):
        return _private(element, named)
    return next((risk for risk, holds in _RULES if holds(element)), Risk.NONE)


def _private(element: Element, named: Named) -> Risk:
    if is_private_creator(element.tag) or not element.tag & 0xFFFF:
        return Risk.NONE
    known = named.key is not None and (named.key in allowed(TCIA) or bool(decided(TCIA, "", named.name)))
    return Risk.PRIVATE_KNOWN if known else Risk.PRIVATE_UNKNOWN


def named(element: Element, dataset: Dataset) -> Named:
    """The element's name, for a private one by its creator (PS3.5 7.8.1)."""
    tag = element.tag
    group, number = tag >> 16, tag & 0xFFFF
    if is_private(tag) and number >= 0x1000 and (creator := dataset.text(group << 16 | number >> 8)):
        low = number & 0xFF
        return Named(f'({group:04X},"{creator}",{low:02X})', (group, creator, low))
    return Named(f"({group:04X},{number:04X})", None)


def _is_identifier(element: Element) -> bool:
    return element.vr == "PN" or element.tag in _identifiers()


def _is_free_text(element: Element) -> bool:
    row = table.row_of(element.tag)
    return element.vr in _FREE or (row is not None and _DESCRIPTORS in row.options)


def _is_date(element: Element) -> bool:
    return element.vr in _DATES


def _is_uid(element: Element) -> bool:
    return element.vr == "UI" and not element.text().startswith(_OF_THE_STANDARD)


def _is_in_table(element: Element) -> bool:
    return table.row_of(element.tag) is not None


_RULES: Final[tuple[tuple[Risk, Callable[[Element], bool]], ...]] = (
    (Risk.IDENTIFIER, _is_identifier),
    (Risk.FREE_TEXT, _is_free_text),
    (Risk.DATE, _is_date),
    (Risk.UID, _is_uid),
    (Risk.PROFILE, _is_in_table),
)


@cache
def _identifiers() -> frozenset[int]:
    return frozenset(int(row["tag"], 16) for row in load_rows("identifiers.csv") if row["kind"] != _DATE)
