"""One slice of a synthetic chest: painted from the skin inwards, then reconstructed as a scanner would."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.random import Generator, default_rng
from scipy import ndimage

from vesalius.demo.phantom import anatomy, bones
from vesalius.demo.phantom.canvas import Canvas, Floats, Points, band, closed, ellipse, normals, opened
from vesalius.demo.phantom.chest import Chest, Tumour
from vesalius.demo.phantom.texture import between, fresh

Kernel = Literal["soft", "lung"]
_OUTSIDE = -1024.0  # what reconstruction writes outside its circle

# Centre x, y, half axes, turn in degrees: seen with the arms raised.
_SHOULDER_MUSCLES = (
    (150, 22, 30, 15, 62),
    (140, -34, 38, 13, 24),
    (166, -6, 20, 26, 0),
    (122, 62, 30, 13, -38),
)


def axial(chest: Chest, z: float, *, thickness: float = 5.0, kernel: Kernel = "soft") -> Floats:
    """One axial slice at height z (mm of the standard body) in Hounsfield units."""
    return Slice(chest, z, thickness).draw(kernel)


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
        cavity = self.canvas.mask(closed(anatomy.whole("cavity", self.z)))
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
        curve = closed(anatomy.whole("skin", self.z), 160)
        out = normals(curve)
        out *= np.sign(np.sum(out * (curve - curve.mean(0))))
        lying = np.where(curve[:, 1] > 60, 0.55, 1.0)[:, None]  # the couch flattens the back
        return curve + out * (self.chest.build.fat * lying + outward)

    def _wall(self) -> None:
        canvas, density, z = self.canvas, self.chest.density, self.z
        fat = density("fat") + 5 * self.fine + 4 * self.coarse
        bones.table(canvas, 113 + 0.55 * self.chest.build.fat)
        breasts = self._breasts()
        for shape in (self._skin(0), *breasts):
            canvas.paint(shape, density("skin"))
        for shape in (
            self._skin(-2.1),
            *((breast - breast.mean(0)) * 0.955 + breast.mean(0) for breast in breasts),
        ):
            canvas.paint(shape, fat)
        self._glands(breasts)
        muscle = density("muscle") + 6 * self.fine - 9 * np.clip(self.coarse - 0.7 + self.chest.old, 0, 2)
        for side in (-1, 1):
            self._bands(side, muscle)
        self._arms(muscle)
        bones.shoulders(canvas, z, density("muscle"))
        ring = closed(anatomy.whole("cavity", z), 180)
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
            for x, y, a, b, turn in _SHOULDER_MUSCLES:
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

    def _breasts(self) -> list[Points]:
        """Outlines of the breasts of a woman who lies on her back."""
        size = 1 - ((self.z - 152) / 48) ** 2
        if self.chest.build.sex != "F" or size <= 0:
            return []
        grow = np.sqrt(size) * (1 + 0.012 * self.chest.build.fat)
        half = closed(
            np.array(
                [(36, -84), (54, -121), (88, -128), (122, -112), (140, -74), (110, -58), (60, -66)], float
            )
        )
        shape = (half - (88, -80)) * (0.35 + 0.65 * grow, grow) + (88, -80)
        return [shape * (side, 1) for side in (-1, 1)]

    def _glands(self, breasts: list[Points]) -> None:
        for breast in breasts:
            core = (breast - breast.mean(0)) * 0.55 + breast.mean(0) - (0, 9)
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
        canvas.paint(closed(anatomy.whole("mediastinum", z)), fat, within=cavity)
        for swell, tissue in ((3.2, fat), (0.0, density("myocardium") + 5 * self.fine)):
            for part in anatomy.heart():
                self._ellipsoid(part, tissue, within=cavity, grow=swell)
        for name, part in anatomy.chambers().items():
            filling = density("myocardium" if name == "left wall" else "blood")
            self._ellipsoid(part, filling + 5 * self.fine, within=cavity)

    def _ellipsoid(
        self,
        part: anatomy.Ellipsoid,
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
        canvas.paint(closed(anatomy.whole("liver", z)), liver, within=belly)
        veins = self.chest.string("hepatic", anatomy.paths("hepatic"))
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
        level = np.array(
            [(-10, -150), (160, -150), (160, -47), (-10, -47)], float
        )  # gas lies in front, content behind
        canvas.paint(level, -985.0, within=belly * canvas.mask(inner))

    def _vessels(self) -> None:
        chest, canvas, z, density = self.chest, self.canvas, self.z, self.chest.density
        thick = min(self.thickness, 3.0)
        for name, paths, value, wider in (
            ("oesophagus", anatomy.paths("oesophagus"), density("oesophagus"), 0.0),
            ("veins", anatomy.paths("veins"), density("vein"), 0.0),
            ("pulmonary veins", anatomy.paths("pulmonary veins"), density("blood"), 0.0),
            ("pulmonary", anatomy.paths("pulmonary"), density("pulmonary"), 0.0),
            ("aortic wall", anatomy.paths("aorta"), density("muscle"), 1.3),
            ("arteries", anatomy.paths("aorta") + anatomy.paths("arteries"), density("blood") + 8, 0.0),
            ("airway wall", anatomy.paths("airways"), 40.0, 1.7),
            ("airway", anatomy.paths("airways"), -985.0, 0.0),
        ):
            string = chest.string(name, paths, wider)
            canvas.string(string, z, value, thickness=thick)
        gas = chest.rng(int(z) + 50).uniform(0, 1)
        if gas > 0.55 and z > 60:
            path = np.asarray(anatomy.paths("oesophagus")[0])
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
        return np.asarray(np.clip(hu, _OUTSIDE, 3071), np.float32)
