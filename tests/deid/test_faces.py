"""A face in a volume: told by headers, and by the outline of the front; what has none raises no doubt."""

import numpy as np
import pytest

from vesalius.deid.faces import Slice, face_stands_out, may_show_face, sampled_places, volume_of

pytestmark = pytest.mark.slow

AXIAL = [1, 0, 0, 0, 1, 0]
SAGITTAL = [0, 1, 0, 0, 0, -1]
CORONAL = [1, 0, 0, 0, 0, -1]


def series(count=30, gap=5.0, orientation=AXIAL, **facts):
    across, down = np.asarray(orientation, float).reshape(2, 3)
    normal = np.cross(across, down)
    base = {
        "Modality": "CT",
        "Rows": 256,
        "Columns": 256,
        "PixelSpacing": [1.0, 1.0],
        "ImageType": ["ORIGINAL", "PRIMARY"],
    }
    places = [list(normal * gap * at) for at in range(count)]
    return [
        base | {"ImageOrientationPatient": orientation, "ImagePositionPatient": place} | facts
        for place in places
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"BodyPartExamined": "HEAD"},
        {"BodyPartExamined": "Head/Neck", "Modality": "PT"},
        {"SeriesDescription": "Ax T1 MPRAGE", "Modality": "MR"},
        {"ProtocolName": "6.1 Routine Brain"},
        {"SeriesDescription": "Whole Body CT", "BodyPartExamined": "CHEST"},
        {"StudyDescription": "PET whole-body", "Modality": "PT"},
        {},  # nothing names a part, and it has the size of a head
    ],
)
def test_a_volume_of_a_head_may_show_a_face(facts):
    assert may_show_face(series(**facts))


@pytest.mark.parametrize(
    "facts",
    [
        {"BodyPartExamined": "CHEST"},
        {"BodyPartExamined": "CHEST", "SeriesDescription": "Lung 1.0"},
        {"PixelSpacing": [1.6, 1.6]},
        {"Modality": "SEG", "BodyPartExamined": "HEAD"},
        {"Modality": "US", "BodyPartExamined": "HEAD"},
        {"BodyPartExamined": "HEAD", "ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
        {"BodyPartExamined": "HEAD", "RecognizableVisualFeatures": "NO"},
        {"BodyPartExamined": "BRAIN", "SeriesDescription": "T1 defaced"},
        {"BodyPartExamined": "BRAIN", "SeriesDescription": "T1 skull-stripped"},
        {"SeriesDescription": "femoral head", "PixelSpacing": [0.5, 0.5]},
        {"BodyPartExamined": "HEAD", "count": 3},
        {"BodyPartExamined": "HEAD", "count": 20, "gap": 2.0},  # a slab
        {"BodyPartExamined": "HEAD", "count": 9, "gap": 20.0},
    ],
)
def test_another_part_a_slab_or_what_was_defaced_raises_no_doubt(facts):
    assert not may_show_face(series(**facts))


SIDE, FRONT_TO_BACK, HEIGHT = 200, 260, 250  # mm; one sample each 2 mm


def inside(z, y, x, centre, radii):
    return (
        sum(
            ((axis - middle) / radius) ** 2
            for axis, middle, radius in zip((z, y, x), centre, radii, strict=True)
        )
        < 1
    )


def head(kind="whole", modality="CT"):
    """A head of 2 mm samples from vertex to neck, front to back, side to side."""
    z, y, x = np.mgrid[0:HEIGHT:2, 0:FRONT_TO_BACK:2, 0:SIDE:2].astype(np.float32)
    brain = inside(z, y, x, (85, 130, 100), (65, 82, 67)) | inside(z, y, x, (135, 165, 100), (30, 40, 50))
    skull = inside(z, y, x, (85, 130, 100), (78, 98, 80))
    face = (z > 85) & (z < 200) & (y > 36) & (y < 150) & (abs(x - 100) < 55)
    nose = (z > 110) & (z < 150) & (abs(x - 100) < 18) & (y > 36 - (z - 110) * 0.5) & (y <= 40)
    neck = (z > 150) & ((y - 160) ** 2 + (x - 100) ** 2 < 60**2)
    whole = skull | face | nose | neck
    body = {
        "whole": whole,
        "stripped": brain,
        "defaced": whole & ~((z > 80) & (y < 130)),
        "upper half": whole & (z < 110),
    }[kind]
    noise = np.random.default_rng(5).normal(0, 20, body.shape)
    if modality == "CT":
        return (np.where(body, 40, -1000) + noise).astype(np.float32)
    return np.abs(np.where(body, 900, 0) + (0 if kind == "stripped" else noise)).astype(np.float32)


def slices(volume, orientation):
    """The volume cut into images of 2 mm, in stored values of a CT."""
    across, down = np.asarray(orientation, float).reshape(2, 3)
    normal = np.cross(across, down)
    turned = volume
    axes = {2: 0, 1: 1, 0: 2}  # direction of the patient -> axis of the volume
    upwards = volume[::-1]  # along each axis the patient's coordinate now grows
    order = [axes[int(np.abs(direction).argmax())] for direction in (normal, down, across)]
    turned = upwards.transpose(order)
    for axis, direction in enumerate((normal, down, across)):
        if direction.sum() < 0:
            turned = np.flip(turned, axis)
    for at, values in enumerate(turned):
        facts = {
            "PixelSpacing": [2.0, 2.0], "ImageOrientationPatient": orientation, "RescaleSlope": 1.0,
            "ImagePositionPatient": list(normal * 2.0 * at), "RescaleIntercept": -1024.0,
        }  # fmt: skip
        yield Slice(facts, (values + 1024).astype(np.int32))


@pytest.mark.parametrize("orientation", [AXIAL, SAGITTAL, CORONAL], ids=["axial", "sagittal", "coronal"])
def test_a_series_is_turned_upright_however_it_was_cut(orientation):
    images = [*slices(head(), orientation)]
    places = sampled_places([one.facts for one in images])
    assert 20 < len(places) <= 48
    volume, sizes = volume_of([images[at] for at in places])
    assert face_stands_out(volume, sizes, "CT")


@pytest.mark.parametrize("modality", ["CT", "MR", "PT"])
@pytest.mark.parametrize(
    ("kind", "shows"), [("whole", True), ("stripped", False), ("defaced", False), ("upper half", False)]
)
def test_the_front_of_a_head_tells_whether_a_face_is_there(kind, shows, modality):
    volume = head(kind, modality)
    assert face_stands_out(volume, (2.0, 2.0, 2.0), modality) is shows
    assert face_stands_out(volume[::2], (4.0, 2.0, 2.0), modality) is shows


def test_air_alone_shows_nothing():
    assert not face_stands_out(np.full((60, 60, 60), -1000, np.float32), (4.0, 4.0, 4.0), "CT")


def test_images_of_different_sizes_or_without_a_place_are_no_volume():
    assert sampled_places([{"Modality": "CT"}]) == []
    facts = series(2)
    assert volume_of([Slice(facts[0], np.zeros((4, 4))), Slice(facts[1], np.zeros((5, 4)))]) is None
