"""Noise of tissue and of reconstruction: periodic fields made once and moved from slice to slice."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import fft

from vesalius.demo.phantom.canvas import Floats


def _frequency(size: int) -> Floats:
    axis = fft.fftfreq(size).astype(np.float32)
    return np.hypot(axis[:, None], fft.rfftfreq(size).astype(np.float32)[None, :])


def _field(rng: Generator, size: int, gain: np.ndarray) -> Floats:
    spectrum = fft.rfft2(rng.standard_normal((size, size), dtype=np.float32)) * gain
    field = fft.irfft2(spectrum, s=(size, size)).astype(np.float32)
    return np.asarray((field - field.mean()) / field.std(), np.float32)


@dataclass(frozen=True, slots=True)
class Textures:
    """Fields of mean 0 and deviation 1 for one patient; periodic, so that rolling them leaves no seam."""

    soft: list[Floats]  # tissue, fine: pairs that are blended with height
    cloud: list[Floats]  # tissue, coarse
    grain: list[Floats]  # noise of a soft-tissue kernel
    sharp: list[Floats]  # noise of a lung kernel
    streak: Floats  # noise along the shoulders, where most photons are lost

    @classmethod
    def make(cls, rng: Generator, size: int) -> "Textures":
        """All fields of one patient, about 0.3 s at 512 pixels."""
        f = _frequency(size)
        soft = 1 / (f + 0.02) ** 1.4
        cloud = 1 / (f + 0.008) ** 2.2
        grain = f * np.exp(-((f / 0.17) ** 2)) + 0.006
        sharp = f * np.exp(-((f / 0.34) ** 4))
        axis = np.abs(fft.fftfreq(size)).astype(np.float32)[:, None]
        streak = np.exp(-((fft.rfftfreq(size)[None, :] / 0.012) ** 2)) * axis * np.exp(-((axis / 0.2) ** 2))
        return cls(
            soft=[_field(rng, size, soft) for _ in range(2)],
            cloud=[_field(rng, size, cloud) for _ in range(2)],
            grain=[_field(rng, size, grain) for _ in range(2)],
            sharp=[_field(rng, size, sharp) for _ in range(2)],
            streak=_field(rng, size, streak.astype(np.float32)),
        )


def between(pair: list[Floats], z: float, length: float) -> Floats:
    """A field that changes smoothly with height; `length` in mm is a quarter of its turn."""
    angle = z / length
    return np.asarray(pair[0] * np.float32(np.cos(angle)) + pair[1] * np.float32(np.sin(angle)), np.float32)


def fresh(pair: list[Floats], rng: Generator) -> Floats:
    """A field unlike that of the slice before: one of the pair, moved and turned over at random."""
    chosen = pair[int(rng.integers(len(pair)))]
    moved = np.roll(chosen, rng.integers(0, len(chosen), 2).tolist(), axis=(0, 1))
    return moved[:: 1 - 2 * int(rng.integers(2)), :: 1 - 2 * int(rng.integers(2))]
