"""Dummy values: valid for the VR and of no meaning (PS3.15 E.1.1, action D)."""

import struct
from typing import Final

from vesalius.deid.values.enumerated import allowed

_WORD: Final = b"REMOVED"
_DUMMY: Final = {
    "AS": b"000Y", "DA": b"20000101", "DS": b"0", "DT": b"20000101000000", "IS": b"0", "TM": b"000000",
    "UR": b"urn:removed", "AE": _WORD, "CS": _WORD, "LO": _WORD, "LT": _WORD, "PN": _WORD, "SH": _WORD,
    "ST": _WORD, "UC": _WORD, "UT": _WORD,
}  # fmt: skip
_SIZE: Final = {
    "AT": 4, "FD": 8, "FL": 4, "OB": 2, "OD": 8, "OF": 4, "OL": 4, "OV": 8, "OW": 2, "SL": 4, "SS": 2, "SV": 8,
    "UL": 4, "UN": 2, "US": 2, "UV": 8,
}  # fmt: skip


def dummy(vr: str, tag: int = 0) -> bytes:
    """Bytes of a dummy value, unpadded; numbers and bytes are one zero, and of enumerated values it is the first."""
    if tag in allowed():
        return next(filter(None, allowed()[tag])).encode("ascii")
    return _DUMMY[vr] if vr in _DUMMY else struct.pack(f"{_SIZE[vr]}x")
