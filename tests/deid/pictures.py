"""Images made by hand: the least data set that describes an array of pixels."""

from collections.abc import Callable
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

CT = "1.2.840.10008.5.1.4.1.1.2"
_KEYWORDS = {"f4": "FloatPixelData", "f8": "DoubleFloatPixelData"}


def image(new: Callable[..., Dataset], pixels: Any, sop_class: str = CT, **attributes: Any) -> Dataset:
    """An image of (rows, columns), (frames, rows, columns) or (frames, rows, columns, 3) samples, or of single bits."""
    pixels = pixels if pixels.ndim > 2 else pixels[None]
    modality, kind = (
        ("CT", ["ORIGINAL", "PRIMARY", "AXIAL"]) if sop_class == CT else ("OT", ["ORIGINAL", "PRIMARY"])
    )
    dataset = new(sop_class, Modality=modality, ImageType=kind)
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = pixels.shape[:3]
    dataset.SamplesPerPixel = 3 if pixels.ndim == 4 else 1
    dataset.PhotometricInterpretation = "RGB" if pixels.ndim == 4 else "MONOCHROME2"
    if pixels.ndim == 4:
        dataset.PlanarConfiguration = 0
    bits = 1 if pixels.dtype == bool else pixels.dtype.itemsize * 8
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    keyword = _KEYWORDS.get(pixels.dtype.str[1:], "PixelData")
    raw = np.packbits(pixels.reshape(-1), bitorder="little").tobytes() if bits == 1 else pixels.tobytes()
    setattr(dataset, keyword, raw + b"\0" * (len(raw) % 2))
    if keyword == "PixelData":
        dataset["PixelData"].VR = "OB" if dataset.BitsAllocated <= 8 else "OW"
    return dataset
