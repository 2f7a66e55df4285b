"""How far the demonstration is: lines on the terminal, and a small file that the public pages read."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from vesalius.demo.parcels import Parcel

FILE: Final = "demo-progress.json"
Tell = Callable[[str], None]
WAITING, UNDER_WAY, DONE = "waiting", "under way", "done"


@dataclass(slots=True)
class Progress:
    """Tells people; `secret` names the holdings that the public must not hear of."""

    folder: Path
    tell: Tell
    parcels: Sequence[Parcel]
    secret: frozenset[str]
    _done: list[Parcel] = field(default_factory=list)

    def begin(self, parcel: Parcel) -> None:
        """This parcel is under way."""
        place = f"{self.parcels.index(parcel) + 1} of {len(self.parcels)}"
        self.tell(f"Demonstration {place}: {parcel.sentence}")
        self._write(parcel)

    def finish(self, parcel: Parcel) -> None:
        """This parcel is where it belongs."""
        self._done.append(parcel)
        self._write(None)

    def _write(self, now: Parcel | None) -> None:
        """The file appears whole; names of holdings that the public does not find are left out."""
        told = {
            "done": len(self._done),
            "total": len(self.parcels),
            "now": "" if now is None or now.holding in self.secret else now.sentence,
            "collections": {
                name: self._state(name, now)
                for name in dict.fromkeys(parcel.holding for parcel in self.parcels)
                if name not in self.secret
            },
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        waiting = self.folder / f"{FILE}.new"
        waiting.write_text(json.dumps(told), "utf-8")
        waiting.replace(self.folder / FILE)

    def _state(self, name: str, now: Parcel | None) -> str:
        done = [parcel in self._done for parcel in self.parcels if parcel.holding == name]
        if all(done):
            return DONE
        return UNDER_WAY if any(done) or (now is not None and now.holding == name) else WAITING
