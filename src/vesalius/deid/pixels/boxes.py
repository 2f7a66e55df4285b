"""Boxes of pixels: where something stands in a frame, counted from its upper left corner."""

from collections.abc import Iterable
from typing import NamedTuple


class Box(NamedTuple):
    """Columns x to x + w and rows y to y + h of a frame, the ends excluded."""

    x: int
    y: int
    w: int
    h: int

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.w},{self.h}"

    @property
    def turned(self) -> "Box":
        """The same box where rows are columns."""
        return Box(self.y, self.x, self.h, self.w)

    def touches(self, other: "Box") -> bool:
        """Whether both share a pixel."""
        return (
            self.x < other.x + other.w
            and other.x < self.x + self.w
            and self.y < other.y + other.h
            and other.y < self.y + self.h
        )

    def within(self, other: "Box") -> bool:
        """Whether every pixel of it is the other's too."""
        return self.joined(other) == other

    def joined(self, other: "Box") -> "Box":
        """The least box around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.w, other.x + other.w)
        return Box(x, y, right - x, max(self.y + self.h, other.y + other.h) - y)

    def grown(self, aside: int, above: int, rows: int, columns: int) -> "Box | None":
        """The box with margins on both sides, within a frame; None where nothing of it lies there."""
        x, y = max(0, self.x - aside), max(0, self.y - above)
        right = min(columns, self.x + self.w + aside)
        low = min(rows, self.y + self.h + above)
        return Box(x, y, right - x, low - y) if right > x and low > y else None


def text_of(boxes: Iterable[Box]) -> str:
    """The boxes as a sentence names them: `10,20,100,14 and 10,40,90,14`."""
    return " and ".join(str(box) for box in boxes)
