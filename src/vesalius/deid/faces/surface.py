"""Whether a face stands out of the front of a head, by the outline of its middle."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from vesalius.deid.faces.volume import Volume

_AIR_OF_CT: Final = -300.0  # HU: less is air around the body and in it
_FAINT: Final = 0.12  # of the brightest in MR and PET: less is noise around the body
_HEAD: Final = 220.0  # mm from the vertex to the chin
_MIDDLE: Final = 40.0  # mm of the breadth that nose, mouth and chin stand in
_LEAST_AREA: Final = 20.0  # cm2 of body in a slice that counts
_BACK: Final = 16.0  # mm by which a face may lie behind the forehead
_LEAST_FACE: Final = 60.0  # mm of height: from the forehead to below the nose


def face_stands_out(volume: Volume, sizes: tuple[float, float, float], modality: str) -> bool:
    """Whether below the widest part of a head its front goes on as a face does, for as much as one is known by.

    volume: from head to feet, front to back, side to side; sizes: of a sample, mm in the same order. The front of a
    brain whose skull was taken off, of a head whose face was taken off, and of its upper half alone draws back.
    """
    body = _body(volume, modality)
    areas = body.sum(axis=(1, 2)) * sizes[1] * sizes[2] / 100
    filled = np.flatnonzero(areas >= _LEAST_AREA)
    if not filled.size:
        return False
    top = int(filled[0])
    bottom = min(int(filled[-1]) + 1, top + max(1, round(_HEAD / sizes[0])))
    forehead = top + int(areas[top:bottom].argmax())
    front = _front(body, sizes)
    return _face_height(front[forehead:bottom], sizes) >= _LEAST_FACE


def _body(volume: Volume, modality: str) -> NDArray[np.bool_]:
    if modality == "CT":
        return volume > _AIR_OF_CT
    bright = float(np.percentile(volume, 99))
    return volume > _FAINT * bright


def _front(body: NDArray[np.bool_], sizes: tuple[float, float, float]) -> NDArray[np.float64]:
    """Millimetres from the front edge to the body in the middle of each level; infinite where there is none."""
    columns = np.flatnonzero(body.any(axis=(0, 1)))
    centre = int(np.average(columns, weights=body.sum(axis=(0, 1))[columns]))
    half = max(1, round(_MIDDLE / 2 / sizes[2]))
    middle = body[:, :, max(0, centre - half) : centre + half + 1]
    # two samples in a row: a single one is noise, a coil or a cushion
    solid = middle[:, :-1] & middle[:, 1:]
    lines = solid.sum(axis=2) >= max(1, solid.shape[2] // 4)
    first = lines.argmax(axis=1) * sizes[1]
    return np.where(lines.any(axis=1), first, np.inf)


def _face_height(front: NDArray[np.float64], sizes: tuple[float, float, float]) -> float:
    """Millimetres of height, in one piece from the forehead on, that lie no farther back than a face does."""
    if not front.size or not np.isfinite(front[0]):
        return 0.0
    behind = np.flatnonzero(front > front[0] + _BACK)
    levels = int(behind[0]) if behind.size else len(front)
    return levels * sizes[0]
