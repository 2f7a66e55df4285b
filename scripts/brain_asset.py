#!/usr/bin/env python3
"""Reduce the ICBM 152 maps that nilearn bundles to the asset of the demonstration's heads.

Run by hand when the asset is to be made anew, never at install: in an environment of its own with nilearn 0.14,
nibabel and scipy,

    python scripts/brain_asset.py src/vesalius/demo/data/brain.npz

It reads `mni_icbm152_{t1,gm,wm}_tal_nlin_sym_09a_converted.nii.gz` from nilearn's own folder: the maps of the ICBM
152 Nonlinear atlases version 2009 (symmetric, release a), 1 mm. McGill's notice goes into the asset.
"""

import sys
from importlib.resources import files
from pathlib import Path

import nibabel
import numpy as np
from scipy import ndimage

STEP = 1.5  # mm
LEVELS = 8  # of 256: what is finer is noise of the average, and packs badly
NOTICE = Path(__file__).parents[1] / "src/vesalius/demo/data/brain.NOTICE.txt"


def load(name: str) -> tuple[np.ndarray, np.ndarray]:
    folder = files("nilearn.datasets") / "data"
    image = nibabel.load(str(folder / f"mni_icbm152_{name}_tal_nlin_sym_09a_converted.nii.gz"))
    return np.asarray(image.dataobj, np.float32), image.affine


def reduced(volume: np.ndarray) -> np.ndarray:
    """Sampled every STEP mm from the first voxel on, in LEVELS; 0 to 255."""
    places = [np.arange(0, size - 1, STEP) for size in volume.shape]
    smooth = ndimage.gaussian_filter(volume, 0.45)
    small = ndimage.map_coordinates(smooth, np.meshgrid(*places, indexing="ij"), order=3)
    return (np.clip(np.round(small / LEVELS), 0, 255 // LEVELS) * LEVELS).astype(np.uint8)


def main() -> None:
    head, affine = load("t1")
    if not np.allclose(affine[:3, :3], np.eye(3)):
        sys.exit("the maps are not at 1 mm in RAS order")
    maps = {name: reduced(load(name)[0]) for name in ("gm", "wm")}
    inside = reduced(ndimage.binary_fill_holes(head > 0).astype(np.float32) * 255) > 127
    np.savez_compressed(
        sys.argv[1],
        gm=maps["gm"],
        wm=maps["wm"],
        inside=np.packbits(inside),
        origin=affine[:3, 3].astype(np.float32),
        step=np.float32(STEP),
        notice=np.array(NOTICE.read_text("utf-8")),
    )


if __name__ == "__main__":
    main()
