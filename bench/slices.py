"""500 CT slices as a scanner writes them: 0.53 MB, 126 elements, every slice with pixels of its own."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.data import get_testdata_file
from pydicom.uid import ExplicitVRLittleEndian

SIDE = 512  # rows and columns
ROOT = "1.2.826.0.1.3680043.8.498"
# What a scanner says besides the attributes of pydicom's own CT slice.
SCANNER: dict[str, Any] = {
    "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2",
    "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
    "Modality": "CT",
    "Manufacturer": "SIEMENS",
    "ManufacturerModelName": "Sensation 64",
    "InstitutionName": "Example Hospital",
    "InstitutionAddress": "1 Example Street",
    "InstitutionalDepartmentName": "Radiology",
    "ReferringPhysicianName": "Doe^Jane",
    "PerformingPhysicianName": "Roe^Richard",
    "OperatorsName": "Op^One",
    "StationName": "CT01",
    "StudyDescription": "CT CHEST W CONTRAST",
    "SeriesDescription": "Chest 1.0 B31f",
    "PatientBirthDate": "19500101",
    "PatientSex": "F",
    "PatientAge": "068Y",
    "PatientSize": "1.70",
    "PatientWeight": "70",
    "BodyPartExamined": "CHEST",
    "ContrastBolusAgent": "Omnipaque 350",
    "KVP": "120",
    "DataCollectionDiameter": "500",
    "DeviceSerialNumber": "12345",
    "SoftwareVersions": "syngo CT 2012B",
    "ProtocolName": "ThorRoutine",
    "ContrastBolusRoute": "IV",
    "ContrastBolusVolume": "100",
    "ReconstructionDiameter": "350",
    "DistanceSourceToDetector": "1040",
    "DistanceSourceToPatient": "570",
    "GantryDetectorTilt": "0",
    "TableHeight": "150",
    "RotationDirection": "CW",
    "ExposureTime": "500",
    "XRayTubeCurrent": "220",
    "Exposure": "110",
    "FilterType": "0",
    "GeneratorPower": "26",
    "FocalSpots": "1.2",
    "ConvolutionKernel": "B31f",
    "PatientPosition": "HFS",
    "SliceThickness": "1.0",
    "RequestedProcedureDescription": "CT chest",
    "StudyID": "1",
    "AcquisitionNumber": "1",
    "ImageComments": "synthetic",
    "PositionReferenceIndicator": "",
    "WindowCenter": "40",
    "WindowWidth": "400",
    "RescaleIntercept": "-1024",
    "RescaleSlope": "1",
    "RescaleType": "HU",
    "TimezoneOffsetFromUTC": "+0000",
    "IrradiationEventUID": f"{ROOT}.9.9",
    "CTDIvol": 5.5,
    "SpiralPitchFactor": 1.2,
    "TableSpeed": 23.0,
    "TableFeedPerRotation": 11.5,
    "SingleCollimationWidth": 0.6,
    "TotalCollimationWidth": 19.2,
    "ExposureModulationType": "XYZ_EC",
    "EstimatedDoseSaving": 10.0,
    "Rows": SIDE,
    "Columns": SIDE,
    "PixelSpacing": [0.684, 0.684],
    "BitsAllocated": 16,
    "BitsStored": 16,
    "HighBit": 15,
    "PixelRepresentation": 1,
    "PixelPaddingValue": -2000,
}


def write_slices(folder: Path, patients: int, per_patient: int) -> None:
    """One series of `per_patient` slices for each patient, in a folder each."""
    random = np.random.default_rng(7)
    noise = random.normal(0, 18, (SIDE, SIDE)).astype(np.int16)
    body = _body()
    for patient in range(patients):
        dataset = _header(patient)
        place = folder / f"p{patient:03}"
        place.mkdir(parents=True)
        for at in range(per_patient):
            shifted = np.roll(noise, (patient * per_patient + at) * 37, axis=None)
            _place_slice(dataset, patient, at)
            dataset.PixelData = (body + shifted).clip(0, 4000).astype("<i2").tobytes()
            dataset.save_as(place / f"{at:04}.dcm", enforce_file_format=True)


def _body() -> Any:
    down, across = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    inside = ((across - 256) / 210) ** 2 + ((down - 256) / 160) ** 2 < 1
    lungs = ((abs(across - 256) - 96) / 70) ** 2 + ((down - 256) / 95) ** 2 < 1
    return np.where(lungs, 200, np.where(inside, 1064, 24)).astype(np.int16)


def _header(patient: int) -> pydicom.Dataset:
    dataset = copy.deepcopy(pydicom.dcmread(get_testdata_file("CT_small.dcm")))
    dataset.remove_private_tags()
    for keyword, value in SCANNER.items():
        setattr(dataset, keyword, value)
    block = dataset.private_block(0x0029, "SYNTH HEADER", create=True)
    for element in range(1, 13):
        block.add_new(element, "LO", f"value {element}")
    dataset.PatientID, dataset.PatientName = f"P{patient:04}", f"Synth^{patient:04}"
    dataset.StudyInstanceUID = f"{ROOT}.1.{patient}"
    dataset.SeriesInstanceUID = f"{ROOT}.2.{patient}"
    dataset.FrameOfReferenceUID = f"{ROOT}.3.{patient}"
    dataset.SeriesNumber = 1
    dataset.pop("DataSetTrailingPadding", None)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return dataset


def _place_slice(dataset: pydicom.Dataset, patient: int, at: int) -> None:
    dataset.InstanceNumber = at + 1
    dataset.SOPInstanceUID = f"{ROOT}.4.{patient}.{at}"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.ImagePositionPatient = [-175, -175, -float(at)]
    dataset.SliceLocation = float(at)
