"""Pixel data as scanners and archives encode them, always without loss."""

from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless

Stored = NDArray[Any]


def put_pixels(ds: Dataset, stored: Stored, syntax: UID) -> None:
    """Set Pixel Data (one frame, or frames along the first axis of a grey image) in the transfer syntax.

    Bits Stored and Samples per Pixel are taken from `ds`; syntaxes without compression take the pixels as they are.
    """
    encode = _ENCODERS.get(syntax)
    if encode is None:
        ds.PixelData = stored.tobytes() + b"\0" * (stored.nbytes % 2)
        ds["PixelData"].VR = "OB" if stored.itemsize == 1 else "OW"
        return
    frames = stored if stored.ndim > 2 and ds.SamplesPerPixel == 1 else [stored]
    ds.PixelData = encapsulate([encode(np.ascontiguousarray(frame), int(ds.BitsStored)) for frame in frames])
    ds["PixelData"].VR = "OB"


def _jpeg_lossless(frame: Stored, bits: int) -> bytes:
    """Process 14, selection value 1 (PS3.5 A.4.1)."""
    plain = frame.view(f"u{frame.itemsize}")
    return bytes(imagecodecs.jpeg8_encode(plain, lossless=True, bitspersample=bits, predictor=1))


def _jpeg_ls(frame: Stored, _: int) -> bytes:
    return bytes(imagecodecs.jpegls_encode(frame.view(f"u{frame.itemsize}")))


def _jpeg_2000(frame: Stored, bits: int) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(frame, codecformat="j2k", reversible=True, bitspersample=bits))


_ENCODERS: Final = {JPEGLosslessSV1: _jpeg_lossless, JPEGLSLossless: _jpeg_ls, JPEG2000Lossless: _jpeg_2000}
