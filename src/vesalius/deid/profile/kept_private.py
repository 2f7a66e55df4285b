"""Which private elements of a data set stay: those of the allow-list and of the recipe, with their creators."""

from dataclasses import dataclass
from typing import Final

from vesalius.deid.profile import private
from vesalius.deid.profile.actions import Action
from vesalius.deid.profile.iods import OPTIONAL
from vesalius.deid.profile.recipe import Recipe
from vesalius.deid.profile.rules import Decision, Place
from vesalius.dicom import Dataset, Element, tag_text
from vesalius.dicom.vr import is_private, is_private_creator

_FIRST_IN_BLOCK: Final = 0x1000
_KEEP: Final = Decision(Action.KEEP, Action.REMOVE, OPTIONAL)
_TEXT: Final = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})


@dataclass(frozen=True, slots=True)
class Kept:
    """One private element that stays: its decision, and its name `(gggg,"CREATOR",ee)` in dispositions."""

    decision: Decision
    name: str


def decisions(dataset: Dataset, place: Place, recipe: Recipe) -> dict[int, Kept]:
    """Every private element that stays, by tag; a creator stays with the first element of its block (PS3.5 7.8.1)."""
    if not recipe.dispositions and "retain_safe_private" not in recipe.options:
        return {}
    kept: dict[int, Kept] = {}
    creators = {tag: dataset.text(tag) for tag in dataset.elements if is_private_creator(tag)}
    for element in dataset:
        creator_tag = _creator_tag(element.tag)
        creator = creators.get(creator_tag)
        found = _kept(element, creator, place, recipe) if creator else None
        if found is not None:
            kept[element.tag] = found
            kept.setdefault(creator_tag, Kept(_KEEP, tag_text(creator_tag)))
    return kept


def _creator_tag(tag: int) -> int:
    """Tag of the element that reserves the block; 0 for standard elements, creators and what no block can hold."""
    if not is_private(tag) or tag & 0xFFFF < _FIRST_IN_BLOCK:
        return 0
    return tag & 0xFFFF0000 | (tag & 0xFF00) >> 8


def _kept(element: Element, creator: str, place: Place, recipe: Recipe) -> Kept | None:
    group, low = element.tag >> 16, element.tag & 0xFF
    vr = private.allowed(recipe.private).get((group, creator, low))
    if vr is None and not recipe.dispositions:
        return None
    name = f'({group:04X},"{creator}",{low:02X})'
    disposed = place.disposed(name)
    if disposed is not None:
        return None if disposed is Action.REMOVE else Kept(Decision(disposed, Action.REMOVE, OPTIONAL), name)
    if vr is None or "retain_safe_private" not in recipe.options or _contradicts(element, vr):
        return None
    return Kept(Decision(_action(vr, recipe), Action.REMOVE, OPTIONAL), name)


def _contradicts(element: Element, vr: str) -> bool:
    """Whether the file holds text, or bytes that may be items, where the list knows something else."""
    if element.vr == "UN":
        return vr == "SQ" and element.value_end > element.value_start
    return element.vr != vr and (element.vr == "SQ" or (element.vr in _TEXT and vr not in _TEXT))


def _action(vr: str, recipe: Recipe) -> Action:
    if vr == "UI" and "retain_uids" not in recipe.options:
        return Action.UID
    if vr in {"DA", "DT"} and "retain_longitudinal_full_dates" not in recipe.options:
        return Action.CLEAN if "retain_longitudinal_modified_dates" in recipe.options else Action.REMOVE
    return Action.KEEP
