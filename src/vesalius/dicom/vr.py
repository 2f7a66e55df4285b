"""Value representations (PS3.5 6.2): what may be written, and what an element means when none was written."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom.datadict import mask_match, private_dictionary_VR

from vesalius.dicom.standard import load_rows

SHORT_LENGTH: Final = frozenset({
    "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS",
    "LO", "LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US",
})  # fmt: skip
LONG_LENGTH: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
# As written in the file, and whether a four-byte length follows two reserved bytes (PS3.5 7.1.2).
WRITTEN: Final = {vr.encode(): (vr, vr in LONG_LENGTH) for vr in sorted(SHORT_LENGTH | LONG_LENGTH)}
# Bytes of one value; a length that is no multiple of it holds no numbers.
NUMBERS: Final = {
    "FD": ("d", 8), "FL": ("f", 4), "SL": ("i", 4), "SS": ("h", 2), "SV": ("q", 8),
    "UL": ("I", 4), "US": ("H", 2), "UV": ("Q", 8),
}  # fmt: skip
BYTES: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
# Text in the data set's own character set (PS3.5 6.1.2.2); all other text is ASCII.
LOCAL_TEXT: Final = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
# Text whose backslash is a character and not a separator (PS3.5 6.4).
SINGLE_TEXT: Final = frozenset({"LT", "ST", "UR", "UT"})


def is_private(tag: int) -> bool:
    """Whether the tag belongs to a vendor: an odd group (PS3.5 7.8)."""
    return bool(tag & 0x10000)


def is_private_creator(tag: int) -> bool:
    """Whether the tag reserves a private block: (gggg,0010-00FF) of an odd group (PS3.5 7.8.1)."""
    return bool(tag & 0x10000) and 0x10 <= tag & 0xFFFF < 0x100


@lru_cache(maxsize=8192)
def public_vr(tag: int) -> str | None:
    """The dictionary's VR of a public tag, perhaps a choice such as `US or SS`; None when unknown."""
    entry = DicomDictionary.get(tag)
    if entry is None:
        mask = None if is_private(tag) else mask_match(tag)
        if mask is None:
            return "UL" if tag & 0xFFFF == 0 else None
        entry = RepeatersDictionary[mask]
    vr: str = entry[0]
    return None if vr == "NONE" else vr


@lru_cache(maxsize=8192)
def private_vr(tag: int, creator: str) -> str | None:
    """The VR that pydicom's dictionary of private elements or TCIA's knows for this creator; None when unknown."""
    try:
        vr: str = private_dictionary_VR(tag, creator)
    except KeyError:
        return _known_to_tcia().get((tag >> 16, creator, tag & 0xFF))
    return vr


@cache
def _known_to_tcia() -> Mapping[tuple[int, str, int], str]:
    """The one VR under which TCIA has met a private element, by group, creator and low byte of the number."""
    met: dict[tuple[int, str, int], set[str]] = {}
    for row in load_rows("tcia_private_kb.csv"):
        if row["vr"] in SHORT_LENGTH | LONG_LENGTH:
            for low in row["elements"].split():
                met.setdefault((int(row["group"], 16), row["creator"], int(low, 16)), set()).add(row["vr"])
    known = ((key, vrs - {"UN"}) for key, vrs in met.items())
    return {key: vrs.pop() for key, vrs in known if len(vrs) == 1}


_PIXEL_DATA: Final = 0x7FE00010
_LUT_DATA: Final = 0x00283006


def settle(choice: str, tag: int, *, signed: bool, single_lut_entry: bool) -> str:
    """One VR of a dictionary's choice in an implicit data set (PS3.5 A.1).

    Pixel, overlay and waveform data are OW; `US or SS` follows Pixel Representation; LUT Data of one entry is US.
    """
    if tag == _LUT_DATA:
        return "US" if single_lut_entry else "OW"
    if choice == "US or SS":
        return "SS" if signed else "US"
    return "OW"


def allowed(tag: int) -> frozenset[str]:
    """All VRs that the dictionary allows a public tag; empty when the tag is unknown."""
    choice = public_vr(tag)
    return frozenset(choice.split(" or ")) if choice else frozenset()
