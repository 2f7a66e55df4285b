"""A synthetic PET of glucose: the body's tissues as standardised uptake values, blurred and noisy as measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import ndimage

from vesalius.demo.phantom import anatomy
from vesalius.demo.phantom.canvas import Canvas, Floats, closed, ellipse
from vesalius.demo.phantom.chest import Chest
from vesalius.demo.phantom.whole.head import head
from vesalius.demo.phantom.whole.plane import Plane, shrunk
from vesalius.demo.phantom.whole.trunk import kidneys, spine, trunk

BELOW, ABOVE = -16.0, 284.0  # mm, where the chest ends
_BLUR: Final = 2.9  # mm, deviation of the scanner's point spread: 6.8 mm at half height


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSpot:
    """A lesion: place and radius in mm of the standard body, uptake at its rim and in its middle."""

    centre: tuple[float, float, float]
    radius: float
    uptake: float
    core: float | None = None  # where the middle has died


def uptake(
    chest: Chest, heights: Sequence[float], spots: Sequence[HotSpot], *, left_wall: float = 5.5
) -> Floats:
    """Standardised uptake values (g/ml) of slices at `heights` (evenly spaced, upwards), slice by row by column."""
    step = heights[1] - heights[0]
    volume = np.stack([_plane(chest, z, spots, left_wall) for z in heights])
    pixel = chest.build.spacing
    blurred = ndimage.gaussian_filter(volume, (_BLUR / step, _BLUR / pixel, _BLUR / pixel))
    return _measured(chest, blurred)


def _plane(chest: Chest, z: float, spots: Sequence[HotSpot], left_wall: float) -> Floats:
    build = chest.build
    canvas = Canvas(build.size, build.spacing, chest.warp)
    canvas.hu[:] = 0
    plane = Plane(chest, z, "SUV", canvas, left_wall)
    if z > ABOVE:
        head(plane)
    elif z < BELOW:
        trunk(plane)
    else:
        _thorax(plane)
    for spot in spots:
        _spot(plane, spot)
    return canvas.hu


def _thorax(plane: Plane) -> None:
    """Chest and upper abdomen, by the outlines of the chest's CT."""
    chest, canvas, z = plane.chest, plane.canvas, plane.z
    _wall(plane)
    cavity = canvas.mask(closed(anatomy.whole("cavity", z)))
    canvas.fill(cavity, plane.value("lung"))
    canvas.paint(closed(anatomy.whole("mediastinum", z)), 1.0, within=cavity)
    for part in anatomy.heart():
        plane.blobs((("blood", *part, False),), cavity)
    for name, part in anatomy.chambers().items():
        plane.blobs((("left wall" if name == "left wall" else "blood", *part, False),), cavity)
    belly = (np.clip((chest.diaphragm - z) / 5 + 0.5, 0, 1) * cavity).astype(np.float32)
    if belly.any():
        canvas.fill(belly, plane.value("fat"))
        spleen = np.array([(52, 40), (84, 22), (118, 10), (134, 40), (112, 82), (76, 86), (60, 66)], float)
        plane.paint((closed(spleen) - (96, 50)) * min(1.0, 0.55 + (90 - z) / 90) + (96, 50), "spleen", belly)
        plane.paint(ellipse((76, -24), (36, 38)), "stomach", belly)
        plane.paint(closed(anatomy.whole("liver", z)), "liver", belly)
        kidneys(plane, belly)
    for name, value in (
        ("veins", "blood"),
        ("pulmonary", "blood"),
        ("aorta", "blood"),
        ("arteries", "blood"),
    ):
        for path in anatomy.paths(name):
            plane.tube(value, path)
    for path in anatomy.paths("airways"):
        plane.tube("gas", path)
    spine(plane)


def _wall(plane: Plane) -> None:
    """Skin, fat, muscles and ribs around the chest."""
    z = plane.z
    curve = closed(anatomy.whole("skin", z), 160)
    plane.layers(curve)
    ring = closed(anatomy.whole("cavity", z), 180)
    plane.paint(shrunk(ring, -11), "muscle")
    shoulder = float(np.clip((z - 205) / 60, 0, 1)) ** 0.5
    if shoulder > 0:
        for side in (1, -1):
            plane.paint(ellipse((side * 146, 0), (46 * shoulder, 40 * shoulder)), "muscle")
        plane.paint(ellipse((0, 8), (112, 50 * shoulder)), "muscle")


def _spot(plane: Plane, spot: HotSpot) -> None:
    x, y, height = spot.centre
    for share, value in ((1.0, spot.uptake), (0.55, spot.core)):
        depth = 1 - ((plane.z - height) / (spot.radius * share)) ** 2
        if value is not None and depth > 0:
            radius = spot.radius * share * np.sqrt(depth)
            plane.canvas.paint(ellipse((x, y), (radius, radius * 0.92), 20), value)


def _measured(chest: Chest, volume: Floats) -> Floats:
    """Noise as iterative reconstruction leaves it: more where there is more, smooth, never below nothing."""
    white = chest.rng(41).standard_normal(volume.shape, dtype=np.float32)
    grain = ndimage.gaussian_filter(white, (0.7, 0.85, 0.85))
    grain /= grain.std()
    depth = ndimage.gaussian_filter(
        (volume > 0.1).astype(np.float32), (0, 12, 12)
    )  # the middle sees fewer rays
    level = 0.15 * np.sqrt(np.maximum(volume, 0) + 0.02) * (0.55 + 0.9 * depth)
    return np.asarray(np.maximum(volume + level * grain, 0), np.float32)
