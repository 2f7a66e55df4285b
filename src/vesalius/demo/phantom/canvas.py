"""One axial slice to paint on: smooth shapes in millimetres become Hounsfield units with partial volume."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline

Floats = NDArray[np.float32]
Points = NDArray[np.float64]
Warp = Callable[[Points], Points]
Box = tuple[slice, slice]

AIR = -1000.0
_SMALL_SHAPE = 160  # pixels; smaller shapes are drawn with finer steps, because their edge is most of them


@cache
def _closed_spline(controls: int, samples: int) -> Points:
    """Matrix that takes the control points of a closed curve to points along it."""
    at = np.linspace(0, controls, samples, endpoint=False)
    identity = np.vstack([np.eye(controls), np.eye(controls)[:1]])
    return np.asarray(CubicSpline(np.arange(controls + 1), identity, bc_type="periodic")(at))


@cache
def _open_spline(controls: int, samples: int) -> Points:
    """Matrix that takes the control points of an open curve to points along it."""
    at = np.linspace(0, controls - 1, samples)
    return np.asarray(CubicSpline(np.arange(controls), np.eye(controls), bc_type="natural")(at))


def closed(controls: Points, samples: int = 120) -> Points:
    """Smooth closed curve through control points."""
    return _closed_spline(len(controls), samples) @ controls


def opened(controls: Points, samples: int = 60) -> Points:
    """Smooth open curve through control points (any number of columns)."""
    return _open_spline(len(controls), samples) @ controls


def normals(curve: Points) -> Points:
    """Unit vectors to the left of a curve of points."""
    along = np.gradient(curve, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    return np.stack([along[:, 1], -along[:, 0]], axis=1)


def band(curve: Points, half_width: Points | float) -> Points:
    """Polygon around a curve, as wide as twice `half_width` (mm) at each of its points."""
    shift = normals(curve) * np.broadcast_to(np.asarray(half_width, dtype=float), (len(curve),))[:, None]
    return np.vstack([curve + shift, (curve - shift)[::-1]])


def ellipse(centre: tuple[float, float], radii: tuple[float, float], turn: float = 0.0) -> Points:
    """Polygon of an ellipse; `turn` in degrees, towards posterior."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    u, v = radii[0] * np.cos(angle), radii[1] * np.sin(angle)
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return np.stack([centre[0] + u * cos - v * sin, centre[1] + u * sin + v * cos], axis=1)


@dataclass(slots=True)
class Canvas:
    """Square image of Hounsfield units; x grows to the patient's left, y to the back (PS3.3 C.7.6.2)."""

    size: int
    spacing: float  # mm per pixel
    warp: Warp
    hu: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.hu = np.full((self.size, self.size), AIR, np.float32)

    def pixels(self, points: Points) -> Points:
        """Points in mm of the standard body as pixel coordinates of this patient."""
        return self.warp(points) / self.spacing + self.size / 2

    def cover(self, points: Points) -> tuple[Box, Floats] | None:
        """Which part of each pixel a polygon covers, within its bounding box; None where it is outside."""
        where = self.pixels(points)
        low = np.clip(np.floor(where.min(0)) - 1, 0, self.size).astype(int)
        high = np.clip(np.ceil(where.max(0)) + 2, 0, self.size).astype(int)
        if (high <= low).any():
            return None
        extent = high - low
        steps = 4 if extent.max() < _SMALL_SHAPE else 2
        image = Image.new("L", (int(extent[0]) * steps, int(extent[1]) * steps))
        flat = ((where - low + 0.5) * steps).ravel().tolist()
        ImageDraw.Draw(image).polygon(flat, fill=255)
        box = slice(low[1], high[1]), slice(low[0], high[0])
        return box, np.asarray(image.reduce(steps), np.float32) / np.float32(255)

    def mask(self, points: Points) -> Floats:
        """Coverage of a polygon over the whole image."""
        out = np.zeros_like(self.hu)
        found = self.cover(points)
        if found:
            out[found[0]] = found[1]
        return out

    def paint(self, points: Points, value: Floats | float, within: Floats | None = None) -> None:
        """Fill a polygon with a value or a texture, softly at its edge."""
        found = self.cover(points)
        if found is None:
            return
        box, cover = found
        if within is not None:
            cover = cover * within[box]
        self._blend(box, cover, value)

    def fill(self, cover: Floats, value: Floats | float) -> None:
        """Fill by a coverage of the whole image."""
        self._blend((slice(None), slice(None)), cover, value)

    def _blend(self, box: Box, cover: Floats, value: Floats | float) -> None:
        target = self.hu[box]
        target += cover * ((value[box] if isinstance(value, np.ndarray) else np.float32(value)) - target)

    def string(
        self,
        beads: Floats,
        plane: float,
        value: Floats | float,
        *,
        thickness: float,
        within: Floats | None = None,
        steps: int = 3,
    ) -> None:
        """Paint strings of beads (x, y, z, radius, slope) where a slab around a plane cuts them.

        Thin vessels that run in the slab fill only a part of its thickness and so are dimmer.
        """
        off = np.maximum(np.abs(beads[:, 2] - plane) - thickness / 2, 0)
        near = beads[off < beads[:, 3]]
        off = off[off < beads[:, 3]]
        if not len(near):
            return
        radius = np.sqrt(near[:, 3] ** 2 - off**2) / self.spacing
        part = np.minimum(1, (2 * near[:, 3] + near[:, 4] * thickness) / thickness)
        order = np.argsort(part)
        where = self.pixels(near[:, :2].astype(float))
        low = np.clip(np.floor((where - radius[:, None]).min(0)) - 1, 0, self.size).astype(int)
        high = np.clip(np.ceil((where + radius[:, None]).max(0)) + 2, 0, self.size).astype(int)
        if (high <= low).any():
            return
        centre = (where - low + 0.5)[order] * steps
        radius, shade = radius[order] * steps, (part[order] * 255).astype(int).tolist()
        extent = high - low
        image = Image.new("L", (int(extent[0]) * steps, int(extent[1]) * steps))
        draw = ImageDraw.Draw(image)
        boxes = np.concatenate([centre - radius[:, None], centre + radius[:, None]], axis=1).tolist()
        for corners, grey in zip(boxes, shade, strict=True):
            draw.ellipse(corners, fill=grey)
        cover = np.asarray(image.reduce(steps), np.float32) / np.float32(255)
        box = slice(low[1], high[1]), slice(low[0], high[0])
        self._blend(box, cover if within is None else cover * within[box], value)


def beads(path: list[tuple[float, float, float, float]], step: float = 1.0) -> Floats:
    """String of beads along a smooth path of (x, y, z, radius), for `Canvas.balls`."""
    controls = np.asarray(path, float)
    length = np.linalg.norm(np.diff(controls[:, :3], axis=0), axis=1).sum()
    curve = opened(controls, max(4, int(length / step)))
    along = np.gradient(curve[:, :3], axis=0)
    slope = np.abs(along[:, 2]) / (np.linalg.norm(along, axis=1) + 1e-9)
    return np.concatenate([curve, slope[:, None]], axis=1).astype(np.float32)
