"""Abdomen, pelvis and thighs."""

from typing import Final

import numpy as np
from scipy import ndimage

from vesalius.demo.phantom import anatomy, bones
from vesalius.demo.phantom.canvas import Floats, Points, band, closed, ellipse
from vesalius.demo.phantom.whole.plane import Plane, shrunk
from vesalius.demo.phantom.whole.tissues import Blob

# Height; half width, front and back of the outline there.
_TRUNK: Final = (
    (-460, 176, -84, 92), (-360, 180, -92, 100), (-300, 180, -100, 106), (-240, 172, -104, 108),
    (-190, 162, -104, 104), (-120, 152, -102, 103), (-60, 153, -103, 104), (0, 159, -104, 104),
)  # fmt: skip
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
    ("bladder", (0, -34, -306), (38, 30, 27), 0, False), ("muscle", (32, 34, -328), (9, 26, 26), -30, True),
    ("bowel", (0, 48, -290), (20, 17, 60), 0, False), ("gas", (2, 44, -286), (9, 7, 26), 0, False),
)  # fmt: skip
_BETWEEN: Final[dict[str, tuple[Blob, ...]]] = {  # bladder and bowel: womb, or seminal vesicles and prostate
    "F": (("soft", (3, 6, -286), (28, 20, 24), 0, False), ("soft", (0, 2, -336), (16, 14, 16), 0, False)),
    "M": (("soft", (15, 10, -300), (16, 7, 8), 15, True), ("soft", (0, -2, -334), (24, 20, 18), 0, False)),
}


def trunk(plane: Plane) -> None:
    """Abdomen, pelvis and thighs, below the chest."""
    if plane.z < -336:
        _thighs(plane)
        return
    outline = plane.outline(_TRUNK, flat=True)
    plane.layers(outline)
    inner = _cavity(plane, outline)
    cavity = plane.canvas.mask(inner)
    plane.paint(inner, "fat")
    if plane.z > -272:
        _loops(plane, cavity)
    if plane.z > -215:
        _abdomen(plane, cavity)
    _hip_bones(plane)
    if plane.z > -200:
        bones.spine(plane.canvas, plane.z, plane.chest.old, 34.0) if plane.quantity == "HU" else spine(plane)
    else:
        _sacrum(plane)
    if plane.z < -205:
        plane.blobs(_PELVIS + _BETWEEN[plane.chest.build.sex], cavity)


def kidneys(plane: Plane, within: Floats) -> None:
    """The upper parts of kidneys and their calyces."""
    plane.blobs(_ABDOMEN[5:], within)


def spine(plane: Plane) -> None:
    """Marrow of a vertebra and the cord, as far as PET shows them."""
    half = np.array([(0, 33), (13, 35), (19.5, 42), (20, 52), (14, 60.5), (0, 59)], float)
    phase = (((plane.z - anatomy.RIBS[0][0]) / anatomy.VERTEBRA_PITCH + 0.5) % 1) - 0.5
    grow = 1.12 - 0.3 * plane.z / 280
    body = (np.vstack([half, half[-2:0:-1] * (-1, 1)]) - (0, 60)) * (grow, 1) + (0, 60)
    plane.paint(closed(body), "disc" if abs(abs(phase) - 0.5) < 0.11 else "marrow")
    plane.paint(ellipse((0, 84), (5, 14)), "marrow")
    plane.paint(ellipse((0, 70), (5, 4)), "cord")


def _cavity(plane: Plane, outline: Points) -> Points:
    """What lies within the muscles: in the pelvis they are thick behind and at the sides, thin before."""
    hips = float(np.clip((-plane.z - 130) / 110, 0, 1))
    narrow = float(np.clip((-plane.z - 240) / 70, 0, 1))
    inner = shrunk(outline, 15 + 1.3 * plane.chest.build.fat)
    wide = np.abs(inner[:, 0]).max()
    inner[:, 0] *= 1 - hips * (1 - (112 - 34 * narrow) / wide)
    behind = inner[:, 1] > 40
    inner[behind, 1] = 40 + (inner[behind, 1] - 40) * (1 - 0.45 * hips)
    return inner


def _abdomen(plane: Plane, cavity: Floats) -> None:
    z = plane.z
    for side in (1, -1):
        wide = float(np.interp(z, [-215, -150, -60, 0], [25, 24, 16, 7]))
        plane.paint(ellipse((side * (20 + wide), 50 - 0.12 * (z + 215) * 0.4), (wide, wide * 0.9)), "muscle")
    if z > -185:
        plane.paint(
            closed(np.array([(-60, 62), (60, 62), (74, 84), (40, 98), (0, 90), (-40, 98), (-74, 84)], float)),
            "muscle",
        )
    plane.blobs(_ABDOMEN, cavity)
    plane.tube("blood", [(6, 20, 20, 9.5), (4, 20, -80, 8.5), (2, 22, -150, 8)], cavity)
    plane.tube("blood", [(-20, 12, 20, 11), (-18, 18, -80, 10.5), (-16, 22, -155, 10)], cavity)
    for side in (1, -1):
        plane.tube("blood", [(side * 4, 22, -150, 6), (side * 32, 16, -205, 5.5), (side * 52, -20, -270, 5)])


def _loops(plane: Plane, cavity: Floats) -> None:
    """Small bowel and colon, winding; content and gas inside."""
    rng = plane.chest.rng(31)
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
        plane.tube("bowel", path, cavity, "bowel" if rng.uniform() < 0.6 else "stool", 2.5)
    for sign, high in ((-1, -52), (1, -20)):
        colon = [
            (sign * 96, 22, -212, 19),
            (sign * 100, 16, -150, 18),
            (sign * 104, 14, -100, 17),
            (sign * 102, 4, high, 18),
        ]
        plane.tube("bowel", [(x, y, z, r) for x, y, z, r in colon], cavity, "stool" if sign < 0 else "gas", 3)
    sigmoid = [
        (98, 22, -205, 17),
        (84, 10, -232, 15),
        (40, -24, -246, 15),
        (-6, -6, -236, 15),
        (10, 30, -248, 16),
        (0, 46, -270, 17),
    ]
    plane.tube(
        "bowel", [(float(x), float(y), float(z), float(r)) for x, y, z, r in sigmoid], cavity, "stool", 3
    )
    across = [
        (-100, -10, -56, 17),
        (-60, -62, -76, 17),
        (0, -72, -86, 16),
        (60, -66, -66, 16),
        (98, -14, -24, 16),
    ]
    plane.tube("bowel", [(float(x), float(y), float(z), float(r)) for x, y, z, r in across], cavity, "gas", 3)


def _sacrum(plane: Plane) -> None:
    part = float(np.clip((plane.z + 290) / 90, 0, 1))
    if plane.z > -292:
        wide = 14 + 40 * part**0.7
        middle = 84 - 22 * part
        outline = np.array([(0, -14), (0.55, -11), (1, -2), (0.8, 8), (0.3, 13), (0, 15)], float)
        half = outline * (wide, 1) + (0, middle)
        plane.bone(closed(np.vstack([half, half[-2:0:-1] * (-1, 1)])), 2)
        plane.paint(ellipse((0, middle + 9), (8 * part + 1, 3)), "fat")


def _hip_bones(plane: Plane) -> None:
    """Wings, sockets and heads of the thigh bones, the ischium and the pubis."""
    z = plane.z
    for side in (1, -1):
        if -262 < z < -138:
            _wing(plane, side, float(np.clip((-138 - z) / 90, 0, 1)))
        for centre, radii, turn in (
            ((92, 6, -292), (30, 30, 34), 0), ((62, 60, -300), (17, 24, 44), 30), ((34, -54, -318), (34, 11, 14), 24),
            ((128, 18, -312), (17, 22, 30), 0),
        ):  # fmt: skip
            depth = 1 - ((z - centre[2]) / radii[2]) ** 2
            if depth > 0.02:
                size = np.sqrt(depth)
                plane.bone(
                    ellipse((side * centre[0], centre[1]), (radii[0] * size, radii[1] * size), side * turn)
                )
        head = 1 - ((z + 298) / 25) ** 2
        if head > 0.02:
            size = np.sqrt(head)
            plane.paint(ellipse((side * 94, 6), (27 * size, 27 * size)), "muscle")
            plane.bone(ellipse((side * 95, 6), (24.5 * size, 24.5 * size)))
        if -350 < z < -296:
            plane.bone(
                band(
                    np.array([(side * 100, 8), (side * 126, 16)], float),
                    11 * float(np.clip((z + 350) / 30, 0.3, 1)),
                )
            )


def _wing(plane: Plane, side: int, part: float) -> None:
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
    around = np.stack([ways[:, 0] + side * 16, ways[:, 1] + 8], axis=1)
    plane.canvas.paint(band(around, 13.0 * (0.5 + 0.5 * part)), plane.value("muscle"))
    plane.paint(band(ways, width), "cortex")
    plane.paint(band(ways, np.maximum(width - 2, 0.4)), "marrow")


def _thighs(plane: Plane) -> None:
    """Two legs with their bones."""
    part = float(np.clip((-336 - plane.z) / 70, 0, 1))
    for side in (1, -1):
        leg = ellipse((side * (88 + 2 * part), 4), (86 - 6 * part, 92 - 8 * part))
        plane.paint(leg, "skin")
        plane.paint(shrunk(leg, 2), "fat")
        muscle = ellipse(
            (side * 90, 4), (68 - 4 * part - plane.chest.build.fat, 74 - 4 * part - plane.chest.build.fat)
        )
        plane.paint(muscle, "muscle")
        for turn in np.linspace(0, 2 * np.pi, 7)[:-1]:
            seam = np.array(
                [
                    (side * 96 + 20 * np.cos(turn), 4 + 20 * np.sin(turn)),
                    (side * 90 + 62 * np.cos(turn + 0.3), 4 + 64 * np.sin(turn + 0.3)),
                ]
            )
            plane.paint(band(seam, 1.1), "fat")
        plane.paint(ellipse((side * 62, -36), (6, 6)), "blood")
        if plane.z > -352:
            plane.bone(ellipse((side * 60, 56), (15, 17)))
        plane.bone(ellipse((side * 104, 6), (15, 15)), 5)
