"""The order of the instances of a series: along the slice axis, else by number."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from vesalius.submit.tasks import CleanedFile


def in_slice_order(files: Sequence[CleanedFile]) -> list[CleanedFile]:
    """By distance along the normal of the first image (PS3.3 C.7.6.2), then Instance Number, then SOP Instance UID."""
    normal = _normal(files[0].facts) if files else None
    return sorted(files, key=lambda one: _place(one.facts, normal))


def _place(facts: dict[str, Any], normal: Any) -> tuple[float, int, str]:
    position = facts.get("ImagePositionPatient")
    distance = 0.0
    if normal is not None and isinstance(position, list) and len(position) == 3:
        distance = round(float(np.dot(normal, np.asarray(position, float))), 3)
    return distance, int(facts.get("InstanceNumber") or 0), str(facts["SOPInstanceUID"])


def _normal(facts: dict[str, Any]) -> Any:
    orientation = facts.get("ImageOrientationPatient")
    if not isinstance(orientation, list) or len(orientation) != 6:
        return None
    row, column = np.asarray(orientation[:3], float), np.asarray(orientation[3:], float)
    return np.cross(row, column)
