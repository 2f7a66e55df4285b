"""The synthetic chest is a chest: what lies where, how dense, the same from the same seed."""

import numpy as np
import pytest

from vesalius.demo.phantom import Build, Chest, Kernel, Tumour, axial

pytestmark = pytest.mark.slow  # drawing bodies takes its time

TUMOUR = Tumour(centre=(-70.0, -16.0, 198.0), radius=15.0)


@pytest.fixture(scope="module")
def chest() -> Chest:
    return Chest(Build(seed=3, sex="M", age=60, size=256, spacing=1.5, tumour=TUMOUR))


def typical_at(chest: Chest, hu: np.ndarray, x: float, y: float, reach: int = 3) -> float:
    column, row = (chest.warp(np.array([[x, y]]))[0] / chest.build.spacing + chest.build.size / 2).astype(int)
    return float(np.median(hu[row - reach : row + reach + 1, column - reach : column + reach + 1]))


@pytest.mark.parametrize(
    ("z", "x", "y", "low", "high"),
    [
        (40, -90, 0, 85, 125),  # liver, on the patient's right: the left of the picture
        (40, 100, 52, 95, 140),  # spleen, on the left
        (150, -80, 40, -930, -700),  # lung, between its vessels
        (150, 27, 36, 140, 220),  # descending aorta, left of the spine
        (98, 39, -29, 140, 210),  # left ventricle
        (230, -2, 5, -1024, -800),  # trachea
        (198, -70, -16, 30, 110),  # tumour
        (150, 0, 46, 60, 320),  # vertebra or disc
    ],
)
def test_organs_lie_where_they_belong_and_are_as_dense_as_they_are(chest, z, x, y, low, high):
    assert low < typical_at(chest, axial(chest, z), x, y) < high


def test_the_same_seed_gives_the_same_slice_and_another_seed_another():
    def made(seed: int) -> np.ndarray:
        return axial(Chest(Build(seed=seed, sex="F", age=50, size=128, spacing=3.0)), 170)

    assert np.array_equal(made(1), made(1))
    assert np.abs(made(1) - made(2)).mean() > 5


def test_a_slice_does_not_depend_on_the_slices_before_it(chest):
    fresh = Chest(chest.build)
    axial(fresh, 60)
    assert np.array_equal(axial(fresh, 160), axial(Chest(chest.build), 160))


def test_without_contrast_blood_is_hardly_brighter_than_muscle():
    plain = Chest(Build(seed=3, sex="M", age=60, size=256, spacing=1.5, contrast=False))
    assert 25 < typical_at(plain, axial(plain, 150), 27, 36) < 70


def test_a_lung_kernel_is_noisier_than_a_soft_one(chest):
    def noise(kernel: Kernel) -> float:
        liver = axial(chest, 45, kernel=kernel)[120:136, 60:76]
        return float(np.diff(liver, axis=1).std())

    assert noise("lung") > 2 * noise("soft") > 0


def test_the_tumour_is_there_in_its_slices_only(chest):
    bare = Chest(Build(seed=3, sex="M", age=60, size=256, spacing=1.5))
    assert np.array_equal(axial(chest, 120), axial(bare, 120))
    assert (axial(chest, 198) - axial(bare, 198)).max() > 700
