"""A tree that fills a lung: twigs reach for random places, and every branch is as wide as its twigs need."""

import numpy as np
from numpy.random import Generator

from vesalius.demo.phantom.canvas import Floats

_TWIG = 0.31  # mm, radius of a last branch
_NODE_EVERY = 6.0  # mm


def grow(rng: Generator, root: tuple[float, float, float], targets: Floats) -> Floats:
    """Tree from a root to all targets as beads (x, y, z, radius, slope).

    Each target joins where the way to the heart stays short; widths follow Murray's law (r³ = Σ r³ of children).
    """
    nodes, parents = _join(rng, np.asarray(root, np.float32), targets)
    cubes = np.zeros(len(nodes))
    leaves = np.ones(len(nodes), bool)
    leaves[parents[1:]] = False
    cubes[leaves] = _TWIG**3
    for child in range(len(nodes) - 1, 0, -1):
        cubes[parents[child]] += cubes[child]
    return _string(nodes, parents, np.cbrt(cubes))


def _join(rng: Generator, root: Floats, targets: Floats) -> tuple[Floats, np.ndarray]:
    room = len(targets) * 6 + 1
    nodes, way = np.empty((room, 3), np.float32), np.zeros(room, np.float32)
    parents = np.zeros(room, int)
    nodes[0], used = root, 1
    order = np.argsort(np.linalg.norm(targets - root, axis=1) * rng.uniform(0.75, 1.25, len(targets)))
    for target in targets[order]:
        gap = nodes[:used] - target
        reach = np.sqrt(np.einsum("ij,ij->i", gap, gap))
        start = int(np.argmin(reach + 0.42 * way[:used]))
        count = int(np.clip(reach[start] / _NODE_EVERY, 1, 5))
        line = np.linspace(nodes[start], target, count + 1)[1:]
        line[:-1] += rng.normal(0, 0.45, (count - 1, 3))
        if used + count > room:
            break
        nodes[used : used + count] = line
        parents[used : used + count] = [start, *range(used, used + count - 1)]
        way[used : used + count] = way[start] + reach[start] * np.arange(1, count + 1) / count
        used += count
    return nodes[:used], parents[:used]


def _string(nodes: Floats, parents: np.ndarray, radius: np.ndarray) -> Floats:
    """Beads along every edge, close enough to touch."""
    ends, starts = nodes[1:], nodes[parents[1:]]
    edge = ends - starts
    length = np.linalg.norm(edge, axis=1) + 1e-6
    thick = radius[1:]
    count = np.ceil(length / np.maximum(0.7 * thick, 0.45)).astype(int)
    which = np.repeat(np.arange(len(edge)), count)
    part = (np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)) / count[which]
    wide = np.minimum(radius[parents[1:]], thick * 1.25 + 0.1)
    at = starts[which] + edge[which] * part[:, None]
    width = wide[which] * (1 - part) + thick[which] * part
    slope = np.abs(edge[:, 2] / length)[which]
    return np.concatenate([at, width[:, None], slope[:, None]], axis=1).astype(np.float32)
