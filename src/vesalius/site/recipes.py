"""The recipe that a person names: one that ships with the archive, a TOML file, or a CTP script as it is."""

import re
from pathlib import Path
from typing import Final

from vesalius.deid import Recipe, RecipeError
from vesalius.errors import BadRequest

LARGEST: Final = 10_000_000  # bytes of a recipe
# How scripts of CTP's anonymizer begin: as XML, or as properties in their older form.
_SCRIPT: Final = re.compile(r"\s*<|.*^\s*#?\s*(set\.\[|param\.|keep\.|remove\.)", re.DOTALL | re.MULTILINE)


class NoRecipe(BadRequest):
    """There is no such recipe."""

    hint = "Name one that ships with the archive (basic, tcia, keep-dates, strict), or a file."


def load_recipe(name: str) -> Recipe:
    """A built-in recipe by its name, else the recipe in a file. Raises RecipeError, CtpError and NoRecipe."""
    path = Path(name)
    if not path.exists():
        try:
            return Recipe.builtin(name)
        except RecipeError as error:
            raise NoRecipe(f"There is no file and no ready recipe of that name: {error}.") from None
    try:
        if path.stat().st_size > LARGEST:
            raise NoRecipe("The recipe's file is too large for a recipe.")
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NoRecipe(f"The recipe's file cannot be read as text ({type(error).__name__}).") from None
    if path.suffix.lower() != ".toml" and _SCRIPT.match(text):
        return Recipe(name=path.stem, version="1", script=text)
    return Recipe.from_toml(text)


def warnings(recipe: Recipe) -> tuple[str, ...]:
    """What is doubtful in a recipe that is a CTP script, each with its line where a person wrote lines."""
    if not recipe.script:
        return ()
    from vesalius.deid.ctp import Script  # noqa: PLC0415 - few recipes are scripts

    script = Script.parse(recipe.script)
    from_table = script.to_xml() == recipe.script
    return tuple(warning.sentence if from_table else str(warning) for warning in script.warnings)
