"""What an RT structure set says of its regions and contours (PS3.3 C.8.8.5, C.8.8.6). Pure, for child processes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from vesalius.deliver.segments import COLOURS
from vesalius.dicom import Dataset, read
from vesalius.errors import BadInput

_REGIONS, _CONTOURS, _OBSERVATIONS = 0x30060020, 0x30060039, 0x30060080
_NUMBER, _NAME, _ALGORITHM, _FRAME_OF_REFERENCE = 0x30060022, 0x30060026, 0x30060036, 0x30060024
_REFERENCED, _COLOUR, _CONTOUR = 0x30060084, 0x3006002A, 0x30060040
_IMAGES, _KIND, _DATA = 0x30060016, 0x30060042, 0x30060050
_INTERPRETED: Final = 0x300600A4
_SOP_INSTANCE: Final = 0x00081155
_CLOSED: Final = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"})
_DIGITS: Final = 2  # of a coordinate in mm: far below what a pixel is
MOST_POINTS: Final = 2_000_000  # of one file


def outlines_of(source: str) -> dict[str, list[dict[str, Any]]]:
    """`segments`: the regions in their order; `contours`: points in mm, number after number; none of other files."""
    try:
        with read(Path(source)) as file:
            return _outlines(file.dataset)
    except BadInput:
        return {"segments": [], "contours": []}


def _outlines(data: Dataset) -> dict[str, list[dict[str, Any]]]:
    drawn = {one.ints(_REFERENCED)[0]: one for one in _items(data, _CONTOURS) if one.ints(_REFERENCED)}
    meant = {one.ints(_REFERENCED)[0]: one for one in _items(data, _OBSERVATIONS) if one.ints(_REFERENCED)}
    segments: list[dict[str, Any]] = []
    contours: list[dict[str, Any]] = []
    points = 0
    for at, region in enumerate(_items(data, _REGIONS)):
        number = next(iter(region.ints(_NUMBER)), at + 1)
        segments.append(_region(region, number, at, drawn.get(number), meant.get(number)))
        for contour in _contours(drawn.get(number), number):
            points += len(contour["points"]) // 3
            if points > MOST_POINTS:
                return {"segments": segments, "contours": contours}
            contours.append(contour)
    return {"segments": segments, "contours": contours}


def _region(
    region: Dataset, number: int, at: int, drawn: Dataset | None, meant: Dataset | None
) -> dict[str, Any]:
    colour = drawn.ints(_COLOUR) if drawn is not None else []
    fits = len(colour) == 3 and all(0 <= part <= 255 for part in colour)
    return {
        "number": number,
        "label": region.text(_NAME) or f"Region {number}",
        "means": meant.text(_INTERPRETED) if meant is not None else "",
        "made": region.text(_ALGORITHM).capitalize(),
        "colour": "#{:02x}{:02x}{:02x}".format(*colour) if fits else COLOURS[at % len(COLOURS)],
        "frame_of_reference": region.text(_FRAME_OF_REFERENCE),
    }


def _contours(drawn: Dataset | None, number: int) -> Iterator[dict[str, Any]]:
    for one in _items(drawn, _CONTOUR) if drawn is not None else ():
        points = [round(value, _DIGITS) for value in one.floats(_DATA)]
        if not points or len(points) % 3:
            continue
        told = {"segment": number, "closed": one.text(_KIND) in _CLOSED, "points": points}
        images = list(_items(one, _IMAGES))
        yield told | ({"source": images[0].text(_SOP_INSTANCE)} if len(images) == 1 else {})


def _items(data: Dataset, tag: int) -> Iterator[Dataset]:
    sequence = data.get(tag)
    yield from (item.dataset for item in sequence.items) if sequence is not None else ()
