"""Which private elements of a data set stay, and how: those of the lists and of the recipe, with their creators."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from vesalius.deid.annex import private
from vesalius.deid.annex.actions import Action
from vesalius.deid.annex.iods import OPTIONAL
from vesalius.deid.annex.private import Disposition
from vesalius.deid.profile.rules import Decision, Place
from vesalius.deid.recipes.recipe import Recipe
from vesalius.dicom import Dataset, Element, tag_text
from vesalius.dicom.vr import BYTES, is_private_creator

_FIRST_IN_BLOCK: Final = 0x1000
_FREE_TEXT: Final = frozenset({"LO", "LT", "SH", "ST", "UC", "UT"})
_TEXT: Final = _FREE_TEXT | {"PN", "UR"}
_DATES: Final = frozenset({"DA", "DT", "TM"})
# What can say nothing in words: values under these stay though TCIA's curators left them undecided.
_NUMBERS: Final = frozenset({"AT", "DS", "FD", "FL", "IS", "SL", "SQ", "SS", "SV", "UL", "US", "UV"})
_FULL: Final = "retain_longitudinal_full_dates"
_MODIFIED: Final = "retain_longitudinal_modified_dates"


class Meaning(Enum):
    """What the value of a private element is, where its VR alone does not say so."""

    AS_WRITTEN = auto()
    TEXT = auto()
    UID = auto()
    DATE = auto()
    SECONDS = auto()


@dataclass(frozen=True, slots=True)
class Kept:
    """One private element that stays: its decision, its name `(gggg,"CREATOR",ee)` in dispositions, its meaning."""

    decision: Decision
    name: str
    meaning: Meaning = Meaning.AS_WRITTEN


def decisions(dataset: Dataset, place: Place, recipe: Recipe) -> dict[int, Kept]:
    """Every private element that stays, by tag; a creator stays with the first element of its block (PS3.5 7.8.1)."""
    if not recipe.dispositions and "retain_safe_private" not in recipe.options:
        return {}
    kept: dict[int, Kept] = {}
    tags = [tag for tag in dataset.elements if tag & 0x10000]
    creators = {tag: dataset.text(tag) for tag in tags if is_private_creator(tag)}
    for tag in tags:
        creator_tag = tag & 0xFFFF0000 | (tag & 0xFF00) >> 8  # that reserves the block, if there is one
        creator = creators.get(creator_tag) if tag & 0xFFFF >= _FIRST_IN_BLOCK else None
        found = _remembered(dataset.elements[tag], creator, place, recipe) if creator else None
        if found is not None:
            kept[tag] = found
            if creator_tag not in kept:
                kept[creator_tag] = _creator(creator_tag)
    return kept


@lru_cache(maxsize=1024)
def _creator(tag: int) -> Kept:
    return Kept(_decision(Action.KEEP), tag_text(tag))


def _remembered(element: Element, creator: str, place: Place, recipe: Recipe) -> Kept | None:
    """The decision, taken once for each kind of element at a place."""
    key = (
        element.tag & 0xFFFF00FF,
        creator,
        element.vr,
        element.written_vr,
        element.value_end > element.value_start,
    )
    if key not in place.private:
        place.remember(key, _kept(element, creator, place, recipe))
    found: Kept | None = place.private[key]
    return found


def _kept(element: Element, creator: str, place: Place, recipe: Recipe) -> Kept | None:
    group, low = element.tag >> 16, element.tag & 0xFF
    name = f'({group:04X},"{creator}",{low:02X})'
    disposed = place.disposed(name)
    if disposed is not None:
        return (
            None if disposed is Action.REMOVE else Kept(_decision(disposed), name, _meant(disposed, element))
        )
    if "retain_safe_private" not in recipe.options:
        return None
    dispositions = private.decided(recipe.private, place.path, name)
    if dispositions:
        disposition = _of_vr(element, dispositions)
        if disposition is not None:
            return _under(disposition, element, name, recipe)
    vrs = private.allowed(recipe.private).get((group, creator, low))
    if vrs is None or (vrs and all(_contradicts(element, vr) for vr in vrs)):
        return None
    return _under(Disposition.KEEP, element, name, recipe, vrs)


def _of_vr(element: Element, dispositions: Mapping[str, Disposition]) -> Disposition | None:
    """The disposition for the VR as written, else as understood, else what all VRs agree on where none was written."""
    for vr in (element.written_vr, element.vr, ""):
        if vr is not None and vr in dispositions:
            return dispositions[vr]
    if element.written_vr in {None, "UN"} and len(set(dispositions.values())) == 1:
        return next(iter(dispositions.values()))
    # seen by the curators under other VRs alone: what they deleted there is not kept by another list
    return Disposition.DELETE if Disposition.DELETE in dispositions.values() else None


def _under(
    disposition: Disposition, element: Element, name: str, recipe: Recipe, vrs: frozenset[str] = frozenset()
) -> Kept | None:
    """How the element stays under a disposition and the recipe's options; None where it does not."""
    undecided = disposition is Disposition.UNDECIDED and element.vr not in _NUMBERS
    if undecided or disposition is Disposition.DELETE:
        return None
    if disposition is Disposition.HASH or "UI" in {element.vr, *vrs}:
        keeps = "retain_uids" in recipe.options
        return Kept(_decision(Action.KEEP if keeps else Action.UID), name, Meaning.UID)
    if disposition is Disposition.OFFSET_SECONDS:
        return _dated(Meaning.SECONDS, name, recipe)
    if disposition is Disposition.OFFSET or _DATES & {element.vr, *vrs}:
        return _dated(Meaning.DATE, name, recipe)
    if "clean_descriptors" in recipe.options and _meant(Action.CLEAN, element) is Meaning.TEXT:
        return Kept(_decision(Action.CLEAN), name, Meaning.TEXT)
    return Kept(_decision(Action.KEEP), name)


def _meant(action: Action, element: Element) -> Meaning:
    """What an action takes the value for: C on words or bytes means text, U means a UID under whatever VR."""
    if action is Action.CLEAN and (element.vr in _FREE_TEXT or element.vr in BYTES):
        return Meaning.TEXT
    return Meaning.UID if action is Action.UID and element.vr != "SQ" else Meaning.AS_WRITTEN


def _dated(meaning: Meaning, name: str, recipe: Recipe) -> Kept | None:
    """A date is kept, moved or gone as dates of the table are (PS3.15 E.3.6); clean wins over keep."""
    if _MODIFIED in recipe.options:
        return Kept(_decision(Action.CLEAN), name, meaning)
    return Kept(_decision(Action.KEEP), name, meaning) if _FULL in recipe.options else None


def _contradicts(element: Element, vr: str) -> bool:
    """Whether the file holds text, or bytes that may be items, where the list knows something else."""
    if element.vr == "UN":
        return vr == "SQ" and element.value_end > element.value_start
    return element.vr != vr and (element.vr == "SQ" or (element.vr in _TEXT and vr not in _TEXT))


def _decision(action: Action) -> Decision:
    return Decision(action, Action.REMOVE, OPTIONAL)
