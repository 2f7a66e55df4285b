"""What was done to each attribute over a whole set, and by which rule."""

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from vesalius.deid import Recipe
from vesalius.deid.annex import options, table
from vesalius.deid.output import stamps
from vesalius.deid.patient import event
from vesalius.dicom.vr import is_private

MOST_VALUES: Final = 200  # distinct pairs of one attribute that are counted apart
SHOWN: Final = 5  # of them, the commonest, in the report
_MOST_PLACES: Final = 100_000  # paths with their items
_LAST_TAG: Final = re.compile(r"\(([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})\)$")
_DEEDS: Final = {
    "K": "kept",
    "C": "cleaned",
    "U": "new UID",
    "X": "removed",
    "Z": "emptied, or a dummy where a value must stand",
    "D": "replaced by a dummy",
}
# What a cleaned file says of its cleaning; the two of the pixels and the two of an event among them.
_STAMPS: Final = frozenset(
    {
        stamps.IDENTITY_REMOVED, stamps.METHOD, stamps.METHOD_CODES, stamps.DATES_MODIFIED,
        0x00280301, 0x00280302, event.OFFSET, event.EVENT_TYPE,
    }
)  # fmt: skip
_BASIC: Final = "Basic Profile"
_BY_SCRIPT: Final = "the script"


class Deed(NamedTuple):
    """What was done to an attribute, wherever its sequence items stand."""

    path: str
    vr: str
    action: str


@dataclass(slots=True)
class Told:
    """How often, and to which values."""

    count: int = 0
    pairs: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)

    def note(self, before: str | None, after: str | None) -> None:
        """One more."""
        self.count += 1
        pair = before, after
        if pair in self.pairs or len(self.pairs) < MOST_VALUES:
            self.pairs[pair] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the report."""

    path: str
    name: str
    vr: str
    action: str
    deed: str
    rule: str
    count: int
    examples: tuple[tuple[str, str, int], ...]  # before, after, how often


def lines(records: Iterable[bytes], recipe: Recipe) -> Iterator[Line]:
    """Every attribute that was changed, in order of the tags."""
    for deed, one in sorted(_told(records).items()):
        yield Line(
            path=deed.path,
            name=name_of(deed.path),
            vr=deed.vr,
            action=deed.action,
            deed="set" if tag_of(deed.path) in _STAMPS else _DEEDS.get(deed.action, deed.action),
            rule=_rule(deed, recipe),
            count=one.count,
            examples=tuple(
                (before or "", after or "", count)
                for (before, after), count in one.pairs.most_common(SHOWN)
                if before or after
            ),
        )


def _told(records: Iterable[bytes]) -> dict[Deed, Told]:
    """Each deed once, wherever its items stand; `places` spares a record of known paths all but the counting."""
    told: dict[Deed, Told] = {}
    places: dict[tuple[str, str, str], Told] = {}
    for record in records:
        for path, vr, action, before, after in json.loads(zlib.decompress(record))["changes"]:
            one = places.get((path, vr, action))
            if one is None:
                one = told.setdefault(Deed(_without_items(path), vr, action), Told())
                if len(places) < _MOST_PLACES:
                    places[path, vr, action] = one
            one.note(before, after)
    return told


def tag_of(path: str) -> int:
    """The tag of the element at the end of a path; 0 where none stands there."""
    found = _LAST_TAG.search(path)
    return int(found[1] + found[2], 16) if found else 0


@lru_cache(maxsize=4096)
def name_of(path: str) -> str:
    """The attribute's name, in the standard's words."""
    from pydicom.datadict import dictionary_description  # noqa: PLC0415 - a large module

    tag = tag_of(path)
    if is_private(tag):
        return "Private element"
    try:
        return str(dictionary_description(tag))
    except KeyError:
        return "Unknown element"


def _rule(deed: Deed, recipe: Recipe) -> str:
    """Which decision led to the deed."""
    tag = tag_of(deed.path)
    if recipe.script:
        return _BY_SCRIPT
    if deed.path in recipe.dispositions or f"*.{deed.path.rpartition('.')[2]}" in recipe.dispositions:
        return "the recipe's own disposition"
    if tag in _STAMPS:
        return "a stamp of what was done (PS3.15 E.1.1)"
    row = table.row_of(tag)
    if row is None:
        return "no row of Table E.1-1: by its VR"
    names = options.names()
    chosen = [
        names[option] for option, code in row.options.items() if option in recipe.options and code in "CK"
    ]
    return ", ".join(chosen) if chosen else f"{_BASIC}: {row.basic}"


@lru_cache(maxsize=4096)
def _without_items(path: str) -> str:
    return re.sub(r"\[\d+\]", "[]", path)
