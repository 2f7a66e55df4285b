"""Outlines of masks: closed polygons between the pixels."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
_TURNS = ((1, 0), (0, 1), (-1, 0), (0, -1))  # right, down, left, up: clockwise on the screen


def outlines(mask: NDArray[np.bool_], tolerance: float = 0.4, least: int = 8) -> list[Points]:
    """Outer and inner boundaries of a mask as polygons of (column, row), pixel centres being whole numbers.

    `tolerance` is how far (pixels) a left-out point may lie from its polygon; loops shorter than `least` are dropped.
    """
    edges = _edges(np.pad(mask, 1))
    found = []
    while edges:
        loop = _loop(edges)
        if len(loop) >= least:
            middle = (
                loop + np.roll(loop, -1, axis=0)
            ) / 2 - 1.5  # the padding, and centres instead of corners
            found.append(simplified(middle, tolerance))
    return found


def _edges(mask: NDArray[np.bool_]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Boundary edges from corner to corner, with the mask on the right hand."""
    edges: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for (right, down), (rows, columns) in {
        (1, 0): np.nonzero(mask & ~np.roll(mask, 1, axis=0)),
        (0, 1): np.nonzero(mask & ~np.roll(mask, -1, axis=1)),
        (-1, 0): np.nonzero(mask & ~np.roll(mask, -1, axis=0)),
        (0, -1): np.nonzero(mask & ~np.roll(mask, 1, axis=1)),
    }.items():
        start_x = columns + (down == 1 or right == -1)
        start_y = rows + (down == -1 or right == -1)
        for x, y in zip(start_x.tolist(), start_y.tolist(), strict=True):
            edges.setdefault((x, y), []).append((x + right, y + down))
    return edges


def _loop(edges: dict[tuple[int, int], list[tuple[int, int]]]) -> Points:
    """Take one loop out of the edges; where four edges meet, turn left, so that diagonal pixels stay together."""
    start = next(iter(edges))
    corner, loop, way = start, [], (1, 0)
    while corner in edges:
        ends = edges[corner]
        left = _TURNS[_TURNS.index(way) - 1]
        wanted = (corner[0] + left[0], corner[1] + left[1])
        end = ends.pop(ends.index(wanted) if wanted in ends else 0)
        if not ends:
            del edges[corner]
        loop.append(corner)
        way, corner = (end[0] - corner[0], end[1] - corner[1]), end
    return np.array(loop, float)


def simplified(loop: Points, tolerance: float) -> Points:
    """The closed polygon with as few points as keep all others within `tolerance` (Ramer, Douglas, Peucker)."""
    far = int(np.argmax(np.hypot(*(loop - loop[0]).T)))
    closed = np.vstack([loop, loop[:1]])
    kept, open_pieces = {0, far, len(loop)}, [(0, far), (far, len(loop))]
    while open_pieces:
        start, end = open_pieces.pop()
        if end - start < 2:
            continue
        along = closed[end] - closed[start]
        off = closed[start + 1 : end] - closed[start]
        length = np.hypot(*along)
        distance = (
            np.abs(along[0] * off[:, 1] - along[1] * off[:, 0]) / length if length else np.hypot(*off.T)
        )
        worst = int(distance.argmax())
        if distance[worst] > tolerance:
            middle = start + 1 + worst
            kept.add(middle)
            open_pieces += [(start, middle), (middle, end)]
    return closed[sorted(kept)[:-1]]


def area(polygon: Points) -> float:
    """Signed area in pixels: positive for outer boundaries of `outlines`, negative for holes."""
    closed = np.vstack([polygon, polygon[:1]])
    return float(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(closed)) / 2)
