"""A new head for a cleaned file: zero preamble and a File Meta group of our own (PS3.10 7.1)."""

import struct
from typing import Final

from vesalius import __version__
from vesalius.deid.values import encode
from vesalius.dicom import DicomFile

IMPLEMENTATION_UID: Final = "2.25.203749128876112735481602987751062934617"
"""Implementation Class UID (0002,0012) of this software."""
VERSION_NAME: Final = f"VESALIUS_{__version__}"[:16]
_PREFIX: Final = bytes(128) + b"DICM"
# Deflated data are written inflated: the same values under the syntax that differs in nothing else (PS3.5 A.5, A.7).
_INFLATED: Final = {
    "1.2.840.10008.1.2.1.99": "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.4.95": "1.2.840.10008.1.2.4.94",
    "1.2.840.10008.1.2.4.205": "1.2.840.10008.1.2.4.204",
}


def transfer_syntax(file: DicomFile) -> str:
    """The transfer syntax of the file once it is written; a missing one is named as the data set was read."""
    if file.transfer_syntax:
        return _INFLATED.get(file.transfer_syntax, file.transfer_syntax)
    if file.implicit:
        return "1.2.840.10008.1.2"
    return "1.2.840.10008.1.2.2" if file.big_endian else "1.2.840.10008.1.2.1"


def new_head(file: DicomFile, sop_class: str, sop_instance: str, syntax: str = "") -> bytes:
    """Preamble, prefix and meta group; sender, receiver and private information have no place in it.

    `syntax` is the transfer syntax where pixels were coded in another one.
    """
    group = encode.element(0x00020001, "OB", b"\0\x01")
    for tag, vr, value in (
        (0x00020002, "UI", sop_class),
        (0x00020003, "UI", sop_instance),
        (0x00020010, "UI", syntax or transfer_syntax(file)),
        (0x00020012, "UI", IMPLEMENTATION_UID),
        (0x00020013, "SH", VERSION_NAME),
    ):
        group += encode.element(tag, vr, value.encode("latin-1"))
    return _PREFIX + encode.element(0x00020000, "UL", struct.pack("<I", len(group))) + group
