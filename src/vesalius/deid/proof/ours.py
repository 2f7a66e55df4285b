"""Values that the pass itself writes: stamps, dummies, the new patient ID; whatever they spell, they say nothing."""

from functools import cache
from typing import Final

from vesalius.deid.output import stamps
from vesalius.deid.values import encode
from vesalius.deid.values.dummies import dummy
from vesalius.deid.values.enumerated import is_enumerated
from vesalius.deid.values.treatment import TEXT
from vesalius.dicom import Element
from vesalius.dicom.standard import load_json

_PATIENT: Final = frozenset({0x00100010, 0x00100020})
_STAMPS: Final = frozenset({stamps.IDENTITY_REMOVED, stamps.DATES_MODIFIED})
_METHOD: Final = b"Vesalius, DICOM PS3.15"


def is_ours(element: Element, raw: bytes, new_id: bytes) -> bool:
    """Whether this text is one that the pass wrote, or may stand in any file: so nobody's name stands in it."""
    if element.tag in _PATIENT:
        return raw.rstrip(b" ") == new_id
    if element.tag == stamps.METHOD:
        return raw.startswith(_METHOD) and b"\\" not in raw
    if element.tag in _STAMPS or is_enumerated(element.tag, raw):
        return True
    return element.vr in TEXT and (raw == _dummy(element.vr) or raw in _meanings())


@cache
def _dummy(vr: str) -> bytes:
    return encode.padded(vr, dummy(vr))


@cache
def _meanings() -> frozenset[bytes]:
    """Code meanings of CID 7050 as they are written."""
    rows = load_json("ps3.16_cid7050.json")["rows"]
    return frozenset(encode.padded("LO", row["code_meaning"].encode("ascii")) for row in rows)
