"""A delivery with identity planted wherever it hides, left in review for a curator to work on; PLANTED is its key."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from numpy.random import default_rng
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, JPEGLSLossless

from vesalius.demo import captures, headers
from vesalius.demo.captures import Picture
from vesalius.demo.encoding import put_pixels
from vesalius.demo.headers import Code, Study
from vesalius.demo.hospital import Scan, folder
from vesalius.demo.phantom import Tumour
from vesalius.demo.plan import PatientPlan, SeriesPlan, StudyPlan
from vesalius.demo.writing import SEED, HospitalFile, written

GROUP: Final = "in-review"
PATIENTS: Final = 2
Kind = Literal["header", "free text", "private", "nested", "pixels", "table", "text file"]


@dataclass(frozen=True, slots=True)
class Plant:
    """One piece of identity: in which files, where within them, of what kind, and what stands there."""

    path: str  # a file, or a folder: then every whole file in it
    where: str  # an element's path; rows and columns of pixels; a row and column of a table
    kind: Kind
    value: str


_CT, _DOSE, _LIVER = folder(1, 1, 2), folder(1, 1, 99), folder(1, 1, 5)
_ABDOMEN, _LETTER = folder(2, 1, 1), folder(2, 1, 90)
DAMAGED: Final = f"{_CT}/IM000099"  # its transfer broke off inside its pixels
TABLE, DICTIONARY, README = "clinical.csv", "clinical.dictionary.csv", "README.txt"
PLANTED: Final = (
    Plant(_CT, "(0010,0010)", "header", "Lindqvaard^Matthias^Emil^Dr"),
    Plant(_CT, "(0010,2154)", "header", "+99 99 55 01 27"),
    Plant(_CT, "(0008,1030)", "free text", "Lindqvaard"),
    Plant(_CT, "(0010,4000)", "free text", "Marta Lindqvaard"),
    Plant(_CT, "(0010,21B0)", "free text", "Dr Bredvig"),
    Plant(_CT, "(0020,4000)", "free text", "cpr 020855-9917"),
    Plant(_CT, "(0032,4000)", "free text", "Kastanjevej 41"),
    Plant(_CT, "(0033,1001)", "private", "Lindqvaard"),
    Plant(_CT, "(0033,1010)[0].(0010,0010)", "private", "Lindqvaard^Matthias^Emil^Dr"),
    Plant(_CT, "(0040,0275)[0].(0040,1002)", "nested", "Marta Lindqvaard"),
    Plant(_CT, "(0400,0561)[0].(0400,0550)[0].(0010,0010)", "nested", "Lindkvard^Mathias"),
    Plant(_CT, "(0400,0561)[0].(0400,0550)[0].(0010,1000)", "nested", "HVD-7712039"),
    Plant(_DOSE, "(0008,103E)", "free text", "Lindqvaard"),
    Plant(_DOSE, "rows 62-270, columns 150-420", "pixels", "Lindqvaard Matthias Emil Dr"),
    Plant(_LIVER, "rows 0-46, columns 0-800", "pixels", "Lindqvaard Matthias Emil Dr   HVD-77120394"),
    Plant(_ABDOMEN, "(0010,0010)", "header", "Okonjare^Funmilola^Grace"),
    Plant(_ABDOMEN, "(0010,4000)", "free text", "Mrs Okonjare"),
    Plant(_ABDOMEN, "(0040,0254)", "free text", "Adeyanju"),
    Plant(_ABDOMEN, "(0040,A730)[0].(0040,A123)", "nested", "Okonjare^Funmilola"),
    Plant(_ABDOMEN, "rows 0-46, columns 0-800", "pixels", "Okonjare Funmilola Grace   HVD-77121558"),
    Plant(_LETTER, "(0008,2111)", "free text", "Okonjare"),
    Plant(_LETTER, "rows 30-720, columns 40-660", "pixels", "Okonjare Funmilola Grace"),
    Plant(TABLE, "row 1, patient_name", "table", "Lindqvaard, Matthias Emil"),
    Plant(TABLE, "row 1, phone", "table", "+99 99 55 01 27"),
    Plant(TABLE, "row 2, date_of_birth", "table", "1981-05-19"),
    Plant(TABLE, "row 2, remarks", "table", "Mrs Okonjare"),
    Plant(README, "line 2", "text file", "Lindqvaard, Matthias"),
)

_SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
_ULTRASOUND: Final = "1.2.840.10008.5.1.4.1.1.6.1"
_US_ABDOMEN: Final = Code("24558-9", "LN", "US Abdomen")
_PLAN: Final = PatientPlan(
    person=26, tall=1.0, build={"width": 1.01, "depth": 1.0, "fat": 4.0, "spacing": 0.765625},
    studies=(
        StudyPlan(
            number=1, date="20240411", time="111838", description="CT THORAX Lindqvaard kontrol",
            protocol="THORAX ROUTINE",
            tumour=Tumour(centre=(-80.0, 30.0, 140.0), radius=14.0),
            series=(
                SeriesPlan(
                    number=2, slices=16, thickness=9, start=86, description="CHEST 9MM AXIAL", syntax=JPEGLSLossless,
                ),
            ),
            remarks={
                "PatientComments": "Datter Marta Lindqvaard ringes op på +99 99 55 01 28 før svar gives",
                "AdditionalPatientHistory": "Organist i Havndal Kirke, f. 02-08-1955; opereret af Dr Bredvig 2022",
                "ImageComments": "M. Lindqvaard cpr 020855-9917, set af AN",
                "StudyComments": "Matthias ønsker kopi sendt til Kastanjevej 41",
                "MedicalRecordLocator": "HVD-77120394/2",
            },
        ),
    ),
)  # fmt: skip
_README: Final = """\
Export of Havndal Universitetshospital, Røntgenafdeling Z.
Patient Lindqvaard, Matthias, HVD-77120394: CT of 11 April 2024 with dose report and ultrasound.
Patient Okonjare, Funmilola, HVD-77121558: ultrasound of 16 April 2024 with the letter of her doctor.
Invented from end to end: there is no such hospital and no such patient.
"""
_TABLE: Final = """\
patient_id,patient_name,date_of_birth,sex,diagnosis,diagnosis_date,stage,phone,next_of_kin,remarks
HVD-77120394,"Lindqvaard, Matthias Emil",1955-08-02,M,Adenocarcinoma of lung,2024-04-02,IB,+99 99 55 01 27,\
"Marta Lindqvaard, +99 99 55 01 28",Stopped smoking 20 years ago
HVD-77121558,"Okonjare, Funmilola Grace",1981-05-19,F,Haemangioma of liver,2024-04-16,,+99 99 55 03 84,\
"Comfort Adeyanju, +99 99 55 03 11",Call Mrs Okonjare after 5 pm
"""
_DICTIONARY: Final = """\
column,title,description,unit,type,values,action
*,Diagnoses,Diagnosis and stage of each patient of this delivery (synthetic),,,,
patient_id,Patient,,,text,,id
sex,Sex,,,code,F = female; M = male,keep
diagnosis,Diagnosis,Words of the pathologist or the radiologist,,text,,keep
diagnosis_date,Date of diagnosis,,,date,,date
stage,Stage,UICC 8th edition,,code,IA; IB; IIA; IIB; IIIA; IIIB; IV,keep
remarks,Remarks,,,text,,keep
"""


def files(patient: int, seed: int = SEED) -> Iterator[HospitalFile]:
    """The files of one patient; 0 is what belongs to nobody: a letter and a table."""
    if patient:
        yield from (_first if patient == 1 else _second)(seed)
        return
    for path, text in ((README, _README), (TABLE, _TABLE), (DICTIONARY, _DICTIONARY)):
        yield HospitalFile(GROUP, 0, path, text.encode())


def _first(seed: int) -> Iterator[HospitalFile]:
    """A man's CT with a dose report, an ultrasound image, and a slice that was cut off."""
    wanted, scan = _PLAN.studies[0], Scan(_PLAN, _PLAN.studies[0], seed)
    series = wanted.series[0]
    for index in range(1, series.slices + 1):
        content = _slice(scan, series, index)
        yield HospitalFile(GROUP, 1, f"{_CT}/IM{index:06d}", content)
    whole = _slice(scan, series, series.slices + 1)
    yield HospitalFile(GROUP, 1, DAMAGED, whole[: len(whole) * 3 // 5])
    report = _capture(scan.study, 99, captures.dose_report(scan.study), "Dose Report Lindqvaard", "CT")
    yield HospitalFile(GROUP, 1, f"{_DOSE}/IM000001", written(report))
    liver = _sonogram(scan.study, 5, captures.ultrasound(scan.study, default_rng((seed, 77))), "US LIVER")
    yield HospitalFile(GROUP, 1, f"{_LIVER}/IM000001", written(liver))


def _second(seed: int) -> Iterator[HospitalFile]:
    """A woman's ultrasound, with her doctor's letter scanned into the study."""
    study = headers.study(
        27, 1, "20240416", "143055", "US ABDOMEN", _US_ABDOMEN,
        remarks={
            "PatientComments": "Mrs Okonjare needs an interpreter (Yoruba); drives bus 4A",
            "PerformedProcedureStepDescription": "Liver, referred as Adeyanju until 2009",
        },
    )  # fmt: skip
    image = _sonogram(study, 1, captures.ultrasound(study, default_rng((seed, 78))), "US ABDOMEN")
    observer = Dataset()
    observer.PersonName = "Okonjare^Funmilola"
    observer.RelationshipType = "HAS OBS CONTEXT"
    observer.ValueType = "PNAME"
    observer.ConceptNameCodeSequence = [Code("121029", "DCM", "Subject Name").item()]
    image.ContentSequence = [observer]
    yield HospitalFile(GROUP, 2, f"{_ABDOMEN}/IM000001", written(image))
    letter = _capture(study, 90, captures.letter(study), "Referral", "US")
    letter.DerivationDescription = "Scan of a letter about Okonjare, 2 pages"
    yield HospitalFile(GROUP, 2, f"{_LETTER}/IM000001", written(letter))


def _slice(scan: Scan, series: SeriesPlan, index: int) -> bytes:
    ds = scan.slice(series, index)
    _plant_nested(ds)
    _plant_private(ds, scan.study)
    return written(ds, series.syntax)


def _plant_nested(ds: Dataset) -> None:
    """The reason of the request, and what an earlier correction replaced (PS3.3 C.12.1)."""
    ds.RequestAttributesSequence[
        0
    ].ReasonForTheRequestedProcedure = "Hoste siden jul; datter Marta Lindqvaard er med"
    before = Dataset()
    before.PatientName = "Lindkvard^Mathias"
    other = Dataset()
    other.ModifiedAttributesSequence = [before]
    before.add_new(0x00101000, "LO", "HVD-7712039")  # retired in PS3.6, still met
    other.AttributeModificationDateTime = "20240411130500"
    other.ModifyingSystem = "HVDPACS"
    other.SourceOfPreviousValues = "HVDRIS"
    other.ReasonForTheAttributeModification = "CORRECT"
    ds.OriginalAttributesSequence = [other]


def _plant_private(ds: Dataset, study: Study) -> None:
    block = ds.private_block(0x0033, "HVD RIS NOTE", create=True)
    block.add_new(0x01, "LT", "Pt. Lindqvaard vil ringes op, +99 99 55 01 27")
    inner = Dataset()
    inner.PatientName = study.person.name
    block.add_new(0x10, "SQ", [inner])


def _capture(study: Study, number: int, picture: Picture, description: str, machine: str) -> Dataset:
    ds = _image(study, number, picture, description, machine)
    ds.SOPClassUID, ds.Modality = _SECONDARY_CAPTURE, "OT"
    ds.ImageType = ["DERIVED", "SECONDARY"]
    ds.ConversionType = "WSD" if machine == "CT" else "SD"
    return ds


def _sonogram(study: Study, number: int, picture: Picture, description: str) -> Dataset:
    ds = _image(study, number, picture, description, "US")
    ds.SOPClassUID, ds.Modality = _ULTRASOUND, "US"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "ABDOMINAL", "0001"]
    ds.BurnedInAnnotation = "YES"
    ds.BodyPartExamined = "LIVER"
    return ds


def _image(study: Study, number: int, picture: Picture, description: str, machine: str) -> Dataset:
    ds = headers.starting(study, machine)
    ds.SeriesInstanceUID = f"{study.uid}.{number}"
    ds.SOPInstanceUID = f"{study.uid}.{number}.1"
    ds.SeriesNumber, ds.InstanceNumber = number, 1
    ds.SeriesDescription = description
    ds.PatientOrientation = ""
    if picture.ndim == 3:
        ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
    else:
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = picture.shape[:2]
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    put_pixels(ds, picture, ExplicitVRLittleEndian)
    return ds
