"""Tissues, each with a density for CT and an uptake for PET."""

from typing import Final, Literal

Quantity = Literal["HU", "SUV"]
# An ellipsoid: tissue, centre, half axes along x, y and z, turn in degrees, on both sides or not.
Blob = tuple[str, tuple[float, float, float], tuple[float, float, float], float, bool]

# Tissue: Hounsfield units without contrast medium, and uptake of fluorodeoxyglucose an hour after the injection.
TISSUES: Final[dict[str, tuple[float, float]]] = {
    "gas": (-940, 0.25), "lung": (-850, 0.42), "fat": (-102, 0.22), "skin": (15, 0.45),
    "muscle": (54, 0.62), "blood": (42, 1.65), "left wall": (44, 5.5), "liver": (58, 2.25),
    "spleen": (48, 1.85), "kidney": (34, 3.4), "calyx": (10, 13.0), "stomach": (24, 1.7), "bowel": (38, 1.7),
    "stool": (5, 1.0), "bladder": (6, 24.0), "soft": (46, 1.7), "cortex": (620, 0.6), "marrow": (190, 1.25),
    "disc": (85, 0.8), "grey": (39, 9.5), "white": (29, 3.9), "fluid": (7, 0.9), "gland": (32, 2.4),
    "tonsil": (46, 3.6), "larynx": (70, 1.8), "eye": (14, 0.8), "eye muscle": (44, 3.4), "cord": (34, 1.7),
}  # fmt: skip
