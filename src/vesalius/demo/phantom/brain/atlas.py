"""Grey matter, white matter and the outline of an average brain, as fields over millimetres.

Places are in mm of the atlas: x to the right, y to the front, z upwards, the anterior commissure near the origin.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats: TypeAlias = NDArray[np.float32]

_AROUND: Final = 66.0  # mm that distances are known beyond the brain
_COARSE: Final = 3.0  # mm between distances
_CLOSING: Final = 4  # voxels of that: fissures and cisterns lie inside of the skull


@dataclass(frozen=True, slots=True)
class Field:
    """Values on a grid of `step` mm that begins at `origin`."""

    values: Floats
    origin: Floats
    step: float

    def at(self, places: Floats) -> Floats:
        """The field at places (3, n) in mm; beyond the grid, the value of its edge."""
        index = (places - self.origin[:, None]) / np.float32(self.step)
        found = ndimage.map_coordinates(self.values, index, order=1, mode="nearest", output=np.float32)
        return np.asarray(found, np.float32)


@dataclass(frozen=True, slots=True)
class Atlas:
    """The average brain."""

    grey: Field  # share, 0 to 1
    white: Field
    inside: Field  # 1 in the brain and its cisterns
    distance: Field  # mm to the skull's inner side, negative inside


@cache
def atlas() -> Atlas:
    """The atlas that ships with the demonstration, read once."""
    with (files("vesalius.demo") / "data" / "brain.npz").open("rb") as file, np.load(file) as stored:
        grey, white = (stored[name].astype(np.float32) / 248 for name in ("gm", "wm"))
        inside = np.unpackbits(stored["inside"], count=grey.size).reshape(grey.shape).astype(np.float32)
        origin, step = stored["origin"], float(stored["step"])
    return Atlas(
        grey=Field(grey, origin, step),
        white=Field(white, origin, step),
        inside=Field(ndimage.gaussian_filter(inside, 0.6), origin, step),
        distance=_distance(Field(inside, origin, step)),
    )


def _distance(inside: Field) -> Field:
    size = np.array(inside.values.shape) * inside.step + 2 * _AROUND
    axes = [np.arange(0, length, _COARSE, dtype=np.float32) for length in size]
    origin = inside.origin - np.float32(_AROUND)
    places = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")]) + origin[:, None]
    brain = inside.at(places).reshape([axis.size for axis in axes]) > 0.5
    hull = ndimage.binary_closing(brain, iterations=_CLOSING)
    distance = ndimage.distance_transform_edt(~hull) - ndimage.distance_transform_edt(hull)
    smooth = ndimage.gaussian_filter(distance.astype(np.float32) * np.float32(_COARSE), 0.9)
    return Field(smooth, origin, _COARSE)
