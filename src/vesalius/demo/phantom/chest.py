"""Synthetic chest CT of an invented patient: a seed and a build become axial slices in Hounsfield units."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.random import Generator, default_rng
from scipy import ndimage

from vesalius.demo.phantom import anatomy, fissures
from vesalius.demo.phantom.canvas import Canvas, Floats, Points, beads, closed
from vesalius.demo.phantom.texture import Textures
from vesalius.demo.phantom.vessels import grow

_MASK = 96  # pixels of the coarse lung mask
_MASK_SPACING = 4.0  # mm
_TWIGS = 1700  # arteries of one lung; veins are fewer
_SMALLEST_PARTNER = 1.15  # mm, radius of an artery whose bronchus can be seen
_LARGEST_PARTNER = 2.9  # mm; the bronchi beside larger ones are drawn by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Tumour:
    """A mass in a lung; place and radius in mm of the standard body."""

    centre: tuple[float, float, float]
    radius: float
    strands: int = 44  # that reach into the lung around it
    lobed: float = 1.0  # 0 is smooth
    hollow: float = 0.0  # part of its radius that is gas


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What makes one patient look unlike another."""

    seed: int
    sex: Literal["F", "M"]
    age: int
    width: float = 1.0  # factors on the standard body
    depth: float = 1.0
    fat: float = 0.0  # mm under the skin beyond the standard
    contrast: bool = True
    spacing: float = 0.75  # mm per pixel
    size: int = 512
    noise: float = 1.0  # factor on that of a usual dose
    emphysema: float = 0.0  # 0..1
    effusion: float = 0.0  # mm of fluid behind the right lung
    fatty_liver: float = 0.0  # 0..1
    tumour: Tumour | None = None
    others: tuple[Tumour, ...] = ()


@dataclass(frozen=True)
class Chest:
    """One patient's chest; slices are drawn on demand, each from its height alone."""

    build: Build
    strings: dict[str, Floats] = field(default_factory=dict, init=False)

    def rng(self, purpose: int) -> Generator:
        """Random numbers for one purpose, the same each time."""
        return default_rng((self.build.seed, purpose))

    @property
    def tumours(self) -> tuple[Tumour, ...]:
        """All tumours, the chief one first."""
        chief = self.build.tumour
        return (chief, *self.build.others) if chief else self.build.others

    @cached_property
    def textures(self) -> Textures:
        """Noise fields of this patient."""
        return _textures(self.build.seed, self.build.size)

    @cached_property
    def _bend(self) -> Points:
        rng = self.rng(2)
        return np.concatenate([rng.uniform(-2.2, 2.2, 4), rng.uniform(0, 6, 4), rng.normal(0, (0.02, 3, 3))])

    def warp(self, points: Points) -> Points:
        """Standard body to this patient: scaled, turned, gently bent."""
        bend, phase, (turn, dx, dy) = self._bend[:4], self._bend[4:8], self._bend[8:]
        x, y = points[:, 0], points[:, 1]
        u = x + bend[0] * np.sin(y / 42 + phase[0]) + bend[1] * np.sin(x / 55 + phase[1])
        v = y + bend[2] * np.sin(x / 48 + phase[2]) + bend[3] * np.sin(y / 60 + phase[3])
        u, v = u * self.build.width, v * self.build.depth
        return np.stack([u - turn * v + dx, v + turn * u + dy], axis=1)

    def density(self, tissue: str) -> float:
        """Hounsfield units of a tissue, with or without contrast medium."""
        return float(anatomy.DENSITY[tissue][int(self.build.contrast)])

    @property
    def old(self) -> float:
        """0 for the young, 1 for the very old."""
        return float(np.clip((self.build.age - 35) / 50, 0, 1))

    @cached_property
    def grid(self) -> tuple[Floats, Floats]:
        """Standard coordinates of every pixel, near enough for domes and gradients."""
        size, spacing = self.build.size, self.build.spacing
        axis = (np.arange(size, dtype=np.float32) - size / 2 + 0.5) * spacing
        dx, dy = self._bend[9:]
        return (axis[None, :] - dx) / self.build.width, (axis[:, None] - dy) / self.build.depth

    @cached_property
    def diaphragm(self) -> Floats:
        """Height of the diaphragm above every pixel, mm."""
        return _dome(*self.grid)

    @cached_property
    def trees(self) -> Floats:
        """Arteries and veins of both lungs as beads; small ones do not cross a fissure."""
        return fissures.spares(np.concatenate(_grown(self.build.seed)))

    @cached_property
    def bronchi(self) -> Floats:
        """Lumen of the bronchi that run beside the larger arteries, as beads."""
        arteries = _grown(self.build.seed)[0]
        beside = arteries[(arteries[:, 3] > _SMALLEST_PARTNER) & (arteries[:, 3] < _LARGEST_PARTNER)].copy()
        gap = 1.85 * beside[:, 3] + 0.5
        beside[:, 0] += 0.45 * gap * np.sign(beside[:, 0])
        beside[:, 1] += 0.9 * gap
        beside[:, 3] *= 0.82
        return np.asarray(beside)

    def string(self, name: str, paths: list[anatomy.Path], wider: float = 0.0) -> Floats:
        """Beads along the paths of a table, made once."""
        if name not in self.strings:
            wide = [[(x, y, z, r + wider * (0.35 + r / 12)) for x, y, z, r in path] for path in paths]
            self.strings[name] = np.concatenate([beads(path, 0.8) for path in wide])
        return self.strings[name]


def _dome(x: Floats, y: Floats) -> Floats:
    heights = []
    for cx, cy, a, b, rim, top in anatomy.DOMES:
        turn = np.arctan2(y - cy, x - cx)
        bumps = 1 + 0.045 * np.sin(3 * turn + cx) + 0.03 * np.sin(5 * turn + 1 + cy) + 0.02 * np.sin(8 * turn)
        inside = 1 - bumps * (np.abs((x - cx) / a) ** 2.4 + np.abs((y - cy) / b) ** 2.4)
        heights.append(np.where(inside > 0, rim + (top - rim) * np.maximum(inside, 0) ** 0.46, -50))
    return np.asarray(np.maximum.reduce(heights), np.float32)


@lru_cache(maxsize=2)  # the next study of the same patient takes the same
def _textures(seed: int, size: int) -> Textures:
    return Textures.make(default_rng((seed, 1)), size)


@lru_cache(maxsize=2)
def _grown(seed: int) -> tuple[Floats, Floats]:
    """Arteries and veins of both lungs as beads."""
    rng = default_rng((seed, 3))
    places = _places(rng)
    arteries: list[Floats] = []
    veins: list[Floats] = []
    for side, sign in (("left", 1), ("right", -1)):
        here = places[places[:, 0] * sign > 0]
        for hila, count, grown in ((anatomy.HILA, _TWIGS, arteries), (anatomy.VEIN_HILA, _TWIGS // 2, veins)):
            grown.append(grow(rng, hila[side], here[rng.permutation(len(here))[:count]]))
    return np.concatenate(arteries), np.concatenate(veins)


def _places(rng: Generator) -> Floats:
    """Points inside the lungs, a little away from the pleura."""
    found = []
    for z in np.arange(8.0, 278.0, 5.0):
        canvas = Canvas(_MASK, _MASK_SPACING, np.asarray)
        axis = (np.arange(_MASK, dtype=np.float32) - _MASK / 2) * _MASK_SPACING
        lung = canvas.mask(closed(anatomy.whole("cavity", z)))
        lung -= canvas.mask(closed(anatomy.whole("mediastinum", z)))
        lung[_dome(axis[None, :], axis[:, None]) > z - 3] = 0
        inner = ndimage.binary_erosion(lung > 0.9)
        rows, columns = np.nonzero(inner)
        at = np.stack([axis[columns], axis[rows], np.full(len(rows), z)], axis=1)
        found.append(at + rng.uniform(-2.4, 2.4, at.shape))
    return np.concatenate(found).astype(np.float32)
