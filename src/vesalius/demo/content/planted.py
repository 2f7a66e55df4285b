"""A delivery with identity planted in headers, free text, private elements and pixels, left in review."""

from collections.abc import Iterator
from typing import Final

from numpy.random import default_rng

from vesalius.demo import headers
from vesalius.demo.captures import dose_report, ultrasound
from vesalius.demo.hospital import Scan, folder, patient_files
from vesalius.demo.phantom import Tumour
from vesalius.demo.plan import PatientPlan, SeriesPlan, StudyPlan
from vesalius.demo.writing import SEED, HospitalFile, written

GROUP: Final = "in-review"
_SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
_ULTRASOUND: Final = "1.2.840.10008.5.1.4.1.1.6.1"
_README: Final = """\
Export of Havndal Universitetshospital, Røntgenafdeling Z.
Patient Lindqvaard, Matthias, HVD-77120394: CT of 11 April 2024 with dose report and ultrasound.
Invented from end to end: there is no such hospital and no such patient.
"""
PLAN: Final = (
    PatientPlan(
        person=26, tall=1.0, build={"width": 1.01, "depth": 1.0, "fat": 4.0, "spacing": 0.765625},
        studies=(
            StudyPlan(
                number=1, date="20240411", time="111838", description="CT THORAX Lindqvaard kontrol",
                protocol="THORAX ROUTINE",
                tumour=Tumour(centre=(-80.0, 30.0, 140.0), radius=14.0),
                series=(SeriesPlan(number=2, slices=24, thickness=9, start=50, description="CHEST 9MM AXIAL"),),
                remarks={
                    "PatientComments": "Datter Marta Lindqvaard ringes op på +99 99 55 01 28 før svar gives",
                    "AdditionalPatientHistory": "Organist i Havndal Kirke, f. 02-08-1955; opereret af Dr Bredvig 2022",
                    "ImageComments": "M. Lindqvaard cpr 020855-9917, set af AN",
                    "StudyComments": "Matthias ønsker kopi sendt til Kastanjevej 41",
                    "MedicalRecordLocator": "HVD-77120394/2",
                },
            ),
        ),
    ),
)  # fmt: skip
PATIENTS: Final = len(PLAN)


def files(patient: int, seed: int = SEED) -> Iterator[HospitalFile]:
    """The files of one patient; 0 is what belongs to nobody."""
    if not patient:
        yield HospitalFile(GROUP, 0, "README.txt", _README.encode())
        return
    plan = PLAN[patient - 1]
    yield from patient_files(GROUP, patient, plan, seed)
    scan = Scan(plan, plan.studies[0], seed)
    yield from _captures(scan.study, patient, seed)
    series = plan.studies[0].series[0]
    whole = written(scan.slice(series, series.slices + 1))  # its transfer broke off inside its pixels
    yield HospitalFile(GROUP, patient, f"{folder(patient, 1, 2)}/IM000099", whole[: len(whole) * 3 // 5])


def _captures(study: headers.Study, patient: int, seed: int) -> Iterator[HospitalFile]:
    for number, modality, machine, sop_class, picture, description in (
        (99, "OT", "CT", _SECONDARY_CAPTURE, dose_report(study), "Dose Report Lindqvaard"),
        (5, "US", "US", _ULTRASOUND, ultrasound(study, default_rng((seed, 77))), "US LIVER"),
    ):
        ds = headers.starting(study, machine)
        ds.SOPClassUID = sop_class
        ds.SOPInstanceUID = f"{study.uid}.{number}.1"
        ds.SeriesInstanceUID = f"{study.uid}.{number}"
        ds.Modality = modality
        ds.SeriesNumber = number
        ds.SeriesDescription = description
        ds.InstanceNumber = 1
        ds.PatientOrientation = ""
        if modality == "US":
            ds.ImageType = ["ORIGINAL", "PRIMARY", "ABDOMINAL", "0001"]
            ds.BurnedInAnnotation = "YES"
            ds.BodyPartExamined = "LIVER"
        else:
            ds.ImageType = ["DERIVED", "SECONDARY"]
            ds.ConversionType = "WSD"
        ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
        ds.Rows, ds.Columns = picture.shape[:2]
        ds.BitsAllocated = ds.BitsStored = 8
        ds.HighBit, ds.PixelRepresentation = 7, 0
        ds.PixelData = picture.tobytes()
        ds["PixelData"].VR = "OB"
        yield HospitalFile(GROUP, patient, f"{folder(patient, 1, number)}/IM000001", written(ds))
