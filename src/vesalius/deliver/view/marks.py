"""What stands at the edges of a picture: the sides of the patient and a scale, as `image/marks.js` shows them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from vesalius.deliver.view.lettering import length_of, letter
from vesalius.deliver.view.placing import Matrix

_AXES: Final = (("R", "L"), ("A", "P"), ("F", "H"))  # towards smaller and larger x, y, z (PS3.3 C.7.6.2.1.1)
_CLEARLY: Final = 0.35  # share of an axis in a direction that is worth a letter
_LENGTHS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)  # mm, of the scale
_LONGEST: Final = 0.3  # share of the width that it may take
_SIDES, _SCALE, _SHADE = (224, 169, 74, 255), (232, 234, 237, 255), (0, 0, 0, 140)


def mark(
    picture: Image.Image, matrix: Matrix, orientation: list[float] | None, spacing: list[float] | None
) -> None:
    """Write them onto a picture whose image lies under this matrix; nothing where the file is silent."""
    wide, high = picture.size
    if orientation is not None:
        left, right, top, bottom = sides(orientation, matrix)
        places = ((0, high / 2, left), (wide, high / 2, right), (wide / 2, 0, top), (wide / 2, high, bottom))
        for x, y, words in places:
            if words:
                half = length_of(words) / 2
                letter(picture, (x - 14 - half, y - 17), words, ink=_SIDES, shade=_SHADE)
    if spacing is not None:
        _scale(picture, float(np.hypot(matrix[0], matrix[1])) / spacing[1])


def sides(orientation: list[float], matrix: Matrix) -> tuple[str, str, str, str]:
    """Letters at the left, right, top and bottom edge."""
    a, b, c, d, _, _ = matrix
    turned = np.sign(np.round(np.linalg.inv(np.array([[a, c], [b, d]])), 9))
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    right, down = (turned[0, at] * row + turned[1, at] * column for at in (0, 1))
    return _towards(-right), _towards(right), _towards(-down), _towards(down)


def _towards(direction: NDArray[np.float64]) -> str:
    parts = sorted(enumerate(direction.tolist()), key=lambda part: -abs(part[1]))
    return "".join(_AXES[axis][part > 0] for axis, part in parts if abs(part) > _CLEARLY)


def _scale(picture: Image.Image, per_mm: float) -> None:
    fitting = [length for length in _LENGTHS if length * per_mm <= picture.width * _LONGEST]
    if not fitting:
        return
    length = fitting[-1]
    pen = ImageDraw.Draw(picture)
    right, low = picture.width - 12, picture.height - 10
    left = right - length * per_mm
    words = f"{length // 10} cm" if length >= 10 else f"{length} mm"
    letter(picture, (right - length_of(words) - 14, low - 36), words, ink=_SCALE, shade=_SHADE)
    for colour, width in (((0, 0, 0, 255), 3), (_SCALE, 1)):
        pen.line([(left, low - 5), (left, low), (right, low), (right, low - 5)], fill=colour, width=width)
