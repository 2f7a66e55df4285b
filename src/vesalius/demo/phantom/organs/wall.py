"""Skin, fat, breasts, muscles, shoulders and the couch."""

import numpy as np

from vesalius.demo.phantom import anatomy, bones
from vesalius.demo.phantom.canvas import Floats, Points, band, closed, ellipse, normals
from vesalius.demo.phantom.level import Level

_MUSCLES = (  # over the ribs: start, end (parts of the wall), outward, half width, from height, to height
    (0.02, 0.23, 30.0, 3.4, 120, 290),  # trapezius
    (0.16, 0.50, 18.5, 4.2, -20, 175),  # latissimus
    (0.36, 0.66, 16.0, 3.0, 60, 200),  # serratus
    (0.60, 0.965, 17.0, 6.0, 135, 255),  # greater pectoral
    (0.66, 0.82, 25.0, 4.5, 185, 262),  # lesser pectoral, where it leaves the ribs
    (0.80, 0.97, 14.0, 5.0, -20, 70),  # straight abdominal
    (0.50, 0.80, 16.0, 4.2, -20, 60),  # oblique abdominal
)
_SHOULDER_MUSCLES = (  # centre x, y, half axes, turn in degrees: seen with the arms raised
    (150, 22, 30, 15, 62),
    (140, -34, 38, 13, 24),
    (166, -6, 20, 26, 0),
    (122, 62, 30, 13, -38),
)
_BACK = np.array([(6, 84), (19, 83), (35, 88), (47, 95), (42, 104), (24, 106.5), (8, 103)], float)
_BREAST = np.array([(36, -84), (54, -121), (88, -128), (122, -112), (140, -74), (110, -58), (60, -66)], float)


def paint(level: Level) -> None:
    """Everything outside of the ribs, and the layer that holds them."""
    canvas, density, chest = level.canvas, level.density, level.chest
    fat = density("fat") + 5 * level.fine + 4 * level.coarse
    bones.table(canvas, 113 + 0.55 * chest.build.fat)
    breasts = _breasts(level)
    for shape in (_skin(level, 0), *breasts):
        canvas.paint(shape, density("skin"))
    for shape in (_skin(level, -2.1), *(_scaled(breast, 0.955) for breast in breasts)):
        canvas.paint(shape, fat)
    _glands(level, breasts)
    streaks = np.clip(level.coarse - 0.7 + chest.old, 0, 2) + 1.4 * np.clip(
        level.fine - 1.3 + chest.old, 0, 2
    )
    muscle = density("muscle") + 6 * level.fine - 12 * streaks
    for side in (-1, 1):
        _bands(level, side, muscle)
    _arms(level, muscle)
    bones.shoulders(canvas, level.z, density("muscle"))
    _between_ribs(level, muscle, fat)


def _skin(level: Level, outward: float) -> Points:
    curve = closed(anatomy.whole("skin", level.z), 160)
    out = normals(curve)
    out *= np.sign(np.sum(out * (curve - curve.mean(0))))
    lying = 1 - 0.45 * np.clip((curve[:, 1:] - 10) / 80, 0, 1)  # the couch flattens the back
    return curve + out * (level.chest.build.fat * lying + outward)


def _between_ribs(level: Level, muscle: Floats, fat: Floats) -> None:
    """A thin layer of fat, the muscles between the ribs, and the fat under the pleura."""
    ring = closed(anatomy.whole("cavity", level.z), 180)
    out = normals(ring)
    out *= np.sign(np.sum(out * (ring - ring.mean(0))))
    along = np.linspace(0, 2 * np.pi, len(ring), endpoint=False)
    uneven = (np.sin(5 * along + level.z / 13) + np.sin(9 * along - level.z / 21))[:, None]
    level.canvas.paint(ring + out * (11.6 + 0.5 * uneven), fat)
    level.canvas.paint(ring + out * (10.4 - 0.7 * uneven), muscle)
    level.canvas.paint(ring + out * (1.5 + 0.3 * uneven), -60 + 6 * level.fine)


def _bands(level: Level, side: int, muscle: Floats) -> None:
    for start, end, offset, width, low, high in _MUSCLES:
        here = np.clip(min(level.z - low, high - level.z) / 22, 0, 1) ** 0.5
        if here > 0.12:
            curve = bones.along_wall(level.z, side, start, end, offset)
            shape = np.sin(np.linspace(0.1, np.pi - 0.1, len(curve))) ** 0.55
            level.canvas.paint(band(curve, width * here * shape), muscle)
    back = closed((_BACK - (0, 92)) * (side, 1.02 - 0.1 * (level.z > 200)) + (0, 92))
    level.canvas.paint(back, muscle)
    seam = np.array([(side * 33, 88), (side * 30, 95), (side * 32, 104)], float)
    level.canvas.paint(band(seam, np.array([0.3, 0.9, 0.4])), -70.0)


def _arms(level: Level, muscle: Floats) -> None:
    """Muscles and the head of the raised arm at the shoulders."""
    canvas, z = level.canvas, level.z
    size = float(np.clip((z - 196) / 50, 0, 1)) ** 0.7
    if size <= 0.3:
        return
    for side in (-1, 1):
        for x, y, a, b, turn in _SHOULDER_MUSCLES:
            canvas.paint(ellipse((side * x, y), (a * size, b * size), side * turn), muscle)
        slant = 0.16 * (z - 240)
        canvas.paint(ellipse((side * (118 + slant), -8), (7, 5.5), 10), level.density("vein") - 60)
        canvas.paint(ellipse((side * (126 + slant), 5), (4, 4)), level.density("blood"))
        head = 1 - ((z - 286) / 30) ** 2
        if head > 0:
            canvas.paint(ellipse((side * 150, -2), (24 * head**0.5, 23 * head**0.5)), 560.0)
            canvas.paint(ellipse((side * 150, -2), (22 * head**0.5, 21 * head**0.5)), 240 + 20 * level.fine)


def _breasts(level: Level) -> list[Points]:
    """Outlines of the breasts of a woman who lies on her back."""
    size = 1 - ((level.z - 152) / 48) ** 2
    if level.chest.build.sex != "F" or size <= 0:
        return []
    grow = np.sqrt(size) * (1 + 0.012 * level.chest.build.fat)
    shape = (closed(_BREAST) - (88, -80)) * (0.35 + 0.65 * grow, grow) + (88, -80)
    return [shape * (side, 1) for side in (-1, 1)]


def _glands(level: Level, breasts: list[Points]) -> None:
    for breast in breasts:
        core = _scaled(breast, 0.55) - (0, 9)
        strands = level.canvas.mask(core) * np.clip(level.fine * 0.8 + level.coarse * 0.5, 0, 1)
        level.canvas.fill(strands * (1 - 0.6 * level.chest.old), level.density("gland"))


def _scaled(shape: Points, factor: float) -> Points:
    middle = shape.mean(0)
    return np.asarray((shape - middle) * factor + middle)
