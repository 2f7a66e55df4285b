"""Which devices write on their images, and where: CTP's pixel-script language, our own rules or the recipe's."""

from functools import lru_cache
from typing import NamedTuple

from vesalius.deid.ctp import pixel_script
from vesalius.deid.pixels.boxes import Box
from vesalius.deid.profile.recipe import Recipe
from vesalius.deid.resources import load_text
from vesalius.dicom import Dataset


class Rule(NamedTuple):
    """What is known of an image's device; no regions: nothing is blanked unseen. It is looked at in any case."""

    regions: tuple[pixel_script.Region, ...] = ()

    def boxes(self, rows: int, columns: int) -> list[Box]:
        """The regions as they lie in an image, at least all of what CTP blanks."""
        return [Box(*region) for region in pixel_script.boxes(list(self.regions), rows, columns)]


def rule_for(root: Dataset, recipe: Recipe) -> Rule:
    """The first rule that an image meets. Raises ScriptError, which names the line, for rules that cannot be read."""
    found = pixel_script.first_match(_signatures(recipe.pixel_rules), root)
    return Rule(tuple(found.regions)) if found else Rule()


@lru_cache(maxsize=16)
def _signatures(text: str) -> list[pixel_script.Signature]:
    return pixel_script.parse(text or load_text("pixel_rules.txt"))
