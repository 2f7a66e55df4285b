"""Gliomas: an enhancing rim around a necrotic core, oedema along the white matter, and what surgery leaves of them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vesalius.demo.phantom.brain.atlas import Floats
from vesalius.demo.phantom.brain.scene import Scene, edge

LABELS: Final = ("core", "rim", "oedema")


@dataclass(frozen=True, slots=True, kw_only=True)
class Glioma:
    """One tumour, in mm of the atlas."""

    centre: tuple[float, float, float]
    radius: float  # of the enhancing part
    oedema: float  # how far oedema reaches beyond it
    shape: tuple[float, float, float] = (1.0, 1.2, 0.95)
    wall: float = 4.0  # thickness of the rim
    resected: bool = False  # a cavity with a thin rim and a nodule
    push: float = 0.3  # mass effect, 0 to 0.5


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a lesion is: a share of 0 to 1 for each part of LABELS at each place."""

    shares: Floats

    @classmethod
    def none(cls, places: int) -> "Extent":
        """No lesion."""
        return cls(np.zeros((len(LABELS), places), np.float32))

    def paint(self, scene: Scene, *, resected: bool) -> None:
        """The lesion over the brain."""
        core, rim, oedema = self.shares
        scene.paint("oedema", np.float32(0.92) * oedema)
        scene.paint("rim", np.float32(0.9) * rim)
        scene.paint("cavity" if resected else "core", core)


def extent(
    lesion: Glioma, places: Floats, white: Floats, brain: Floats, noise: tuple[Floats, Floats]
) -> Extent:
    """A lesion at places (3, n); `noise` is coarse and fine, of deviation 1."""
    coarse, fine = noise
    away = places - np.array(lesion.centre, np.float32)[:, None]
    round_ = np.sqrt(np.sum((away / np.array(lesion.shape, np.float32)[:, None]) ** 2, axis=0))
    ragged = 0.1 if lesion.resected else 0.2
    reach = np.asarray(
        round_ + np.float32(ragged * lesion.radius) * coarse + np.float32(0.9) * fine, np.float32
    )
    wall = lesion.wall * (1 + 0.55 * np.clip(fine + 0.6 * coarse, -1.3, 1.6))
    if lesion.resected:  # what grows again sits on one side of the cavity
        side = np.clip(away[1] / np.float32(lesion.radius) - 0.2, 0, 1)
        wall = 1.3 + 5.5 * side * np.clip(0.6 + fine, 0, 1.4)
    whole = edge(reach - np.float32(lesion.radius), 1.0) * brain
    core = edge(reach - lesion.radius + wall, 1.0) * whole
    far = np.asarray(round_ - lesion.radius - lesion.oedema * (1 + 0.5 * coarse + 0.12 * fine), np.float32)
    below = edge(places[2] + 13, 3) * edge(places[1] + 36, 6)
    along = np.clip(1.5 * white - 0.22, 0, 1) * brain * (1 - whole) * (1 - below)  # the tentorium stops it
    return Extent(np.stack([core, whole - core, np.asarray(edge(far, 3.5) * along, np.float32)]))
