"""What is laid over a picture, as values that a child process is given."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskLayer:
    """One frame of a segmentation."""

    source: str  # the DICOM file
    frame: int  # within the file, from 0
    matrix: tuple[float, float, float, float, float, float]  # from its pixels to the image's
    segment: int | None  # None: the samples are numbers of segments
    least: float  # sample from which on a pixel belongs to the segment
    colours: Mapping[int, str]  # segment -> "#rrggbb"; what is not here is not shown


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLayer:
    """One contour, in pixels of the image."""

    segment: int
    colour: str
    closed: bool
    points: tuple[tuple[float, ...], ...]
