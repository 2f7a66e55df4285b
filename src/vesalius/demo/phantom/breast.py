"""A synthetic mammogram: a seed and a breast become one view, as a processed image for reading shows it.

Millimetres; x from the chest wall to the nipple, y down the picture: lateral to medial in a craniocaudal view, from
the axilla to the fold below the breast in a mediolateral oblique view. Brightness runs from 0 (air) to 1.
"""

from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Final, Literal

import numpy as np
from numpy.random import Generator, default_rng
from PIL import Image, ImageDraw
from scipy import fft, ndimage

from vesalius.demo.phantom.canvas import Floats, Points, opened

View = Literal["CC", "MLO"]
Density = Literal["A", "B", "C", "D"]  # of the ACR: from almost all fat to extremely dense

_COARSE: Final = 2  # pixels of the picture for one of tissue
_LINE: Final = 1000  # greys of a sheet of lines for brightness 1
_LAYERS: Final = 4  # of glandular tissue, one upon the other as compression leaves them

# Outline of a breast 100 mm deep, from the upper to the lower edge of the picture: x, y about the nipple's height.
_CC: Final = (
    (-6, -96), (14, -92), (40, -82), (66, -62), (86, -38), (97, -14), (100, 4), (96, 22), (84, 46), (63, 68),
    (38, 83), (14, 91), (-6, 94),
)  # fmt: skip
_MLO: Final = (
    (58, -150), (62, -124), (67, -100), (75, -72), (86, -44), (96, -20), (100, 0), (97, 18), (86, 40), (66, 58),
    (42, 69), (22, 75), (11, 79), (8, 84), (12, 92), (20, 104), (26, 130),
)  # fmt: skip

# How much gland there is: bias of its threshold, strength, and how many strands cross the fat.
_GLAND: Final[dict[str, tuple[float, float, float]]] = {
    "A": (-1.75, 0.55, 0.75),
    "B": (-0.75, 0.80, 1.0),
    "C": (0.25, 0.95, 1.1),
    "D": (1.15, 1.05, 1.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a radiologist should find; place in mm behind the nipple, towards lateral, and towards the head."""

    kind: Literal["spiculated", "round", "calcifications"]
    behind: float
    lateral: float
    up: float
    radius: float


@dataclass(frozen=True, kw_only=True)
class Breast:
    """One breast of one patient."""

    seed: int
    density: Density
    depth: float = 100.0  # mm from the chest wall to the nipple
    width: float = 1.0  # factor on the extent along the chest wall
    findings: tuple[Finding, ...] = ()
    arteries: bool = False  # calcified, as in the old

    def view(self, name: View, rows: int, columns: int, spacing: float) -> Floats:
        """Brightness of one view; the chest wall lies at the left edge. `spacing` in mm."""
        return Picture(self, name, rows, columns, spacing).draw()


@dataclass(frozen=True)
class Picture:
    """One view on its way: tissue on a coarse grid, then what needs every pixel."""

    breast: Breast
    name: View
    rows: int
    columns: int
    spacing: float
    _clouds: dict[tuple[float, float], Floats] = field(default_factory=dict, init=False)

    def rng(self, purpose: int) -> Generator:
        """Random numbers for one purpose, the same each time."""
        return default_rng((self.breast.seed, purpose, self.name == "MLO"))

    def draw(self) -> Floats:
        """Paint fat, gland, strands, vessels, muscle, skin and findings, and add what a detector adds."""
        fat = 0.25 + 0.045 * self._noise(2.0, 30) + 0.016 * self._noise(1.5, 5)
        tissue = fat + self._gland() + self._strands() + self._vessels()
        tissue = self._muscle(tissue)
        for finding in self.breast.findings:
            tissue = tissue + self._mass(finding)
        fine = self._enlarged(tissue * self._thickness())
        fine = self._skin(fine)
        for finding in self.breast.findings:
            fine += self._calcifications(finding)
        return self._detected(fine)

    @cached_property
    def nipple(self) -> tuple[float, float]:
        """Where the nipple's base lies, mm."""
        high = self.rows * self.spacing
        return self.breast.depth, high * (0.5 if self.name == "CC" else 0.58)

    @cached_property
    def _step(self) -> float:
        return self.spacing * _COARSE

    @cached_property
    def _grid(self) -> tuple[Floats, Floats]:
        """Millimetres of every coarse pixel."""
        rows, columns = self.rows // _COARSE, self.columns // _COARSE
        x = (np.arange(columns, dtype=np.float32) + 0.5) * self._step
        y = (np.arange(rows, dtype=np.float32) + 0.5) * self._step
        return np.broadcast_to(x[None, :], (rows, columns)), np.broadcast_to(y[:, None], (rows, columns))

    @cached_property
    def _outline(self) -> Points:
        points = np.array(_CC if self.name == "CC" else _MLO, float)
        scale = self.breast.depth / 100
        points *= (scale, scale * self.breast.width)
        points += self.rng(3).normal(0, 0.8, points.shape)
        points[0, 1] = min(points[0, 1], -self.nipple[1] - 12) if self.name == "MLO" else points[0, 1]
        curve = opened(points, 900)
        curve[:, 1] += self.nipple[1]
        return self._with_nipple(curve)

    def _with_nipple(self, curve: Points) -> Points:
        """The outline with a nipple of some 10 by 6 mm."""
        rng = self.rng(4)
        wide, long = rng.uniform(3.6, 4.8), rng.uniform(2.5, 5.5)
        off = curve[:, 1] - self.nipple[1] - 2
        tip = long * np.exp(-(np.abs(off / wide) ** 3.2)) + 1.5 * np.exp(-((off / 11) ** 2))
        return curve + np.stack([tip, 0 * tip], axis=1)

    def _polygon(self, points: Points, scale: int) -> Floats:
        """Coverage of a polygon in mm on the fine grid (`scale` 1) or the coarse one."""
        rows, columns, steps = self.rows // scale, self.columns // scale, 3
        image = Image.new("L", (columns * steps, rows * steps))
        flat = (points / (self.spacing * scale) * steps).ravel().tolist()
        ImageDraw.Draw(image).polygon(flat, fill=255)
        return np.asarray(image.reduce(steps), np.float32) / np.float32(255)

    @cached_property
    def _closed(self) -> Points:
        return np.vstack([(-20, self._outline[0, 1]), self._outline, (-20, self._outline[-1, 1])])

    @cached_property
    def _inside(self) -> Floats:
        """Distance from the skin on the coarse grid, mm; the chest wall is no skin."""
        inside = self._polygon(self._closed, _COARSE) > 0.5
        inside = np.pad(inside, ((60, 60), (60, 0)), mode="edge")
        return (ndimage.distance_transform_edt(inside)[60:-60, 60:] * self._step).astype(np.float32)

    def _thickness(self) -> Floats:
        """Compressed thickness, evened out by processing: it only falls close to the skin."""
        away = self._inside
        return np.asarray(1 - 0.42 * np.exp(-away / 3.2) - 0.16 * np.exp(-away / 14), np.float32)

    def _noise(self, slope: float, coarsest: float) -> Floats:
        """Cloud of mean 0 and deviation 1 whose amplitude falls with frequency; `coarsest` in mm.

        Each call moves and turns the cloud of its kind, which is periodic: unlike the last, for little work.
        """
        kind = slope, coarsest
        if kind not in self._clouds:
            rows, columns = self._grid[0].shape
            fy = np.abs(fft.fftfreq(rows, self._step)).astype(np.float32)
            fx = fft.rfftfreq(columns, self._step).astype(np.float32)
            gain = (np.hypot(fy[:, None], fx[None, :]) + np.float32(1 / coarsest)) ** np.float32(-slope)
            gain[0, 0] = 0
            white = self._moves.standard_normal((rows, columns), dtype=np.float32)
            cloud = fft.irfft2(fft.rfft2(white) * gain, s=(rows, columns))
            self._clouds[kind] = np.asarray(cloud / cloud.std(), np.float32)
        cloud = self._clouds[kind]
        move = [int(self._moves.integers(length)) for length in cloud.shape]
        down, across = (1 - 2 * int(self._moves.integers(2)) for _ in range(2))
        return np.roll(cloud, move, axis=(0, 1))[::down, ::across]

    @cached_property
    def _moves(self) -> Generator:
        return self.rng(1)

    @cached_property
    def _rays(self) -> Floats:
        """For every pixel, where along and across the lines that meet at the nipple it lies, coarse pixels."""
        x, y = self._grid
        nx, ny = self.nipple
        dx, dy = nx + 12 - x, y - ny
        bent = 0.10 * self._noise(2.6, 40)
        angle = np.arctan2(dy, dx) + bent
        return np.stack([angle * 46 / self._step, np.hypot(dx, dy) / self._step]).astype(np.float32)

    def _towards_nipple(self, cloud: Floats, stretch: float) -> Floats:
        """The cloud drawn out towards the nipple, as ducts and lobes are."""
        across, along = self._rays
        where = [across, along / stretch]
        return np.asarray(ndimage.map_coordinates(cloud, where, order=1, mode="grid-wrap"), np.float32)

    @cached_property
    def _room(self) -> Floats:
        """Where gland may lie: 0 at its border, 1 in its middle, negative outside."""
        x, y = self._grid
        nx, ny = self.nipple
        behind = (nx - x) / self.breast.depth
        wide = (0.10 + 0.62 * np.clip(behind, 0, 1) ** 0.75) * self.breast.depth * self.breast.width
        middle = ny - np.clip(behind, 0, 1) * (6 if self.name == "CC" else 22)
        across = 1 - (np.abs(y - middle) / wide) ** 2
        deep = np.clip((self._back - 6) / 22, -0.6, 1)
        skin = np.clip((self._inside - 5) / 10, -1, 1)
        ragged = 0.22 * self._noise(2.3, 32)
        return np.asarray(np.minimum(np.minimum(across + 2 * ragged, deep + ragged), skin), np.float32)

    @cached_property
    def _back(self) -> Floats:
        """Distance before the muscle, or before the chest wall where no muscle is seen, mm."""
        x, y = self._grid
        return np.asarray(x - self._border(y), np.float32)

    def _border(self, y: Floats) -> Floats:
        """Front of the pectoral muscle at a height: a slightly convex slope in the oblique view."""
        if self.name == "CC":
            return 4 + 0 * y
        top, end = 0.56 * self.breast.depth, self.nipple[1] + 6
        part = np.clip(1 - y / end, -0.2, 1)
        bow = self.rng(5).uniform(4, 8)
        return np.asarray(top * part + bow * np.sin(np.pi * np.clip(part, 0, 1)), np.float32)

    def _gland(self) -> Floats:
        bias, strength, _ = _GLAND[self.breast.density]
        room = np.maximum(self._room, -6)
        within = 1 / (1 + np.exp(-(room + 0.02) * 8))
        total = np.zeros_like(room)
        for _ in range(_LAYERS):
            cloud = 0.85 * self._noise(2.0, 26) + 0.6 * self._towards_nipple(self._noise(2.0, 16), 2.6)
            lobes = 1 / (1 + np.exp(-3.0 * (cloud + bias + 1.1 * room)))
            total += lobes * np.clip(0.72 + 0.17 * self._noise(1.65, 9), 0.2, 1.2)
        streaks = 0.11 * self._towards_nipple(self._noise(1.8, 6), 4)
        return np.asarray(0.40 * strength * within * (total / _LAYERS) * (1 + streaks), np.float32)

    def _strands(self) -> Floats:
        """Cooper's ligaments: thin curved sheets, seen where a smooth cloud crosses its middle."""
        strands = _GLAND[self.breast.density][2]
        near = 0.22 + 0.78 / (1 + np.exp(-(np.maximum(self._room, -6) + 0.35) * 5))
        total = np.zeros_like(near)
        for coarse, stretch, width, height in (
            (40, 1.0, 0.04, 0.075), (40, 2.4, 0.045, 0.09), (30, 3.0, 0.05, 0.08), (20, 2.4, 0.075, 0.065),
            (20, 3.4, 0.08, 0.06), (11, 3.0, 0.11, 0.045),
        ):  # fmt: skip
            cloud = self._noise(3.3, coarse)
            cloud = self._towards_nipple(cloud, stretch) if stretch > 1 else cloud
            here = np.clip(0.15 + 0.75 * self._noise(2.4, 30), 0, 1.6)
            total += 0.85 * height * here * np.exp(-(np.abs(cloud / width) ** 1.2))
        return np.asarray(strands * near * total, np.float32)

    def _walk(self, rng: Generator, start: tuple[float, float], heading: float, steps: int) -> Points:
        """A winding way, 1.2 mm a step."""
        turn = ndimage.gaussian_filter1d(rng.normal(0, 1, steps + 40), 7)[20:-20] * 0.42
        angle = heading + np.cumsum(turn) * 0.33
        along = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 1.2
        return np.asarray(np.cumsum(along, axis=0) + start)

    @cached_property
    def _ways(self) -> list[Points]:
        rng = self.rng(6)
        nx, ny = self.nipple
        ways = []
        for _ in range(7):
            side = rng.choice([-1, 1])
            start = (rng.uniform(0, 0.3) * nx, ny + side * rng.uniform(0.2, 0.75) * 85 * self.breast.width)
            ways.append(self._walk(rng, start, rng.normal(-0.12 * side, 0.25), int(rng.uniform(45, 75))))
        return ways

    def _vessels(self) -> Floats:
        rng = self.rng(7)
        return self._lines([(way, rng.uniform(0.9, 1.9), rng.uniform(0.05, 0.095)) for way in self._ways])

    def _lines(self, ways: list[tuple[Points, float, float]]) -> Floats:
        """Ways (points, width in mm at the start, brightness) drawn as soft tubes that grow thinner."""
        rows, columns = self._grid[0].shape
        image = Image.new("L", (columns * 3, rows * 3))
        draw = ImageDraw.Draw(image)
        for way, wide, bright in sorted(ways, key=itemgetter(2)):
            at = way / self._step * 3
            for index in range(len(at) - 1):
                width = wide * (1 - 0.6 * index / len(at)) / self._step * 3
                corners = (*at[index], *at[index + 1])
                draw.line(corners, fill=round(bright * _LINE), width=max(1, round(width)))
        soft = np.asarray(image.reduce(3), np.float32) / np.float32(_LINE)
        return np.asarray(ndimage.gaussian_filter(soft, 0.9), np.float32)

    def _muscle(self, tissue: Floats) -> Floats:
        """The pectoral muscle over everything behind it, with its fibres, and nodes of the axilla."""
        if self.name == "CC":
            return tissue
        x, y = self._grid
        edge = 1 / (1 + np.exp(-(np.clip(self._border(y) - x, -40, 40)) / 0.9 + 0.25 * self._noise(2.4, 20)))
        along = np.asarray((x * 0.46 + y * 0.12), np.float32)
        fibres = np.interp(along, np.arange(0, 200, 0.5), self._fibres()).astype(np.float32)
        muscle = 0.50 + 0.022 * fibres + 0.022 * self._noise(2.0, 26)
        muscle *= 0.86 + 0.24 * np.clip((self._border(y) - x) / 45, 0, 1)
        muscle += 0.45 * (tissue - 0.3)
        return np.asarray(tissue + edge * (muscle - tissue) + self._nodes(), np.float32)

    def _fibres(self) -> Points:
        return ndimage.gaussian_filter1d(self.rng(8).normal(0, 1, 400), 4) * 3

    def _nodes(self) -> Floats:
        """Lymph nodes in the axilla: oval, with a fatty hilum."""
        x, y = self._grid
        rng, total = self.rng(9), np.zeros_like(self._room)
        for _ in range(int(rng.integers(0, 3))):
            cy = rng.uniform(10, 34)
            cx = float(self._border(np.full((1, 1), cy, np.float32))[0, 0]) + rng.uniform(-10, 6)
            turn, long, wide = rng.uniform(0.5, 1.3), rng.uniform(5, 8), rng.uniform(2.8, 4)
            u = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)
            v = (y - cy) * np.cos(turn) - (x - cx) * np.sin(turn)
            outer = np.hypot(u / long, v / wide)
            inner = np.hypot((u - 0.6) / long, (v - 1.1) / wide) / 0.55
            total += 0.09 / (1 + np.exp(np.minimum((outer - 1) * 9, 40)))
            total -= 0.08 / (1 + np.exp(np.minimum((inner - 1) * 8, 40)))
        return total

    def _place(self, finding: Finding) -> tuple[float, float]:
        """Where a finding lies in this view, mm: the oblique view mixes lateral and upward."""
        nx, ny = self.nipple
        if self.name == "CC":
            return nx - finding.behind, ny - finding.lateral
        return nx - finding.behind, ny - 0.75 * finding.up - 0.45 * finding.lateral

    def _mass(self, finding: Finding) -> Floats:
        x, y = self._grid
        cx, cy = self._place(finding)
        far, angle = np.hypot(x - cx, y - cy), np.arctan2(y - cy, x - cx)
        rng, radius = self.rng(11), finding.radius
        if finding.kind == "calcifications":
            haze = 0.05 * np.exp(-((far / radius) ** 2))
            return np.asarray(haze * (1 + 0.5 * self._noise(1.6, 6)), np.float32)
        if finding.kind == "round":
            edge = radius * (1 + 0.13 * np.cos(2 * angle + 1) + 0.035 * np.sin(3 * angle))
            body = 1 / (1 + np.exp(np.minimum((far - edge) / 0.5, 40)))
            halo = np.exp(-(((far - edge - 1.2) / 0.9) ** 2))
            return np.asarray(0.17 * body - 0.025 * halo, np.float32)
        wave = sum(rng.normal(0, 0.05) * np.sin(k * angle + rng.uniform(0, 6)) for k in range(2, 9))
        edge = radius * (1 + wave) + 1.1 * self._noise(1.9, 8)
        body = 0.20 / (1 + np.exp(np.minimum((far - edge) / (0.14 * radius), 40)))
        return np.asarray(body + self._spicules(rng, (cx, cy), radius), np.float32)

    def _spicules(self, rng: Generator, centre: tuple[float, float], radius: float) -> Floats:
        ways = []
        for _ in range(34):
            heading = rng.uniform(0, 2 * np.pi)
            start = np.array(centre) + 0.6 * radius * np.array([np.cos(heading), np.sin(heading)])
            steps = max(4, int(radius * rng.uniform(0.9, 2.6) / 1.2))
            way = self._walk(rng, (start[0], start[1]), heading, steps)
            ways.append((way, rng.uniform(0.6, 1.3), rng.uniform(0.06, 0.17)))
        x, y = self._grid
        fade = np.exp(-np.hypot(x - centre[0], y - centre[1]) / (2.4 * radius))
        return np.asarray(self._lines(ways) * fade, np.float32)

    def _enlarged(self, tissue: Floats) -> Floats:
        fine = Image.fromarray(tissue).resize((self.columns, self.rows), Image.Resampling.BICUBIC)
        return np.asarray(fine, np.float32)

    def _skin(self, tissue: Floats) -> Floats:
        """Cut the breast out of the air, with the line of its skin and the nipple."""
        cover = ndimage.gaussian_filter(self._polygon(self._closed, 1), 1.1)
        line = np.exp(-(((self._enlarged(self._inside) - 0.9) / 0.75) ** 2))
        x = (np.arange(self.columns, dtype=np.float32) * self.spacing - self.nipple[0] - 1) / 1.2
        y = np.arange(self.rows, dtype=np.float32) * self.spacing - self.nipple[1] - 2
        knob = 0.17 * np.exp(-(((x[None, :] ** 2 + y[:, None] ** 2) / 4.8**2) ** 2))
        return np.asarray((tissue + 0.055 * line + knob) * cover, np.float32)

    def _calcifications(self, finding: Finding) -> Floats:
        total = np.zeros((self.rows, self.columns), np.float32)
        cx, cy = self._place(finding)
        rng = default_rng((self.breast.seed, 12))
        count = {"calcifications": 30, "spiculated": 7, "round": 0}[finding.kind]
        for _ in range(count):
            turn, far = rng.uniform(0, 2 * np.pi), finding.radius * rng.uniform(0, 1) ** 0.6
            self._speck(
                total, rng, (cx + 1.3 * far * np.cos(turn), cy + 0.7 * far * np.sin(turn) + 0.2 * far)
            )
        return total

    def _speck(self, total: Floats, rng: Generator, at: tuple[float, float]) -> None:
        """One calcification of 0.2 to 0.7 mm, often drawn out."""
        size, turn, long = rng.uniform(0.12, 0.25), rng.uniform(0, np.pi), rng.uniform(1, 2.6)
        bright = rng.uniform(0.3, 0.62) ** 2
        column, row = int(at[0] / self.spacing), int(at[1] / self.spacing)
        reach = int(1.2 / self.spacing)
        box = slice(row - reach, row + reach + 1), slice(column - reach, column + reach + 1)
        y, x = (np.mgrid[-reach : reach + 1, -reach : reach + 1] * self.spacing).astype(np.float32)
        u = (x * np.cos(turn) + y * np.sin(turn)) / (size * long)
        v = (y * np.cos(turn) - x * np.sin(turn)) / size
        if total[box].shape == u.shape:
            total[box] = np.maximum(total[box], bright * np.exp(-((u**2 + v**2) ** 1.4)))

    def _detected(self, tissue: Floats) -> Floats:
        """Sharpen as the maker's processing does, and add the grain of the X-ray quanta."""
        sharp = tissue + 0.55 * (tissue - ndimage.gaussian_filter(tissue, 3.5, truncate=2.5))
        white = self.rng(13).standard_normal(tissue.shape, dtype=np.float32)
        grain = ndimage.gaussian_filter(white, 0.6)
        noisy = sharp + 0.008 * grain * (tissue > 0.02)
        return np.asarray(np.clip(noisy, 0, 1), np.float32)
