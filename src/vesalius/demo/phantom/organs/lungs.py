"""Lungs: air, fissures, vessels with their bronchi, tumours, and fluid behind them."""

import numpy as np
from scipy import ndimage

from vesalius.demo.phantom import fissures
from vesalius.demo.phantom.canvas import Floats
from vesalius.demo.phantom.level import Level
from vesalius.demo.phantom.organs import tumours

_PLEURA = 0.75  # mm, both layers of a fissure
_WALL = np.array([0, 0, 0, 0.55, 0], np.float32)  # mm, thickness of a bronchus' wall, as added to its bead


def paint(level: Level) -> None:
    """Everything inside the ribs as lung; mediastinum and abdomen are painted over it."""
    chest, canvas = level.chest, level.canvas
    _, y = chest.grid
    air = level.density("lung") + 11 * level.fine + 9 * level.coarse + np.clip(y, -90, 90) * 0.42
    if chest.build.emphysema:
        air = air - _holes(level)
    canvas.fill(level.cavity, air.astype(np.float32))
    _fissures(level)
    blood = 38.0 + 0.5 * level.density("pulmonary")
    thin = level.thickness
    canvas.string(chest.trees, level.z, blood, thickness=thin, within=level.cavity)
    near = chest.bronchi[np.abs(chest.bronchi[:, 2] - level.z) < thin + 4]
    canvas.string(near + _WALL, level.z, -60.0, thickness=thin, within=level.cavity)
    canvas.string(near, level.z, -955.0, thickness=thin, within=level.cavity)
    tumours.paint(level, level.cavity)
    if chest.build.effusion:
        _fluid(level)


def _holes(level: Level) -> Floats:
    """Hounsfield units that emphysema takes away: a veil that thickens upwards, and holes without walls."""
    blobs = ndimage.gaussian_filter(level.fine, 2.6)
    high = np.clip((level.z - 70) / 130, 0.15, 1)
    lost = 25 + 135 * np.clip(blobs / blobs.std() * 2.2 - 0.5 + 0.4 * level.coarse, 0, 1)
    return np.asarray(level.chest.build.emphysema * high * lost, np.float32)


def _fissures(level: Level) -> None:
    """The pleura between the lobes, smeared by its slope over the thickness of the slice."""
    x, y = level.chest.grid
    if not fissures.LOW < level.z < fissures.HIGH:
        return
    for side in (-1, 1):
        half = 0.5 * (level.thickness * fissures.STEEP[side] + _PLEURA)
        away = np.abs(fissures.behind_oblique(x, y, level.z, side))
        cover = np.clip(half + 0.5 - away, 0, 1) * (_PLEURA / (2 * half))
        level.canvas.fill((cover * (x * side > 0) * level.cavity).astype(np.float32), -40.0)
    half = 0.5 * (level.thickness + _PLEURA)
    cover = np.clip(half + 0.5 - np.abs(fissures.above_minor(x, y, level.z)), 0, 1) * (0.25 * _PLEURA / half)
    front = (x < 0) & (fissures.behind_oblique(x, y, level.z, -1) < 0)
    level.canvas.fill((cover * front * level.cavity).astype(np.float32), -40.0)


def _fluid(level: Level) -> None:
    """Fluid behind the right lung: deepest at the bottom, with a rim that rises along the ribs."""
    x, y = level.chest.grid
    deep = level.chest.build.effusion * float(np.clip((190 - level.z) / 110, 0, 1)) ** 0.7
    surface = 84 - deep - 0.0042 * np.clip(np.abs(x + 62) - 12, 0, None) ** 2
    cover = np.clip(y - surface + 0.5, 0, 1) * (x < -6) * (deep > 1) * level.cavity
    level.canvas.fill(cover.astype(np.float32), (9 + 4 * level.fine).astype(np.float32))
