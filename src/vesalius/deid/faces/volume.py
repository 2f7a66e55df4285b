"""Slices of one series as a coarse volume in the patient's own directions (PS3.3 C.7.6.2)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Volume = NDArray[np.float32]
Facts = Mapping[str, Any]

# Slices that are looked at, and the width of a sample in a slice (mm): enough for the outline of a nose.
_MOST_SLICES: Final = 48
_SAMPLE: Final = 2.5


class Slice(NamedTuple):
    """One image: its header facts and its stored values, rows by columns."""

    facts: Facts
    values: NDArray[Any]


def sampled_places(series: Sequence[Facts]) -> list[int]:
    """Which files of a series, in the order of their slices, are enough for a coarse volume."""
    if _normal(series[0]) is None or any(not _has_place(one) for one in series):
        return []
    order = sorted(range(len(series)), key=lambda at: _distance(series[at], series[0]))
    step = max(1, -(-len(order) // _MOST_SLICES))
    return order[::step]


def extent_along_slices(series: Sequence[Facts]) -> float | None:
    """Millimetres between the first slice and the last; None where the headers do not say where they are."""
    if _normal(series[0]) is None or any(not _has_place(one) for one in series):
        return None
    distances = [_distance(one, series[0]) for one in series]
    return max(distances) - min(distances)


def volume_of(slices: Sequence[Slice]) -> tuple[Volume, tuple[float, float, float]] | None:
    """Rescaled values from head to feet, front to back, side to side, and the size of a sample in mm.

    The slices are in order, as `sampled_places` gives them; None where their directions or sizes cannot be told.
    """
    first = slices[0].facts
    spacing = list(first.get("PixelSpacing") or [])
    shapes = {one.values.shape for one in slices}
    if len(slices) < 2 or len(spacing) != 2 or len(shapes) != 1 or len(slices[0].values.shape) != 2:
        return None
    step_down, step_across = (max(1, round(_SAMPLE / float(size))) for size in spacing)
    stack = np.stack([_rescaled(one)[::step_down, ::step_across] for one in slices])
    gap = abs(_distance(slices[-1].facts, first) - _distance(first, first)) / (len(slices) - 1)
    sizes = gap, float(spacing[0]) * step_down, float(spacing[1]) * step_across
    return _upright(stack, sizes, first) if gap > 0 else None


def _upright(
    stack: Volume, sizes: tuple[float, float, float], first: Facts
) -> tuple[Volume, tuple[float, float, float]] | None:
    """Turn the axes so that they run from head to feet, front to back and side to side."""
    normal = _normal(first)
    assert normal is not None
    across, down = np.asarray(first["ImageOrientationPatient"], float).reshape(2, 3)
    directions = np.array(
        [normal, down, across]
    )  # the patient's axes are right to left, front to back, feet to head
    nearest = np.abs(directions).argmax(axis=1)
    if sorted(nearest) != [0, 1, 2]:
        return None
    order = [int(np.flatnonzero(nearest == axis)[0]) for axis in (2, 1, 0)]
    turned = stack.transpose(order)
    if directions[order[0], 2] > 0:
        turned = turned[::-1]
    if directions[order[1], 1] < 0:
        turned = turned[:, ::-1]
    down_size, back_size, side_size = (sizes[axis] for axis in order)
    return turned, (down_size, back_size, side_size)


def _rescaled(one: Slice) -> Volume:
    slope = one.facts.get("RescaleSlope")
    values = one.values.astype(np.float32) * np.float32(1.0 if slope is None else slope)
    return values + np.float32(one.facts.get("RescaleIntercept") or 0.0)


def _has_place(facts: Facts) -> bool:
    position = facts.get("ImagePositionPatient")
    return isinstance(position, list) and len(position) == 3


def _normal(facts: Facts) -> NDArray[np.float64] | None:
    orientation = facts.get("ImageOrientationPatient")
    if not isinstance(orientation, list) or len(orientation) != 6:
        return None
    across, down = np.asarray(orientation, float).reshape(2, 3)
    return np.cross(across, down)


def _distance(facts: Facts, first: Facts) -> float:
    normal = _normal(first)
    assert normal is not None
    return float(np.dot(normal, np.asarray(facts["ImagePositionPatient"], float)))
