"""One plane of the body in one quantity, painted from the skin inwards."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from vesalius.demo.phantom import anatomy
from vesalius.demo.phantom.canvas import Canvas, Floats, Points, beads, ellipse, normals
from vesalius.demo.phantom.chest import Chest
from vesalius.demo.phantom.whole.tissues import TISSUES, Blob, Quantity

Rows = tuple[tuple[float, ...], ...]


@lru_cache(maxsize=512)
def _string(path: tuple[tuple[float, float, float, float], ...]) -> Floats:
    return beads(list(path), 1.5)


def shrunk(curve: Points, by: float) -> Points:
    """A closed curve, moved inwards by so many mm."""
    out = normals(curve)
    out *= np.sign(np.sum(out * (curve - curve.mean(0))))
    return curve - out * by


@dataclass(slots=True)
class Plane:
    """One plane of the body in one quantity, painted from the skin inwards."""

    chest: Chest
    z: float
    quantity: Quantity
    canvas: Canvas
    left_wall: float = 5.5  # uptake of the left ventricle differs from patient to patient

    def value(self, tissue: str) -> float:
        """Density or uptake of a tissue."""
        if tissue == "left wall" and self.quantity == "SUV":
            return self.left_wall
        return TISSUES[tissue][self.quantity == "SUV"]

    def paint(self, points: Points, tissue: str, within: Floats | None = None) -> None:
        """Fill a polygon with a tissue."""
        self.canvas.paint(points, self.value(tissue), within)

    def blobs(self, rows: tuple[Blob, ...], within: Floats | None = None) -> None:
        """Paint ellipsoids where this plane cuts them."""
        for tissue, (x, y, height), (a, b, c), turn, both in rows:
            depth = 1 - ((self.z - height) / c) ** 2
            if depth <= 0.01:
                continue
            for side in (1, -1) if both else (1,):
                size = np.sqrt(depth)
                self.paint(ellipse((side * x, y), (a * size, b * size), side * turn), tissue, within)

    def tube(
        self,
        tissue: str,
        path: anatomy.Path,
        within: Floats | None = None,
        inner: str = "",
        wall: float = 2.0,
    ) -> None:
        """Paint a tube along a path, and what fills it."""
        string = _string(tuple(path))
        self.canvas.string(string, self.z, self.value(tissue), thickness=2.0, within=within)
        if inner:
            string = string.copy()
            string[:, 3] = np.maximum(string[:, 3] - wall, 0.5)
            self.canvas.string(string, self.z, self.value(inner), thickness=2.0, within=within)

    def outline(self, rows: Rows, *, flat: bool) -> Points:
        """Outline at this height, from a table of height, half width, front and back."""
        table = np.array(rows)
        wide, front, back = (np.interp(self.z, table[:, 0], table[:, i]) for i in (1, 2, 3))
        turn = np.linspace(0, 2 * np.pi, 100, endpoint=False)
        cos, sin = np.cos(turn), np.sin(turn)
        square = 0.84 if flat else 0.95  # trunks are flatter before and behind than an ellipse
        x = wide * np.sign(cos) * np.abs(cos) ** square
        y = (front + back) / 2 + (back - front) / 2 * np.sign(sin) * np.abs(sin) ** square
        return np.stack([x, y], axis=1)

    def layers(self, outline: Points, fat: float = 1.0) -> None:
        """Skin, fat under it, and muscle."""
        build = self.chest.build
        outline = shrunk(outline, -build.fat * fat)
        self.paint(outline, "skin")
        self.paint(shrunk(outline, 2), "fat")
        thick = (7 + 1.3 * build.fat) * fat + 3
        self.paint(shrunk(outline, thick), "muscle")

    def bone(self, points: Points, shell: float = 2.5) -> None:
        """Fill a polygon with bone: cortex, and marrow within."""
        self.paint(points, "cortex")
        self.paint(shrunk(points, shell), "marrow")
