"""What a third party makes of published images: masks of lungs and brains, as DICOM segmentations (PS3.3 A.51).

Unlike the other deliveries it is made from what the archive has published, and submitted as `derived`: patients,
studies, dates and references are those of the public images.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from highdicom.color import CIELabColor
from highdicom.content import AlgorithmIdentificationSequence
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentationTypeValues, SegmentDescription
from pydicom import dcmread
from pydicom.dataset import Dataset

from vesalius.demo import masks
from vesalius.demo.headers import Code, synthetic
from vesalius.demo.labels.seg import concept
from vesalius.demo.writing import HospitalFile, written

GROUP: Final = "masks"
MAKER: Final = "Vesalius"
MODEL: Final = "Mask maker"
VERSION: Final = "1.0"
_HALF: Final = (
    2  # chest CT is taken at every second row and column: enough for a lung, a quarter of the bytes
)
_LEAST: Final = 2_000  # voxels of a lung or a brain
_FAMILY: Final = Code("123104", "DCM", "Morphological Operations")  # PS3.16 CID 7162
_ANATOMY: Final = Code("123037004", "SCT", "Anatomical Structure")
_LUNG: Final = Code("39607008", "SCT", "Lung")
_BRAIN: Final = Code("12738006", "SCT", "Brain")
_SIDES: Final = {
    "Right lung": Code("24028007", "SCT", "Right"),
    "Left lung": Code("7771000", "SCT", "Left"),
}
# Kept from the images beside what every derived object takes: what says that they were cleaned, and of whom they are.
_KEPT: Final = (
    "SpecificCharacterSet", "PatientName", "PatientIdentityRemoved", "DeidentificationMethod",
    "DeidentificationMethodCodeSequence",
    "LongitudinalTemporalInformationModified", "PatientAge", "BodyPartExamined", "StudyDescription",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that was found: its mask (images, rows, columns) on the images as they were taken."""

    label: str
    mask: masks.Mask
    kind: Code
    colour: tuple[float, float, float]  # CIELab


def files(series: Iterable[Sequence[Path]]) -> Iterator[HospitalFile]:
    """A file for each published series, given by the paths of its images, in which lungs or a brain were found."""
    for number, paths in enumerate(series, 1):
        made = segment([dcmread(path) for path in paths])
        if made is not None:
            yield HospitalFile(GROUP, number, f"MASKS/{number:04d}.dcm", written(made))


def segment(images: Sequence[Dataset]) -> Dataset | None:
    """The masks of one series: lungs of chest CT, the brain of MR with dark fluid; None where there is neither."""
    ordered = sorted(images, key=_height)
    if ordered[0].Modality == "CT":
        ordered = [_halved(one) for one in ordered]
        found = _lungs(ordered)
    else:
        found = [Found(label="Brain", mask=masks.brain(_volume(ordered), _spacing(ordered)), kind=_BRAIN,
                       colour=(70.0, 35.0, 30.0))]  # fmt: skip
    found = [one for one in found if one.mask.sum() >= _LEAST]
    return _segmentation(ordered, found) if found else None


def _lungs(images: Sequence[Dataset]) -> list[Found]:
    right, left = masks.lungs(_volume(images), _spacing(images))
    return [
        Found(label="Right lung", mask=right, kind=_LUNG, colour=(65.0, -35.0, -20.0)),
        Found(label="Left lung", mask=left, kind=_LUNG, colour=(75.0, 5.0, 60.0)),
    ]


def _height(image: Dataset) -> float:
    """Mm along the normal of the image's plane (PS3.3 C.7.6.2.1.1)."""
    row, column = np.array(image.ImageOrientationPatient, float).reshape(2, 3)
    return float(np.cross(row, column) @ np.array(image.ImagePositionPatient, float))


def _spacing(images: Sequence[Dataset]) -> masks.Spacing:
    between = abs(_height(images[-1]) - _height(images[0])) / max(len(images) - 1, 1)
    rows, columns = map(float, images[0].PixelSpacing)
    return between, rows, columns


def _volume(images: Sequence[Dataset]) -> masks.Volume:
    """Modality values (PS3.3 C.11.1)."""
    slope, intercept = (float(images[0].get(f"Rescale{part}", default)) for part, default in _RESCALE)
    return np.stack([one.pixel_array for one in images]).astype(np.float32) * np.float32(slope) + np.float32(
        intercept
    )


_RESCALE: Final = (("Slope", 1), ("Intercept", 0))


def _halved(image: Dataset) -> Dataset:
    """An image of every second row and column; the first pixel keeps its place."""
    half = Dataset()
    half.update({element.tag: element for element in image if element.keyword != "PixelData"})
    pixels = image.pixel_array[::_HALF, ::_HALF]
    half.file_meta = image.file_meta
    half.Rows, half.Columns = pixels.shape
    half.PixelSpacing = [f"{float(one) * _HALF:g}" for one in image.PixelSpacing]
    half.set_pixel_data(
        pixels, str(image.PhotometricInterpretation), int(image.BitsStored), generate_instance_uid=False
    )
    return half


def _segmentation(images: Sequence[Dataset], found: Sequence[Found]) -> Dataset:
    source = images[0]
    series = _uid(source.SeriesInstanceUID, "series")
    made = Segmentation(
        source_images=[_nameless(image) for image in images],
        pixel_array=np.stack([one.mask for one in found], axis=-1).astype(np.uint8),
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[_described(number, one) for number, one in enumerate(found, 1)],
        series_instance_uid=series,
        series_number=900 + int(source.SeriesNumber or 0) % 100,
        sop_instance_uid=_uid(source.SeriesInstanceUID, "instance"),
        instance_number=1,
        manufacturer=MAKER,
        manufacturer_model_name=MODEL,
        software_versions=VERSION,
        device_serial_number="1",
        content_label="MASKS",
        content_description="SEGMENTATION",
    )
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = _uid(source.SeriesInstanceUID, "dimensions")
    made.SeriesDescription = "SEGMENTATION LUNG" if source.Modality == "CT" else "SEGMENTATION BRAIN"
    for keyword in _KEPT:
        if keyword in source:
            made[keyword] = source[keyword]
    for what in ("Series", "Content", "InstanceCreation"):  # no clock: the same images give the same bytes
        setattr(made, f"{what}Date", source.StudyDate)
        setattr(made, f"{what}Time", source.get("StudyTime") or "000000")
    synthetic(made)
    return made


def _nameless(image: Dataset) -> Dataset:
    """An image without its patient's name and its charset, of which highdicom refuses some that the standard allows."""
    plain = Dataset()  # not Dataset(image), which would share its elements
    left_out = {"SpecificCharacterSet", "PixelData"}
    plain.update({element.tag: element for element in image if element.keyword not in left_out})
    plain.PatientName = ""
    return plain


def _described(number: int, one: Found) -> SegmentDescription:
    described = SegmentDescription(
        segment_number=number,
        segment_label=one.label,
        segmented_property_category=concept(_ANATOMY),
        segmented_property_type=concept(one.kind),
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=AlgorithmIdentificationSequence(MODEL, concept(_FAMILY), VERSION),
        display_color=CIELabColor(*one.colour),
    )
    if one.label in _SIDES:
        described.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [
            _SIDES[one.label].item()
        ]
    return described


def _uid(series: str, what: str) -> str:
    """The same UID whenever masks are made of the same series."""
    digest = hashlib.sha256(f"{series} {what} {MODEL} {VERSION}".encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"
