"""Where the lobes of the lungs meet: surfaces in the standard body."""

from typing import Final

import numpy as np

from vesalius.demo.phantom.canvas import Floats

STEEP: Final = {1: 0.78, -1: 0.72}  # mm that the oblique fissure moves forward for each mm downwards, by side
_BOW: Final = {1: 6.0, -1: 11.0}
LOW: Final = 52.0
HIGH: Final = 236.0


def behind_oblique(x: Floats, y: Floats, z: Floats | float, side: int) -> Floats:
    """How far (mm) points lie behind the oblique fissure of a side (+1 left)."""
    out = np.clip(np.abs(x) - 28, 0, 110) / 100
    low = (HIGH - z) / (HIGH - LOW)  # runs backwards to the side above, forwards below
    bow = _BOW[side] * np.sin(np.pi * out) + (16 - 34 * low) * out + 1.6 * np.sin(x / 11 + z / 17)
    front = 60 - (HIGH - z) * STEEP[side] + bow
    return np.asarray(y - front, np.float32)


def above_minor(x: Floats, y: Floats, z: Floats | float) -> Floats:
    """How far (mm) points of the right lung lie above the horizontal fissure, which is a shallow dome."""
    summit = 158 - 0.0021 * ((x + 62) ** 2 + (y + 6) ** 2)
    return np.asarray(z - summit, np.float32)


def spares(beads: Floats) -> Floats:
    """Those beads (x, y, z, radius, slope) that are not small vessels crossing a fissure."""
    x, y, z, radius = beads[:, 0], beads[:, 1], beads[:, 2], beads[:, 3]
    near = np.zeros(len(beads), bool)
    for side in (-1, 1):
        away = np.abs(behind_oblique(x, y, z, side)) / np.hypot(1, STEEP[side])
        near |= (x * side > 0) & (away < 5 - 3 * radius)
    front = (x < 0) & (behind_oblique(x, y, z, -1) < 0)
    near |= front & (np.abs(above_minor(x, y, z)) < 4.5 - 2.5 * radius)
    return beads[~near]
