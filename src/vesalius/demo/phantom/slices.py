"""One slice of a synthetic chest: painted from the skin inwards, then reconstructed as a scanner would."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from vesalius.demo.phantom import anatomy, bones
from vesalius.demo.phantom.canvas import Canvas, Floats, closed
from vesalius.demo.phantom.chest import Chest
from vesalius.demo.phantom.level import Level
from vesalius.demo.phantom.organs import abdomen, lungs, mediastinum, tumours, wall
from vesalius.demo.phantom.texture import fresh

Kernel = Literal["soft", "lung"]
Mask = NDArray[np.bool_]
_OUTSIDE = -1024.0  # what reconstruction writes outside its circle
_AERATED = -320.0  # lung is darker than this
_SPECK = 150.0  # mm²; smaller pieces are no lung


def axial(chest: Chest, z: float, *, thickness: float = 5.0, kernel: Kernel = "soft") -> Floats:
    """One axial slice at height z (mm of the standard body) in Hounsfield units."""
    level = Level(chest, z, thickness)
    belly = level.belly()
    wall.paint(level)
    lungs.paint(level)
    mediastinum.paint_heart(level)
    abdomen.paint(level, belly)
    mediastinum.paint_vessels(level, belly)
    bones.ribs(level.canvas, z, chest.old, float(chest.rng(4).uniform(-2.5, 2.5)))
    bones.sternum(level.canvas, z, chest.old)
    bones.spine(level.canvas, z, chest.old, chest.density("cord"))
    return _reconstructed(level, kernel)


def tumour_mask(chest: Chest, z: float, number: int = 0) -> Mask:
    """Pixels of one of the patient's tumours in the slice at a height."""
    canvas = Canvas(chest.build.size, chest.build.spacing, chest.warp)
    outline = tumours.outline(chest, number, z)
    if outline is None:
        return np.zeros(canvas.hu.shape, bool)
    inside = canvas.mask(closed(anatomy.whole("cavity", z))) > 0.5
    return np.asarray((canvas.mask(outline) > 0.5) & inside)


def lung_mask(chest: Chest, z: float, hu: Floats, side: int) -> Mask:
    """Pixels of one lung (+1 left) with its vessels, found in the slice as a reader's tool would find them."""
    canvas = Canvas(chest.build.size, chest.build.spacing, chest.warp)
    out = np.zeros(hu.shape, bool)
    found = canvas.cover(closed(anatomy.whole("cavity", z)))
    if found is None:
        return out
    box, cover = found
    inside = cover > 0.5
    middle = canvas.mask(closed(anatomy.whole("mediastinum", z)))[box] > 0.5
    beside = (chest.grid[0][:, box[1]] * side) > 0
    above = chest.diaphragm[box] < z  # gas of the stomach is no lung
    dark = inside & ~middle & beside & above & (ndimage.gaussian_filter(hu[box], 1.0) < _AERATED)
    solid = ndimage.binary_closing(np.pad(dark, 8), iterations=4)[8:-8, 8:-8]
    solid = ndimage.binary_fill_holes(ndimage.binary_opening(solid, iterations=2)) & inside
    parts, count = ndimage.label(solid)
    sizes = np.asarray(ndimage.sum_labels(solid, parts, range(1, count + 1)))
    out[box] = np.isin(parts, 1 + np.flatnonzero(sizes * chest.build.spacing**2 > _SPECK))
    return out


def _reconstructed(level: Level, kernel: Kernel) -> Floats:
    """Blur, edge enhancement and noise of a kernel; nothing outside the circle of reconstruction."""
    chest, textures, hu = level.chest, level.chest.textures, level.canvas.hu
    x, y = chest.grid
    centre = np.exp(-((x / 150) ** 2 + (y / 100) ** 2))
    load = (0.55 + 0.6 * centre) * (5 / level.thickness) ** 0.35 * (1 + 0.012 * chest.build.fat)
    load *= chest.build.noise
    if kernel == "soft":
        hu = ndimage.gaussian_filter(hu, 0.8, truncate=3)
        noise = 9.5 * fresh(textures.grain, level.rng)
    else:
        hu = ndimage.gaussian_filter(hu, 0.5, truncate=3)
        hu = hu + 0.55 * (hu - ndimage.gaussian_filter(hu, 1.3, truncate=2.5))
        noise = 36 * fresh(textures.sharp, level.rng)
    shoulder = float(np.clip((level.z - 225) / 40, 0, 1)) * 9
    if shoulder:
        noise = noise + shoulder * np.roll(textures.streak, int(level.rng.integers(len(hu))), axis=0)
    hu = hu + noise * load
    size = chest.build.size
    axis = np.arange(size) - size / 2 + 0.5
    hu[axis[:, None] ** 2 + axis[None, :] ** 2 > (size / 2) ** 2] = _OUTSIDE
    return np.asarray(np.clip(hu, _OUTSIDE, 3071), np.float32)
