"""Memory of what was found of values: the files of a patient hold nearly the same ones, and each is judged once."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from vesalius.deid.patient.context import PatientContext
from vesalius.deid.patient.identity import Identity
from vesalius.deid.recipes.recipe import Recipe
from vesalius.deid.record import Origin

LONGEST: Final = 4096
"""Bytes of the longest element that is remembered."""
_MOST_BYTES: Final = 2_000_000
_ENTRY: Final = 1_000  # bytes that an entry costs beside its value, about
_MOST_RUNS: Final = 4

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Remembered(Generic[K, T]):
    """What was found of values, by the frame that they stand in and by their bytes; it forgets all when it is full.

    Frame and key together name everything that the finding hangs on. It holds no more than `_MOST_BYTES`, so that files
    which share nothing cost little memory.
    """

    __slots__ = ("_frames", "_held")

    def __init__(self) -> None:
        self._frames: dict[Hashable, dict[K, T]] = {}
        self._held = 0

    def within(self, frame: Hashable) -> dict[K, T]:
        """The findings of one frame, to look values up in."""
        return self._frames.setdefault(frame, {})

    def put(self, known: dict[K, T], key: K, size: int, found: T) -> None:
        """Keep a finding about a value of `size` bytes in a frame that `within` gave."""
        self._held += size + _ENTRY
        if self._held > _MOST_BYTES:
            self._frames, self._held = {}, size + _ENTRY
            known.clear()
        known[key] = found


@dataclass(slots=True)
class _Held(Generic[T]):
    """One run over one patient's files, and what it remembers."""

    context: PatientContext
    identity: Identity
    recipe: Recipe
    origin: Origin
    memory: T


class OfPatients(Generic[T]):
    """One memory for each patient, identity, recipe and origin; the last few are kept, and none knows of another.

    What a value becomes hangs on these four, so nothing is ever taken from one patient to the next. A memory is made
    with the identity under the recipe's UID root and prefix.
    """

    def __init__(self, make: Callable[[Identity], T]) -> None:
        self._make = make
        self._held: list[_Held[T]] = []

    def of(self, context: PatientContext, identity: Identity, recipe: Recipe, origin: Origin) -> T:
        """The memory of these four, which is empty where they were not met lately."""
        for held in self._held:
            if (
                held.origin == origin
                and _same(held.context, context)
                and _same(held.recipe, recipe)
                and _same(held.identity, identity)
            ):
                # the next file brings the very same objects, which need no comparison
                held.context, held.identity, held.recipe = context, identity, recipe
                return held.memory
        new = _Held(context, identity, recipe, origin, self._make(identity.named_by(recipe)))
        self._held = [new, *self._held[: _MOST_RUNS - 1]]
        return new.memory


def _same(one: object, other: object) -> bool:
    return one is other or one == other
