"""RT Structure Sets (PS3.3 A.19): contours drawn on the slices of one series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import RTStructureSetStorage

from vesalius.demo.headers import Code
from vesalius.demo.labels import workstation
from vesalius.demo.labels.contours import Points, outlines
from vesalius.demo.labels.workstation import Label, finish

_STUDY_CLASS: Final = (
    "1.2.840.10008.3.1.2.3.1"  # Detached Study Management, retired but what planning systems write
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roi:
    """One structure: its voxels, name, colour and what it is to a planner (PS3.3 C.8.8.8)."""

    mask: NDArray[np.bool_]  # images, rows, columns
    name: str
    colour: tuple[int, int, int]
    kind: Code
    interpreted: str = "ORGAN"  # or GTV


def structure_set(sources: Sequence[Dataset], rois: Sequence[Roi], label: Label) -> Dataset:
    """Closed planar contours in mm of each structure on each source image (PS3.3 C.8.8.6)."""
    ds = Dataset()
    ds.SOPClassUID = RTStructureSetStorage
    ds.Modality = "RTSTRUCT"
    ds.StructureSetLabel = "STRUCTURES"
    ds.StructureSetDate, ds.StructureSetTime = label.date, label.time
    ds.FrameOfReferenceUID = sources[0].FrameOfReferenceUID
    ds.PositionReferenceIndicator = ""
    ds.ReferencedFrameOfReferenceSequence = [_frame_of_reference(sources)]
    numbered = list(enumerate(rois, 1))
    ds.StructureSetROISequence = [_roi(number, roi, sources) for number, roi in numbered]
    ds.ROIContourSequence = [_contours(number, roi, sources) for number, roi in numbered]
    ds.RTROIObservationsSequence = [_observation(number, roi, sources) for number, roi in numbered]
    ds.ApprovalStatus = "APPROVED"
    ds.ReviewDate, ds.ReviewTime, ds.ReviewerName = label.date, label.time, workstation.reader(sources)
    return finish(ds, sources, label)


def _frame_of_reference(sources: Sequence[Dataset]) -> Dataset:
    series, study, frame = Dataset(), Dataset(), Dataset()
    series.SeriesInstanceUID = sources[0].SeriesInstanceUID
    series.ContourImageSequence = [_image(source) for source in sources]
    study.ReferencedSOPClassUID = _STUDY_CLASS
    study.ReferencedSOPInstanceUID = sources[0].StudyInstanceUID
    study.RTReferencedSeriesSequence = [series]
    frame.FrameOfReferenceUID = sources[0].FrameOfReferenceUID
    frame.RTReferencedStudySequence = [study]
    return frame


def _image(source: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = source.SOPClassUID
    item.ReferencedSOPInstanceUID = source.SOPInstanceUID
    return item


def _roi(number: int, roi: Roi, sources: Sequence[Dataset]) -> Dataset:
    item = Dataset()
    item.ROINumber = number
    item.ReferencedFrameOfReferenceUID = sources[0].FrameOfReferenceUID
    item.ROIName = roi.name
    item.ROIGenerationAlgorithm = "SEMIAUTOMATIC"
    return item


def _contours(number: int, roi: Roi, sources: Sequence[Dataset]) -> Dataset:
    item = Dataset()
    item.ROIDisplayColor = list(roi.colour)
    item.ReferencedROINumber = number
    item.ContourSequence = [
        _contour(source, polygon)
        for source, mask in zip(sources, roi.mask, strict=True)
        for polygon in outlines(mask)
    ]
    return item


def _contour(source: Dataset, polygon: Points) -> Dataset:
    item = Dataset()
    item.ContourImageSequence = [_image(source)]
    item.ContourGeometricType = "CLOSED_PLANAR"
    item.NumberOfContourPoints = len(polygon)
    item.ContourData = [f"{value:.2f}" for value in in_space(source, polygon).ravel()]
    return item


def in_space(source: Dataset, polygon: Points) -> Points:
    """Points (column, row) of an image in patient coordinates, mm (PS3.3 C.7.6.2.1.1)."""
    corner = np.array(source.ImagePositionPatient, float)
    across, down = np.array(source.ImageOrientationPatient, float).reshape(2, 3)
    row, column = (float(step) for step in source.PixelSpacing)
    return np.asarray(corner + polygon[:, :1] * column * across + polygon[:, 1:] * row * down)


def _observation(number: int, roi: Roi, sources: Sequence[Dataset]) -> Dataset:
    item = Dataset()
    item.ObservationNumber = number
    item.ReferencedROINumber = number
    item.RTROIIdentificationCodeSequence = [roi.kind.item()]
    item.RTROIInterpretedType = roi.interpreted
    item.ROIInterpreter = workstation.reader(sources)
    return item
