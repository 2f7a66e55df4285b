"""What findings mean for a file at the site: it is wrong, waits for a person, or may go on."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final, NamedTuple

from vesalius.deid import Recipe
from vesalius.deid.proof import FATAL

Finding = tuple[str, str, str]
"""Kind, element path, sentence."""

QUARANTINED: Final = FATAL | {"quarantine", "structure", "identity"}
INFORMS: Final = frozenset({"structured_content", "event"})
"""Every other kind, and one that is new here, waits for a person."""
_BY_SCRIPT: Final = frozenset({"stamp_missing"})  # a script says itself what it stamps


class Weight(IntEnum):
    """What one finding does, the gravest first."""

    WRONG = 0
    WAITS = 1
    INFORMS = 2


_STATES: Final = {Weight.WRONG: "quarantined", Weight.WAITS: "waiting", Weight.INFORMS: "written"}


class Judge(NamedTuple):
    """By the recipe and what a person settled; no word of a person lets out what is wrong."""

    recipe: Recipe
    accepted: frozenset[str]

    def weight(self, kind: str) -> Weight:
        """What a finding of this kind does."""
        if kind in INFORMS or (self.recipe.script and kind in _BY_SCRIPT):
            return Weight.INFORMS
        if kind in QUARANTINED:
            return Weight.WRONG
        return Weight.INFORMS if kind in self.accepted else Weight.WAITS

    def state(self, findings: Iterable[Finding]) -> str:
        """Where findings leave a file."""
        return _STATES[min((self.weight(kind) for kind, *_ in findings), default=Weight.INFORMS)]

    def in_order(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings, what holds the file back first."""
        return tuple(sorted(findings, key=lambda finding: (self.weight(finding[0]), finding)))
