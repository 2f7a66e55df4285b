"""The hands' part of a picture of a view: pure, so that a child process needs neither Django nor a database."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from vesalius.deliver.describing import is_at_detector, orientation_of, spacing_of, unit_of
from vesalius.deliver.view.asked import Shape, View
from vesalius.deliver.view.layers import LineLayer, MaskLayer
from vesalius.deliver.view.lettering import Box, letter, lettered
from vesalius.deliver.view.marks import mark
from vesalius.deliver.view.measuring import Ground, in_short
from vesalius.deliver.view.placing import Matrix
from vesalius.dicom import DicomFile, read
from vesalius.dicom.frames import Samples, frame
from vesalius.dicom.look import Look, Window, holders_of, look_of
from vesalius.dicom.render import modality_values, picture
from vesalius.errors import BadInput
from vesalius.store.derived import write_derived

FINE: Final = 2  # lines are drawn so many times larger, and made smaller again
FILL, EDGE = 110, 255  # opacity of a mask's inside and of its outline
CONTOUR_FILL: Final = 50
SMOOTH_BELOW: Final = (
    4  # pixels of the picture per pixel of the image from which on single pixels are to be seen
)
AT_DETECTOR: Final = (
    "Lengths and areas are those at the detector: what they show lies nearer to the tube and is smaller."
)
INK, SHADE = (255, 209, 102, 255), (0, 0, 0, 166)
_QUARTERS: Final = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}  # cosine and sine, clockwise


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDrawing:
    """One picture to make."""

    source: str  # the DICOM file
    frame: int  # within the file, from 0
    target: str  # the PNG to write
    refused: str  # where an empty file goes when it cannot be decoded
    view: View
    masks: tuple[MaskLayer, ...] = ()
    lines: tuple[LineLayer, ...] = ()
    words: tuple[str, ...] = ()  # below the picture, a paragraph each


def draw_view(drawing: ViewDrawing) -> None:
    """Draw a view into its target."""
    try:
        with read(Path(drawing.source)) as file:
            made = _drawn(file, drawing)
            words = (*drawing.words, *_caveats(file, drawing))
    except BadInput:
        write_derived(Path(drawing.refused), b"")
        return
    out = io.BytesIO()
    lettered(made, words).save(out, "PNG", compress_level=3)
    write_derived(Path(drawing.target), out.getvalue())


def _drawn(file: DicomFile, drawing: ViewDrawing) -> Image.Image:
    samples, look = frame(file, drawing.frame), _look(file, drawing)
    flat = picture(samples, replace(look, aspect=1.0)).convert("RGB")
    rows, columns = samples.shape[:2]
    matrix = _matrix(drawing.view, columns, rows, look.aspect)
    shown = _laid(flat, _scaled(matrix, columns / flat.width, rows / flat.height), drawing.view.size)
    over = _labels(drawing, matrix)
    if drawing.view.opacity < 1:
        over.putalpha(over.getchannel("A").point(lambda part: round(part * drawing.view.opacity)))
    shown = Image.alpha_composite(shown.convert("RGBA"), over)
    holders = list(holders_of(file.dataset, drawing.frame))
    mark(shown, matrix, orientation_of(holders), spacing_of(holders))
    if drawing.view.shapes:
        ground = _ground(file, samples, look, drawing.frame)
        shown = Image.alpha_composite(shown, _measurements(drawing.view, matrix, ground))
    return shown.convert("RGB")


def _caveats(file: DicomFile, drawing: ViewDrawing) -> tuple[str, ...]:
    """What must stand beside lengths wherever words do."""
    at_detector = is_at_detector(list(holders_of(file.dataset, drawing.frame)))
    return (AT_DETECTOR,) if drawing.words and drawing.view.shapes and at_detector else ()


def _look(file: DicomFile, drawing: ViewDrawing) -> Look:
    look = look_of(file, drawing.frame)
    view = drawing.view
    if view.window is not None:
        look = replace(look, window=Window(*view.window), voi_lut=None)
    return look if view.inverted is None else replace(look, inverted=view.inverted)


def _matrix(view: View, columns: int, rows: int, aspect: float) -> Matrix:
    """From points of the image to pixels of the picture, as `image/stage.js` places it."""
    cos, sin = _QUARTERS[view.turned]
    wide, high = (rows * aspect, columns) if sin else (columns, rows * aspect)
    across = min(view.size[0] / wide, view.size[1] / high) * view.zoom
    down = across * aspect
    mirror = -1 if view.flipped else 1
    a, b, c, d = mirror * cos * across, mirror * sin * across, -sin * down, cos * down
    x, y = view.centre or (columns / 2, rows / 2)
    return a, b, c, d, view.size[0] / 2 - a * x - c * y, view.size[1] / 2 - b * x - d * y


def _scaled(matrix: Matrix, across: float, down: float) -> Matrix:
    """The matrix of a picture whose pixels are so many of the image's."""
    a, b, c, d, e, f = matrix
    return a * across, b * across, c * down, d * down, e, f


def _joined(outer: Matrix, inner: Matrix) -> Matrix:
    """First the inner, then the outer one."""
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f


def _laid(flat: Image.Image, matrix: Matrix, size: tuple[int, int], *, plain: bool = False) -> Image.Image:
    """A picture under a matrix; made smaller first where it shrinks, so that nothing is left out by chance."""
    scale = float(np.hypot(matrix[0], matrix[1]))
    fewer = max(1, int(1 / scale)) if not plain else 1
    if fewer > 1:
        whole = flat.size
        flat = flat.reduce(fewer)
        matrix = _scaled(matrix, whole[0] / flat.width, whole[1] / flat.height)
    a, b, c, d, e, f = matrix
    all_ = a * d - b * c
    back = (d / all_, -c / all_, (c * f - d * e) / all_, -b / all_, a / all_, (b * e - a * f) / all_)
    single = plain or scale >= SMOOTH_BELOW
    kind = Image.Resampling.NEAREST if single else Image.Resampling.BILINEAR
    return flat.transform(size, Image.Transform.AFFINE, back, resample=kind)


def _labels(drawing: ViewDrawing, matrix: Matrix) -> Image.Image:
    over = Image.new("RGBA", drawing.view.size)
    for mask in drawing.masks:
        with read(Path(mask.source)) as file:
            painted = _painted(frame(file, mask.frame), mask)
        over.alpha_composite(_laid(painted, _joined(matrix, mask.matrix), drawing.view.size, plain=True))
    for colour in dict.fromkeys((line.segment, line.colour) for line in drawing.lines):
        lines = [line for line in drawing.lines if (line.segment, line.colour) == colour]
        over.alpha_composite(_contours(lines, matrix, drawing.view.size))
    return over


def _painted(samples: Samples, mask: MaskLayer) -> Image.Image:
    """A mask in its colours, its outline opaque."""
    numbers = samples if mask.segment is None else np.where(samples >= mask.least, mask.segment, 0)
    around = np.pad(numbers, 1)
    same = [around[1:-1, :-2], around[1:-1, 2:], around[:-2, 1:-1], around[2:, 1:-1]]
    inside = np.all([one == numbers for one in same], axis=0)
    pixels = np.zeros((*numbers.shape, 4), np.uint8)
    for number, colour in mask.colours.items():
        here = numbers == number
        pixels[here, :3] = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        pixels[here, 3] = np.where(inside[here], FILL, EDGE)
    return Image.fromarray(pixels)


def _contours(lines: Sequence[LineLayer], matrix: Matrix, size: tuple[int, int]) -> Image.Image:
    """One structure's contours; the inside of one that lies in another is outside."""
    large = (size[0] * FINE, size[1] * FINE)
    inside = np.zeros((large[1], large[0]), bool)
    layer = Image.new("RGBA", large)
    pen = ImageDraw.Draw(layer)
    for line in lines:
        points = [_fine(matrix, point) for point in line.points]
        if line.closed and len(points) > 2:
            area = Image.new("1", large)
            ImageDraw.Draw(area).polygon(points, fill=1)
            inside ^= np.asarray(area)
        _trace(pen, points, line)
    red, green, blue = (int(lines[0].colour[at : at + 2], 16) for at in (1, 3, 5))
    filled = np.zeros((*inside.shape, 4), np.uint8)
    filled[inside] = red, green, blue, CONTOUR_FILL
    return Image.alpha_composite(Image.fromarray(filled), layer).resize(size, Image.Resampling.BOX)


def _trace(pen: ImageDraw.ImageDraw, points: list[tuple[float, float]], line: LineLayer) -> None:
    if len(points) == 1:
        (x, y) = points[0]
        pen.ellipse(
            [x - 4 * FINE, y - 4 * FINE, x + 4 * FINE, y + 4 * FINE], outline=line.colour, width=2 * FINE
        )
        return
    pen.line([*points, *points[: int(line.closed)]], fill=line.colour, width=2 * FINE, joint="curve")


def _fine(matrix: Matrix, point: Sequence[float]) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    x, y = point
    return (a * x + c * y + e) * FINE, (b * x + d * y + f) * FINE


def _ground(file: DicomFile, samples: Samples, look: Look, index: int) -> Ground:
    holders = list(holders_of(file.dataset, index))
    spacing = spacing_of(holders)
    step = (spacing[1], spacing[0]) if spacing else (1.0, look.aspect)
    colour = samples.ndim == 3 or look.palette is not None
    return Ground(
        values=None if colour else _values(samples, look),
        step=step,
        length_unit="mm" if spacing else "px",
        unit=unit_of(holders),
    )


def _values(samples: Samples, look: Look) -> NDArray[np.float64]:
    values, blank = modality_values(samples, look)
    exact = values.astype(np.float64) if look.modality_lut else samples * look.slope + look.intercept
    return exact if blank is None else np.where(blank, np.nan, exact)


def _measurements(view: View, matrix: Matrix, ground: Ground) -> Image.Image:
    layer = Image.new("RGBA", (view.size[0] * FINE, view.size[1] * FINE))
    pen = ImageDraw.Draw(layer)
    for shape in view.shapes:
        outline = [_fine(matrix, point) for point in _outline(shape)]
        for colour, width in ((SHADE, 4), (INK, 2)):
            pen.line(outline, fill=colour, width=width * FINE, joint="curve")
        for point in shape.points:
            x, y = _fine(matrix, point)
            pen.ellipse([x - 7, y - 7, x + 7, y + 7], fill=SHADE, outline=INK, width=3)
    small = layer.resize(view.size, Image.Resampling.BOX)
    placed: list[Box] = []
    for shape in view.shapes:
        x, y = _fine(matrix, shape.points[-1])
        letter(small, (x / FINE, y / FINE), in_short(shape, ground), ink=INK, shade=SHADE, placed=placed)
    return small


def _outline(shape: Shape) -> list[tuple[float, float]]:
    if shape.kind not in {"rectangle", "ellipse"}:
        return list(shape.points)
    (x, y), (u, v) = shape.points
    if shape.kind == "rectangle":
        return [(x, y), (u, y), (u, v), (x, v), (x, y)]
    turns = np.linspace(0, 2 * np.pi, 97)
    across = (x + u) / 2 + (u - x) / 2 * np.cos(turns)
    down = (y + v) / 2 + (v - y) / 2 * np.sin(turns)
    return list(zip(across.tolist(), down.tolist(), strict=True))
