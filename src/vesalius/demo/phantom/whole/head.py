"""Neck and head, with the raised arms beside them."""

from typing import Final

import numpy as np

from vesalius.demo.phantom.canvas import Points, band, ellipse
from vesalius.demo.phantom.whole.plane import Plane, shrunk
from vesalius.demo.phantom.whole.tissues import Blob

# Height; half width, front and back of the outline there.
_HEAD: Final = (
    (276, 122, -58, 98), (292, 78, -54, 92), (312, 61, -52, 84), (336, 59, -64, 82), (352, 62, -88, 86),
    (372, 67, -94, 92), (400, 71, -97, 100), (430, 76, -92, 106), (462, 79, -88, 108), (492, 74, -80, 102),
    (516, 55, -58, 84), (530, 34, -32, 62), (538, 12, -6, 34),
)  # fmt: skip
_CRANIUM: Final[tuple[Blob, ...]] = (
    ("cortex", (0, 8, 462), (71, 92, 70), 0, False), ("cortex", (0, 36, 416), (58, 58, 25), 0, False),
    ("fluid", (0, 9, 463), (65, 85, 64), 0, False), ("grey", (0, 9, 463), (63, 83, 62), 0, False),
    ("grey", (30, 56, 416), (24, 26, 19), 0, True), ("white", (26, 6, 466), (28, 62, 42), 4, True),
    ("grey", (17, -12, 464), (7, 15, 10), 8, True), ("grey", (13, 10, 460), (9, 13, 9), -14, True),
    ("fluid", (9, -6, 474), (4, 25, 8), 8, True), ("white", (0, 34, 418), (14, 16, 26), 0, False),
)  # fmt: skip
_FACE: Final[tuple[Blob, ...]] = (
    ("fat", (30, -58, 424), (17, 25, 18), 0, True), ("eye", (30, -70, 424), (11.5, 11.5, 12), 0, True),
    ("eye muscle", (20, -50, 424), (3, 15, 9), 18, True), ("eye muscle", (40, -50, 424), (3, 15, 9), -14, True),
    ("cortex", (28, -52, 392), (20, 21, 21), 0, True), ("gas", (28, -52, 392), (17.5, 18.5, 18), 0, True),
    ("gas", (5, -56, 398), (4, 28, 22), 0, True), ("cortex", (0, -60, 396), (1, 26, 22), 0, False),
    ("muscle", (0, -46, 366), (26, 32, 15), 0, False), ("tonsil", (17, -14, 366), (7, 8, 11), 0, True),
    ("gas", (0, -10, 380), (12, 6, 22), 0, False), ("gland", (55, -4, 382), (9, 18, 22), 14, True),
    ("gland", (30, -36, 348), (11, 14, 11), 0, True), ("cortex", (50, 26, 404), (15, 22, 10), -30, True),
    ("gas", (53, 38, 400), (6, 7, 9), 0, True), ("cortex", (0, -78, 408), (5, 8, 12), 0, False),
)  # fmt: skip
_NECK: Final[tuple[Blob, ...]] = (
    ("muscle", (24, 58, 330), (24, 19, 80), 18, True), ("muscle", (12, 74, 330), (13, 9, 80), 0, True),
    ("muscle", (45, -2, 322), (8, 17, 62), -28, True), ("muscle", (34, 30, 330), (13, 16, 80), 0, True),
    ("muscle", (0, -42, 322), (22, 14, 46), 0, False), ("muscle", (11, 18, 340), (10, 7, 60), 0, True),
    ("larynx", (0, -32, 322), (16, 17, 19), 0, False), ("gland", (17, -16, 296), (9, 13, 18), 0, True),
    ("gas", (0, -28, 322), (5.5, 9, 30), 0, False), ("gas", (0, -20, 288), (8, 8, 26), 0, False),
    ("blood", (27, -2, 322), (4.5, 4.5, 50), 0, True), ("blood", (36, 4, 322), (6, 5, 50), 0, True),
)  # fmt: skip


def head(plane: Plane) -> None:
    """Neck and head, with the raised arms beside them."""
    _arms(plane)
    outline = plane.outline(_HEAD, flat=False)
    plane.layers(outline, fat=0.25)
    if plane.z < 400:
        _neck(plane)
    if plane.z > 384:
        plane.blobs(_CRANIUM[:4])
        _gyri(plane)
        plane.blobs(_CRANIUM[4:])
    if 330 < plane.z < 446:
        plane.blobs(_FACE)
        _jaw(plane)


def _neck(plane: Plane) -> None:
    """Cervical spine, muscles behind it, airway and vessels."""
    z = plane.z
    y = float(np.interp(z, [280, 340, 400], [52, 40, 24]))
    plane.paint(shrunk(plane.outline(_HEAD, flat=False), 9), "fat")
    plane.blobs(_NECK)
    body = ellipse((0, y), (14, 10.5))
    plane.paint(ellipse((0, y + 16), (19, 15)), "cortex")
    plane.paint(ellipse((0, y + 15), (14, 10)), "fluid")
    plane.paint(ellipse((0, y + 15), (6.5, 5)), "cord")
    plane.bone(body, 2)
    plane.bone(band(np.array([(0, y + 30), (0, y + 44)], float), 3.2), 1.5)
    for side in (1, -1):
        plane.bone(ellipse((side * 21, y + 6), (7, 7)), 2)


def _gyri(plane: Plane) -> None:
    """Bays of fluid between the convolutions of the brain's surface."""
    depth = 1 - ((plane.z - 463) / 62) ** 2
    if depth <= 0.05:
        return
    rng = plane.chest.rng(32)
    size = np.sqrt(depth)
    for turn in np.linspace(0, 2 * np.pi, 34)[:-1] + rng.uniform(-0.06, 0.06, 33):
        wave = turn + 0.25 * np.sin(plane.z / 9 + 5 * turn)
        way = (
            np.array([(np.cos(wave), np.sin(wave))])
            * np.linspace(0.8 + 0.08 * np.sin(9 * turn), 1.02, 6)[:, None]
        )
        plane.paint(band(way * (63 * size, 83 * size) + (0, 9), 1.2), "fluid")
    if plane.z > 430:
        plane.paint(band(np.array([(0, 9 - 80 * size), (0, 9 + 80 * size)]), 1.0), "fluid")


def _jaw(plane: Plane) -> None:
    """Chin and body of the mandible, its branches above, and the teeth of both jaws."""
    z = plane.z
    if 344 < z < 364:
        arch = _arch(44, -6, -78 + 0.25 * (z - 344))
        plane.bone(band(arch, 4.5), 1.8)
    if 360 < z < 398:
        for side in (1, -1):
            plane.bone(band(np.array([(side * 47, -2), (side * 48, -14), (side * 46, -26)], float), 3.6), 1.6)
    if 362 < z < 380:
        plane.canvas.paint(band(_arch(32, -34, -76), 4.2), 1150.0 if plane.quantity == "HU" else 0.5)


def _arms(plane: Plane) -> None:
    for side in (1, -1):
        x = float(np.interp(plane.z, [276, 320, 540], [146, 158, 140]))
        size = float(np.interp(plane.z, [276, 300, 400, 540], [60, 52, 44, 38]))
        plane.paint(ellipse((side * x, 4), (size, size * 0.96)), "skin")
        plane.paint(ellipse((side * x, 4), (size - 2, size * 0.96 - 2)), "fat")
        plane.paint(ellipse((side * x, 4), (size - 9, size - 10)), "muscle")
        plane.bone(ellipse((side * (x - 2), 2), (12, 12)), 4)


def _arch(wide: float, back: float, front: float) -> Points:
    """A horseshoe open to the back."""
    turn = np.linspace(np.pi, 0, 50)
    return np.stack([wide * np.cos(turn), back + (front - back) * np.sin(turn) ** 0.8], axis=1)
