"""The sides of the patient at the edges of a picture, as it is turned and flipped."""

import pytest

from vesalius.deliver.view.marks import sides

AXIAL = [1.0, 0, 0, 0, 1, 0]
SAGITTAL = [0.0, 1, 0, 0, 0, -1]
OBLIQUE = [0.8, 0.6, 0, -0.6, 0.8, 0]


@pytest.mark.parametrize(
    ("orientation", "matrix", "letters"),
    [
        (AXIAL, (2, 0, 0, 2, 0, 0), ("R", "L", "A", "P")),
        (AXIAL, (-2, 0, 0, 2, 0, 0), ("L", "R", "A", "P")),  # flipped
        (AXIAL, (0, 2, -3, 0, 0, 0), ("P", "A", "R", "L")),  # turned clockwise
        (SAGITTAL, (1, 0, 0, 1, 0, 0), ("A", "P", "H", "F")),
        (OBLIQUE, (1, 0, 0, 1, 0, 0), ("RA", "LP", "AL", "PR")),
    ],
)
def test_letters_follow_the_patient(orientation, matrix, letters) -> None:
    assert sides(orientation, matrix) == letters
