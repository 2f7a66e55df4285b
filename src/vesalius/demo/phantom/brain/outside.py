"""What is around the brain: skull, scalp, eyes, sinuses, face and neck, drawn from distances and a few shapes."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vesalius.demo.phantom.brain.atlas import Floats
from vesalius.demo.phantom.brain.scene import Scene, Solid, Tube, edge

FACE: Final = (
    (Solid((0, 34, -58), (65, 58, 66)), 14),  # between forehead and mouth; with how wide a fillet it joins
    (Solid((0, 47, -94), (50, 47, 34)), 14),  # jaws
    (Solid((0, 74, -118), (27, 22, 16)), 14),  # chin
    (Solid((0, 96, -50), (11, 19, 19)), 7),  # nose
    (Solid((0, 86, -34), (12, 13, 24)), 7),  # bridge of the nose
    (Solid((0, -16, -125), (57, 62, 95)), 14),  # neck
)
_ETHMOID: Final = Solid((0, 47, -31), (10, 21, 11))
_NOSE: Final = Solid((0, 56, -57), (13, 33, 17))
SINUSES: Final = (
    Solid((0, 21, -37), (12, 12, 10)),  # sphenoid
    _ETHMOID,
    Solid((-31, 48, -61), (14, 16, 16)),  # maxillary
    Solid((31, 48, -61), (14, 16, 16)),
    Solid((-9, 77.2, -9), (9, 2.4, 8)),  # frontal
    Solid((8, 77.2, -6), (9, 2.6, 10)),
    _NOSE,
    Solid((0, 12, -72), (9, 8, 24)),  # throat
    Solid((0, 8, -112), (7, 6, 26)),
)
MASTOIDS: Final = (Solid((-56, -37, -43), (9, 13, 15)), Solid((56, -37, -43), (9, 13, 15)))
VERTEBRAE: Final = (-84.0, -102.0, -119.0, -136.0)  # heights of the bodies of the neck


@dataclass(frozen=True, slots=True)
class Around:
    """What drawing needs at each place of a scene beside the place: mm from the skull's inner side, and noise."""

    distance: Floats
    coarse: Floats  # deviation 1
    fine: Floats
    scalp: float  # mm of fat


def draw_head(scene: Scene, around: Around) -> None:
    """All that is no brain, from the skin inwards."""
    x, y, z = scene.places
    temple = np.exp(-(((np.abs(x) - 70) / 26) ** 2) - ((y - 14) / 30) ** 2 - ((z + 12) / 30) ** 2)
    surface = _surface(scene, around, np.asarray(temple, np.float32))
    scene.paint("fat", edge(surface))
    _soft_parts(scene, around, surface, np.asarray(temple, np.float32))
    scene.paint("skin", edge(surface) * edge(-2.0 - surface))
    _skull(scene, around, surface)
    _sinuses(scene, around)
    _ears(scene, around)
    for side in (-1.0, 1.0):
        _eye(scene, side)
    if z.min() < -54:
        _neck(scene)


def _surface(scene: Scene, around: Around, temple: Floats) -> Floats:
    """Distance to the skin, mm, negative inside."""
    x, y, z = scene.places
    surface = around.distance - np.asarray(
        9.0 + around.scalp + 7.5 * temple + 0.25 * around.coarse, np.float32
    )
    if z.min() < 10:
        for shape, smooth in FACE:
            surface = _joined(surface, shape.distance(scene.places), smooth)
    if z.min() < -10:
        for side in (-1, 1):
            ear = np.stack([x - side * (80 - 0.25 * (y + 35)), y + 42 + 0.2 * z, z + 40])
            surface = np.minimum(surface, Solid((0, 0, 0), (2.6, 13, 24)).distance(ear))
    return surface


def _joined(one: Floats, other: Floats, smooth: float) -> Floats:
    """The union of two bodies, with a fillet of some `smooth` mm between them."""
    mix = np.clip(0.5 + 0.5 * (other - one) / smooth, 0, 1)
    return np.asarray(other + (one - other) * mix - smooth * mix * (1 - mix), np.float32)


def _soft_parts(scene: Scene, around: Around, surface: Floats, temple: Floats) -> None:
    """Muscle below the fat: at the temples, in the face and in the neck, with fat between."""
    _, y, z = scene.places
    inner = edge(surface + 3.5 + 0.5 * around.scalp)
    outside = np.asarray(around.distance - 8.6, np.float32)
    muscle = edge(-outside) * edge(outside - 11 * temple + 2.0)
    low = edge(z + 22 - 0.3 * y, 8)
    planes = edge(0.7 * around.coarse + 0.5 * around.fine - 0.85, 0.9)
    scene.paint("muscle", np.asarray(np.maximum(muscle, low * planes) * inner, np.float32))


def _skull(scene: Scene, around: Around, surface: Floats) -> None:
    """Two tables with marrow between; thinner at the temples, thicker behind; the base; meninges within."""
    x, y, z = scene.places
    d = around.distance + np.float32(0.35) * around.coarse
    thick = np.asarray(
        5.0 + 1.6 * np.exp(-(((y + 75) / 45) ** 2)) + np.exp(-(((z - 60) / 40) ** 2)), np.float32
    )
    above = edge(0.2 * y - z - 60, 6)
    scene.paint("bone", edge(d - 2.2 - thick) * above * edge(surface + 2.5))
    spongy = edge(4.1 - d) * edge(d - 0.6 - thick)
    vault = edge(-z - 8 - 0.2 * y - 0.1 * np.abs(x), 8)
    scene.paint("marrow", spongy * above * np.clip(0.8 + 0.2 * around.fine, 0, 1) * (0.25 + 0.75 * vault))
    scene.paint("dura", edge(d - 2.8) * edge(1.7 - d) * above)
    base = edge(-z - 21 - 0.2 * y - 0.05 * np.abs(x), 5)
    scene.paint("bone", edge(d - 3.0) * (1 - base) * above)
    scene.paint("marrow", edge(d - 2.0) * (1 - base) * above * np.clip(0.25 + 0.3 * around.fine, 0, 0.7))
    scene.paint("csf", edge(d - 0.9) * above * base)
    scene.put("marrow", Solid((0, 4, -52), (13, 8, 17)), share=0.9)  # clivus


def _sinuses(scene: Scene, around: Around) -> None:
    """Air behind mucosa, with the walls of the ethmoid cells and the conchae of the nose."""
    x, y, z = scene.places
    for shape in SINUSES:
        if not scene.near(shape, 4).size:
            continue
        near = np.asarray(shape.distance(scene.places) + 0.9 * around.coarse, np.float32)
        scene.paint("mucosa", edge(near - 1.2))
        scene.paint("air", edge(near))
    walls = (
        edge(np.abs(x - 3.3 * np.round(x / 3.3)) - 0.8)
        * edge(np.abs(y - 47) - 19)
        * edge(np.abs(z + 31) - 10)
    )
    scene.put("mucosa", _ETHMOID, share=walls)
    scene.put("mucosa", _NOSE, share=0.95 * edge(np.abs(np.abs(x) - 7 - 1.5 * around.fine) - 2.6))
    scene.put("mucosa", _NOSE, share=edge(np.abs(x) - 1.3))


def _ears(scene: Scene, around: Around) -> None:
    """Mastoid cells, canals and labyrinths."""
    for shape in MASTOIDS:
        scene.put("bone", shape, grown=2.0)
        scene.put("marrow", shape, share=0.45 * edge(0.9 - around.fine, 0.4))
    for side in (-1.0, 1.0):
        scene.put("air", Tube(((side * 84, -27, -41), (side * 54, -25, -42)), 3.2))
        scene.put("csf", Tube(((side * 38, -31, -37), (side * 46, -27, -36)), 2.2))


def _eye(scene: Scene, side: float) -> None:
    """An eye in its orbit, with its muscles and its nerve."""
    cone = Tube(((side * 33, 64, -34), (side * 25, 45, -32), (side * 16, 26, -27)), 6)
    near = scene.near(cone, 14)
    if not near.size:
        return
    y = scene.places[1]
    wide, front = np.full(y.size, 99, np.float32), edge(y - 73, 2)
    wide[near] = cone.distance(scene.places[:, near]) - 11 * np.clip((y[near] - 18) / 45, 0, 1)
    scene.paint("bone", edge(wide - 1.8) * edge(-wide) * edge(y - 58, 2))
    scene.paint("fat", edge(wide) * front)
    for dx, dz in ((-9.5, 0.0), (9.5, 0.0), (0.0, 9.0), (0.0, -9.0)):
        ends = (
            (side * 33 + dx, 62.0, dz - 34),
            (side * 26 + dx * 0.95, 44.0, dz - 32),
            (side * 17, 26.0, -27.0),
        )
        scene.put("muscle", Tube(ends, 1.7))
    scene.put("csf", Tube(((side * 31, 54, -34), (side * 15, 22, -25)), 2.7), share=0.8)
    scene.put(
        "nerve",
        Tube(((side * 31, 56, -34), (side * 24, 40, -31), (side * 13, 18, -23), (side * 3, 6, -18)), 1.7),
    )
    ball = Solid((side * 33, 63, -34), (12.2, 12.6, 12.2))
    scene.put("skin", ball)
    scene.put("vitreous", ball, grown=-1.3)
    scene.put("lens", Solid((side * 33, 72.2, -34), (4.6, 2.1, 4.6)))


def _neck(scene: Scene) -> None:
    """Cord, vertebrae, tongue and palate: what a sagittal series shows below the skull."""
    below = edge(scene.places[2] + 62, 4)
    scene.put("bone", Tube(((0, -40, -60), (0, -45, -170)), 11.5), share=below)
    scene.put("csf", Tube(((0, -36, -54), (0, -44, -170)), 8), share=below)
    scene.put("white", Tube(((0, -33, -52), (0, -40, -75), (0, -44, -170)), 4.6), share=below)
    for height in VERTEBRAE:
        scene.put("bone", Solid((0, -22, height), (11.5, 10, 8.6)))
        scene.put("marrow", Solid((0, -22, height), (10, 8.5, 7.2)))
        scene.put("disc", Solid((0, -22, height - 8.7), (9, 8, 1.8)))
        scene.put("marrow", Solid((0, -68, height - 6), (4, 11, 4.5)), share=0.9)
    scene.put("marrow", Tube(((0, -18, -66), (0, -20, -80)), 4.5))
    scene.put("muscle", Solid((0, 48, -92), (22, 31, 18)))  # tongue
    scene.put("mucosa", Solid((0, 44, -74), (19, 34, 2.2)), share=0.8)  # palate
    for teeth in (Solid((0, 84, -82), (22, 5, 5)), Solid((0, 82, -95), (22, 5, 5))):
        scene.put("bone", teeth)
    scene.put("marrow", Solid((0, 74, -110), (12, 6, 7)), share=0.9)  # chin
