"""Where something is written on images unread: by device in CTP's pixel-script language, and on labels of slides."""

import math
from functools import lru_cache
from typing import Final, NamedTuple

from vesalius.deid.ctp import pixel_script
from vesalius.deid.pixels.boxes import Box
from vesalius.deid.recipes.recipe import Recipe
from vesalius.deid.resources import load_json, load_text
from vesalius.deid.suspicions import label_places, shows_label
from vesalius.dicom import Dataset

_FRAMES: Final = 0x00280008
_IMAGED_VOLUME: Final = (0x00480001, 0x00480002)  # Width and Height, in millimetres (PS3.3 C.8.12.4)
_LONGEST: Final = 200.0  # millimetres that a slide may have


class Rule(NamedTuple):
    """What is known of an image; without regions and ends nothing is blanked unseen. It is looked at in any case.

    `ends` is the part of the longer side that goes at either end; 1 is all of the image.
    """

    regions: tuple[pixel_script.Region, ...] = ()
    ends: float = 0.0

    @property
    def blanks(self) -> bool:
        """Whether something goes unseen."""
        return bool(self.regions or self.ends)

    def boxes(self, rows: int, columns: int) -> list[Box]:
        """What goes of an image, at least all of what CTP blanks."""
        named = [Box(*region) for region in pixel_script.boxes(list(self.regions), rows, columns)]
        deep = math.ceil(self.ends * max(rows, columns))
        if 2 * deep >= max(rows, columns):
            return [*named, Box(0, 0, columns, rows)]
        if not deep:
            return named
        if columns >= rows:
            return [*named, Box(0, 0, deep, rows), Box(columns - deep, 0, deep, rows)]
        return [*named, Box(0, 0, columns, deep), Box(0, rows - deep, columns, deep)]


def rule_for(root: Dataset, recipe: Recipe) -> Rule:
    """The regions of the first rule that an image meets, else the part of a slide's image where its label may be.

    Raises ScriptError, which names the line, for rules that cannot be read.
    """
    found = pixel_script.first_match(_signatures(recipe.pixel_rules), root)
    if found and found.regions:
        return Rule(tuple(found.regions))
    return Rule(ends=_label_share(root) if shows_label(root) else 0.0)


def _label_share(root: Dataset) -> float:
    """How much of a slide's image its label may take at either end, as no file says at which.

    All of the image where it is a label, or comes in tiles; nothing where nobody knows what the image shows.
    """
    places = label_places(root)
    if "whole" in places or (places and root.values(_FRAMES) not in ([], [1])):
        return 1.0
    known = load_json("suspicions.json")
    sides = [
        size
        for tag in _IMAGED_VOLUME
        for size in root.values(tag)
        if isinstance(size, float) and 0 < size < _LONGEST
    ]
    return known["label_millimetres"] / max(sides, default=known["slide_millimetres"]) if places else 0.0


@lru_cache(maxsize=16)
def _signatures(text: str) -> list[pixel_script.Signature]:
    return pixel_script.parse(text or load_text("pixel_rules.txt"))
