"""Fill a data folder with series of every kind that the viewer meets; run by its test.

python viewer_archive.py FOLDER      prints the series, and what pydicom reads at points of them, as JSON
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

POINTS = 20
LEFT, TOP, RIGHT, BOTTOM = 10, 6, 38, 26  # a contour, in pixels of which whole numbers are the middles
AROUND = [(LEFT, TOP), (RIGHT, TOP), (RIGHT, BOTTOM), (LEFT, BOTTOM)]
CONTOURS = [  # name, colour, image from 0, points, whether the image is named
    ("GTV", (255, 0, 0), 4, AROUND, True),
    ("GTV", (255, 0, 0), 4, [(18, 12), (30, 12), (30, 20), (18, 20)], True),  # a hole
    ("Cord", (0, 200, 255), 8, AROUND, False),
]


def main(folder: str) -> None:
    os.environ |= {
        "VESALIUS_DATA": folder, "VESALIUS_SIDE": "public", "DJANGO_SETTINGS_MODULE": "vesalius.settings.django",
    }  # fmt: skip
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from vesalius.web.process import prepare

    prepare("public")
    print(json.dumps(fill()))


def fill() -> dict[str, Any]:
    from tests.factories import make_holding, make_patient, make_release, make_study
    from tests.images import ct_slice, make_images, segmentation, structure_set

    from vesalius.jobs.dispatch import Dispatcher
    from vesalius.settings.routing import Side
    from vesalius.web.public_side import WORK

    for module in WORK:
        import_module(module)
    holding = make_holding("Kinds", title="Every kind of image")
    patient = make_patient(holding, "KIND-1")
    study = make_study(patient, study_description="CT CHEST")
    stack = make_images(study, [ct_slice(number) for number in range(12)], body_part_examined="CHEST")
    revisions, told = [stack], {}
    for name, image in kinds().items():
        revision = make_images(make_study(patient), [image])
        revisions.append(revision)
        told[name] = {"uid": revision.series.series_instance_uid, "points": points(image)}
    compared = over_time(holding)
    make_release(holding, revisions=[*revisions, *compared])
    derived = make_holding("Lesions", title="Lesions drawn on it", kind="analysis-result")
    label = make_images(study, [segmentation(stack)], holding=derived, third_party=True)
    placed = segmentation(stack, on=6, labels=["Placed"], named=False)
    placed.SeriesDescription = "By its place"
    plan = make_images(study, [structure_set(stack, CONTOURS)], holding=derived)
    make_release(derived, revisions=[label, make_images(study, [placed], holding=derived), plan])
    with ThreadPoolExecutor(1) as hands:
        Dispatcher(Side.ARCHIVE, hands, threads=1).run_until_idle()
    uids = {
        "stack": stack.series.series_instance_uid,
        "label": label.series.series_instance_uid,
        "plan": plan.series.series_instance_uid,
    }
    over = [one.series.series_instance_uid for one in compared]
    return {"kinds": told, "over_time": over, **uids, "stack_points": points(ct_slice(0))}


def over_time(holding: Any) -> list[Any]:
    """Three scans of a subject: the second with every other slice of the same space, the third in a space of its own."""
    from tests.factories import make_patient, make_study
    from tests.images import ct_slice, make_images

    patient = make_patient(holding, "KIND-2")
    made = []
    for name, numbers, space, day in (
        ("BASE", range(12), "2.25.777", "20010101"), ("AGAIN", range(0, 12, 2), "2.25.777", "20010401"),
        ("LATER", range(23), "2.25.999", "20020101"),
    ):  # fmt: skip
        images = [ct_slice(number) for number in numbers]
        for image in images:
            image.FrameOfReferenceUID, image.SeriesDescription = space, name
            image.StudyDate, image.StudyDescription = day, "CT CHEST"
        study = make_study(patient)
        made.append(make_images(study, images))
    return made


def kinds() -> dict[str, Any]:
    """An image of each kind that a viewer may get wrong."""
    from tests.images import corpus, ct_slice

    inverse = corpus("MR_small.dcm")
    inverse.PhotometricInterpretation, inverse.Modality = "MONOCHROME1", "CR"
    inverse.ImagerPixelSpacing = inverse.PixelSpacing
    padded = ct_slice(0)
    padded.PixelPaddingValue = -600
    return {
        "PET": pet(),
        "padded": padded,
        "signed": ct_slice(0),
        "rescaled": corpus("CT_small.dcm"),
        "MONOCHROME1": inverse,
        "RGB": corpus("SC_rgb_small_odd.dcm"),
        "JPEG-LS": corpus("MR_small_jpeg_ls_lossless.dcm"),
        "JPEG 2000": corpus("J2K_pixelrep_mismatch.dcm"),
        "two frames": corpus("SC_rgb_rle_2frame.dcm"),
        "palette": corpus("examples_palette.dcm"),
        "YBR": corpus("SC_ybr_full_422_uncompressed.dcm"),
        "YBR in JPEG": corpus("SC_rgb_dcmtk_+eb+cy+np.dcm"),
        "YBR in JPEG 2000": corpus("examples_jpeg2k.dcm"),
        "thirty frames": corpus("examples_ybr_color.dcm"),
    }


def pet() -> Any:
    """An image of uptake in Bq/ml, whose header tells weight, dose and times."""
    from pydicom import Dataset
    from tests.images import ct_slice

    image, injected = ct_slice(0, signed=False), Dataset()
    image.Modality, image.Units, image.DecayCorrection = "PT", "BQML", "START"
    image.RescaleIntercept, image.RescaleSlope = 0, 5
    image.PatientWeight, image.SeriesTime = 70, "110000"
    injected.RadionuclideTotalDose, injected.RadionuclideHalfLife = 3.7e8, 6586.2
    injected.RadiopharmaceuticalStartTime = "100000"
    image.RadiopharmaceuticalInformationSequence = [injected]
    return image


def points(image: Any) -> list[list[Any]]:
    """Column, row and what pydicom says there, of the first frame."""
    from pydicom.pixels import apply_color_lut, apply_modality_lut, pixel_array

    array = pixel_array(image, index=0)  # YBR as RGB
    if image.PhotometricInterpretation == "PALETTE COLOR":
        values = apply_color_lut(array, image) >> 8  # its tables are of 16 bits
    else:
        values = array if image.SamplesPerPixel == 3 else apply_modality_lut(array, image)
    chance = np.random.default_rng(20)
    rows, columns = values.shape[:2]
    spots = [(int(chance.integers(columns)), int(chance.integers(rows))) for _ in range(POINTS)]
    spots[:2] = [(0, 0), (columns - 1, rows - 1)]
    return [[x, y, values[y, x].tolist()] for x, y in spots]


if __name__ == "__main__":
    main(*sys.argv[1:])
