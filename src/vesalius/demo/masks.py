"""Lungs in CT and the brain in FLAIR, found by thresholds, connected regions and morphology. Nothing is learned.

Volumes are slices x rows x columns, slices from the feet upwards, columns from the patient's right to the left.
"""

from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Volume: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]
Spacing: TypeAlias = tuple[float, float, float]  # mm between slices, rows and columns

_AIR: Final = -400.0  # HU below which a voxel of the chest is lung or airway
_GAS: Final = -945.0  # HU at which a region is gas and no lung, however emphysematous
_AIRWAY_AREA: Final = 900.0  # mm2 of the largest air near the middle that is trachea or bronchus
_AIRWAY_REACH: Final = 38.0  # mm from the middle
_LEAST_LUNG: Final = 0.12  # of the other one; less is no lung of its own
_HOLES: Final = 7.0  # mm of vessels and nodules that belong to a lung
_BRIDGE: Final = 3.5  # half of the mm that bridges between brain and scalp are thinner than
_STEP: Final = 4.0  # mm by which the outline may widen from slice to slice
_FACE: Final = 0.26  # of the brain's length, from the front: where regions of their own are orbits
_OVERLAP: Final = 0.6  # of a region must lie on the slice before
_SULCI: Final = 7.0  # mm of fluid that belongs to the brain


def lungs(hounsfield: Volume, spacing: Spacing) -> tuple[Mask, Mask]:
    """The right and the left lung; both empty where there is no chest."""
    air = _without_gas(hounsfield, (hounsfield < _AIR) & _body(hounsfield), spacing)
    seeds, count = ndimage.label(_eroded(air, 2.5, spacing))
    sizes = np.bincount(seeds.ravel(), minlength=2)[1:]
    if not count or not sizes.max():
        nothing = np.zeros_like(air)
        return nothing, nothing
    best = [int(label) + 1 for label in np.argsort(sizes)[::-1][:2]]
    if count > 1 and sizes[best[1] - 1] > _LEAST_LUNG * sizes[best[0] - 1]:
        both = np.where(np.isin(seeds, best), seeds, 0)
    else:  # grown together: parted in the middle of the chest
        both = np.where(seeds == best[0], 1 + (np.indices(air.shape)[2] > _middle(air)), 0)
    at = ndimage.distance_transform_edt(
        both == 0, sampling=spacing, return_distances=False, return_indices=True
    )
    nearest = both[tuple(at)]
    found = [_filled(_largest(air & (nearest == label)), _HOLES, spacing) for label in np.unique(nearest)]
    right, left = sorted(found, key=_middle)
    return right, left & ~right


def brain(signal: Volume, spacing: Spacing) -> Mask:
    """The brain in a series in which fluid is dark, its ventricles and sulci with it.

    It is followed from the slice where it is largest, upwards and downwards: what hangs together with it there, more
    than a thin bridge wide.
    """
    bright = float(np.median(signal[signal > 0.12 * np.percentile(signal, 99)]))
    cores = _eroded(signal > 0.55 * bright, _BRIDGE, spacing)
    areas = [_largest(core).sum() for core in cores]
    first = int(np.argmax(areas))
    found = np.zeros_like(cores)
    found[first] = _largest(cores[first])
    rows = np.nonzero(found[first])[0]
    face = int(rows.min() + _FACE * np.ptp(rows))
    for order in (range(first + 1, len(cores)), range(first - 1, -1, -1)):
        before = found[first]
        for index in order:
            near = _dilated(before[None], _STEP, spacing)[0]
            found[index] = before = _continued(cores[index] & near, before, face)
    return _filled(_dilated(found, _BRIDGE, spacing), _SULCI, spacing)


def _continued(core: Mask, before: Mask, face: int) -> Mask:
    """Those regions that lie for the most part on what was found in the slice before, and behind the orbits."""
    labels, count = ndimage.label(core)
    numbers = range(1, count + 1)
    over = [float(before[labels == number].mean()) for number in numbers]
    rows = [row for row, _ in ndimage.center_of_mass(core, labels, numbers)]
    kept = [
        number for number, on, row in zip(numbers, over, rows, strict=True) if on > _OVERLAP and row > face
    ]
    return np.isin(labels, kept)


def _body(hounsfield: Volume) -> Mask:
    """The trunk with all that is in it, slice by slice; the table is not part of it."""
    solid = ndimage.binary_opening(hounsfield > _AIR, np.ones((1, 3, 3), bool), iterations=2)
    trunk = _largest(solid)
    return np.stack([ndimage.binary_fill_holes(one) for one in trunk])


def _without_gas(hounsfield: Volume, air: Mask, spacing: Spacing) -> Mask:
    """Air without windpipe and bronchi, which lie in the middle, and without the gas of stomach and bowel."""
    kept = np.zeros_like(air)
    middle = _middle(air)
    for values, slice_, out in zip(hounsfield, air, kept, strict=True):
        labels, count = ndimage.label(slice_)
        numbers = range(1, count + 1)
        areas = np.bincount(labels.ravel(), minlength=count + 1)[1:] * spacing[1] * spacing[2]
        columns = [column for _, column in ndimage.center_of_mass(slice_, labels, numbers)]
        for number, area, column in zip(numbers, areas, columns, strict=True):
            airway = abs(column - middle) * spacing[2] < _AIRWAY_REACH and area < _AIRWAY_AREA
            here = labels == number
            if not airway and np.median(values[here]) > _GAS:
                out[here] = True
    return kept


def _middle(mask: Mask) -> float:
    """The mean column."""
    return float(np.nonzero(mask)[-1].mean()) if mask.any() else 0.0


def _largest(mask: Mask) -> Mask:
    labels, count = ndimage.label(mask)
    if count < 2:
        return mask
    return np.asarray(labels == 1 + np.argmax(np.bincount(labels.ravel())[1:]))


def _filled(mask: Mask, across: float, spacing: Spacing) -> Mask:
    """Closed over gaps of some mm within each slice, and without holes."""
    pad = int(np.ceil(across / spacing[1])) + 1
    wide = np.pad(mask, ((0, 0), (pad, pad), (pad, pad)))
    closed = _eroded(_dilated(wide, across, spacing), across, spacing)[:, pad:-pad, pad:-pad]
    return np.stack([ndimage.binary_fill_holes(one) for one in closed | mask])


def _dilated(mask: Mask, reach: float, spacing: Spacing) -> Mask:
    return np.stack([_away(~one, spacing) <= reach for one in mask])


def _eroded(mask: Mask, reach: float, spacing: Spacing) -> Mask:
    return np.stack([_away(one, spacing) > reach for one in mask])


def _away(mask: Mask, spacing: Spacing) -> NDArray[Any]:
    """Mm from each pixel to the nearest that is not in the mask."""
    if mask.all():
        return np.full(mask.shape, np.inf)
    return np.asarray(ndimage.distance_transform_edt(mask, sampling=spacing[1:]))
