"""CT slices above and below the chest, as noisy as a low dose makes them."""

import numpy as np
from scipy import ndimage

from vesalius.demo.phantom import bones
from vesalius.demo.phantom.canvas import AIR, Canvas, Floats
from vesalius.demo.phantom.chest import Chest
from vesalius.demo.phantom.texture import between, fresh
from vesalius.demo.phantom.whole.head import head
from vesalius.demo.phantom.whole.plane import Plane
from vesalius.demo.phantom.whole.trunk import trunk


def low_dose(chest: Chest, z: float) -> Floats:
    """A slice above or below the chest in Hounsfield units, as noisy as a low dose makes it."""
    build, textures = chest.build, chest.textures
    canvas = Canvas(build.size, build.spacing, chest.warp)
    plane = Plane(chest, z, "HU", canvas)
    bones.table(canvas, 113 + 0.55 * build.fat)
    (head if z > 0 else trunk)(plane)
    inside = canvas.hu > AIR / 2
    hu = ndimage.gaussian_filter(canvas.hu, 0.6)
    tissue = 4 * between(textures.soft, z, 9) + 5 * between(textures.cloud, z, 30)
    rng = chest.rng(int(z * 10) + 60_000)
    hu += inside * tissue + 13 * fresh(textures.grain, rng) * (0.35 + 0.65 * inside)
    axis = np.arange(build.size) - build.size / 2 + 0.5
    hu[axis[:, None] ** 2 + axis[None, :] ** 2 > (build.size / 2) ** 2] = -1024
    return np.asarray(np.clip(hu, -1024, 3071), np.float32)
