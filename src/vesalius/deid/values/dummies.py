"""Dummy values: valid for the VR and of no meaning (PS3.15 E.1.1, action D)."""

import struct
from collections.abc import Mapping
from functools import cache
from typing import Final

from vesalius.deid.resources import load_rows

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
    if tag in _enumerated():
        return _enumerated()[tag]
    return _DUMMY[vr] if vr in _DUMMY else struct.pack(f"{_SIZE[vr]}x")


@cache
def _enumerated() -> Mapping[int, bytes]:
    """The first that is not empty, by attribute (Enumerated Values of PS3.3)."""
    allowed = ((int(row["tag"], 16), row["values"].strip("|")) for row in load_rows("enumerated.csv"))
    return {tag: values.split("|")[0].encode("ascii") for tag, values in allowed}
