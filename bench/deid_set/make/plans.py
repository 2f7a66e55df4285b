"""Radiotherapy on a stack: a plan that refers to its structures, and a dose that refers to both."""

from typing import Final

import numpy as np
from bench.deid_set.make import pixels
from bench.deid_set.make.objects import started
from bench.deid_set.make.subject import DEVICE, Subject
from bench.deid_set.planting import FILLED, MAPPED, PRESENT, Node, Planted, gone, shifted, stays
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RTDoseStorage, RTPlanStorage

_DESCRIPTION: Final = "TCIA-P15-DESC-C"
_SIZE: Final = 24
_FRAMES: Final = 3


def plan(subject: Subject, structures: Planted) -> Planted:
    """An RT Plan of two beams on a structure set, with the names of who planned and where it is treated."""
    file = started(subject, RTPlanStorage, "RTPLAN", ImplicitVRLittleEndian)
    root, words = file.root, subject.person.words
    root.put("FrameOfReferenceUID", subject.frame_of_reference, MAPPED)
    root.put("PositionReferenceIndicator", "")
    root.put("RTPlanLabel", "BOOST", FILLED)
    root.put("RTPlanName", f"PLAN {words['accession']}", gone("HIPAA-H", words["accession"]))
    root.put("RTPlanDescription", *subject.writer.long())
    root.put("RTPlanDate", subject.later(11), shifted(), PRESENT)
    root.put("RTPlanTime", "093000", PRESENT)
    root.put("RTPlanGeometry", "PATIENT", stays("DICOM-IOD-1"))
    subject.refer(root, "ReferencedStructureSetSequence", structures)
    fractions = root.item("FractionGroupSequence")
    fractions.put("FractionGroupNumber", 1)
    fractions.put("NumberOfFractionsPlanned", 30)
    fractions.put("NumberOfBeams", 2)
    fractions.put("NumberOfBrachyApplicationSetups", 0)
    for number, name in enumerate(("AP", "Left lateral"), 1):
        _beam(subject, root, number, name)
        used = fractions.item("ReferencedBeamSequence")
        used.put("ReferencedBeamNumber", number)
        used.put("BeamMeterset", "112.5", stays("DICOM-IOD-1"))
    root.put("ApprovalStatus", "APPROVED", stays("DICOM-IOD-1"))
    root.put("ReviewDate", subject.later(12), shifted())
    root.put("ReviewTime", "151500")
    root.put("ReviewerName", subject.person.reader, gone("HIPAA-A"))
    return file


def _beam(subject: Subject, root: Node, number: int, name: str) -> None:
    beam = root.item("BeamSequence")
    beam.put("BeamNumber", number)
    beam.put("BeamName", name, stays(_DESCRIPTION))
    beam.put("BeamDescription", *subject.writer.long())
    beam.put("BeamType", "STATIC", stays("DICOM-IOD-1"))
    beam.put("RadiationType", "PHOTON", stays("DICOM-IOD-1"))
    beam.put("TreatmentMachineName", "TRUEBEAM2", stays(DEVICE))
    beam.put("InstitutionName", subject.person.hospital, gone("HIPAA-B", subject.person.hospital))
    device = beam.item("BeamLimitingDeviceSequence")
    device.put("RTBeamLimitingDeviceType", "X")
    device.put("NumberOfLeafJawPairs", 1)
    for keyword in ("NumberOfWedges", "NumberOfCompensators", "NumberOfBoli", "NumberOfBlocks"):
        beam.put(keyword, 0)
    beam.put("FinalCumulativeMetersetWeight", "1")
    beam.put("NumberOfControlPoints", 2)
    for index in range(2):
        point = beam.item("ControlPointSequence")
        point.put("ControlPointIndex", index)
        point.put("CumulativeMetersetWeight", str(index))


def dose(subject: Subject, planned: Planted, structures: Planted) -> Planted:
    """An RT Dose of a plan: a small grid, and a histogram of one structure."""
    file = started(subject, RTDoseStorage, "RTDOSE", ExplicitVRLittleEndian)
    root = file.root
    root.put("FrameOfReferenceUID", subject.frame_of_reference, MAPPED)
    root.put("PositionReferenceIndicator", "")
    root.put("ImagePositionPatient", [-120.0, -120.0, 0.0], stays("DICOM-IOD-1", "-120"))
    root.put("ImageOrientationPatient", [1, 0, 0, 0, 1, 0], FILLED)
    root.put("PixelSpacing", [10.0, 10.0], FILLED)
    root.put("SliceThickness", "2.5", PRESENT)
    root.put("GridFrameOffsetVector", [2.5 * at for at in range(_FRAMES)], FILLED)
    root.put("FrameIncrementPointer", 0x3004000C)
    root.put("DoseUnits", "GY", stays("DICOM-IOD-1"))
    root.put("DoseType", "PHYSICAL", stays("DICOM-IOD-1"))
    root.put("DoseComment", *subject.writer.label("Sum of both beams"))
    root.put("DoseSummationType", "PLAN", stays("DICOM-IOD-1"))
    root.put("DoseGridScaling", "0.0001", stays("DICOM-IOD-1"))
    subject.refer(root, "ReferencedRTPlanSequence", planned)
    subject.refer(root, "ReferencedStructureSetSequence", structures)
    histogram = root.item("DVHSequence")
    histogram.put("DVHType", "CUMULATIVE", stays("DICOM-IOD-1"))
    histogram.put("DoseUnits", "GY")
    histogram.put("DoseType", "PHYSICAL")
    histogram.put("DVHDoseScaling", "1")
    histogram.put("DVHVolumeUnits", "CM3")
    histogram.put("DVHNumberOfBins", 2)
    histogram.put("DVHData", [1, 40, 1, 20], stays("DICOM-IOD-1", "40"))
    outlined = histogram.item("DVHReferencedROISequence")
    outlined.put("ReferencedROINumber", 1)
    outlined.put("DVHROIContributionType", "INCLUDED")
    grid = np.linspace(0, 1, _FRAMES * _SIZE * _SIZE).reshape(_FRAMES, _SIZE, _SIZE)
    pixels.describe(file.dataset, grid, 16, photometric="MONOCHROME2")
    file.syntax = str(pixels.encode(file.dataset, grid, 16, "explicit"))
    return file
