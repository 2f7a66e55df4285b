"""The body from the thighs to the crown as shapes of tissues, each with a density for CT and an uptake for PET.

The chest is `vesalius.demo.phantom.chest`'s; this adds what lies above and below it, coarsely: whole-body scans are
made with a low dose and big pixels. Millimetres of the standard body, see `anatomy`.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from scipy import ndimage

from vesalius.demo.phantom import anatomy, bones
from vesalius.demo.phantom.canvas import AIR, Canvas, Floats, Points, band, beads, closed, ellipse, normals
from vesalius.demo.phantom.chest import Chest
from vesalius.demo.phantom.texture import between, fresh

Quantity = Literal["HU", "SUV"]

# Tissue: Hounsfield units without contrast medium, and uptake of fluorodeoxyglucose an hour after the injection.
TISSUES: Final[dict[str, tuple[float, float]]] = {
    "air": (-1000, 0.0), "gas": (-940, 0.25), "lung": (-850, 0.42), "fat": (-102, 0.22), "skin": (15, 0.45),
    "muscle": (54, 0.62), "blood": (42, 1.65), "myocardium": (44, 2.2), "left wall": (44, 5.5), "liver": (58, 2.25),
    "spleen": (48, 1.85), "kidney": (34, 3.4), "calyx": (10, 13.0), "stomach": (24, 1.7), "bowel": (38, 1.7),
    "stool": (5, 1.0), "bladder": (6, 24.0), "uterus": (46, 1.7), "cortex": (620, 0.6), "marrow": (190, 1.25),
    "disc": (85, 0.8), "grey": (39, 9.5), "white": (29, 3.9), "fluid": (7, 0.9), "gland": (32, 2.4),
    "tonsil": (46, 3.6), "larynx": (70, 1.8), "eye": (14, 0.8), "eye muscle": (44, 3.4), "cord": (34, 1.7),
    "couch": (-690, 0.0),
}  # fmt: skip

# Half width, front and back of the outline of the trunk, and of the neck and head, by height.
_TRUNK: Final = (
    (-460, 176, -84, 92), (-360, 180, -92, 100), (-300, 180, -100, 106), (-240, 172, -104, 108),
    (-190, 162, -104, 104), (-120, 152, -102, 103), (-60, 153, -103, 104), (0, 159, -104, 104),
)  # fmt: skip
_HEAD: Final = (
    (276, 122, -58, 98), (292, 78, -54, 92), (312, 61, -52, 84), (336, 59, -64, 82), (352, 62, -88, 86),
    (372, 67, -94, 92), (400, 71, -97, 100), (430, 76, -92, 106), (462, 79, -88, 108), (492, 74, -80, 102),
    (516, 55, -58, 84), (530, 34, -32, 62), (538, 12, -6, 34),
)  # fmt: skip

Blob = tuple[
    str, tuple[float, float, float], tuple[float, float, float], float, bool
]  # ..., turn, on both sides
# In the order of painting: tissue, centre, half axes along x, y and z, turn in degrees, mirrored or not.
_ABDOMEN: Final[tuple[Blob, ...]] = (
    ("liver", (-92, -18, -8), (50, 66, 74), 12, False), ("spleen", (98, 44, 14), (24, 40, 48), -20, False),
    ("stomach", (58, -50, -14), (46, 26, 34), 0, False), ("stomach", (10, -52, -40), (42, 18, 18), 0, False),
    ("bowel", (8, -14, -34), (26, 12, 14), 0, False), ("kidney", (-60, 44, -34), (27, 27, 56), 0, False),
    ("kidney", (60, 44, -20), (27, 27, 58), 0, False), ("fat", (-50, 38, -34), (12, 12, 26), 0, False),
    ("fat", (50, 38, -20), (12, 12, 26), 0, False), ("calyx", (-52, 40, -34), (7, 8, 20), 0, False),
    ("calyx", (52, 40, -20), (7, 8, 20), 0, False),
)  # fmt: skip
_PELVIS: Final[tuple[Blob, ...]] = (
    ("bladder", (0, -34, -306), (38, 30, 27), 0, False), ("uterus", (3, 6, -286), (28, 20, 24), 0, False),
    ("uterus", (0, -4, -338), (24, 22, 18), 0, False), ("muscle", (32, 34, -328), (9, 26, 26), -30, True),
    ("bowel", (0, 48, -290), (20, 17, 60), 0, False), ("gas", (2, 44, -286), (9, 7, 26), 0, False),
)  # fmt: skip
_CRANIUM: Final[tuple[Blob, ...]] = (
    ("cortex", (0, 8, 462), (71, 92, 70), 0, False), ("cortex", (0, 36, 416), (58, 58, 25), 0, False),
    ("fluid", (0, 9, 463), (65, 85, 64), 0, False), ("grey", (0, 9, 463), (63, 83, 62), 0, False),
    ("grey", (30, 56, 416), (24, 26, 19), 0, True), ("white", (26, 6, 466), (28, 62, 42), 4, True),
    ("grey", (17, -12, 464), (7, 15, 10), 8, True), ("grey", (13, 10, 460), (9, 13, 9), -14, True),
    ("fluid", (9, -6, 474), (4, 25, 8), 8, True), ("white", (0, 34, 418), (14, 16, 26), 0, False),
)  # fmt: skip
_FACE: Final[tuple[Blob, ...]] = (
    ("fat", (30, -58, 424), (17, 25, 18), 0, True), ("eye", (30, -70, 424), (11.5, 11.5, 12), 0, True),
    ("eye muscle", (20, -50, 424), (3, 15, 9), 18, True), ("eye muscle", (40, -50, 424), (3, 15, 9), -14, True),
    ("cortex", (28, -52, 392), (20, 21, 21), 0, True), ("gas", (28, -52, 392), (17.5, 18.5, 18), 0, True),
    ("gas", (5, -56, 398), (4, 28, 22), 0, True), ("cortex", (0, -60, 396), (1, 26, 22), 0, False),
    ("muscle", (0, -46, 366), (26, 32, 15), 0, False), ("tonsil", (17, -14, 366), (7, 8, 11), 0, True),
    ("gas", (0, -10, 380), (12, 6, 22), 0, False), ("gland", (55, -4, 382), (9, 18, 22), 14, True),
    ("gland", (30, -36, 348), (11, 14, 11), 0, True), ("cortex", (50, 26, 404), (15, 22, 10), -30, True),
    ("gas", (53, 38, 400), (6, 7, 9), 0, True), ("cortex", (0, -78, 408), (5, 8, 12), 0, False),
)  # fmt: skip
_NECK: Final[tuple[Blob, ...]] = (
    ("muscle", (24, 58, 330), (24, 19, 80), 18, True), ("muscle", (12, 74, 330), (13, 9, 80), 0, True),
    ("muscle", (45, -2, 322), (8, 17, 62), -28, True), ("muscle", (34, 30, 330), (13, 16, 80), 0, True),
    ("muscle", (0, -42, 322), (22, 14, 46), 0, False), ("muscle", (11, 18, 340), (10, 7, 60), 0, True),
    ("larynx", (0, -32, 322), (16, 17, 19), 0, False), ("gland", (17, -16, 296), (9, 13, 18), 0, True),
    ("gas", (0, -28, 322), (5.5, 9, 30), 0, False), ("gas", (0, -20, 288), (8, 8, 26), 0, False),
    ("blood", (27, -2, 322), (4.5, 4.5, 50), 0, True), ("blood", (36, 4, 322), (6, 5, 50), 0, True),
)  # fmt: skip


@lru_cache(maxsize=512)
def _string(path: tuple[tuple[float, float, float, float], ...]) -> Floats:
    return beads(list(path), 1.5)


@dataclass(slots=True)
class Plane:
    """One plane of the body in one quantity, painted from the skin inwards."""

    chest: Chest
    z: float
    quantity: Quantity
    canvas: Canvas
    left_wall: float = 5.5  # uptake of the left ventricle differs from patient to patient

    def value(self, tissue: str) -> float:
        """Density or uptake of a tissue."""
        if tissue == "left wall" and self.quantity == "SUV":
            return self.left_wall
        return TISSUES[tissue][self.quantity == "SUV"]

    def paint(self, points: Points, tissue: str, within: Floats | None = None) -> None:
        """Fill a polygon with a tissue."""
        self.canvas.paint(points, self.value(tissue), within)

    def blobs(self, rows: tuple[Blob, ...], within: Floats | None = None) -> None:
        """Paint ellipsoids where this plane cuts them."""
        for tissue, (x, y, height), (a, b, c), turn, both in rows:
            depth = 1 - ((self.z - height) / c) ** 2
            if depth <= 0.01:
                continue
            for side in (1, -1) if both else (1,):
                size = np.sqrt(depth)
                self.paint(ellipse((side * x, y), (a * size, b * size), side * turn), tissue, within)

    def tube(
        self,
        tissue: str,
        path: anatomy.Path,
        within: Floats | None = None,
        inner: str = "",
        wall: float = 2.0,
    ) -> None:
        """Paint a tube along a path, and what fills it."""
        string = _string(tuple(path))
        self.canvas.string(string, self.z, self.value(tissue), thickness=2.0, within=within)
        if inner:
            string = string.copy()
            string[:, 3] = np.maximum(string[:, 3] - wall, 0.5)
            self.canvas.string(string, self.z, self.value(inner), thickness=2.0, within=within)

    def trunk(self) -> None:
        """Abdomen, pelvis and thighs, below the chest."""
        if self.z < -336:
            self._thighs()
            return
        outline = self._outline(_TRUNK)
        self._layers(outline)
        inner = self._cavity(outline)
        cavity = self.canvas.mask(inner)
        self.paint(inner, "fat")
        if self.z > -272:
            self._loops(cavity)
        if self.z > -215:
            self._abdomen(cavity)
        self._hip_bones()
        if self.z > -200:
            bones.spine(self.canvas, self.z, self.chest.old, 34.0) if self.quantity == "HU" else self.spine()
        else:
            self._sacrum()
        if self.z < -205:
            self.blobs(_PELVIS, cavity)

    def thorax_wall(self) -> None:
        """Skin, fat, muscles and ribs around the chest."""
        z = self.z
        curve = closed(anatomy.whole("skin", z), 160)
        self._layers(curve)
        ring = closed(anatomy.whole("cavity", z), 180)
        self.paint(self._shrunk(ring, -11), "muscle")
        shoulder = float(np.clip((z - 205) / 60, 0, 1)) ** 0.5
        if shoulder > 0:
            for side in (1, -1):
                self.paint(ellipse((side * 146, 0), (46 * shoulder, 40 * shoulder)), "muscle")
            self.paint(ellipse((0, 8), (112, 50 * shoulder)), "muscle")

    def kidneys(self, within: Floats) -> None:
        """The upper parts of kidneys and their calyces."""
        self.blobs(_ABDOMEN[5:], within)

    def head(self) -> None:
        """Neck and head, with the raised arms beside them."""
        self._arms()
        outline = self._outline(_HEAD)
        self._layers(outline, fat=0.25)
        if self.z < 400:
            self._neck()
        if self.z > 384:
            self.blobs(_CRANIUM[:4])
            self._gyri()
            self.blobs(_CRANIUM[4:])
        if 330 < self.z < 446:
            self.blobs(_FACE)
            self._jaw()

    def _outline(self, rows: tuple[tuple[float, ...], ...]) -> Points:
        table = np.array(rows)
        wide, front, back = (np.interp(self.z, table[:, 0], table[:, i]) for i in (1, 2, 3))
        turn = np.linspace(0, 2 * np.pi, 100, endpoint=False)
        cos, sin = np.cos(turn), np.sin(turn)
        square = 0.84 if rows is _TRUNK else 0.95  # trunks are flatter before and behind than an ellipse
        x = wide * np.sign(cos) * np.abs(cos) ** square
        y = (front + back) / 2 + (back - front) / 2 * np.sign(sin) * np.abs(sin) ** square
        return np.stack([x, y], axis=1)

    def _shrunk(self, curve: Points, by: float) -> Points:
        out = normals(curve)
        out *= np.sign(np.sum(out * (curve - curve.mean(0))))
        return curve - out * by

    def _layers(self, outline: Points, fat: float = 1.0) -> None:
        """Skin, fat under it, and muscle."""
        build = self.chest.build
        outline = self._shrunk(outline, -build.fat * fat)
        self.paint(outline, "skin")
        self.paint(self._shrunk(outline, 2), "fat")
        thick = (7 + 1.3 * build.fat) * fat + 3
        self.paint(self._shrunk(outline, thick), "muscle")

    def _cavity(self, outline: Points) -> Points:
        """What lies within the muscles: in the pelvis they are thick behind and at the sides, thin before."""
        hips = float(np.clip((-self.z - 130) / 110, 0, 1))
        narrow = float(np.clip((-self.z - 240) / 70, 0, 1))
        inner = self._shrunk(outline, 15 + 1.3 * self.chest.build.fat)
        wide = np.abs(inner[:, 0]).max()
        inner[:, 0] *= 1 - hips * (1 - (112 - 34 * narrow) / wide)
        behind = inner[:, 1] > 40
        inner[behind, 1] = 40 + (inner[behind, 1] - 40) * (1 - 0.45 * hips)
        return inner

    def _abdomen(self, cavity: Floats) -> None:
        z = self.z
        for side in (1, -1):
            wide = float(np.interp(z, [-215, -150, -60, 0], [25, 24, 16, 7]))
            self.paint(
                ellipse((side * (20 + wide), 50 - 0.12 * (z + 215) * 0.4), (wide, wide * 0.9)), "muscle"
            )
        if z > -185:
            self.paint(
                closed(
                    np.array([(-60, 62), (60, 62), (74, 84), (40, 98), (0, 90), (-40, 98), (-74, 84)], float)
                ),
                "muscle",
            )
        self.blobs(_ABDOMEN, cavity)
        self.tube("blood", [(6, 20, 20, 9.5), (4, 20, -80, 8.5), (2, 22, -150, 8)], cavity)
        self.tube("blood", [(-20, 12, 20, 11), (-18, 18, -80, 10.5), (-16, 22, -155, 10)], cavity)
        for side in (1, -1):
            self.tube(
                "blood", [(side * 4, 22, -150, 6), (side * 32, 16, -205, 5.5), (side * 52, -20, -270, 5)]
            )

    def _loops(self, cavity: Floats) -> None:
        """Small bowel and colon, winding; content and gas inside."""
        rng = self.chest.rng(31)
        for _ in range(20):
            x, y, z = rng.uniform(-70, 70), rng.uniform(-72, -8), rng.uniform(-250, -66)
            path = [(x, y, z, 11.0)]
            for _ in range(5):
                x, y, z = (
                    np.clip(x + rng.normal(0, 28), -78, 78),
                    np.clip(y + rng.normal(0, 18), -76, 2),
                    z + rng.normal(0, 16),
                )
                path.append((x, y, min(z, -60), rng.uniform(9, 13)))
            self.tube("bowel", path, cavity, "bowel" if rng.uniform() < 0.6 else "stool", 2.5)
        for sign, high in ((-1, -52), (1, -20)):
            colon = [
                (sign * 96, 22, -212, 19),
                (sign * 100, 16, -150, 18),
                (sign * 104, 14, -100, 17),
                (sign * 102, 4, high, 18),
            ]
            self.tube(
                "bowel", [(x, y, z, r) for x, y, z, r in colon], cavity, "stool" if sign < 0 else "gas", 3
            )
        sigmoid = [
            (98, 22, -205, 17),
            (84, 10, -232, 15),
            (40, -24, -246, 15),
            (-6, -6, -236, 15),
            (10, 30, -248, 16),
            (0, 46, -270, 17),
        ]
        self.tube(
            "bowel", [(float(x), float(y), float(z), float(r)) for x, y, z, r in sigmoid], cavity, "stool", 3
        )
        across = [
            (-100, -10, -56, 17),
            (-60, -62, -76, 17),
            (0, -72, -86, 16),
            (60, -66, -66, 16),
            (98, -14, -24, 16),
        ]
        self.tube(
            "bowel", [(float(x), float(y), float(z), float(r)) for x, y, z, r in across], cavity, "gas", 3
        )

    def spine(self) -> None:
        """Marrow of a vertebra and the cord, as far as PET shows them."""
        half = np.array([(0, 33), (13, 35), (19.5, 42), (20, 52), (14, 60.5), (0, 59)], float)
        phase = (((self.z - anatomy.RIBS[0][0]) / anatomy.VERTEBRA_PITCH + 0.5) % 1) - 0.5
        grow = 1.12 - 0.3 * self.z / 280
        body = (np.vstack([half, half[-2:0:-1] * (-1, 1)]) - (0, 60)) * (grow, 1) + (0, 60)
        self.paint(closed(body), "disc" if abs(abs(phase) - 0.5) < 0.11 else "marrow")
        self.paint(ellipse((0, 84), (5, 14)), "marrow")
        self.paint(ellipse((0, 70), (5, 4)), "cord")

    def _bone(self, points: Points, shell: float = 2.5) -> None:
        self.paint(points, "cortex")
        self.paint(self._shrunk(points, shell), "marrow")

    def _sacrum(self) -> None:
        part = float(np.clip((self.z + 290) / 90, 0, 1))
        if self.z > -292:
            wide = 14 + 40 * part**0.7
            middle = 84 - 22 * part
            outline = np.array([(0, -14), (0.55, -11), (1, -2), (0.8, 8), (0.3, 13), (0, 15)], float)
            half = outline * (wide, 1) + (0, middle)
            self._bone(closed(np.vstack([half, half[-2:0:-1] * (-1, 1)])), 2)
            self.paint(ellipse((0, middle + 9), (8 * part + 1, 3)), "fat")

    def _hip_bones(self) -> None:
        """Wings, sockets and heads of the thigh bones, the ischium and the pubis."""
        z = self.z
        for side in (1, -1):
            if -262 < z < -138:
                self._wing(side, float(np.clip((-138 - z) / 90, 0, 1)))
            for centre, radii, turn in (
                ((92, 6, -292), (30, 30, 34), 0), ((62, 60, -300), (17, 24, 44), 30), ((34, -54, -318), (34, 11, 14), 24),
                ((128, 18, -312), (17, 22, 30), 0),
            ):  # fmt: skip
                depth = 1 - ((z - centre[2]) / radii[2]) ** 2
                if depth > 0.02:
                    size = np.sqrt(depth)
                    self._bone(
                        ellipse(
                            (side * centre[0], centre[1]), (radii[0] * size, radii[1] * size), side * turn
                        )
                    )
            head = 1 - ((z + 298) / 25) ** 2
            if head > 0.02:
                size = np.sqrt(head)
                self.paint(ellipse((side * 94, 6), (27 * size, 27 * size)), "muscle")
                self._bone(ellipse((side * 95, 6), (24.5 * size, 24.5 * size)))
            if -350 < z < -296:
                self._bone(
                    band(
                        np.array([(side * 100, 8), (side * 126, 16)], float),
                        11 * float(np.clip((z + 350) / 30, 0.3, 1)),
                    )
                )

    def _wing(self, side: int, part: float) -> None:
        """The iliac wing: from the sacrum outwards and forwards, nearer the middle further down."""
        curve = np.array(
            [
                (44, 74),
                (66, 58),
                (92 + 10 * (1 - part), 26),
                (112 - 6 * part, -14 + 20 * (1 - part)),
                (112, -36 + 70 * (1 - part)),
            ],
            float,
        )
        at = np.linspace(0, 1, 40)
        ways = np.stack([np.interp(at, np.linspace(0, 1, 5), curve[:, i]) for i in (0, 1)], axis=1)
        ways = ndimage.gaussian_filter1d(ways, 3, axis=0, mode="nearest") * (side, 1)
        width = np.interp(at, [0, 0.15, 0.5, 0.85, 1], [7, 8, 3.2, 5, 4])
        self.canvas.paint(band(ways + (side * 16, 8), 13.0 * (0.5 + 0.5 * part)), self.value("muscle"))
        self.paint(band(ways, width), "cortex")
        self.paint(band(ways, np.maximum(width - 2, 0.4)), "marrow")

    def _thighs(self) -> None:
        """Two legs with their bones."""
        part = float(np.clip((-336 - self.z) / 70, 0, 1))
        for side in (1, -1):
            leg = ellipse((side * (88 + 2 * part), 4), (86 - 6 * part, 92 - 8 * part))
            self.paint(leg, "skin")
            self.paint(self._shrunk(leg, 2), "fat")
            muscle = ellipse(
                (side * 90, 4), (68 - 4 * part - self.chest.build.fat, 74 - 4 * part - self.chest.build.fat)
            )
            self.paint(muscle, "muscle")
            for turn in np.linspace(0, 2 * np.pi, 7)[:-1]:
                seam = np.array(
                    [
                        (side * 96 + 20 * np.cos(turn), 4 + 20 * np.sin(turn)),
                        (side * 90 + 62 * np.cos(turn + 0.3), 4 + 64 * np.sin(turn + 0.3)),
                    ]
                )
                self.paint(band(seam, 1.1), "fat")
            self.paint(ellipse((side * 62, -36), (6, 6)), "blood")
            if self.z > -352:
                self._bone(ellipse((side * 60, 56), (15, 17)))
            self._bone(ellipse((side * 104, 6), (15, 15)), 5)

    def _neck(self) -> None:
        """Cervical spine, muscles behind it, airway and vessels."""
        z = self.z
        y = float(np.interp(z, [280, 340, 400], [52, 40, 24]))
        self.paint(self._shrunk(self._outline(_HEAD), 9), "fat")
        self.blobs(_NECK)
        body = ellipse((0, y), (14, 10.5))
        self.paint(ellipse((0, y + 16), (19, 15)), "cortex")
        self.paint(ellipse((0, y + 15), (14, 10)), "fluid")
        self.paint(ellipse((0, y + 15), (6.5, 5)), "cord")
        self._bone(body, 2)
        self._bone(band(np.array([(0, y + 30), (0, y + 44)], float), 3.2), 1.5)
        for side in (1, -1):
            self._bone(ellipse((side * 21, y + 6), (7, 7)), 2)

    def _gyri(self) -> None:
        """Bays of fluid between the convolutions of the brain's surface."""
        depth = 1 - ((self.z - 463) / 62) ** 2
        if depth <= 0.05:
            return
        rng = self.chest.rng(32)
        size = np.sqrt(depth)
        for turn in np.linspace(0, 2 * np.pi, 34)[:-1] + rng.uniform(-0.06, 0.06, 33):
            wave = turn + 0.25 * np.sin(self.z / 9 + 5 * turn)
            way = (
                np.array([(np.cos(wave), np.sin(wave))])
                * np.linspace(0.8 + 0.08 * np.sin(9 * turn), 1.02, 6)[:, None]
            )
            self.paint(band(way * (63 * size, 83 * size) + (0, 9), 1.2), "fluid")
        if self.z > 430:
            self.paint(band(np.array([(0, 9 - 80 * size), (0, 9 + 80 * size)]), 1.0), "fluid")

    def _jaw(self) -> None:
        """Chin and body of the mandible, its branches above, and the teeth of both jaws."""
        z = self.z
        if 344 < z < 364:
            arch = _arch(44, -6, -78 + 0.25 * (z - 344))
            self._bone(band(arch, 4.5), 1.8)
        if 360 < z < 398:
            for side in (1, -1):
                self._bone(
                    band(np.array([(side * 47, -2), (side * 48, -14), (side * 46, -26)], float), 3.6), 1.6
                )
        if 362 < z < 380:
            self.canvas.paint(band(_arch(32, -34, -76), 4.2), 1150.0 if self.quantity == "HU" else 0.5)

    def _arms(self) -> None:
        for side in (1, -1):
            x = float(np.interp(self.z, [276, 320, 540], [146, 158, 140]))
            size = float(np.interp(self.z, [276, 300, 400, 540], [60, 52, 44, 38]))
            self.paint(ellipse((side * x, 4), (size, size * 0.96)), "skin")
            self.paint(ellipse((side * x, 4), (size - 2, size * 0.96 - 2)), "fat")
            self.paint(ellipse((side * x, 4), (size - 9, size - 10)), "muscle")
            self._bone(ellipse((side * (x - 2), 2), (12, 12)), 4)


def _arch(wide: float, back: float, front: float) -> Points:
    """A horseshoe open to the back."""
    turn = np.linspace(np.pi, 0, 50)
    return np.stack([wide * np.cos(turn), back + (front - back) * np.sin(turn) ** 0.8], axis=1)


def low_dose(chest: Chest, z: float) -> Floats:
    """A slice above or below the chest in Hounsfield units, as noisy as a low dose makes it."""
    build, textures = chest.build, chest.textures
    canvas = Canvas(build.size, build.spacing, chest.warp)
    plane = Plane(chest, z, "HU", canvas)
    bones.table(canvas, 113 + 0.55 * build.fat)
    plane.head() if z > 0 else plane.trunk()
    inside = canvas.hu > AIR / 2
    hu = ndimage.gaussian_filter(canvas.hu, 0.6)
    tissue = 4 * between(textures.soft, z, 9) + 5 * between(textures.cloud, z, 30)
    rng = chest.rng(int(z * 10) + 60_000)
    hu += inside * tissue + 13 * fresh(textures.grain, rng) * (0.35 + 0.65 * inside)
    axis = np.arange(build.size) - build.size / 2 + 0.5
    hu[axis[:, None] ** 2 + axis[None, :] ** 2 > (build.size / 2) ** 2] = -1024
    return np.asarray(np.clip(hu, -1024, 3071), np.float32)
