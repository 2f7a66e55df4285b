"""What is measured in a boolean volume whose voxels have a size."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist, squareform

Points = NDArray[np.float64]


def volume_ml(mask: NDArray[np.bool_], sources: Sequence[Dataset]) -> float:
    """Volume of all voxels in millilitres."""
    row, column = (float(step) for step in sources[0].PixelSpacing)
    return float(mask.sum() * row * column * spacing_between(sources) / 1000)


def spacing_between(sources: Sequence[Dataset]) -> float:
    """Distance of neighbouring slices in mm (PS3.3 C.7.6.2.1.1)."""
    if len(sources) < 2:
        return float(sources[0].SliceThickness)
    first, second = (np.array(ds.ImagePositionPatient, float) for ds in sources[:2])
    return float(np.linalg.norm(second - first))


def longest_diameter(mask: NDArray[np.bool_]) -> tuple[int, Points]:
    """The longest line across the mask within one slice: index of the slice, and its two ends as (column, row)."""
    best = max(range(len(mask)), key=lambda index: _across(mask[index])[0])
    return best, _across(mask[best])[1]


def length_mm(ends: Points, source: Dataset) -> float:
    """Length in mm of a line whose ends are (column, row)."""
    row, column = (float(step) for step in source.PixelSpacing)
    return float(np.hypot(*((ends[1] - ends[0]) * (column, row))))


def _across(mask: NDArray[np.bool_]) -> tuple[float, Points]:
    rows, columns = np.nonzero(mask)
    if len(rows) < 4:
        return 0.0, np.zeros((2, 2))
    corners = np.concatenate(
        [np.stack([columns + dx, rows + dy], axis=1) for dx in (0.0, 1.0) for dy in (0.0, 1.0)]
    )  # the pixel's corners, not its centre, are the lesion's edge
    hull = corners[ConvexHull(corners).vertices]
    apart = squareform(pdist(hull))
    one, two = np.unravel_index(int(apart.argmax()), apart.shape)
    return float(apart.max()), hull[[one, two]]
