"""A scanner: planes through a head become 16-bit magnitude images, with a coil's shading and Rician noise."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import fft

from vesalius.demo.phantom.brain.atlas import Floats
from vesalius.demo.phantom.brain.head import Head

Pixels = NDArray[np.uint16]
_PARTS = 2  # layers that a thick slice is the mean of


@dataclass(frozen=True, slots=True, kw_only=True)
class Planes:
    """Where a series' slices lie, in mm of the patient (PS3.3 C.7.6.2.1.1: x to the left, y to the back, z upwards)."""

    rows: int
    columns: int
    pixel: float  # mm
    slices: int
    thickness: float  # mm
    spacing: float  # mm, from slice to slice
    along_row: tuple[float, float, float]
    along_column: tuple[float, float, float]
    centre: tuple[float, float, float]

    @property
    def normal(self) -> Floats:
        """From the first slice to the last."""
        return np.cross(self.along_row, self.along_column).astype(np.float32)

    def position(self, index: int) -> NDArray[np.float64]:
        """Image Position (Patient) of a slice, from 0."""
        row, column = np.array(self.along_row), np.array(self.along_column)
        corner = row * (self.columns - 1) / 2 + column * (self.rows - 1) / 2
        middle = np.array(self.centre) + np.cross(row, column) * self.spacing * (
            index - (self.slices - 1) / 2
        )
        return np.asarray(middle - corner * self.pixel)

    def places(self, index: int, layer: float = 0) -> Floats:
        """Centres of a slice's pixels (3, n), `layer` thicknesses off its middle; x to the right, y to the front."""
        down, across = np.mgrid[0 : self.rows, 0 : self.columns].reshape(2, 1, -1) * self.pixel
        place = self.position(index)[:, None] + self.normal[:, None] * layer * self.thickness
        place = (
            place + across * np.array(self.along_row)[:, None] + down * np.array(self.along_column)[:, None]
        )
        return np.asarray(place * np.array([[-1.0], [-1.0], [1.0]]), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """How a scanner receives: what its images look like beside the tissue."""

    scale: float  # stored value of a signal of 1
    noise: float  # deviation, as a share of a signal of 1
    shading: float  # how much brighter the border of the head is
    matrix: tuple[float, float]  # share of k-space that is measured, down and across


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice in every contrast, before noise, and the shares of the lesion's parts."""

    signals: Floats  # (contrasts, rows, columns)
    lesion: Floats  # (3, rows, columns): core, rim, oedema


def cut(head: Head, planes: Planes, index: int, contrasts: tuple[str, ...], *, parts: int = _PARTS) -> Slice:
    """One slice through a head, the mean of `parts` layers."""
    signals = np.zeros((len(contrasts), planes.rows * planes.columns), np.float32)
    lesion = np.zeros((3, planes.rows * planes.columns), np.float32)
    for part in range(parts):
        signal, found = head.scan(planes.places(index, (part + 0.5) / parts - 0.5), contrasts)
        signals += signal / parts
        lesion += found.shares / parts
    shape = (-1, planes.rows, planes.columns)
    return Slice(signals.reshape(shape), lesion.reshape(shape))


def receive(signal: Floats, where: Floats, reception: Reception, rng: Generator) -> Pixels:
    """The stored image of a slice: coil, measured part of k-space, noise, magnitude. `where`: its places (3, n)."""
    image = signal * _coil(where, reception.shading).reshape(signal.shape)
    spectrum = fft.fft2(image)
    spread = reception.noise * np.sqrt(signal.size)
    noise = rng.standard_normal((2, *signal.shape), dtype=np.float32) * np.float32(spread)
    measured = _measured(signal.shape, reception.matrix)
    received = np.abs(fft.ifft2((spectrum + noise[0] + 1j * noise[1]) * measured))
    return np.asarray(np.clip(np.rint(received * reception.scale), 0, 65535), np.uint16)


def _coil(places: Floats, shading: float) -> Floats:
    """A head coil: brighter near its elements, darker to the right front than to the left back, lost in the neck."""
    x, y, z = places / np.float32(100)
    reach = x**2 + (y * 0.85) ** 2 + (z * 0.8) ** 2
    field = 1 - shading * 0.4 + shading * reach + 0.06 * x - 0.05 * y + 0.04 * np.sin(2.1 * x + 1.3 * y + z)
    return np.asarray(field / (1 + np.exp(-(z * 100 + 92) / 13)), np.float32)


def _measured(shape: tuple[int, ...], matrix: tuple[float, float]) -> Floats:
    """1 in the measured ellipse of k-space, 0 beyond, with the soft border of a scanner's filter."""
    down, across = (np.abs(fft.fftfreq(size)) * 2 for size in shape)
    radius = np.hypot(down[:, None] / matrix[0], across[None, :] / matrix[1])
    return np.asarray(1 / (1 + np.exp((radius - 1) / 0.05)), np.float32)
