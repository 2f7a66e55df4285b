"""What an anonymizer script consists of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from vesalius.deid.ctp import calls
from vesalius.deid.ctp.elements import Private, Step
from vesalius.dicom import Dataset, tag_text

PRIVATE_GROUPS: Final = "privategroups"
UNSPECIFIED: Final = "unspecifiedelements"
CURVES: Final = "curves"
OVERLAYS: Final = "overlays"
REMOVALS: Final = (PRIVATE_GROUPS, UNSPECIFIED, CURVES, OVERLAYS)
"""What `remove.` lines may name."""


class Warned(NamedTuple):
    """Something in a script that is not safe or lost; `line` is 0 where no line says it."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.sentence}" if self.line else self.sentence


@dataclass(frozen=True, slots=True)
class ElementLine:
    """What the script says of one element; the name is for people, and the line is 0 where there was no file."""

    target: Step
    text: str
    name: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    @property
    def script(self) -> calls.Script:
        """The text as literals and calls."""
        return calls.parse(self.text)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """One script's decisions; of several lines about one element the last counts."""

    parameters: Mapping[str, str]
    elements: tuple[ElementLine, ...]
    names: Mapping[str, Step] = field(default_factory=dict)  # of private elements, for use in other lines
    keep_groups: frozenset[int] = frozenset()
    keep_safe_private: bool = False
    remove: frozenset[str] = frozenset()
    spared: frozenset[str] = field(default=frozenset(), compare=False)  # removals that are switched off
    disabled: tuple[ElementLine, ...] = field(default=(), compare=False)
    slips: tuple[Warned, ...] = field(default=(), compare=False)

    def lines_in(self, dataset: Dataset) -> dict[int, ElementLine]:
        """The lines that speak of elements of this data set, by tag; private ones by its own blocks."""
        found = dict(self.public)
        for creator, line in self.private:
            tag = creator.tag_in(dataset)
            if tag is not None:
                found[tag] = line
        return found

    @cached_property
    def public(self) -> dict[int, ElementLine]:
        """Lines about elements that are named by their tag."""
        return {line.target: line for line in self.elements if isinstance(line.target, int)}

    @cached_property
    def private(self) -> tuple[tuple[Private, ElementLine], ...]:
        """Lines about elements that are named by their creator."""
        return tuple((line.target, line) for line in self.elements if isinstance(line.target, Private))


def target_text(target: Step) -> str:
    """An element as recipes write it: `(0010,0010)`, `(0009,"CREATOR",02)`, `(0009,"CREATOR")`."""
    if isinstance(target, int):
        return tag_text(target)
    low = "" if target.low is None else f",{target.low:02X}"
    return f'({target.group:04X},"{target.creator}"{low})'
