"""Painting: tissue over tissue at scattered places, soft at its borders, in every contrast at once."""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vesalius.demo.phantom.brain.atlas import Floats
from vesalius.demo.phantom.brain.contrast import CONTRASTS, SIGNALS

Triple: TypeAlias = tuple[float, float, float]
_LEAST: Final = 0.004  # a share that nobody sees


@dataclass(frozen=True, slots=True)
class Solid:
    """An ellipsoid; mm of the atlas."""

    centre: Triple
    axes: Triple  # half of each

    def box(self) -> tuple[Floats, Floats]:
        """Its lowest and its highest corner."""
        centre, axes = np.array(self.centre, np.float32), np.array(self.axes, np.float32)
        return centre - axes, centre + axes

    def distance(self, places: Floats) -> Floats:
        """Mm from its surface, negative inside; true near the surface."""
        centre, axes = (np.array(part, np.float32)[:, None] for part in (self.centre, self.axes))
        size = np.sqrt(np.sum(((places - centre) / axes) ** 2, axis=0))
        return np.asarray((size - 1) * np.float32(min(self.axes)), np.float32)


@dataclass(frozen=True, slots=True)
class Tube:
    """A bent tube; mm of the atlas."""

    path: tuple[Triple, ...]
    radius: float

    def box(self) -> tuple[Floats, Floats]:
        """Its lowest and its highest corner."""
        path = np.array(self.path, np.float32)
        return path.min(0) - np.float32(self.radius), path.max(0) + np.float32(self.radius)

    def distance(self, places: Floats) -> Floats:
        """Mm from its surface, negative inside."""
        nearest = np.full(places.shape[1], 1e6, np.float32)
        for start, end in zip(self.path, self.path[1:], strict=False):
            first = np.array(start, np.float32)[:, None]
            along = np.array(end, np.float32)[:, None] - first
            share = np.clip(np.sum((places - first) * along, axis=0) / np.sum(along**2), 0, 1)
            nearest = np.minimum(nearest, np.sum((places - first - along * share) ** 2, axis=0))
        return np.asarray(np.sqrt(nearest) - np.float32(self.radius), np.float32)


Shape: TypeAlias = Solid | Tube


@dataclass(frozen=True, slots=True)
class Scene:
    """Places (3, n) in mm of the atlas, and the signal (contrasts, n) painted there so far."""

    places: Floats
    contrasts: tuple[str, ...]
    signal: Floats

    @classmethod
    def empty(cls, places: Floats, contrasts: tuple[str, ...]) -> "Scene":
        """Air everywhere."""
        return cls(places, contrasts, np.zeros((len(contrasts), places.shape[1]), np.float32))

    def part(self, where: np.ndarray) -> "Scene":
        """A copy of some of the places, to be painted apart."""
        return Scene(self.places[:, where], self.contrasts, self.signal[:, where])

    def paint(self, tissue: str, share: Floats) -> None:
        """Put a tissue over what is there; `share` is 0 to 1 at each place."""
        covered = np.flatnonzero(share > _LEAST)
        self._cover(tissue, share[covered], covered)

    def put(
        self,
        tissue: str,
        shape: Shape,
        *,
        share: float | Floats = 1.0,
        grown: float = 0.0,
        width: float = 0.7,
    ) -> None:
        """Paint a shape, `grown` by some mm, with a border `width` mm soft; `share` is one number or one a place."""
        near = self.near(shape, grown + 2 * width)
        if near.size:
            there = share if isinstance(share, float) else share[near]
            found = edge(shape.distance(self.places[:, near]) - np.float32(grown), width)
            self._cover(tissue, np.asarray(found * there, np.float32), near)

    def near(self, shape: Shape, margin: float) -> np.ndarray:
        """Which places lie in the shape's box or within `margin` mm of it."""
        low, high = shape.box()
        inside = np.ones(self.places.shape[1], bool)
        for axis in (2, 1, 0):  # slices are mostly axial: height alone leaves most shapes out
            along = self.places[axis]
            inside &= (along > low[axis] - margin) & (along < high[axis] + margin)
            if not inside.any():
                break
        return np.flatnonzero(inside)

    def _cover(self, tissue: str, share: Floats, where: np.ndarray) -> None:
        if not where.size:
            return
        signals = SIGNALS[tissue]
        for row, contrast in zip(self.signal, self.contrasts, strict=True):
            row[where] += share * (np.float32(signals[CONTRASTS.index(contrast)]) - row[where])


def edge(distance: NDArray[np.floating[Any]], width: float = 0.7) -> Floats:
    """1 inside and 0 outside of a surface at distance 0, soft over some `width` mm."""
    return np.asarray(1 / (1 + np.exp(np.clip(distance / np.float32(width / 2), -30, 30))), np.float32)
