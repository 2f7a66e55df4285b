"""Heart, great vessels, airways and what lies between them."""

import numpy as np

from vesalius.demo.phantom import anatomy
from vesalius.demo.phantom.canvas import Floats, closed, ellipse
from vesalius.demo.phantom.chest import Chest
from vesalius.demo.phantom.level import Level

_TOUCH = 0.02  # coverage by the belly where no airway is drawn
_NODES = (  # lymph nodes: x, y, z, radius
    (-12, -6, 192, 3.4), (-8, -4, 184, 2.8), (22, -8, 190, 3.2), (-4, 16, 160, 3.8),
    (6, 18, 156, 3.0), (-20, -40, 205, 2.4), (14, -50, 192, 2.6), (-34, -2, 166, 2.8),
)  # fmt: skip


def paint_heart(level: Level) -> None:
    """Fat of the mediastinum, its lymph nodes, the heart and its chambers."""
    canvas, density = level.canvas, level.density
    fat = density("fat") + 12 + 7 * level.fine + 8 * np.clip(level.coarse, -1, 2)
    canvas.paint(closed(anatomy.whole("mediastinum", level.z)), fat, within=level.cavity)
    canvas.string(_nodes(), level.z, density("gland") + 20, thickness=min(level.thickness, 3.0))
    for swell, tissue in ((3.2, fat), (0.0, density("myocardium") + 5 * level.fine)):
        for part in anatomy.heart():
            level.ellipsoid(part, tissue, within=level.cavity, grow=swell)
    for name, part in anatomy.chambers().items():
        filling = density("myocardium" if name == "left wall" else "blood")
        level.ellipsoid(part, filling + 5 * level.fine, within=level.cavity)


def _nodes() -> Floats:
    return np.array([(x, y, z, r, 0.5) for x, y, z, r in _NODES], np.float32)


def paint_vessels(level: Level, belly: Floats) -> None:
    """Oesophagus, veins, arteries and airways along their paths; airways end at the diaphragm."""
    chest, canvas, z, density = level.chest, level.canvas, level.z, level.density
    thick = min(level.thickness, 3.0)
    above = (belly < _TOUCH).astype(np.float32)
    for name, paths, value, wider, within in (
        ("oesophagus", anatomy.paths("oesophagus"), density("oesophagus"), 0.0, None),
        ("veins", anatomy.paths("veins"), density("vein"), 0.0, None),
        ("pulmonary veins", anatomy.paths("pulmonary veins"), density("blood"), 0.0, None),
        ("pulmonary", anatomy.paths("pulmonary"), density("pulmonary"), 0.0, None),
        ("aortic wall", anatomy.paths("aorta"), density("muscle") + 10, 1.0, None),
        ("arteries", anatomy.paths("aorta") + anatomy.paths("arteries"), density("blood") + 8, 0.0, None),
        ("airway wall", anatomy.paths("airways"), 40.0, 1.7, above),
        ("airway", anatomy.paths("airways"), -985.0, 0.0, above),
    ):
        canvas.string(chest.string(name, paths, wider), z, value, thickness=thick, within=within)
    plaques = _plaques(chest)
    if len(plaques):
        canvas.string(plaques, z, 640.0, thickness=thick)
    _swallowed_air(level)


def _plaques(chest: Chest) -> Floats:
    """Chalk in the wall of an old aorta, as beads."""
    if "plaques" not in chest.strings:
        rng, aorta = (
            chest.rng(6),
            chest.string("arteries", anatomy.paths("aorta") + anatomy.paths("arteries")),
        )
        count = int(max(chest.old - 0.45, 0) * 34)
        found = [np.empty((0, 5), np.float32)]
        for start in rng.integers(0, len(aorta) - 12, count):
            run = aorta[start : start + rng.integers(3, 12)].copy()
            angle = rng.uniform(0, 2 * np.pi) + np.linspace(0, 0.7, len(run))
            run[:, 0] += (run[:, 3] + 0.4) * np.cos(angle)
            run[:, 1] += (run[:, 3] + 0.4) * np.sin(angle)
            run[:, 3] = rng.uniform(0.7, 1.5)
            found.append(run[run[:, 2] < 235])
        chest.strings["plaques"] = np.concatenate(found)
    return chest.strings["plaques"]


def _swallowed_air(level: Level) -> None:
    gas = level.chest.rng(int(level.z) + 1000).uniform(0, 1)
    if gas > 0.62 and level.z > 60:
        path = np.asarray(anatomy.paths("oesophagus")[0])
        x, y = (float(np.interp(level.z, path[::-1, 2], path[::-1, i])) for i in (0, 1))
        level.canvas.paint(ellipse((x, y), (3.0 * gas, 1.6)), -480.0)
