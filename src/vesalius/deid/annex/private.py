"""What is known of private elements: those that are safe (PS3.15 Table E.3.10-1), and what TCIA's curators decided."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final, TypeAlias

from vesalius.dicom.standard import load_json, load_rows

STANDARD: Final = "ps3.15_e3-10-1"
TCIA: Final = "tcia"
SOURCES: Final = (STANDARD, TCIA)
"""Lists by the name that a recipe uses; `tcia` is the standard's list joined by TCIA's two."""

_SAFE: Final = "K"  # of the letters in TCIA's knowledge base the only one whose meaning is written down: keep
_NOTHING: Final[Mapping[str, "Disposition"]] = MappingProxyType({})

Key: TypeAlias = tuple[int, str, int]
"""A private element wherever its block stands: group, private creator, low byte of the element number."""


class Disposition(StrEnum):
    """What a curator of TCIA decided for one (signature, VR)."""

    KEEP = "k"
    DELETE = "d"
    HASH = "h"  # an identifier of a thing: it gets a new UID
    OFFSET = "o"  # a date, moved by the patient's days
    OFFSET_SECONDS = "oi"  # a date as whole seconds, moved by the patient's days
    UNDECIDED = "na"


@cache
def allowed(source: str) -> Mapping[Key, frozenset[str]]:
    """VRs under which a safe element is known; none where the list states none."""
    found: dict[Key, set[str]] = {}
    for key, vr in _listed(source):
        found.setdefault(key, set()).update({vr} - {""})
    return {key: frozenset(vrs) for key, vrs in found.items()}


def decided(source: str, place: str, name: str) -> Mapping[str, Disposition]:
    """TCIA's dispositions by VR for the element called `name` at `place`, else for it at the root of a file.

    `place` is empty or `(2001,"CREATOR",5F)[*].` for each sequence on the way; VR "" stands for one that nobody saw.
    """
    if source != TCIA:
        return _NOTHING
    return _dispositions().get(place + name) or _dispositions().get(name) or _NOTHING


def deletes(source: str, place: str, name: str, vr: str) -> bool:
    """Whether TCIA deletes this standard attribute inside of a private sequence."""
    return source == TCIA and _dispositions().get(place + name, _NOTHING).get(vr) is Disposition.DELETE


def _listed(source: str) -> Iterable[tuple[Key, str]]:
    for row in load_json("ps3.15_e3-10-1_safe_private.json")["rows"]:
        key = int(row["tag"][1:5], 16), row["private_creator"].strip(), int(row["tag"][8:10], 16)
        yield key, row["vr"]
    if source == TCIA:
        for row in load_rows("tcia_private_kb.csv"):
            if row["wustl"] == _SAFE:
                group, creator = int(row["group"], 16), row["creator"]
                yield from (((group, creator, int(low, 16)), row["vr"]) for low in row["elements"].split())


@cache
def _dispositions() -> Mapping[str, Mapping[str, Disposition]]:
    found: dict[str, dict[str, Disposition]] = {}
    for row in load_rows("tcia_private_dispositions.csv"):
        disposition = Disposition(row["disposition"])
        for number in row["elements"].split():
            standard = len(number) == len("gggg")
            name = (
                f"({row['group']},{number})" if standard else f'({row["group"]},"{row["creator"]}",{number})'
            )
            found.setdefault(row["place"] + name, {})[row["vr"]] = disposition
    return found
