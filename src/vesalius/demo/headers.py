"""Headers as hospitals and their scanners write them: full of identity, at the top, nested and in private tags."""

from dataclasses import dataclass, field
from typing import Final

from pydicom.dataset import Dataset

from vesalius.demo import people, vendors
from vesalius.demo.people import Person, Site

ROOT: Final = "2.999.1543"  # the arc for examples (ITU-T X.660); nobody's


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a terminology (PS3.3 8.8)."""

    value: str
    scheme: str
    meaning: str

    def item(self) -> Dataset:
        """The code as an item of a sequence."""
        ds = Dataset()
        ds.CodeValue, ds.CodingSchemeDesignator, ds.CodeMeaning = self.value, self.scheme, self.meaning
        return ds


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
    procedure: Code
    step: str  # Scheduled Procedure Step Description
    remarks: dict[str, str] = field(default_factory=dict)  # free text by keyword, beyond what every study has


def uid(*numbers: int) -> str:
    """A UID under the example arc."""
    return ".".join([ROOT, *(str(number) for number in numbers)])


def study(
    index: int, number: int, date: str, time: str, description: str, procedure: Code, step: str = "",
    *, remarks: dict[str, str] | None = None,
) -> Study:  # fmt: skip
    """Examination `number` (from 1) of patient `index` (`people.person`) in the hospital where the patient goes."""
    person = people.person(index)
    site = people.site(person.home)
    return Study(
        person=person, site=site, uid=uid(index + 1, number), date=date, time=time,
        accession=f"{site.code}{date[2:]}{index + 17:03d}{number}", study_id=f"{date[2:4]}{index + 1:02d}{number:02d}",
        description=description, procedure=procedure, step=step or procedure.meaning.upper(), remarks=remarks or {},
    )  # fmt: skip


def starting(study: Study, modality: str) -> Dataset:
    """A data set with all that is said of patient, study and machine; modality and pixels are the caller's to add."""
    ds = Dataset()
    patient(ds, study)
    general_study(ds, study)
    equipment(ds, study, modality)
    synthetic(ds)
    return ds


def patient(ds: Dataset, study: Study) -> None:
    """Patient, Patient Study and identity in every usual place (PS3.3 C.7.1.1, C.7.2.2)."""
    person = study.person
    if person.charset:
        ds.SpecificCharacterSet = person.charset.split("\\")
    ds.PatientName = person.name
    ds.PatientID = person.id
    ds.IssuerOfPatientID = study.site.code
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
    ds.ProcedureCodeSequence = [study.procedure.item()]
    request = Dataset()
    request.AccessionNumber = study.accession
    request.RequestedProcedureID = f"RP{study.study_id}"
    request.RequestedProcedureDescription = study.description
    request.ScheduledProcedureStepID = f"SPS{study.study_id}"
    request.ScheduledProcedureStepDescription = study.step
    request.RequestingPhysician = site.referring
    ds.RequestAttributesSequence = [request]
    for keyword, text in study.remarks.items():
        setattr(ds, keyword, text)


def equipment(ds: Dataset, study: Study, modality: str) -> None:
    """General Equipment of the site's machine for a modality, and its maker's private groups (PS3.3 C.7.5.1)."""
    machine = study.site.machines[modality]
    ds.Manufacturer = machine.maker
    ds.ManufacturerModelName = machine.model
    ds.DeviceSerialNumber = machine.serial
    ds.SoftwareVersions = machine.software.split("\\")
    ds.StationName = machine.station
    ds.DateOfLastCalibration = study.date[:6] + "01"
    vendors.private(ds, machine.maker, modality)
    _export(ds, study)


def _export(ds: Dataset, study: Study) -> None:
    """What the hospital's archive adds on export: a private block that repeats the patient."""
    block = ds.private_block(0x0029, "HOSPITAL PACS EXPORT", create=True)
    block.add_new(0x10, "LO", f"{_romanised(study.person.name)} / {study.person.id}")
    block.add_new(0x11, "DA", study.person.born)
    label = study.accession.encode("ascii")
    block.add_new(0x20, "OB", b"CSA1\0" + label + b"\0" * (1 + len(label) % 2))
    inner = Dataset()
    inner.PatientID = study.person.id
    inner.StudyDate = study.date
    block.add_new(0x30, "SQ", [inner])


def _romanised(name: str) -> str:
    """The first way of writing a name, without carets."""
    return name.partition("=")[0].replace("^", " ")


def synthetic(ds: Dataset) -> None:
    """Say that a program drew this: coded (PS3.3 C.12.1.1.11) and in words, both of which de-identification keeps."""
    ds.SyntheticData = "YES"
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = [Code("109102", "DCM", "Processing Equipment").item()]
    item.Manufacturer = "Vesalius"
    item.ManufacturerModelName = "Synthetic image generator: no such patient exists"
    ds.ContributingEquipmentSequence = [item]
