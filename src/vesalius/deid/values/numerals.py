"""Values that consist of digits by their VR; one that holds other signs is a text, whatever its VR says."""

from typing import Final

_VRS: Final = frozenset({"AS", "DA", "DS", "DT", "IS", "TM", "UI"})
_SIGNS: Final = b"0123456789+-.:eE \\\0DWMY"  # those of numbers, dates, ages and UIDs (PS3.5 6.2)


def is_of_digits(vr: str) -> bool:
    """Whether values of this VR are written in digits."""
    return vr in _VRS


def is_disguised(vr: str, raw: bytes) -> bool:
    """Whether the VR promises digits and the value holds something else."""
    return vr in _VRS and bool(raw.translate(None, _SIGNS))
