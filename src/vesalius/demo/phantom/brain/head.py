"""One person's head: the average brain bent into an individual one, with a lesion, inside of a drawn head."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.random import Generator, default_rng
from scipy import ndimage

from vesalius.demo.phantom.brain import vessels
from vesalius.demo.phantom.brain.atlas import Field, Floats, atlas
from vesalius.demo.phantom.brain.lesion import Extent, Glioma, extent
from vesalius.demo.phantom.brain.outside import Around, draw_head
from vesalius.demo.phantom.brain.scene import Scene, Solid, Triple, edge

_SPAN: Final = 288.0  # mm that the displacements cover, about the middle of the head
_TILE: Final = 48  # points of the noise, which repeats
_SHARPER: Final = 1.9  # exponent that gives an average's blurred borders back their edges
_REACH: Final = 27.0  # mm from the brain within which the vault and its scalp lie
_MENINGES: Final = 8.0  # mm from the brain within which dura and sinuses lie
_CAPS: Final[tuple[Triple, ...]] = ((-19, 33, 3), (19, 33, 3), (-28, -56, 16), (28, -56, 16))


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What makes a head this person's."""

    seed: int
    age: int
    size: Triple = (1.0, 1.0, 1.0)  # factors on the average head
    scalp: float = 4.5  # mm of fat
    nod: float = 0.0  # degrees, chin down
    turn: float = 0.0  # degrees, to the left
    lesion: Glioma | None = None


class Head:
    """A head in mm of its scanner: x to the right, y to the front, z upwards, as the patient lies."""

    def __init__(self, build: Build) -> None:
        self.build = build

    def scan(self, places: Floats, contrasts: tuple[str, ...]) -> tuple[Floats, Extent]:
        """Signals (contrasts, n) at places (3, n), without noise, and where the lesion is."""
        posed = self._pose(places)
        near = np.flatnonzero(atlas().distance.at(posed) < _REACH + 60 * (posed[2] < 0))
        signal, lesion = np.zeros((len(contrasts), places.shape[1]), np.float32), Extent.none(places.shape[1])
        if near.size:
            signal[:, near] = self._draw(posed[:, near], contrasts, lesion, near)
        return signal, lesion

    @cached_property
    def _lobes(self) -> tuple[Field, ...]:
        """Displacements of whole lobes, by some 2 mm; the skull follows."""
        rng = default_rng((self.build.seed, 11))
        return tuple(_displacement(rng, 6, 2.2) for _ in range(3))

    @cached_property
    def _folds(self) -> tuple[Field, ...]:
        """Displacements of single gyri, by some 2 mm."""
        rng = default_rng((self.build.seed, 13))
        return tuple(_displacement(rng, 17, 1.7) for _ in range(3))

    @cached_property
    def _noise(self) -> Floats:
        raw = default_rng((self.build.seed, 12)).standard_normal((_TILE,) * 3, dtype=np.float32)
        smooth = ndimage.gaussian_filter(raw, 1.3, mode="wrap")
        return np.asarray(smooth / smooth.std(), np.float32)

    def _noise_at(self, places: Floats, length: float, offset: float = 0) -> Floats:
        """Noise of deviation 1 whose blobs are about `length` mm."""
        index = places / np.float32(length / 3.2) + np.float32(offset)
        found = ndimage.map_coordinates(self._noise, index, order=1, mode="grid-wrap", output=np.float32)
        return np.asarray(found, np.float32)

    def _pose(self, places: Floats) -> Floats:
        """From the scanner to the atlas, without bends."""
        nod, turn = np.deg2rad([self.build.nod, self.build.turn])
        about_x = np.array([[1, 0, 0], [0, np.cos(nod), np.sin(nod)], [0, -np.sin(nod), np.cos(nod)]])
        about_z = np.array([[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
        turned = about_x @ about_z / np.array(self.build.size)[:, None]
        return np.asarray(turned @ places + np.array([[0], [-18], [8]]), np.float32)

    def _bent(self, posed: Floats, outer: Floats, distance: Floats) -> Floats:
        """Where in the atlas this place of the brain comes from: folds, wide ventricles, what the tumour pushes."""
        deep = np.clip(-distance / 14, 0, 1)
        bent = outer + np.stack([fold.at(posed) for fold in self._folds]) * (0.35 + 0.65 * deep)
        wide = 0.011 * (self.build.age - 45)
        bent = bent - _pulled(posed, (0, -12, 14), (34, 52, 30), wide) * deep
        lesion = self.build.lesion
        if lesion is not None:
            reach = lesion.radius * 2.3
            bent = bent - _pulled(posed, lesion.centre, (reach, reach, reach), lesion.push) * deep
        return np.asarray(bent, np.float32)

    def _draw(self, posed: Floats, contrasts: tuple[str, ...], lesion: Extent, where: np.ndarray) -> Floats:
        """Paint these places; the lesion's shares are written to `lesion` at `where`."""
        outer = np.asarray(posed + np.stack([lobe.at(posed) for lobe in self._lobes]), np.float32)
        distance = atlas().distance.at(outer)
        scene = Scene.empty(outer, contrasts)
        around = Around(distance, self._noise_at(posed, 16), self._noise_at(posed, 5, 7.3), self.build.scalp)
        draw_head(scene, around)
        within = np.flatnonzero(distance < _MENINGES)
        if within.size:
            inner = scene.part(within)
            lesion.shares[:, where[within]] = self._draw_inside(inner, posed[:, within], distance[within])
            scene.signal[:, within] = inner.signal
        return scene.signal * (1 + np.float32(0.016) * (around.coarse + around.fine))  # no tissue is even

    def _draw_inside(self, scene: Scene, posed: Floats, distance: Floats) -> Floats:
        """Brain, vessels and lesion; the lesion's shares are given back."""
        bent = self._bent(posed, scene.places, distance)
        brain = np.asarray(atlas().inside.at(bent) * edge(distance - 1.0), np.float32)
        white = self._draw_brain(scene, posed, bent, brain)
        vessels.draw(scene, distance)
        if self.build.lesion is None:
            return Extent.none(posed.shape[1]).shares
        noise = (self._noise_at(posed, 22, 3.1), self._noise_at(posed, 7, 5.7))
        found = extent(self.build.lesion, posed, white, brain, noise)
        found.paint(scene, resected=self.build.lesion.resected)
        return found.shares

    def _draw_brain(self, scene: Scene, posed: Floats, bent: Floats, brain: Floats) -> Floats:
        """The brain and its fluid; the atlas' share of white matter is given back."""
        grey, white = atlas().grey.at(bent), atlas().white.at(bent)
        fluid = np.maximum(np.clip(1 - grey - white, 0, 1), self._sulci(bent, white))
        sharp = [np.clip(share, 1e-3, 1) ** np.float32(_SHARPER) for share in (grey, white, fluid)]
        solid = sharp[0] + sharp[1]
        share = np.asarray(brain * solid / (solid + sharp[2]), np.float32)
        scene.paint("csf", brain)
        scene.paint("grey", share)
        scene.paint("white", np.asarray(share * sharp[1] / solid, np.float32))
        inner = Scene(bent, scene.contrasts, scene.signal)
        for side in (-1.0, 1.0):
            inner.put(
                "grey", Solid((side * 25, 4, 2), (4.6, 16, 9)), share=0.55 * share, width=1.5
            )  # putamen
            inner.put("grey", Solid((side * 11, -18, 8), (7, 12, 8)), share=0.35 * share, width=2)  # thalamus
            inner.put(
                "iron", Solid((side * 18.5, -3, 0), (3.8, 9, 6)), share=0.7 * share, width=1.5
            )  # pallidum
        if self.build.age > 40:
            scene.paint(
                "ageing", self._ageing(posed, bent) * np.asarray(share * sharp[1] / solid, np.float32)
            )
        return white

    def _sulci(self, bent: Floats, white: Floats) -> Floats:
        """Sulci where the average has blurred them away: fluid along folds of the outer cortex, wider with age."""
        depth = -atlas().distance.at(bent)
        folds = np.exp(-((self._noise_at(bent, 13, 1.9) / 0.16) ** 2))
        cortex = (
            np.clip((13 - depth) / 5, 0, 1)
            * np.clip((bent[2] + 12) / 6, 0, 1)
            * np.clip(1 - 2.2 * white, 0, 1)
        )
        atrophy = 0.75 + 0.011 * (self.build.age - 45)
        return np.asarray(np.clip(atrophy * folds * cortex, 0, 1), np.float32)

    def _ageing(self, posed: Floats, bent: Floats) -> Floats:
        """Caps of the ventricles and small spots of the white matter, more of them with age."""
        many = np.float32((self.build.age - 40) / 40)
        spots = np.clip(3 * (self._noise_at(posed, 6, 21) - 2.5 + 0.5 * many), 0, 1)
        caps = np.zeros(bent.shape[1], np.float32)
        for cap in _CAPS:
            caps += np.exp(-np.sum(((bent - np.array(cap, np.float32)[:, None]) / 6.5) ** 2, axis=0))
        high = np.clip((bent[2] + 5) / 6, 0, 1)
        return np.asarray(np.clip(high * spots + many * caps, 0, 0.85), np.float32)


def _displacement(rng: Generator, lattice: int, size: float) -> Field:
    step, points = 6.0, int(_SPAN / 6)
    knots = rng.standard_normal((lattice,) * 3).astype(np.float32)
    smooth = ndimage.zoom(knots, points / lattice, order=3, mode="grid-constant", grid_mode=True)
    return Field(
        smooth * np.float32(size), np.array([-_SPAN / 2, -_SPAN / 2 - 14, -_SPAN / 2], np.float32), step
    )


def _pulled(places: Floats, centre: Triple, reach: Triple, strength: float) -> Floats:
    """How far a place lies from where it was before all within `reach` of a centre was moved outwards."""
    away = places - np.array(centre, np.float32)[:, None]
    near = np.exp(-np.sum((away / np.array(reach, np.float32)[:, None]) ** 2, axis=0))
    return np.asarray(away * np.float32(strength) * near, np.float32)
