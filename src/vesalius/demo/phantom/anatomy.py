"""The standard chest as tables: contours by height, paths of vessels and airways, chambers, densities.

Millimetres; x to the patient's left, y to the back, z to the head. z = 0 lies at the twelfth thoracic vertebra,
z = 280 at the thoracic inlet. Half outlines run from the anterior to the posterior midline and are mirrored;
whole outlines run clockwise from the front. A path is a row of (x, y, z, radius); an ellipsoid has a centre,
radii (along, across, height) and a turn in degrees.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from vesalius.demo.phantom.canvas import Points

Path = list[tuple[float, float, float, float]]
Ellipsoid = tuple[tuple[float, float, float], tuple[float, float, float], float]
Outline = Literal["skin", "cavity", "mediastinum", "liver"]

DOMES = [  # centre x, y; half axes; height of the rim and of the summit: one above liver, spleen and middle
    (-62, -6, 80, 92, -14, 106),
    (64, -8, 78, 90, -18, 90),
    (6, -36, 74, 66, 30, 74),
]
HILA = {"left": (46.0, 8.0, 158.0), "right": (-46.0, -2.0, 154.0)}
VEIN_HILA = {"left": (46.0, 2.0, 132.0), "right": (-44.0, 2.0, 128.0)}

RIBS = [
    (268 - 23.5 * i, min(34 + 19 * i, 104 - max(0, i - 8) * 6)) for i in range(12)
]  # height of head, drop to front
VERTEBRA_PITCH = 23.5

DENSITY = {  # Hounsfield units: without contrast, with contrast in the venous phase
    "fat": (-104, -102),
    "muscle": (52, 62),
    "skin": (20, 30),
    "blood": (42, 176),
    "pulmonary": (42, 168),
    "vein": (42, 158),
    "myocardium": (44, 108),
    "liver": (58, 104),
    "hepatic vein": (40, 146),
    "spleen": (48, 118),
    "kidney": (34, 168),
    "medulla": (30, 138),
    "stomach wall": (40, 82),
    "stomach": (14, 18),
    "lung": (-862, -852),
    "tumour": (34, 72),
    "cord": (32, 36),
    "gland": (22, 34),
    "oesophagus": (38, 62),
}


@cache
def _drawn() -> dict[str, Any]:
    return dict(json.loads((files("vesalius.demo") / "data" / "anatomy.json").read_text("utf-8")))


def paths(name: str) -> list[Path]:
    """Paths of vessels, airways and the like by name."""
    return [[(x, y, z, r) for x, y, z, r in path] for path in _drawn()["paths"][name]]


@cache
def heart() -> list[Ellipsoid]:
    """The whole heart as ellipsoids."""
    return list(_drawn()["heart"])


@cache
def chambers() -> dict[str, Ellipsoid]:
    """Chambers of the heart and the wall of the left ventricle, in the order in which they are painted."""
    return dict(_drawn()["chambers"])


@cache
def _stack(outline: Outline) -> tuple[Points, Points]:
    """Heights and control points of an outline."""
    drawn = _drawn()["outlines"][outline]
    heights = sorted(drawn, key=float)
    return np.array([float(height) for height in heights]), np.array(
        [drawn[height] for height in heights], float
    )


def half(outline: Outline, z: float) -> Points:
    """Control points at height z, between the two nearest drawn ones."""
    heights, stack = _stack(outline)
    index = int(np.clip(np.searchsorted(heights, z) - 1, 0, len(heights) - 2))
    part = float(np.clip((z - heights[index]) / (heights[index + 1] - heights[index]), 0, 1))
    smooth = part * part * (3 - 2 * part) * 0.35 + part * 0.65
    return np.asarray(stack[index] * (1 - smooth) + stack[index + 1] * smooth)


def whole(outline: Outline, z: float) -> Points:
    """Closed control points at height z; half outlines are mirrored."""
    points = half(outline, z)
    if points[0, 0] == 0 and points[-1, 0] == 0:
        return np.vstack([points, points[-2:0:-1] * (-1, 1)])
    return points
