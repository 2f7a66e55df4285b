"""Segmentations (PS3.3 A.51) made of boolean volumes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from highdicom.color import CIELabColor
from highdicom.content import AlgorithmIdentificationSequence
from highdicom.seg import (
    SegmentAlgorithmTypeValues,
    Segmentation,
    SegmentationTypeValues,
    SegmentDescription,
)
from highdicom.sr import CodedConcept
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from vesalius.demo.headers import Code
from vesalius.demo.labels import workstation
from vesalius.demo.labels.workstation import Label, finish, plain

Volume = NDArray[np.bool_]

ABNORMAL: Final = Code("49755003", "SCT", "Morphologically Abnormal Structure")
TISSUE: Final = Code("85756007", "SCT", "Tissue")
NEOPLASM: Final = Code("108369006", "SCT", "Neoplasm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One thing that was outlined: its voxels, its codes (PS3.16 CID 7150 and 7151) and its colour."""

    mask: Volume  # images, rows, columns
    label: str
    kind: Code
    category: Code = ABNORMAL
    site: Code | None = None
    tracking_id: str = ""
    tracking_uid: str = ""
    colour: tuple[float, float, float] = (60.0, 60.0, 45.0)  # CIELab
    automatic: bool = False


def segmentation(sources: Sequence[Dataset], segments: Sequence[Segment], label: Label) -> Dataset:
    """A binary segmentation of the source images (slices of one series), a frame for each slice that is not empty."""
    stacked = np.stack([segment.mask for segment in segments], axis=-1).astype(np.uint8)
    made = Segmentation(
        source_images=[plain(source) for source in sources],
        pixel_array=stacked,
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[_described(number, segment) for number, segment in enumerate(segments, 1)],
        series_instance_uid=label.series_uid(sources[0]),
        series_number=label.number,
        sop_instance_uid=label.sop_uid(sources[0]),
        instance_number=1,
        manufacturer=workstation.MAKER,
        manufacturer_model_name=workstation.MODEL,
        software_versions=workstation.SOFTWARE,
        device_serial_number=workstation.SERIAL,
        content_label="SEGMENTATION",
        content_description=label.description,
        content_creator_name=workstation.reader(sources),
    )
    _fix_dimension_uid(made, f"{label.series_uid(sources[0])}.2")
    return finish(made, sources, label)


def _described(number: int, segment: Segment) -> SegmentDescription:
    kind = SegmentAlgorithmTypeValues.AUTOMATIC if segment.automatic else SegmentAlgorithmTypeValues.MANUAL
    return SegmentDescription(
        segment_number=number,
        segment_label=segment.label,
        segmented_property_category=concept(segment.category),
        segmented_property_type=concept(segment.kind),
        algorithm_type=kind,
        algorithm_identification=_algorithm() if segment.automatic else None,
        tracking_id=segment.tracking_id or None,
        tracking_uid=segment.tracking_uid or None,
        anatomic_regions=[concept(segment.site)] if segment.site else None,
        display_color=CIELabColor(*segment.colour),
    )


def _algorithm() -> AlgorithmIdentificationSequence:
    family = CodedConcept("123110", "DCM", "Artificial Intelligence")
    return AlgorithmIdentificationSequence("Demonstration segmenter", family, "1.0")


def concept(code: Code) -> CodedConcept:
    """The code as highdicom takes it."""
    return CodedConcept(code.value, code.scheme, code.meaning)


def _fix_dimension_uid(ds: Dataset, uid: str) -> None:
    """Replace the random UID of the dimensions, so that the same seed writes the same bytes."""
    for item in (*ds.DimensionOrganizationSequence, *ds.DimensionIndexSequence):
        item.DimensionOrganizationUID = uid
