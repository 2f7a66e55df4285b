"""How bright a tissue is in each contrast, relative to the brightest fat; typical of 1.5 to 3 T."""

from typing import Final

CONTRASTS: Final = ("T1", "T1 3D", "T1 Gd", "T2", "FLAIR")
# One column a contrast, in the order above. T1 3D is an inversion-prepared gradient echo: blood is bright there.
SIGNALS: Final[dict[str, tuple[float, float, float, float, float]]] = {
    "air": (0.0, 0.0, 0.0, 0.0, 0.0),
    "csf": (0.16, 0.10, 0.17, 1.00, 0.10),
    "grey": (0.43, 0.40, 0.46, 0.55, 0.53),
    "white": (0.56, 0.64, 0.59, 0.37, 0.41),
    "ageing": (0.50, 0.52, 0.53, 0.62, 0.72),  # small vessel disease of the white matter
    "iron": (0.52, 0.60, 0.55, 0.26, 0.36),  # of the pallidum
    "fat": (0.80, 0.72, 0.82, 0.72, 0.56),
    "skin": (0.42, 0.38, 0.55, 0.33, 0.36),
    "muscle": (0.36, 0.34, 0.43, 0.17, 0.24),
    "bone": (0.05, 0.04, 0.06, 0.04, 0.04),
    "marrow": (0.62, 0.50, 0.64, 0.40, 0.32),
    "mucosa": (0.42, 0.38, 0.82, 0.80, 0.62),
    "dura": (0.22, 0.22, 0.50, 0.12, 0.18),
    "vein": (0.16, 0.30, 0.95, 0.06, 0.10),  # flow void; bright with gadolinium
    "artery": (0.08, 0.78, 0.62, 0.03, 0.05),
    "choroid": (0.40, 0.38, 0.92, 0.72, 0.45),
    "pituitary": (0.48, 0.50, 0.90, 0.50, 0.50),
    "vitreous": (0.15, 0.10, 0.16, 0.96, 0.12),
    "lens": (0.42, 0.40, 0.44, 0.14, 0.24),
    "nerve": (0.50, 0.54, 0.54, 0.40, 0.42),
    "oedema": (0.40, 0.36, 0.42, 0.80, 0.80),
    "rim": (0.43, 0.42, 1.02, 0.60, 0.64),
    "core": (0.25, 0.20, 0.27, 0.90, 0.46),
    "cavity": (0.17, 0.11, 0.18, 0.98, 0.14),
    "disc": (0.38, 0.34, 0.42, 0.50, 0.34),
}
