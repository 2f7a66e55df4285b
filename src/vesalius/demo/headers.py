"""Headers as hospitals and their scanners write them: full of identity, at the top, nested and in private tags."""

from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset

from vesalius.demo.people import Person, Site

ROOT: Final = "2.999.1543"  # the arc for examples (ITU-T X.660); nobody's


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One examination of one patient."""

    person: Person
    site: Site
    uid: str
    date: str  # DA
    time: str  # TM
    accession: str
    study_id: str
    description: str
    remarks: dict[str, str]  # free text by keyword, beyond what every study has


def uid(*numbers: int) -> str:
    """A UID under the example arc."""
    return ".".join([ROOT, *(str(number) for number in numbers)])


def patient(ds: Dataset, study: Study) -> None:
    """Patient, Patient Study and identity in every usual place (PS3.3 C.7.1.1, C.7.2.2)."""
    person = study.person
    if person.charset:
        ds.SpecificCharacterSet = person.charset
    ds.PatientName = person.name
    ds.PatientID = person.id
    ds.IssuerOfPatientID = study.site.station[:3]
    ds.PatientBirthDate = person.born
    ds.PatientSex = person.sex
    ds.PatientAge = f"{person.age_on(study.date):03d}Y"
    ds.PatientWeight = f"{person.weight:.1f}"
    ds.PatientSize = f"{person.height:.2f}"
    ds.PatientAddress = person.address
    ds.PatientTelephoneNumbers = person.phone
    ds.PatientMotherBirthName = person.mother
    ds.Occupation = person.occupation
    if person.birth_name:
        ds.PatientBirthName = person.birth_name
    other = Dataset()
    other.PatientID = person.other_id
    other.IssuerOfPatientID = "NATIONAL"
    other.TypeOfPatientID = "TEXT"
    ds.OtherPatientIDsSequence = [other]


def general_study(ds: Dataset, study: Study) -> None:
    """General Study and the request that led to it (PS3.3 C.7.2.1, C.4.11)."""
    site = study.site
    ds.StudyInstanceUID = study.uid
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = study.date
    ds.StudyTime = ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = study.time
    ds.AccessionNumber = study.accession
    ds.StudyID = study.study_id
    ds.StudyDescription = study.description
    ds.ReferringPhysicianName = site.referring
    ds.NameOfPhysiciansReadingStudy = site.reading
    ds.PerformingPhysicianName = site.performing
    ds.OperatorsName = site.operator
    ds.InstitutionName = site.institution
    ds.InstitutionAddress = site.address
    ds.InstitutionalDepartmentName = site.department
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "24627-2", "LN", "Chest CT"
    ds.ProcedureCodeSequence = [code]
    request = Dataset()
    request.AccessionNumber = study.accession
    request.RequestedProcedureID = f"RP{study.study_id}"
    request.RequestedProcedureDescription = study.description
    request.ScheduledProcedureStepID = f"SPS{study.study_id}"
    request.ScheduledProcedureStepDescription = "CT CHEST"
    request.RequestingPhysician = site.referring
    ds.RequestAttributesSequence = [request]
    for keyword, text in study.remarks.items():
        setattr(ds, keyword, text)


def equipment(ds: Dataset, study: Study) -> None:
    """General Equipment and the maker's private groups (PS3.3 C.7.5.1)."""
    site = study.site
    ds.Manufacturer = site.maker
    ds.ManufacturerModelName = site.model
    ds.DeviceSerialNumber = site.serial
    ds.SoftwareVersions = site.software
    ds.StationName = site.station
    ds.DateOfLastCalibration = study.date[:6] + "01"
    block = ds.private_block(0x0019, "GEMS_ACQU_01", create=True)
    block.add_new(0x23, "DS", "27.5")
    block.add_new(0x27, "DS", "0.5")
    block = ds.private_block(0x0029, f"{site.maker.upper()} CT HEADER", create=True)
    block.add_new(0x10, "LO", f"{study.person.name.replace('^', ' ')} / {study.person.id}")
    block.add_new(0x11, "DA", study.person.born)
    block.add_new(
        0x20, "OB", b"CSA1\0" + study.accession.encode("ascii") + b"\0" * (1 + len(study.accession) % 2)
    )
    inner = Dataset()
    inner.PatientID = study.person.id
    inner.StudyDate = study.date
    block.add_new(0x30, "SQ", [inner])
