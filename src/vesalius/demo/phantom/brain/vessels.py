"""Vessels and membranes of the brain: dark for flowing blood, bright with gadolinium."""

from typing import Final

import numpy as np

from vesalius.demo.phantom.brain.atlas import Floats
from vesalius.demo.phantom.brain.scene import Scene, Solid, Triple, Tube, edge

_VEINS: Final = (
    Tube(
        ((0, 66, -6), (0, 76, 25), (0, 48, 62), (0, 0, 83), (0, -50, 73), (0, -92, 36), (0, -110, 0)), 3.0
    ),  # sagittal
    Tube(((0, -108, -4), (-28, -94, -17), (-52, -64, -24), (-55, -42, -32)), 3.5),  # transverse
    Tube(((0, -108, -4), (28, -94, -17), (52, -64, -24), (55, -42, -32)), 2.9),
    Tube(((0, -40, 4), (0, -60, 13), (0, -84, 2), (0, -104, -2)), 2.0),  # straight
    Tube(((-3, -6, 17), (-3, -30, 15), (0, -42, 4)), 0.9),  # inner cerebral
    Tube(((3, -6, 17), (3, -30, 15), (0, -42, 4)), 0.9),
)
_MIDDLE: Final[tuple[Triple, ...]] = (
    (13, 3, -15),
    (19, 6, -15),
    (26, 4, -13),
    (34, 6, -15),
    (41, 0, -10),
    (42, -12, -2),
)
_ARTERIES: Final = (
    Tube(((0, -22, -48), (0, -19, -28), (0, -15, -14)), 1.7),  # basilar
    Tube(((-10, -24, -62), (0, -22, -48)), 1.4),  # vertebral
    Tube(((11, -24, -62), (0, -22, -48)), 1.4),
    *(
        Tube(tuple((side * x, y, z) for x, y, z in path), radius)
        for side in (-1, 1)
        for path, radius in (
            (((17, 2, -58), (17, 0, -38), (13, 8, -26), (13, 3, -15)), 2.1),  # carotid
            (_MIDDLE, 1.2),
            (((13, 4, -15), (2, 16, -14), (2, 34, -2), (2, 36, 14), (2, 22, 30)), 1.0),  # anterior cerebral
            (((0, -15, -14), (8, -15, -14), (14, -20, -12), (24, -32, -8)), 1.1),  # posterior cerebral
        )
    ),
)


def draw(scene: Scene, distance: Floats) -> None:
    """Falx, choroid plexus, pituitary, sinuses and arteries; `distance` is mm from the skull's inner side."""
    x, y, z = scene.places
    falx = edge(np.abs(x) - 0.5) * edge(distance - 1) * edge(-22 - distance)
    high = edge(12 - z + 0.15 * y, 4)
    scene.paint("dura", np.asarray(0.5 * falx * high, np.float32))
    for side in (-1, 1):
        scene.put("choroid", Solid((side * 21, -42, 9), (2.6, 6.5, 3.6)), share=0.7)
    scene.put("pituitary", Solid((0, 3, -31), (5.5, 4, 2.8)))
    for vein in _VEINS:
        scene.put("vein", vein)
    for artery in _ARTERIES:
        scene.put("artery", artery, share=0.95)
