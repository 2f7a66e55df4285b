"""The values that an element has in the archive, to offer where one is asked for."""

from functools import lru_cache
from typing import Final

from vesalius.catalog.changes import Change, latest_change
from vesalius.catalog.visible import Judged
from vesalius.search.answers.columns import open_columns
from vesalius.search.elements import Element
from vesalius.search.language.values import spelled

MOST: Final = 200
REMEMBERED: Final = 256  # elements, of askers who may find different things


def existing(element: Element, visible: Judged) -> tuple[str, ...]:
    """The most frequent values of an element among what the asker may find, as a question spells them; none of UIDs."""
    if element.kind == "uid":
        return ()
    return _existing(element, frozenset(visible.findable), latest_change())


@lru_cache(maxsize=REMEMBERED)
def _existing(element: Element, findable: frozenset[int], change: Change) -> tuple[str, ...]:
    del change  # it tells one state of the archive from another
    counted = open_columns().facets([], findable, [element], beyond_series=False)[element.name]
    values = sorted((value for value in counted if value != ""), key=lambda value: -counted[value].series)
    return tuple(dict.fromkeys(spelled(value) for value in values[:MOST]))
