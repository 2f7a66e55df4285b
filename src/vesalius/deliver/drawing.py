"""The hands' part of a revision's pictures: pure, so that a child process needs neither Django nor a database."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from vesalius.deliver.segments import refers_to, segment_of, segments_of
from vesalius.dicom import DicomFile, read
from vesalius.dicom.frames import Samples, frame, frame_count
from vesalius.dicom.look import Look, Window, holders_of, look_of
from vesalius.dicom.render import Place, modality_values, place_of, render
from vesalius.errors import BadInput
from vesalius.store.derived import write_derived

MOST_PICTURES: Final = 60  # of one series
COVER_SIZE, SIZE = 512, 256  # pixels of the longer side
_MODALITY: Final = 0x00080060


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One picture to make."""

    number: int  # of the image among all of the series, from 1
    source: str  # the DICOM file
    frame: int  # within the file, from 0
    target: str  # the JPEG to write
    size: int = SIZE  # pixels of the longer side
    central: bool = True  # of a body from the feet upwards: above the kidneys and below the brain


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One picture that was made."""

    number: int
    location: float | None  # mm along the normal of the image; None where the file does not say
    telling: float = 0.0  # how much is to be seen, against others of the series; 0 where all tell alike
    on: str = ""  # SOP Instance UID of the one image that a frame of a segmentation was drawn on


def numbers_to_draw(total: int, most: int = MOST_PICTURES) -> list[int]:
    """At most `most` image numbers out of 1 to `total`, evenly spaced, first and last among them."""
    if total <= most:
        return list(range(1, total + 1))
    return [1 + round(step * (total - 1) / (most - 1)) for step in range(most)]


def middle(numbers: Sequence[int]) -> int:
    """The middle one: the cover, as long as nothing is known of what the images show."""
    return numbers[len(numbers) // 2]


def most_telling(drawn: Sequence[Drawn]) -> Drawn:
    """The cover: what tells most; where all tell alike, the middle one."""
    best = max(one.telling for one in drawn)
    alike = [one for one in drawn if one.telling == best]
    return alike[len(alike) // 2]


def draw(drawings: Sequence[Drawing]) -> list[Drawn]:
    """Make these pictures; an image that cannot be decoded has none and is left out of the answer."""
    return [drawn for drawing in drawings if (drawn := _draw_one(drawing)) is not None]


def _draw_one(drawing: Drawing) -> Drawn | None:
    try:
        with read(Path(drawing.source)) as file:
            index = min(drawing.frame, frame_count(file) - 1)
            samples, look = frame(file, index), look_of(file, index)
            colour, source = _as_label(file, index)
            picture = render(samples, _on_black(look), size=drawing.size, tint=colour)
            told = Drawn(
                number=drawing.number,
                location=_location(file),
                telling=_telling(file.dataset.text(_MODALITY), samples, look, central=drawing.central),
                on=source,
            )
    except BadInput:
        return None
    write_derived(Path(drawing.target), picture)
    return told


def _as_label(file: DicomFile, index: int) -> tuple[str | None, str]:
    """Of a frame of a segmentation the colour of its segment, and the image that it was drawn on."""
    holders = list(holders_of(file.dataset, index))
    colours = {one["number"]: one["colour"] for one in segments_of(file.dataset)}
    source = refers_to(holders) if colours else None
    return colours.get(segment_of(holders), next(iter(colours.values()), None)), source[0] if source else ""


def _on_black(look: Look) -> Look:
    """Uptake white on black, as all pictures stand together, and twice as bright; the viewer shows it as it is read."""
    if not look.inverted:
        return look
    window = look.window and Window(look.window.center / 2, look.window.width / 2, look.window.function)
    return replace(look, inverted=False, window=window)


def _telling(modality: str, samples: Samples, look: Look, *, central: bool) -> float:
    """Of a segmentation how much is segmented; of PET the highest uptake, but for brain, kidneys and bladder."""
    if modality == "SEG":
        return float(np.count_nonzero(samples))
    if modality == "PT" and central:
        values, _ = modality_values(samples, look)
        return round(float(values.max(initial=0)), 3)
    return 0.0


def _location(file: DicomFile) -> float | None:
    """Where the image lies along its own normal, mm (PS3.3 C.7.6.2.1.1)."""
    place: Place = place_of(file)
    if len(place.position) != 3 or len(place.orientation) != 6:
        return None
    normal = np.cross(place.orientation[:3], place.orientation[3:])
    return round(float(np.dot(normal, place.position)), 2)
