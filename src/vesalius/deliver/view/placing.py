"""What lies over one image: masks and contours, by the image that they name, else by where they lie.

The same rules as in `pages/static/viewer/labels/`; all places in mm of the patient (PS3.3 C.7.6.2.1.1), matrices
(a, b, c, d, e, f) as a canvas has them: x' = a x + c y + e, y' = b x + d y + f.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vesalius.deliver.view.layers import LineLayer, MaskLayer

Told = Mapping[str, Any]
Matrix = tuple[float, float, float, float, float, float]
CLOSE: Final = 0.25  # mm: what has no neighbours must lie so near
NEARLY: Final = 0.999  # cosine of planes that count as parallel


@dataclass(frozen=True, slots=True)
class Plane:
    """Where the pixels of a frame lie."""

    origin: NDArray[np.float64]
    row: NDArray[np.float64]
    column: NDArray[np.float64]
    spacing: tuple[float, float]  # between rows, between columns
    space: str  # Frame of Reference UID

    @property
    def normal(self) -> NDArray[np.float64]:
        """Across both directions."""
        return np.cross(self.row, self.column)

    def pixels(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """(column, row) of places, pixels reaching from their number to the next."""
        off = places - self.origin
        return (
            np.stack([off @ self.row / self.spacing[1], off @ self.column / self.spacing[0]], axis=-1) + 0.5
        )

    def apart(self, place: NDArray[np.float64]) -> float:
        """How far from the plane a place lies."""
        return float(abs((place - self.origin) @ self.normal))


def plane_of(told: Told, frame: Told) -> Plane | None:
    """The plane of a described frame; None where its file is silent."""
    kind = told["kinds"][frame["kind"]]
    if not {"orientation", "spacing"} <= kind.keys() or "position" not in frame:
        return None
    way = np.array(kind["orientation"], float)
    space = str(kind.get("frame_of_reference", ""))
    return Plane(np.array(frame["position"], float), way[:3], way[3:], tuple(kind["spacing"]), space)


def tolerance(told: Told) -> float:
    """How far from an image, mm, something may lie that is on it: half the usual distance of neighbours."""
    planes = [plane for frame in told["frames"] if (plane := plane_of(told, frame)) is not None]
    depths = np.sort([float(plane.origin @ plane.normal) for plane in planes])
    steps = np.sort(np.diff(depths))
    steps = steps[steps > 0]
    return max(CLOSE, 0.5 * float(steps[len(steps) // 2])) if steps.size else CLOSE


def masks_on(
    images: Told, number: int, masks: Told, hidden: Sequence[int], paths: Sequence[str]
) -> Iterator[MaskLayer]:
    """The masks of a described segmentation on image `number`; `paths` are its files by position."""
    image = images["frames"][number - 1]
    here, near = plane_of(images, image), tolerance(images)
    names = {(images["instances"][one["instance"]], one["within"]) for one in images["frames"]}
    own = (images["instances"][image["instance"]], image["within"])
    for mask in masks["frames"]:
        if mask.get("segment") in hidden:
            continue
        named = tuple(mask.get("source") or ())
        there = plane_of(masks, mask)
        matrix = _onto(here, there, near)
        if named == own or (named not in names and matrix is not None):
            kind = masks["kinds"][mask["kind"]]
            yield MaskLayer(
                source=paths[mask["instance"]],
                frame=mask["within"] - 1,
                matrix=matrix or _filling(images["kinds"][image["kind"]], kind),
                **_segments(masks["segments"], mask.get("segment"), hidden),
            )


def contours_on(images: Told, number: int, contours: Told, hidden: Sequence[int]) -> Iterator[LineLayer]:
    """The contours of a described structure set on image `number`."""
    image = images["frames"][number - 1]
    here, near = plane_of(images, image), tolerance(images)
    names = {images["instances"][one["instance"]] for one in images["frames"]}
    own = images["instances"][image["instance"]]
    regions = {one["number"]: one for one in contours["segments"]}
    for contour in contours["contours"]:
        region = regions.get(contour["segment"])
        if region is None or contour["segment"] in hidden or here is None:
            continue
        places = np.array(contour["points"], float).reshape(-1, 3)
        named = contour.get("source")
        by_place = region.get("frame_of_reference") == here.space and _flat_on(here, places, near)
        if named == own or (named not in names and by_place):
            points = tuple(map(tuple, here.pixels(places).round(2).tolist()))
            yield LineLayer(
                segment=contour["segment"], colour=region["colour"], closed=contour["closed"], points=points
            )


def _flat_on(plane: Plane, places: NDArray[np.float64], near: float) -> bool:
    return bool(np.all(np.abs((places - plane.origin) @ plane.normal) <= near))


def _onto(plane: Plane | None, other: Plane | None, near: float) -> Matrix | None:
    """The matrix that lays pixels of one plane on another; None for planes apart."""
    if plane is None or other is None or plane.space != other.space:
        return None
    if abs(plane.normal @ other.normal) < NEARLY or plane.apart(other.origin) > near:
        return None
    row, column = other.row * other.spacing[1], other.column * other.spacing[0]
    corner = other.origin - row / 2 - column / 2
    start, right, down = plane.pixels(np.stack([corner, corner + row, corner + column]))
    a, b = (right - start).tolist()
    c, d = (down - start).tolist()
    e, f = start.tolist()
    return a, b, c, d, e, f


def _filling(image: Told, mask: Told) -> Matrix:
    return image["columns"] / mask["columns"], 0.0, 0.0, image["rows"] / mask["rows"], 0.0, 0.0


def _segments(segments: Sequence[Told], number: int | None, hidden: Sequence[int]) -> dict[str, Any]:
    """Colours of what may be seen, and how samples say which segment is where (PS3.3 C.8.20.2)."""
    about = next((one for one in segments if one["number"] == number), segments[0])
    colours = {one["number"]: one["colour"] for one in segments if one["number"] not in hidden}
    least = about["most"] / 2 if about["form"] == "FRACTIONAL" else 1
    return {"segment": None if about["form"] == "LABELMAP" else number, "least": least, "colours": colours}
