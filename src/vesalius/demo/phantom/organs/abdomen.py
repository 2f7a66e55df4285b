"""What lies below the diaphragm: liver, spleen, stomach, colon, crura, adrenals and kidneys."""

import numpy as np

from vesalius.demo.phantom import anatomy
from vesalius.demo.phantom.canvas import Floats, Points, band, closed, ellipse, opened
from vesalius.demo.phantom.level import Level

_DIAPHRAGM = 3.0  # mm, thickness
_SPLEEN = np.array([(52, 40), (84, 22), (118, 10), (134, 40), (112, 82), (76, 86), (60, 66)], float)
_STOMACH = np.array([(34, -20), (44, -58), (76, -70), (106, -48), (112, -12), (92, 16), (58, 18)], float)
_STOMACH_MIDDLE = np.array((76, -24), float)
_GAS_ABOVE = np.array([(-10, -150), (160, -150), (160, -47), (-10, -47)], float)  # gas lies in front


def paint(level: Level, belly: Floats) -> None:
    """All organs within the coverage of the belly."""
    if not belly.any():
        return
    canvas, density, z = level.canvas, level.density, level.z
    shell = np.clip((level.chest.diaphragm + _DIAPHRAGM - z) / level.thickness + 0.5, 0, 1) * level.cavity
    canvas.fill(shell.astype(np.float32), (density("muscle") + 5 * level.fine).astype(np.float32))
    canvas.fill(belly, density("fat") + 8 * level.fine + 5 * level.coarse)
    _colon(level, belly)
    spleen = (_SPLEEN - (96, 50)) * min(1.0, 0.55 + (90 - z) / 90) + (96, 50)
    canvas.paint(closed(spleen), density("spleen") + 4 * level.fine, within=belly)
    _stomach(level, belly)
    liver = density("liver") + 5 * level.fine + 3 * level.coarse - 18 * level.chest.build.fatty_liver
    canvas.paint(closed(anatomy.whole("liver", z)), liver, within=belly)
    veins = level.chest.string("hepatic", anatomy.paths("hepatic"))
    canvas.string(veins, z, density("hepatic vein"), thickness=level.thickness, within=belly)
    _crura(level)
    for side, top in ((-1, 42), (1, 50)):
        _adrenal(level, belly, side, top)
        _kidney(level, belly, side, top)


def _stomach(level: Level, belly: Floats) -> None:
    canvas, z = level.canvas, level.z
    size = float(np.clip(0.62 + (84 - z) / 120, 0.5, 1.05))
    shape = (closed(_STOMACH) - _STOMACH_MIDDLE) * size
    angle = np.linspace(0, 2 * np.pi, len(shape), endpoint=False)
    shape *= (1 + 0.05 * np.sin(2 * angle + z / 18) + 0.03 * np.sin(3 * angle - z / 11))[:, None]
    canvas.paint(shape + _STOMACH_MIDDLE, level.density("stomach wall"), within=belly)
    folds = 0.915 + 0.016 * np.sin(13 * angle + z / 9) + 0.012 * np.sin(21 * angle + z / 5)
    inner = shape * folds[:, None] + _STOMACH_MIDDLE
    canvas.paint(inner, level.density("stomach") + 9 * level.coarse + 7 * level.fine, within=belly)
    canvas.paint(_GAS_ABOVE, -985.0, within=belly * canvas.mask(inner))


def _colon(level: Level, belly: Floats) -> None:
    """Splenic flexure with gas and stool."""
    depth = 1 - ((level.z - 12) / 30) ** 2
    if depth <= 0.05:
        return
    for centre, size in (((112, -56), 17), ((96, -74), 13)):
        reach = size * np.sqrt(depth)
        level.canvas.paint(ellipse(centre, (reach, reach * 0.85), 30), 45.0, within=belly)
        inside = ellipse(centre, (max(reach - 2.2, 0.5), max(reach * 0.85 - 2.2, 0.5)), 30)
        stool = np.where(level.fine > 0.2, -60.0, -760.0) + 60 * level.coarse
        level.canvas.paint(inside, stool.astype(np.float32), within=belly)


def _crura(level: Level) -> None:
    if level.z >= 78:
        return
    for side in (-1, 1):
        path = np.array([(side * 4 + 8, 6), (side * 15 + 6, 16), (side * 20 + 2, 32), (side * 23, 46)], float)
        wide = float(np.clip((80 - level.z) / 18, 0.6, 2.6)) * np.linspace(0.8, 1.2, 40)
        level.canvas.paint(band(opened(path, 40), wide), level.density("muscle"))


def _adrenal(level: Level, belly: Floats, side: int, top: int) -> None:
    if not 8 < level.z < top + 14:
        return
    for x, y in ((-6, 20), (8, 22)):
        arm = np.array([(side * 34, 14), (side * 36 + x * 0.4, 22), (side * 37 + x, 12 + y)], float)
        level.canvas.paint(band(opened(arm, 24), 1.7), level.density("muscle") + 12, within=belly)


def _kidney(level: Level, belly: Floats, side: int, top: int) -> None:
    """Upper pole: cortex around paler pyramids, in its own fat."""
    depth = 1 - ((level.z + 14) / (top + 8)) ** 2
    if depth <= 0.02:
        return
    middle, scale = np.array((side * 56.0, 54.0)), float(np.sqrt(depth))
    pole = _uneven(ellipse((0, 0), (24 * scale, 29 * scale), 28 * side), level.z)
    level.canvas.paint(pole * (1 + 5 / (24 * scale + 3)) + middle, level.density("fat"), within=belly)
    level.canvas.paint(pole + middle, level.density("kidney") + 5 * level.fine, within=belly)
    if scale < 0.55:
        return
    for angle in np.arange(0, 360, 60) + level.z:
        way = np.array((np.cos(np.radians(angle)), np.sin(np.radians(angle))))
        pyramid = ellipse((0, 0), (6.5 * scale, 4.6 * scale), float(angle)) + way * (11.5, 14) * scale
        level.canvas.paint(pyramid + middle, level.density("medulla"), within=belly)


def _uneven(shape: Points, phase: float) -> Points:
    angle = np.linspace(0, 2 * np.pi, len(shape), endpoint=False)
    return shape * (1 + 0.03 * np.sin(3 * angle + phase / 20) + 0.02 * np.sin(5 * angle))[:, None]
