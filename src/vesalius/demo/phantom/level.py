"""One height of one chest while it is being painted."""

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator, default_rng

from vesalius.demo.phantom import anatomy
from vesalius.demo.phantom.canvas import Canvas, Floats, closed, ellipse
from vesalius.demo.phantom.chest import Chest
from vesalius.demo.phantom.texture import between


@dataclass(slots=True)
class Level:
    """The canvas of one slice, the textures at its height, and which pixels lie inside of the ribs."""

    chest: Chest
    z: float  # mm of the standard body
    thickness: float  # mm
    canvas: Canvas = field(init=False)
    rng: Generator = field(init=False)
    fine: Floats = field(init=False)
    coarse: Floats = field(init=False)
    cavity: Floats = field(init=False)

    def __post_init__(self) -> None:
        build, textures = self.chest.build, self.chest.textures
        self.canvas = Canvas(build.size, build.spacing, self.chest.warp)
        self.rng = default_rng((build.seed, 9, int(self.z * 100) + 100_000))
        self.fine = between(textures.soft, self.z, 9)
        self.coarse = between(textures.cloud, self.z, 30)
        self.cavity = self.canvas.mask(closed(anatomy.whole("cavity", self.z)))

    def density(self, tissue: str) -> float:
        """Hounsfield units of a tissue in this patient."""
        return self.chest.density(tissue)

    def belly(self) -> Floats:
        """Coverage of what lies below the diaphragm."""
        part = np.clip((self.chest.diaphragm - self.z) / self.thickness + 0.5, 0, 1)
        return np.asarray(part * self.cavity, np.float32)

    def ellipsoid(
        self, part: anatomy.Ellipsoid, value: Floats | float, within: Floats, grow: float = 0.0
    ) -> None:
        """Paint the cut through an ellipsoid, `grow` mm larger, its edge a little uneven."""
        (x, y, height), (a, b, c), turn = part
        depth = 1 - ((self.z - height) / (c + grow)) ** 2
        if depth <= 0.01:
            return
        scale = np.sqrt(depth)
        shape = ellipse((x, y), ((a + grow) * scale, (b + grow) * scale), turn)
        angle = np.linspace(0, 2 * np.pi, len(shape), endpoint=False)
        wobble = 1 + 0.03 * np.sin(3 * angle + height) + 0.02 * np.sin(5 * angle + self.z / 15)
        self.canvas.paint((shape - (x, y)) * wobble[:, None] + (x, y), value, within=within)
