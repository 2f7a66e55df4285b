"""Private elements that are known to be safe (PS3.15 E.3.10, Table E.3.10-1)."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from vesalius.dicom.standard import load_json

_STANDARD: Final = "ps3.15_e3-10-1_safe_private.json"
SOURCES: Final = {"ps3.15_e3-10-1": _STANDARD, "tcia": _STANDARD}
"""Allow-lists by the name that a recipe uses."""


@cache
def allowed(source: str) -> Mapping[tuple[int, str, int], str]:
    """VR of each safe element by (group, private creator, low byte of the element number); "" where not stated."""
    return {
        (int(row["tag"][1:5], 16), row["private_creator"].strip(), int(row["tag"][8:10], 16)): row["vr"]
        for row in load_json(SOURCES[source])["rows"]
    }
