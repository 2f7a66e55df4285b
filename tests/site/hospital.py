"""A small hospital's export for tests: patients with CT, SEG, SR and RTSTRUCT that refer to each other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import (
    ComprehensiveSRStorage,
    CTImageStorage,
    RTStructureSetStorage,
    SecondaryCaptureImageStorage,
    SegmentationStorage,
)
from tests.deid.conftest import encode, make
from tests.deid.test_faces import AXIAL, slices
from tests.deid.test_faces import head as volume_of_head

ROOT = "1.2.826.0.1.3680043.9.7777"
IMAGES = 3


def ct(patient: int, number: int, **attributes: Any) -> Dataset:
    """One slice of a patient's CT."""
    image = _of(patient, CTImageStorage, f"1.{number}", "1", "CT")
    image.Rows = image.Columns = 16
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
    image.PixelRepresentation, image.SamplesPerPixel = 0, 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    image.InstanceNumber, image.SeriesDescription = number, "CHEST AXIAL"
    image.ImagePositionPatient, image.ImageOrientationPatient = [0, 0, number], [1, 0, 0, 0, 1, 0]
    image.PixelSpacing, image.SliceThickness = [1, 1], 1
    image.FrameOfReferenceUID, image.PositionReferenceIndicator = f"{ROOT}.{patient}.9", ""
    image.RescaleIntercept, image.RescaleSlope, image.KVP, image.AcquisitionNumber = 0, 1, 120, 1
    image.PixelData = (np.arange(256, dtype="<u2") + number).tobytes()
    for keyword, value in attributes.items():
        setattr(image, keyword, value)
    return image


def structures(patient: int) -> Dataset:
    """Contours on every slice, with the patient's name in a label."""
    plan = _of(patient, RTStructureSetStorage, "2.1", "2", "RTSTRUCT")
    plan.StructureSetLabel, plan.ApprovalStatus = "PLAN", "UNAPPROVED"
    plan.StructureSetDate, plan.StructureSetTime = "20210304", "101500"
    roi = Dataset()
    roi.ROINumber, roi.ROIName, roi.ROIGenerationAlgorithm = 1, "GTV", "MANUAL"
    roi.ReferencedFrameOfReferenceUID = f"{ROOT}.{patient}.9"
    plan.StructureSetROISequence = [roi]
    contours = Dataset()
    contours.ReferencedROINumber = 1
    contours.ContourSequence = [_contour(patient, number) for number in range(1, IMAGES + 1)]
    plan.ROIContourSequence = [contours]
    observation = Dataset()
    observation.ObservationNumber = observation.ReferencedROINumber = 1
    observation.RTROIInterpretedType, observation.ROIInterpreter = "GTV", name_of(patient)
    plan.RTROIObservationsSequence = [observation]
    return plan


def segmentation(patient: int) -> Dataset:
    """A mask that names the slices it was drawn on."""
    mask = _of(patient, SegmentationStorage, "3.1", "3", "SEG")
    mask.ImageType, mask.ContentLabel = ["DERIVED", "PRIMARY"], "SEG"
    series = Dataset()
    series.SeriesInstanceUID = f"{ROOT}.{patient}.1.1"
    series.ReferencedInstanceSequence = [_reference(patient, number) for number in range(1, IMAGES + 1)]
    mask.ReferencedSeriesSequence = [series]
    return mask


def report(patient: int) -> Dataset:
    """A measurement on one slice."""
    told = _of(patient, ComprehensiveSRStorage, "4.1", "4", "SR")
    told.CompletionFlag, told.VerificationFlag = "COMPLETE", "UNVERIFIED"
    told.ContentDate, told.ContentTime = "20210304", "101500"
    told.ValueType, told.ContinuityOfContent = "CONTAINER", "SEPARATE"
    study = Dataset()
    study.StudyInstanceUID = f"{ROOT}.{patient}.1"
    series = Dataset()
    series.SeriesInstanceUID = f"{ROOT}.{patient}.1.1"
    series.ReferencedSOPSequence = [_reference(patient, 1)]
    study.ReferencedSeriesSequence = [series]
    told.CurrentRequestedProcedureEvidenceSequence = [study]
    return told


def capture(patient: int, **attributes: Any) -> Dataset:
    """A screenshot, which may show anything."""
    shot = ct(patient, 9, SOPClassUID=SecondaryCaptureImageStorage, Modality="OT", ConversionType="WSD")
    shot.SOPInstanceUID, shot.SeriesInstanceUID = f"{ROOT}.{patient}.1.5.1", f"{ROOT}.{patient}.1.5"
    for keyword, value in attributes.items():
        setattr(shot, keyword, value)
    return shot


def name_of(patient: int) -> str:
    """Whom the files of a patient name."""
    return f"Zwetschkenbaum^Kunigunde{chr(64 + patient)}"


def id_of(patient: int) -> str:
    """The Patient ID."""
    return f"MRN77{patient:03}"


def write(dataset: Dataset, path: Path) -> Path:
    """A file as a scanner would write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(dataset))
    return path


def export(folder: Path, patients: int = 2) -> Path:
    """The whole: a folder for each patient, called by name and ID, as PACS do."""
    for patient in range(1, patients + 1):
        place = folder / f"{name_of(patient).replace('^', '_')}_{id_of(patient)}" / "20210304"
        for number in range(1, IMAGES + 1):
            write(ct(patient, number), place / "CT" / f"IM{number:04}.dcm")
        write(structures(patient), place / "RT" / "RS.dcm")
        write(segmentation(patient), place / f"{ROOT}.{patient}.1.3" / f"{ROOT}.{patient}.1.3.1.dcm")
        write(report(patient), place / "SR" / "report")
    return folder


def _of(patient: int, sop_class: str, instance: str, series: str, modality: str) -> Dataset:
    return make(
        sop_class,
        SOPInstanceUID=f"{ROOT}.{patient}.1.{instance}",
        StudyInstanceUID=f"{ROOT}.{patient}.1",
        SeriesInstanceUID=f"{ROOT}.{patient}.1.{series}",
        PatientName=name_of(patient),
        PatientID=id_of(patient),
        PatientBirthDate="19500117",
        PatientSex="F",
        StudyDate="20210304",
        StudyTime="101500",
        SeriesNumber=int(series),
        StudyID="1",
        AccessionNumber=f"ACC55{patient:03}",
        ReferringPhysicianName="Quacksalber^Balthasar",
        Manufacturer="Vendor",
        Modality=modality,
    )


def _reference(patient: int, number: int) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID = CTImageStorage
    reference.ReferencedSOPInstanceUID = f"{ROOT}.{patient}.1.1.{number}"
    return reference


def _contour(patient: int, number: int) -> Dataset:
    contour = Dataset()
    contour.ContourImageSequence = [_reference(patient, number)]
    contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", 3
    contour.ContourData = [0, 0, number, 1, 0, number, 1, 1, number]
    return contour


def head(patient: int, kind: str = "whole", **attributes: Any) -> Iterator[Dataset]:
    """Slices of a head, with its face, or `defaced`."""
    for number, one in enumerate(list(slices(volume_of_head(kind), AXIAL))[::4], 1):
        image = ct(patient, number, BodyPartExamined="HEAD", SeriesDescription="HEAD AXIAL")
        image.SOPInstanceUID, image.SeriesInstanceUID = (
            f"{ROOT}.{patient}.1.6.{number}",
            f"{ROOT}.{patient}.1.6",
        )
        image.Rows, image.Columns = one.values.shape
        image.PixelData, image.PixelSpacing = one.values.clip(0).astype("<u2").tobytes(), [2, 2]
        image.ImagePositionPatient = one.facts["ImagePositionPatient"]
        image.RescaleIntercept = -1024
        for keyword, value in attributes.items():
            setattr(image, keyword, value)
        yield image
