"""Synthetic chest CT of an invented patient: a seed and a build become axial slices in Hounsfield units."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.random import Generator, default_rng
from scipy import ndimage

from vesalius.demo import anatomy, bones
from vesalius.demo.canvas import Canvas, Floats, Points, band, beads, closed, ellipse, normals, opened
from vesalius.demo.texture import Textures, between, fresh
from vesalius.demo.vessels import grow

Kernel = Literal["soft", "lung"]

_MASK = 96  # pixels of the coarse lung mask
_MASK_SPACING = 4.0  # mm
_TWIGS = 1300  # arteries of one lung; veins are fewer
_OUTSIDE = -1024.0  # what reconstruction writes outside its circle


@dataclass(frozen=True, slots=True, kw_only=True)
class Tumour:
    """A spiculated mass in a lung; place and radius in mm."""

    centre: tuple[float, float, float]
    radius: float


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
    emphysema: float = 0.0  # 0..1
    tumour: Tumour | None = None


@dataclass(frozen=True)
class Chest:
    """One patient's chest; slices are drawn on demand, each from its height alone."""

    build: Build
    _strings: dict[str, Floats] = field(default_factory=dict, init=False)

    def rng(self, purpose: int) -> Generator:
        """Random numbers for one purpose, the same each time."""
        return default_rng((self.build.seed, purpose))

    @cached_property
    def textures(self) -> Textures:
        """Noise fields of this patient."""
        return Textures.make(self.rng(1), self.build.size)

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
        """Arteries and veins of both lungs as beads."""
        rng = self.rng(3)
        places = self._places(rng)
        grown = []
        for side, sign in (("left", 1), ("right", -1)):
            here = places[places[:, 0] * sign > 0]
            for hila, count in ((anatomy.HILA, _TWIGS), (anatomy.VEIN_HILA, _TWIGS // 2)):
                grown.append(grow(rng, hila[side], here[rng.permutation(len(here))[:count]]))
        return np.concatenate(grown)

    def _places(self, rng: Generator) -> Floats:
        """Points inside the lungs, a little away from the pleura."""
        found = []
        for z in np.arange(8.0, 278.0, 5.0):
            canvas = Canvas(_MASK, _MASK_SPACING, np.asarray)
            axis = (np.arange(_MASK, dtype=np.float32) - _MASK / 2) * _MASK_SPACING
            lung = canvas.mask(closed(anatomy.whole(anatomy.CAVITY, z)))
            lung -= canvas.mask(closed(anatomy.whole(anatomy.MEDIASTINUM, z)))
            lung[_dome(axis[None, :], axis[:, None]) > z - 3] = 0
            inner = ndimage.binary_erosion(lung > 0.9)
            rows, columns = np.nonzero(inner)
            at = np.stack([axis[columns], axis[rows], np.full(len(rows), z)], axis=1)
            found.append(at + rng.uniform(-2.4, 2.4, at.shape))
        return np.concatenate(found).astype(np.float32)

    def string(self, name: str, paths: list[anatomy.Path], wider: float = 0.0) -> Floats:
        """Beads along the paths of a table, made once."""
        if name not in self._strings:
            wide = [[(x, y, z, r + wider * (0.35 + r / 12)) for x, y, z, r in path] for path in paths]
            self._strings[name] = np.concatenate([beads(path, 0.8) for path in wide])
        return self._strings[name]

    def slice(self, z: float, *, thickness: float = 5.0, kernel: Kernel = "soft") -> Floats:
        """One axial slice at height z (mm of the standard body) in Hounsfield units."""
        return Slice(self, z, thickness).draw(kernel)


def _dome(x: Floats, y: Floats) -> Floats:
    heights = []
    for cx, cy, a, b, rim, top in anatomy.DOMES:
        turn = np.arctan2(y - cy, x - cx)
        bumps = 1 + 0.045 * np.sin(3 * turn + cx) + 0.03 * np.sin(5 * turn + 1 + cy) + 0.02 * np.sin(8 * turn)
        inside = 1 - bumps * (np.abs((x - cx) / a) ** 2.4 + np.abs((y - cy) / b) ** 2.4)
        heights.append(np.where(inside > 0, rim + (top - rim) * np.maximum(inside, 0) ** 0.46, -50))
    return np.maximum.reduce(heights).astype(np.float32)


@dataclass(slots=True)
class Slice:
    """One slice on its way: painted from the skin inwards, then reconstructed."""

    chest: Chest
    z: float
    thickness: float
    canvas: Canvas = field(init=False)
    rng: Generator = field(init=False)
    fine: Floats = field(init=False)
    coarse: Floats = field(init=False)

    def __post_init__(self) -> None:
        build, textures = self.chest.build, self.chest.textures
        self.canvas = Canvas(build.size, build.spacing, self.chest.warp)
        self.rng = default_rng((build.seed, 9, int(self.z * 100) + 100_000))
        self.fine = between(textures.soft, self.z, 9)
        self.coarse = between(textures.cloud, self.z, 30)

    def draw(self, kernel: Kernel) -> Floats:
        """Paint every organ and add what a scanner adds."""
        cavity = self.canvas.mask(closed(anatomy.whole(anatomy.CAVITY, self.z)))
        self._wall()
        self._lungs(cavity)
        self._mediastinum(cavity)
        self._abdomen(cavity)
        self._vessels()
        chest = self.chest
        bones.ribs(self.canvas, self.z, chest.old, float(chest.rng(4).uniform(-2.5, 2.5)))
        bones.sternum(self.canvas, self.z, chest.old)
        bones.spine(self.canvas, self.z, chest.old, chest.density("cord"))
        return self._reconstruct(kernel)

    def _skin(self, outward: float) -> Points:
        curve = closed(anatomy.whole(anatomy.SKIN, self.z), 160)
        out = normals(curve)
        out *= np.sign(np.sum(out * (curve - curve.mean(0))))
        lying = np.where(curve[:, 1] > 60, 0.55, 1.0)[:, None]  # the couch flattens the back
        return curve + out * (self.chest.build.fat * lying + outward)

    def _wall(self) -> None:
        canvas, density, z = self.canvas, self.chest.density, self.z
        fat = density("fat") + 5 * self.fine + 4 * self.coarse
        bones.table(canvas, 113 + 0.55 * self.chest.build.fat)
        self._breasts(fat)
        canvas.paint(self._skin(0), density("skin"))
        canvas.paint(self._skin(-2.1), fat)
        muscle = density("muscle") + 6 * self.fine - 9 * np.clip(self.coarse - 0.7 + self.chest.old, 0, 2)
        for side in (-1, 1):
            self._bands(side, muscle)
        self._arms(muscle)
        bones.shoulders(canvas, z, density("muscle"))
        ring = closed(anatomy.whole(anatomy.CAVITY, z), 180)
        out = normals(ring)
        out *= np.sign(np.sum(out * (ring - ring.mean(0))))
        canvas.paint(ring + out * 11.5, muscle)
        canvas.paint(ring + out * 1.6, -60 + 6 * self.fine)

    def _bands(self, side: int, muscle: Floats) -> None:
        """Muscles over the ribs: (start, end, outward, half width, from height, to height)."""
        z, canvas = self.z, self.canvas
        for start, end, offset, width, low, high in (
            (0.02, 0.23, 30.0, 3.4, 120, 290),  # trapezius
            (0.16, 0.50, 18.5, 4.2, -20, 175),  # latissimus
            (0.36, 0.66, 16.0, 3.0, 60, 200),  # serratus
            (0.60, 0.965, 17.0, 6.0, 135, 255),  # greater pectoral
            (0.66, 0.82, 25.0, 4.5, 185, 262),  # lesser pectoral, where it leaves the ribs
            (0.80, 0.97, 14.0, 5.0, -20, 70),  # straight abdominal
            (0.50, 0.80, 16.0, 4.2, -20, 60),  # oblique abdominal
        ):
            here = np.clip(min(z - low, high - z) / 22, 0, 1) ** 0.5
            if here > 0.12:
                curve = bones.along_wall(z, side, start, end, offset)
                shape = np.sin(np.linspace(0.1, np.pi - 0.1, len(curve))) ** 0.55
                canvas.paint(band(curve, width * here * shape), muscle)
        back = np.array([(6, 84), (19, 83), (35, 88), (47, 95), (42, 104), (24, 106.5), (8, 103)], float)
        canvas.paint(closed((back - (0, 92)) * (side, 1.02 - 0.1 * (z > 200)) + (0, 92)), muscle)

    def _arms(self, muscle: Floats) -> None:
        """Muscles and the head of the raised arm at the shoulders."""
        z, canvas = self.z, self.canvas
        size = float(np.clip((z - 196) / 50, 0, 1)) ** 0.7
        if size <= 0.3:
            return
        for side in (-1, 1):
            for (x, y), (a, b), turn in (
                ((150, 22), (30, 15), 62), ((140, -34), (38, 13), 24), ((166, -6), (20, 26), 0), ((122, 62), (30, 13), -38),
            ):  # fmt: skip
                shape = ellipse((side * x, y), (a * size, b * size), side * turn)
                canvas.paint(shape, muscle)
            canvas.paint(
                ellipse((side * 118, -8), (9, 7), 10), self.chest.density("vein") - 60 + 0 * self.fine
            )
            canvas.paint(ellipse((side * 126, 6), (5, 5)), self.chest.density("blood"))
            head = 1 - ((z - 286) / 30) ** 2
            if head > 0:
                canvas.paint(ellipse((side * 150, -2), (24 * head**0.5, 23 * head**0.5)), 560.0)
                canvas.paint(
                    ellipse((side * 150, -2), (22 * head**0.5, 21 * head**0.5)), 240 + 20 * self.fine
                )

    def _breasts(self, fat: Floats) -> None:
        if self.chest.build.sex != "F":
            return
        size = 1 - ((self.z - 152) / 48) ** 2
        if size <= 0:
            return
        grow = np.sqrt(size) * (1 + 0.012 * self.chest.build.fat)
        for side in (-1, 1):
            outline = closed(
                np.array([(36, -84), (54, -121), (88, -128), (122, -112), (140, -74), (110, -58), (60, -66)])
                * (side, 1)
            )
            middle = np.array([side * 88, -80])
            shape = (outline - middle) * (0.35 + 0.65 * grow, grow) + middle
            self.canvas.paint(shape, self.chest.density("skin"))
            self.canvas.paint((shape - middle) * 0.965 + middle, fat)
            core = (shape - (side * 86, -104)) * 0.5 + (side * 86, -106)
            strands = self.canvas.mask(core) * np.clip(self.fine * 0.8 + self.coarse * 0.5, 0, 1)
            self.canvas.fill(strands * (1 - 0.6 * self.chest.old), self.chest.density("gland"))

    def _lungs(self, cavity: Floats) -> None:
        chest, canvas = self.chest, self.canvas
        _, y = chest.grid
        air = chest.density("lung") + 10 * self.fine + 8 * self.coarse + np.clip(y, -90, 90) * 0.42
        if chest.build.emphysema:
            air = air - 95 * chest.build.emphysema * np.clip(self.coarse - 0.5 + (self.z - 150) / 150, 0, 1)
        canvas.fill(cavity, air.astype(np.float32))
        self._fissures(cavity)
        canvas.string(
            chest.trees,
            self.z,
            38.0 + 0.5 * chest.density("pulmonary"),
            thickness=self.thickness,
            within=cavity,
            steps=4,
        )
        if chest.build.tumour:
            self._tumour(chest.build.tumour, cavity)

    def _fissures(self, cavity: Floats) -> None:
        z, canvas = self.z, self.canvas
        for side in (-1, 1):
            if not 60 < z < 232:
                continue
            front = 62 - (232 - z) * (0.78 if side > 0 else 0.72)
            x = np.array([30, 60, 90, 130]) * side
            y = front + np.array([4, -2, -3, 6])
            curve = opened(np.stack([x, y], axis=1).astype(float), 60)
            canvas.paint(band(curve, 0.55), -690.0, within=cavity)

    def _tumour(self, tumour: Tumour, cavity: Floats) -> None:
        x, y, z = tumour.centre
        rng = self.chest.rng(5)
        depth = 1 - ((self.z - z) / (tumour.radius * 1.05)) ** 2
        reach = 1 - ((self.z - z) / (tumour.radius * 1.7)) ** 2
        angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
        waves = [(k, rng.uniform(0, 6), rng.normal(0, 0.13 / k**0.8)) for k in range(2, 12)]
        outline = 1 + sum(a * np.sin(k * angle + p + (self.z - z) / 9) for k, p, a in waves)
        value = self.chest.density("tumour") + 9 * self.fine - 16 * np.clip(self.coarse, 0, 1)
        if reach > 0:
            for _ in range(44):
                way, long, wide = (
                    rng.uniform(0, 2 * np.pi),
                    rng.uniform(0.3, 1.25) ** 1.5,
                    rng.uniform(0.35, 0.85),
                )
                here = abs(np.sin(way * 3 + (self.z - z) / 7)) * reach
                start = tumour.radius * max(depth, 0.05) ** 0.5 * 0.85
                tip = start + tumour.radius * long * here
                ray = np.linspace(start, tip, 12)
                bend = way + rng.normal(0, 0.12) * np.linspace(0, 1, 12)
                curve = np.stack([x + ray * np.cos(bend), y + ray * np.sin(bend)], axis=1)
                self.canvas.paint(
                    band(curve, wide * np.linspace(1.5, 0.25, 12)), -120.0, within=cavity * 0.75
                )
        if depth > 0:
            radius = tumour.radius * np.sqrt(depth) * outline
            shape = np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)
            self.canvas.paint(shape, value, within=cavity)

    def _mediastinum(self, cavity: Floats) -> None:
        canvas, density, z = self.canvas, self.chest.density, self.z
        fat = density("fat") + 12 + 7 * self.fine + 8 * np.clip(self.coarse, -1, 2)
        canvas.paint(closed(anatomy.whole(anatomy.MEDIASTINUM, z)), fat, within=cavity)
        for grow, tissue in ((3.2, fat), (0.0, density("myocardium") + 5 * self.fine)):
            for part in anatomy.HEART:
                self._ellipsoid(part, tissue, within=cavity, grow=grow)
        for name in anatomy.CHAMBERS:
            tissue = "myocardium" if name == "left wall" else "blood"
            self._ellipsoid(anatomy.CHAMBERS[name], density(tissue) + 5 * self.fine, within=cavity)

    def _ellipsoid(
        self,
        part: tuple[tuple[int, int, int], tuple[int, int, int], int],
        value: Floats | float,
        within: Floats,
        grow: float = 0.0,
    ) -> None:
        (x, y, height), (a, b, c), turn = part
        depth = 1 - ((self.z - height) / (c + grow)) ** 2
        if depth <= 0.01:
            return
        scale = np.sqrt(depth)
        shape = ellipse((x, y), ((a + grow) * scale, (b + grow) * scale), turn)
        angle = np.linspace(0, 2 * np.pi, len(shape), endpoint=False)
        wobble = 1 + 0.03 * np.sin(3 * angle + height) + 0.02 * np.sin(5 * angle + self.z / 15)
        self.canvas.paint((shape - (x, y)) * wobble[:, None] + (x, y), value, within=within)

    def _abdomen(self, cavity: Floats) -> None:
        canvas, density, z, chest = self.canvas, self.chest.density, self.z, self.chest
        belly = np.clip((chest.diaphragm - z) / self.thickness + 0.5, 0, 1) * cavity
        if not belly.any():
            return
        canvas.fill(belly, density("fat") + 8 * self.fine + 5 * self.coarse)
        liver = density("liver") + 5 * self.fine + 3 * self.coarse
        spleen = density("spleen") + 4 * self.fine
        outline = closed(
            np.array([(52, 40), (84, 22), (118, 10), (134, 40), (112, 82), (76, 86), (60, 66)], float)
        )
        canvas.paint((outline - (96, 50)) * min(1.0, 0.55 + (90 - z) / 90) + (96, 50), spleen, within=belly)
        self._stomach(belly)
        canvas.paint(closed(anatomy.whole(anatomy.LIVER, z)), liver, within=belly)
        veins = self.chest.string("hepatic", _HEPATIC)
        canvas.string(veins, z, density("hepatic vein"), thickness=self.thickness, within=belly)
        self._behind(belly)

    def _behind(self, belly: Floats) -> None:
        """Crura of the diaphragm, adrenals and the upper poles of the kidneys."""
        z, canvas = self.z, self.canvas
        muscle = self.chest.density("muscle")
        if z < 78:
            for side in (-1, 1):
                path = np.array(
                    [(side * 4 + 8, 6), (side * 15 + 6, 16), (side * 20 + 2, 32), (side * 23, 46)], float
                )
                wide = float(np.clip((80 - z) / 18, 0.6, 2.6)) * np.linspace(0.8, 1.2, 40)
                canvas.paint(band(opened(path, 40), wide), muscle)
        for side, top in ((-1, 42), (1, 50)):
            if 8 < z < top + 14:
                for arm in ((-6, 20), (8, 22)):
                    path = np.array(
                        [(side * 34, 14), (side * 36 + arm[0] * 0.4, 22), (side * 37 + arm[0], 12 + arm[1])]
                    )
                    canvas.paint(band(opened(path.astype(float), 24), 1.7), muscle + 12, within=belly)
            depth = 1 - ((z + 8) / (top + 2)) ** 2
            if depth > 0:
                scale = np.sqrt(depth)
                pole = ellipse((side * 58, 50), (27 * scale, 30 * scale), 25 * side)
                canvas.paint(
                    (pole - (side * 58, 50)) * 1.25 + (side * 58, 50), self.chest.density("fat"), within=belly
                )
                canvas.paint(pole, self.chest.density("blood") - 20, within=belly)
                canvas.paint(
                    (pole - (side * 58, 50)) * 0.55 + (side * 56, 50),
                    self.chest.density("spleen"),
                    within=belly,
                )

    def _stomach(self, belly: Floats) -> None:
        canvas, z = self.canvas, self.z
        size = float(np.clip(0.62 + (84 - z) / 120, 0.5, 1.05))
        outline = closed(
            np.array([(34, -20), (44, -58), (76, -70), (106, -48), (112, -12), (92, 16), (58, 18)], float)
        )
        shape = (outline - (76, -24)) * size + (76, -24)
        canvas.paint(shape, self.chest.density("stomach wall"), within=belly)
        angle = np.linspace(0, 2 * np.pi, len(shape), endpoint=False)
        folds = 0.915 + 0.018 * np.sin(13 * angle + z / 9) + 0.014 * np.sin(21 * angle + z / 5)
        inner = (shape - (76, -24)) * folds[:, None] + (76, -24)
        canvas.paint(inner, self.chest.density("stomach") + 16 * self.coarse + 14 * self.fine, within=belly)
        level = -47.0
        gas = np.column_stack([inner[:, 0], np.minimum(inner[:, 1], level)])
        canvas.paint(gas, -985.0, within=belly)

    def _vessels(self) -> None:
        chest, canvas, z, density = self.chest, self.canvas, self.z, self.chest.density
        thick = min(self.thickness, 3.0)
        for name, paths, value, wider in (
            ("oesophagus", [anatomy.OESOPHAGUS], density("oesophagus"), 0.0),
            ("veins", anatomy.VEINS, density("vein"), 0.0),
            ("pulmonary veins", anatomy.PULMONARY_VEINS, density("blood"), 0.0),
            ("pulmonary", anatomy.PULMONARY, density("pulmonary"), 0.0),
            ("aortic wall", [anatomy.AORTA], density("muscle"), 1.3),
            ("arteries", [anatomy.AORTA, *anatomy.ARTERIES], density("blood") + 8, 0.0),
            ("airway wall", anatomy.AIRWAYS, 40.0, 1.7),
            ("airway", anatomy.AIRWAYS, -985.0, 0.0),
        ):
            string = chest.string(name, paths, wider)
            canvas.string(string, z, value, thickness=thick)
        gas = chest.rng(int(z) + 50).uniform(0, 1)
        if gas > 0.55 and z > 60:
            path = np.asarray(anatomy.OESOPHAGUS)
            x, y = (float(np.interp(z, path[::-1, 2], path[::-1, i])) for i in (0, 1))
            canvas.paint(ellipse((x, y), (3.2 * gas, 1.8)), -650.0)

    def _reconstruct(self, kernel: Kernel) -> Floats:
        """Blur, edge enhancement and noise of a kernel; nothing outside the circle of reconstruction."""
        chest, textures = self.chest, self.chest.textures
        hu = self.canvas.hu
        x, y = chest.grid
        centre = np.exp(-((x / 150) ** 2 + (y / 100) ** 2))
        load = (0.55 + 0.6 * centre) * (5 / self.thickness) ** 0.35 * (1 + 0.012 * chest.build.fat)
        if kernel == "soft":
            hu = ndimage.gaussian_filter(hu, 0.8, truncate=3)
            noise = 9.5 * fresh(textures.grain, self.rng)
        else:
            hu = ndimage.gaussian_filter(hu, 0.5, truncate=3)
            hu = hu + 0.55 * (hu - ndimage.gaussian_filter(hu, 1.3, truncate=2.5))
            noise = 36 * fresh(textures.sharp, self.rng)
        shoulder = float(np.clip((self.z - 225) / 40, 0, 1)) * 9
        if shoulder:
            noise = noise + shoulder * np.roll(textures.streak, int(self.rng.integers(512)), axis=0)
        hu = hu + noise * load
        size = chest.build.size
        axis = np.arange(size) - size / 2 + 0.5
        hu[axis[:, None] ** 2 + axis[None, :] ** 2 > (size / 2) ** 2] = _OUTSIDE
        return np.clip(hu, _OUTSIDE, 3071).astype(np.float32)


_HEPATIC: list[anatomy.Path] = [
    [(-22, -8, 90, 5), (-46, -16, 82, 4.4), (-78, -14, 66, 3.4), (-104, -6, 44, 2)],
    [(-22, -8, 88, 5), (-38, -34, 80, 4), (-52, -58, 62, 2.6)],
    [(-20, -10, 88, 4), (-2, -40, 78, 3), (18, -66, 64, 2)],
    [(-34, -12, 22, 6), (-58, -14, 34, 4.6), (-84, -28, 44, 3), (-102, -44, 52, 2)],
    [(-58, -14, 34, 4), (-82, 14, 40, 3), (-100, 40, 46, 1.8)],
    [(-34, -12, 22, 5), (-20, -38, 40, 4), (8, -62, 48, 2.4)],
    [(-46, -16, 82, 3.4), (-70, 12, 70, 2.6), (-92, 34, 56, 1.6)],
]
