"""Private elements as makers of scanners write them, by maker and modality."""

from typing import Any, Final

from pydicom.dataset import Dataset

Row = tuple[int, str, int, str, Any]  # group, creator, element within the block, VR, value

_GE: Final[list[Row]] = [
    (0x0009, "GEMS_IDEN_01", 0x01, "LO", "GE_GENESIS_FF"),
    (0x0009, "GEMS_IDEN_01", 0x02, "SH", "SUITE1"),
    (0x0025, "GEMS_SERS_01", 0x07, "SL", 40),
]
_PHILIPS: Final[list[Row]] = [(0x00E1, "ELSCINT1", 0x50, "DS", "6.42")]
_SIEMENS: Final[list[Row]] = [
    (0x0029, "SIEMENS CSA HEADER", 0x08, "CS", "IMAGE NUM 4"),
    (0x0029, "SIEMENS CSA HEADER", 0x09, "LO", "20110628"),
    (0x0051, "SIEMENS MR HEADER", 0x0E, "LO", "Tra"),
]
_TOSHIBA: Final[list[Row]] = [
    (0x7005, "TOSHIBA_MEC_CT3", 0x0A, "SH", "HS"),
    (0x7005, "TOSHIBA_MEC_CT3", 0x1D, "DS", "64"),
]
ROWS: Final[dict[tuple[str, str], list[Row]]] = {
    ("GE MEDICAL SYSTEMS", "CT"): [
        *_GE,
        (0x0019, "GEMS_ACQU_01", 0x23, "DS", "27.5"),
        (0x0019, "GEMS_ACQU_01", 0x27, "DS", "0.5"),
        (0x0043, "GEMS_PARM_01", 0x27, "SH", "0.984:1"),
        (0x0045, "GEMS_HELIOS_01", 0x01, "SS", 64),
        (0x0045, "GEMS_HELIOS_01", 0x02, "FL", 0.625),
    ],
    ("GE MEDICAL SYSTEMS", "MR"): [*_GE, (0x0019, "GEMS_ACQU_01", 0x9E, "LO", "EFGRE3D")],
    ("GE MEDICAL SYSTEMS", "PT"): _GE,
    ("GE MEDICAL SYSTEMS", "MG"): [(0x0045, "GEMS_SENO_02", 0x06, "CS", "NO")],
    ("SIEMENS", "CT"): _SIEMENS[:2],
    ("SIEMENS", "MR"): _SIEMENS,
    ("SIEMENS", "PT"): _SIEMENS[:2],
    ("SIEMENS", "MG"): _SIEMENS[:2],
    ("Philips", "CT"): [
        *_PHILIPS,
        (0x01F1, "ELSCINT1", 0x01, "CS", "HELIX"),
        (0x01F1, "ELSCINT1", 0x26, "DS", "0.923"),
        (0x01F1, "ELSCINT1", 0x27, "DS", "0.5"),
    ],
    ("Philips", "MR"): [
        (0x2001, "Philips Imaging DD 001", 0x01, "FL", 0.0),
        (0x2001, "Philips Imaging DD 001", 0x06, "CS", "N"),
        (0x2005, "Philips MR Imaging DD 001", 0x0D, "FL", 0.0),
    ],
    ("Canon Medical Systems", "CT"): _TOSHIBA,
    ("TOSHIBA", "CT"): _TOSHIBA,
    ("HOLOGIC, Inc.", "MG"): [(0x7E01, "HOLOGIC, Inc.", 0x01, "LO", "V1.0")],
}


def private(ds: Dataset, maker: str, modality: str) -> None:
    """Add the maker's private blocks; makers without rows add nothing."""
    for group, creator, element, vr, value in ROWS.get((maker, modality), ()):
        ds.private_block(group, creator, create=True).add_new(element, vr, value)
