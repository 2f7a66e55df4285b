"""What a script of CTP's asks for beside the file: the lookup table, the time, and counters that outlive a process."""

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

from vesalius.deid import Recipe
from vesalius.deid.ctp import Counters, Surroundings
from vesalius.deid.patient.lookup import LookupTable
from vesalius.site.places import secret_file

_COUNTS: Final = "@integer("


class Asking(Protocol):
    """A task that may run a script."""

    @property
    def recipe(self) -> Recipe:
        """The recipe, perhaps with a script."""

    @property
    def lookup(self) -> LookupTable | None:
        """The table that `@lookup` reads."""

    @property
    def counters(self) -> str:
        """File of the counters; "" keeps them in this process."""


def counts(recipe: Recipe) -> bool:
    """Whether a script numbers values one after the other, which one process alone can do."""
    return _COUNTS in recipe.script


def surroundings(task: Asking) -> Surroundings | None:
    """What the script of this task may ask for; None without a script."""
    if not task.recipe.script:
        return None
    table = task.lookup or LookupTable()
    return Surroundings(
        lookup=table.value,
        counters=_counters(task.counters) if counts(task.recipe) else Counters(),
        now=datetime.now(UTC).astimezone(),
    )


def keep_counters(task: Asking) -> None:
    """Write down what was numbered, so that the next run goes on counting."""
    if task.counters and counts(task.recipe):
        with secret_file(Path(task.counters)) as file:
            file.write(_counters(task.counters).to_json())


@lru_cache(maxsize=1)
def _counters(path: str) -> Counters:
    try:
        return Counters.from_json(Path(path).read_text("utf-8")) if path else Counters()
    except FileNotFoundError:
        return Counters()
