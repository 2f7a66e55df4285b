"""Lung tumours: a lobed mass with strands into the lung around it, some of them hollow."""

import numpy as np
from numpy.random import Generator

from vesalius.demo.phantom.canvas import Floats, Points, band
from vesalius.demo.phantom.chest import Chest, Tumour
from vesalius.demo.phantom.level import Level

_ANGLE = np.linspace(0, 2 * np.pi, 180, endpoint=False)


def outline(chest: Chest, number: int, z: float) -> Points | None:
    """Contour of one of the patient's tumours at a height, in the standard body; None above and below it."""
    return _outline(chest.tumours[number], _rng(chest, number), z)


def paint(level: Level, cavity: Floats) -> None:
    """Every tumour of the patient, with its strands."""
    for number, tumour in enumerate(level.chest.tumours):
        if abs(level.z - tumour.centre[2]) < tumour.radius * 1.7:
            rng = _rng(level.chest, number)
            shape = _outline(tumour, rng, level.z)
            _strands(level, tumour, rng, cavity)
            if shape is not None:
                _mass(level, tumour, shape, cavity)


def _rng(chest: Chest, number: int) -> Generator:
    return chest.rng(50 + number)


def _outline(tumour: Tumour, rng: Generator, z: float) -> Points | None:
    x, y, height = tumour.centre
    waves = [(k, rng.uniform(0, 6), rng.normal(0, 0.13 / k**0.8)) for k in range(2, 12)]
    depth = 1 - ((z - height) / (tumour.radius * 1.05)) ** 2
    if depth <= 0:
        return None
    lobes = sum(a * np.sin(k * _ANGLE + p + (z - height) / 9) for k, p, a in waves)
    radius = tumour.radius * np.sqrt(depth) * (1 + tumour.lobed * lobes)
    return np.stack([x + radius * np.cos(_ANGLE), y + radius * np.sin(_ANGLE)], axis=1)


def _strands(level: Level, tumour: Tumour, rng: Generator, cavity: Floats) -> None:
    x, y, height = tumour.centre
    off = level.z - height
    depth, reach = 1 - (off / (tumour.radius * 1.05)) ** 2, 1 - (off / (tumour.radius * 1.7)) ** 2
    start = tumour.radius * max(depth, 0.05) ** 0.5 * 0.85
    for _ in range(tumour.strands):
        way, long = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1.25) ** 1.5
        wide, turn = rng.uniform(0.35, 0.85), rng.normal(0, 0.12)
        ray = np.linspace(start, start + tumour.radius * long * abs(np.sin(way * 3 + off / 7)) * reach, 12)
        bend = way + turn * np.linspace(0, 1, 12)
        curve = np.stack([x + ray * np.cos(bend), y + ray * np.sin(bend)], axis=1)
        level.canvas.paint(band(curve, wide * np.linspace(1.5, 0.25, 12)), -120.0, within=cavity * 0.75)


def _mass(level: Level, tumour: Tumour, shape: Points, cavity: Floats) -> None:
    value = level.density("tumour") + 9 * level.fine - 16 * np.clip(level.coarse, 0, 1)
    level.canvas.paint(shape, value, within=cavity)
    if tumour.hollow:
        middle = shape.mean(0)
        level.canvas.paint((shape - middle) * tumour.hollow + middle + (0.6, -1.2), -940.0, within=cavity)
