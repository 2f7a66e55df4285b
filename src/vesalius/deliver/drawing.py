"""The hands' part of a revision's pictures: pure, so that a child process needs neither Django nor a database."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from vesalius.dicom import DicomFile, read
from vesalius.dicom.frames import frame, frame_count
from vesalius.dicom.look import look_of
from vesalius.dicom.render import Place, place_of, render
from vesalius.errors import BadInput
from vesalius.store.derived import write_derived

MOST_PICTURES: Final = 60  # of one series
COVER_SIZE, SIZE = 512, 256  # pixels of the longer side


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One picture to make."""

    number: int  # of the image among all of the series, from 1
    source: str  # the DICOM file
    frame: int  # within the file, from 0
    target: str  # the JPEG to write
    size: int = SIZE  # pixels of the longer side


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One picture that was made."""

    number: int
    location: float | None  # mm along the normal of the image; None where the file does not say


def numbers_to_draw(total: int, most: int = MOST_PICTURES) -> list[int]:
    """At most `most` image numbers out of 1 to `total`, evenly spaced, first and last among them."""
    if total <= most:
        return list(range(1, total + 1))
    return [1 + round(step * (total - 1) / (most - 1)) for step in range(most)]


def most_telling(numbers: Sequence[int]) -> int:
    """The number of the cover: the middle one."""
    return numbers[len(numbers) // 2]


def draw(drawings: Sequence[Drawing]) -> list[Drawn]:
    """Make these pictures; an image that cannot be decoded has none and is left out of the answer."""
    return [drawn for drawing in drawings if (drawn := _draw_one(drawing)) is not None]


def _draw_one(drawing: Drawing) -> Drawn | None:
    try:
        with read(Path(drawing.source)) as file:
            index = min(drawing.frame, frame_count(file) - 1)
            picture = render(frame(file, index), look_of(file, index), size=drawing.size)
            location = _location(file)
    except BadInput:
        return None
    write_derived(Path(drawing.target), picture)
    return Drawn(number=drawing.number, location=location)


def _location(file: DicomFile) -> float | None:
    """Where the image lies along its own normal, mm (PS3.3 C.7.6.2.1.1)."""
    place: Place = place_of(file)
    if len(place.position) != 3 or len(place.orientation) != 6:
        return None
    normal = np.cross(place.orientation[:3], place.orientation[3:])
    return round(float(np.dot(normal, place.position)), 2)
