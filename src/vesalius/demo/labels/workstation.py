"""What every object of the reading workstation says: the patient and study of its images, and itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset
from pydicom.uid import UID

from vesalius.demo import headers

MAKER: Final = "Vesalius"
MODEL: Final = "Demonstration reading workstation"
SERIAL: Final = "WS-0001"
SOFTWARE: Final = "1.0"
_PATIENT_AND_STUDY: Final = (
    "SpecificCharacterSet", "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex",
    "PatientAge", "PatientWeight", "PatientSize", "PatientAddress", "PatientTelephoneNumbers", "PatientMotherBirthName",
    "PatientBirthName", "Occupation", "OtherPatientIDsSequence", "StudyInstanceUID", "StudyDate", "StudyTime",
    "StudyID", "StudyDescription", "AccessionNumber", "ReferringPhysicianName", "NameOfPhysiciansReadingStudy",
    "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "ProcedureCodeSequence",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Where a label stands among the series of its study, and when it was made (DA, TM)."""

    number: int
    description: str
    date: str
    time: str

    def series_uid(self, source: Dataset) -> str:
        """The label's own series within the study of its images."""
        return f"{source.StudyInstanceUID}.{self.number}"

    def sop_uid(self, source: Dataset) -> str:
        """The label's only instance."""
        return f"{self.series_uid(source)}.1"


def finish(ds: Dataset, sources: Sequence[Dataset], label: Label) -> Dataset:
    """Give a new object its series, the identity that its images carry, and fixed times instead of the clock's."""
    source = sources[0]
    for keyword in _PATIENT_AND_STUDY:
        if keyword in source:
            setattr(ds, keyword, source[keyword].value)
    ds.SOPInstanceUID = UID(label.sop_uid(source))
    ds.SeriesInstanceUID = UID(label.series_uid(source))
    ds.SeriesNumber, ds.InstanceNumber = label.number, 1
    ds.SeriesDescription = label.description
    ds.SeriesDate = ds.ContentDate = ds.InstanceCreationDate = label.date
    ds.SeriesTime = ds.ContentTime = ds.InstanceCreationTime = label.time
    ds.Manufacturer, ds.ManufacturerModelName = MAKER, MODEL
    ds.DeviceSerialNumber, ds.SoftwareVersions = SERIAL, SOFTWARE
    ds.StationName = "WS1"
    ds.OperatorsName = source.OperatorsName
    headers.synthetic(ds)
    return ds


def reader(sources: Sequence[Dataset]) -> str:
    """Who read the images."""
    return str(sources[0].NameOfPhysiciansReadingStudy)


def plain(source: Dataset) -> Dataset:
    """A source without its charset: highdicom refuses an empty first one (PS3.3 C.12.1.1.2); `finish` puts it back."""
    return _without(source, "SpecificCharacterSet")


def without_pixels(ds: Dataset) -> Dataset:
    """What labels need of an image once its file is written."""
    return _without(ds, "PixelData")


def _without(ds: Dataset, keyword: str) -> Dataset:
    kept = Dataset()  # not Dataset(ds), which would share its elements
    kept.update({element.tag: element for element in ds if element.keyword != keyword})
    return kept
