"""What an address asks to see: the same words that `pages/static/viewer/address.js` writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from vesalius.errors import BadRequest

SHAPES: Final = {"distance": 2, "angle": 3, "rectangle": 2, "ellipse": 2}  # kind of measurement -> its points
FUNCTIONS: Final = frozenset({"LINEAR", "LINEAR_EXACT", "SIGMOID"})
QUARTERS: Final = (0, 90, 180, 270)
SMALLEST, LARGEST, USUAL = 64, 1600, (768, 768)  # pixels of a side
MOST_SHAPES: Final = 50
FARTHEST, CLOSEST = 0.1, 40.0  # zoom
_KNOWN: Final = frozenset(
    {"image", "window", "zoom", "centre", "rotate", "flip", "inverted", "labels", "opacity", "hide", "size", *SHAPES}
)  # fmt: skip
BESIDES: Final = frozenset({"version", "caption"})  # words of an address that are not about the view


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One measurement: points (column, row) of the image, a pixel reaching from its number to the next."""

    kind: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One image as it is to be seen."""

    number: int
    window: tuple[float, float, str] | None = None  # center, width, VOI LUT Function; None: the image's own
    zoom: float = 1.0  # 1: the whole image fits
    centre: tuple[float, float] | None = None  # point of the image in the middle
    turned: int = 0  # degrees, clockwise, after flipping
    flipped: bool = False
    inverted: bool | None = None  # None: as such images are read
    labels: bool = True
    opacity: float = 0.7
    hidden: Mapping[str, Sequence[int]]  # Series Instance UID of a label -> numbers of its segments
    shapes: tuple[Shape, ...] = ()
    size: tuple[int, int] = USUAL  # width and height, pixels


def view_of(asked: Mapping[str, Sequence[str]]) -> View:
    """The view that these words ask for. BadRequest names the word that says nothing, or is unknown."""
    unknown = set(asked) - _KNOWN - BESIDES
    if unknown:
        known = ", ".join(sorted(_KNOWN))
        raise BadRequest(f"A view has no “{min(unknown)[:40]}”. It is told by: {known}.")
    one = _Words(asked)
    return View(
        number=one.read("image", lambda told: _whole(told, least=1), 1),
        window=one.read("window", _window, None),
        zoom=one.read("zoom", lambda told: min(max(_number(told), FARTHEST), CLOSEST), 1.0),
        centre=one.read("centre", _pair, None),
        turned=one.read("rotate", lambda told: QUARTERS[QUARTERS.index(int(told))], 0),
        flipped=one.flag("flip", otherwise=False),
        inverted=one.read("inverted", _flag, None),
        labels=one.flag("labels", otherwise=True),
        opacity=one.read("opacity", lambda told: min(max(_number(told), 0), 100) / 100, 0.7),
        hidden={uid: numbers for told in asked.get("hide", ()) for uid, numbers in [_hidden(told)]},
        shapes=_shapes(asked),
        size=one.read("size", _size, USUAL),
    )


class _Words:
    """The words of an address, read one by one."""

    def __init__(self, asked: Mapping[str, Sequence[str]]) -> None:
        self.asked = asked

    def read(self, name: str, told: Callable[[str], Any], otherwise: Any) -> Any:
        """The last value of a word; BadRequest for one that cannot be read."""
        if not self.asked.get(name):
            return otherwise
        try:
            return told(self.asked[name][-1])
        except ValueError:
            raise BadRequest(f"The value of “{name}” in this address says nothing.") from None

    def flag(self, name: str, *, otherwise: bool) -> bool:
        """A word that is 0 or 1."""
        return bool(self.read(name, _flag, otherwise))


def _number(told: str) -> float:
    found = float(told)
    if not isfinite(found) or abs(found) > 1e9:
        raise ValueError(told)
    return found


def _whole(told: str, *, least: int) -> int:
    found = _number(told)
    if found != int(found) or found < least:
        raise ValueError(told)
    return int(found)


def _numbers(told: str, count: int) -> list[float]:
    found = [_number(one) for one in told.split(",")]
    if len(found) != count:
        raise ValueError(told)
    return found


def _pair(told: str) -> tuple[float, float]:
    first, second = _numbers(told, 2)
    return first, second


def _flag(told: str) -> bool:
    return ("0", "1").index(told) == 1


def _size(told: str) -> tuple[int, int]:
    wide, high = (min(max(round(one), SMALLEST), LARGEST) for one in _pair(told))
    return wide, high


def _window(told: str) -> tuple[float, float, str]:
    center, width, *function = told.split(",")
    kind = function[0] if function else "LINEAR_EXACT"
    if len(function) > 1 or kind not in FUNCTIONS or _number(width) <= 0:
        raise ValueError(told)
    return _number(center), _number(width), kind


def _hidden(told: str) -> tuple[str, tuple[int, ...]]:
    uid, *numbers = told.split(",")
    try:
        return uid, tuple(sorted({_whole(number, least=0) for number in numbers}))
    except ValueError:
        raise BadRequest("The value of “hide” in this address says nothing.") from None


def _shapes(asked: Mapping[str, Sequence[str]]) -> tuple[Shape, ...]:
    """The measurements; the number before their points is that of the image that they are on."""
    found = []
    for kind, points in SHAPES.items():
        for told in asked.get(kind, ()):
            try:
                _, *flat = _numbers(told, 1 + 2 * points)
            except ValueError:
                raise BadRequest(f"The value of “{kind}” in this address says nothing.") from None
            found.append(Shape(kind=kind, points=tuple(zip(flat[::2], flat[1::2], strict=True))))
    if len(found) > MOST_SHAPES:
        raise BadRequest(f"A view has at most {MOST_SHAPES} measurements.")
    return tuple(found)
