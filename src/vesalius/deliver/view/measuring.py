"""The figure beside a measurement: what `pages/static/viewer/measure/shapes.js` says, of the same pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vesalius.deliver.view.asked import Shape

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The image that is measured."""

    values: (
        NDArray[Any] | None
    )  # (rows, columns) in the modality's unit, NaN where there is padding; None for colours
    step: tuple[float, float]  # width of a column and height of a row
    length_unit: str  # "mm", or "px" where the file does not say
    unit: str = ""  # of the values


def in_short(shape: Shape, ground: Ground) -> str:
    """Length, angle, or mean and standard deviation (else area), with its unit."""
    if shape.kind == "distance":
        return f"{_length(shape.points, ground):.1f} {ground.length_unit}"
    if shape.kind == "angle":
        return f"{_angle(shape.points, ground):.1f}°"
    found = within(shape, ground)
    if not found.size:
        return f"{_area(shape, ground):.1f} {ground.length_unit}²"
    unit = f" {ground.unit}" if ground.unit else ""
    return f"{_rounded(float(found.mean()))} ± {_rounded(float(found.std()))}{unit}".replace("-", "−")


def within(shape: Shape, ground: Ground) -> NDArray[Any]:
    """The values of the pixels whose middle lies within an area; padding says nothing."""
    if ground.values is None:
        return np.array([])
    (left, right), (top, bottom) = (sorted(axis) for axis in zip(*shape.points, strict=True))
    if left == right or top == bottom:
        return np.array([])
    rows, columns = ground.values.shape
    y, x = np.ogrid[:rows, :columns]
    across = (x + 0.5 - left) / (right - left) * 2 - 1
    down = (y + 0.5 - top) / (bottom - top) * 2 - 1
    round_ = shape.kind == "ellipse"
    inside = across**2 + down**2 <= 1 if round_ else (np.abs(across) <= 1) & (np.abs(down) <= 1)
    found = ground.values[inside]
    return np.asarray(found[np.isfinite(found)])


def _length(points: Points, ground: Ground) -> float:
    (x, y), (u, v) = points
    return float(np.hypot((u - x) * ground.step[0], (v - y) * ground.step[1]))


def _angle(points: Points, ground: Ground) -> float:
    one, corner, other = (np.array(point) * ground.step for point in points)
    a, b = one - corner, other - corner
    return float(np.degrees(abs(np.arctan2(a[0] * b[1] - a[1] * b[0], a @ b))))


def _area(shape: Shape, ground: Ground) -> float:
    (x, y), (u, v) = shape.points
    around = abs((u - x) * ground.step[0] * (v - y) * ground.step[1])
    return around * (np.pi / 4 if shape.kind == "ellipse" else 1)


def _rounded(value: float) -> str:
    return f"{value:.{3 if abs(value) < 10 else 1}f}"
