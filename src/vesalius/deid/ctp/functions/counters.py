"""Numbers that stand for texts, counted from 1 in the order in which the texts are met."""

import json
from dataclasses import dataclass, field


@dataclass
class Counters:
    """One row of numbers for each key type; the same text has the same number as long as the counters live."""

    numbers: dict[str, dict[str, int]] = field(default_factory=dict)

    def number(self, key_type: str, text: str) -> int:
        """The number of a text, a new one where it was not met before."""
        known = self.numbers.setdefault(key_type.strip(), {})
        return known.setdefault(text.strip(), len(known) + 1)

    def to_json(self) -> str:
        """All of it, original texts included: as secret as the files."""
        return json.dumps(self.numbers, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Counters":
        """What `to_json` wrote."""
        return cls(json.loads(text))
