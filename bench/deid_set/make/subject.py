"""What all files of one patient share: UIDs as vendors make them, and who, when, where and by which device."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
from bench.deid_set.make.people import Person, telling
from bench.deid_set.make.phrases import Half
from bench.deid_set.make.texts import POOLS, Writer
from bench.deid_set.planting import FILLED, MAPPED, PRESENT, Check, Node, Planted, gone, shifted, stays
from pydicom.dataset import Dataset
from pydicom.uid import UID

PROTECTED: Final = "TCIA-P15-PAT-K"
DEVICE: Final = "TCIA-P15-DEV-K"
SAFE: Final = "TCIA-PTKB-K"
_LOCAL: Final = "HIS BRIDGE 2.1"


@dataclass(frozen=True)
class Vendor:
    """Who made the device, and the root of its UIDs."""

    manufacturer: str
    model: str
    software: str
    root: str


VENDORS: Final = (
    Vendor("SIEMENS", "SOMATOM Definition AS+", "syngo CT VA48A", "1.3.12.2.1107.5.1.4.73"),
    Vendor("GE MEDICAL SYSTEMS", "Discovery CT750 HD", "gmp_vct.42", "1.2.840.113619.2.334.3"),
    Vendor("Philips Medical Systems", "Ingenia", "5.3.1", "1.3.46.670589.11.17"),
    Vendor("TOSHIBA", "Aquilion ONE", "V6.00", "1.2.392.200036.9116.2"),
)


class Subject:
    """One patient in the making; `files` fills while objects are made."""

    def __init__(
        self, rng: np.random.Generator, person: Person, index: int, half: Half = "held-out", *, hard: bool
    ) -> None:
        self.rng = rng
        self.person = person
        self.hard = hard
        self.writer = Writer(rng, person, half, hard=hard)
        self.vendor = VENDORS[index % len(VENDORS)]
        self.folder = self._folder(index)
        self.files: list[Planted] = []
        self._uids = 0
        self._trunk = f"{self.vendor.root}.{int(rng.integers(10**8, 10**9))}"
        self.study = self.uid()
        self.frame_of_reference = self.uid()

    def _folder(self, index: int) -> str:
        if self.hard:
            return f"{self.person.patient_id}_{self.person.words['translit_family']}".replace(" ", "_")
        return f"subject{index:03}"

    def uid(self) -> str:
        """A new UID of this patient's device."""
        self._uids += 1
        return f"{self._trunk}.{self._uids}.{int(self.rng.integers(10**6))}"

    def start(self, sop_class: UID, modality: str, series: str, number: int, name: str = "") -> Planted:
        """A new file with the attributes that every file has."""
        dataset = Dataset()
        dataset.SpecificCharacterSet = self.person.charset
        path = f"{self.folder}/{name or modality.lower()}{number:02}/{len(self.files):03}.dcm"
        file = Planted(self.person, path, dataset)
        self.files.append(file)
        root = file.root
        root.put("SOPClassUID", sop_class, FILLED, stays("DICOM-IOD-1"))
        root.put("SOPInstanceUID", self.uid(), FILLED, MAPPED)
        root.put("StudyInstanceUID", self.study, FILLED, MAPPED)
        root.put("SeriesInstanceUID", series, FILLED, MAPPED)
        root.put("Modality", modality, FILLED, stays("DICOM-IOD-1"))
        root.put("SeriesNumber", number, PRESENT)
        root.put("InstanceNumber", len(self.files), PRESENT)
        self._patient(root)
        self._study(root, modality)
        self._device(root)
        return file

    def _patient(self, root: Node) -> None:
        person = self.person
        root.put("PatientName", person.name, gone("HIPAA-A"), PRESENT)
        root.put(
            "PatientID", person.patient_id, FILLED, gone("HIPAA-H"), Check("patid_consistent", "HIPAA-H")
        )
        if person.issuer:
            root.put("IssuerOfPatientID", person.issuer, gone("HIPAA-B"))
        root.put("PatientBirthDate", f"{person.born:%Y%m%d}", gone("HIPAA-C"), PRESENT)
        root.put("PatientSex", person.sex, stays(PROTECTED), PRESENT)
        years = min((person.studied - person.born).days // 365, 89)
        root.put("PatientAge", f"{years:03}Y", stays(PROTECTED))
        root.put("PatientSize", "1.71", stays(PROTECTED))
        root.put("PatientWeight", str(int(self.rng.integers(48, 110))), stays(PROTECTED))
        root.put("PatientAddress", f"{person.street}, {person.town}", gone("HIPAA-B", telling(person.street)))
        root.put("PatientTelephoneNumbers", person.phone, gone("HIPAA-D"))
        root.put("OtherPatientIDs", person.insurance, gone("HIPAA-I"))
        root.put("MedicalAlerts", str(self.rng.choice(POOLS["alerts"])), stays("TCIA-P15-DESC-C"))
        text, checks = self.writer.long()
        root.put("AdditionalPatientHistory", text, *checks)
        if self.hard:
            self._odd(root)

    def _odd(self, root: Node) -> None:
        """What is seldom looked at: values under UN, deep items, identifiers of others."""
        person = self.person
        maiden = person.referrer.split("^")[0]
        root.add(0x00101060, "UN", b"Maiden^" + maiden.encode("ascii"), gone("HIPAA-A", maiden))
        other = root.item("OtherPatientIDsSequence")
        other.put("PatientID", person.ssn, gone("HIPAA-G"))
        other.put("TypeOfPatientID", "TEXT")
        root.put("PatientComments", *self.writer.long())
        node = root.item("RequestAttributesSequence")
        for _ in range(3):
            node = node.item("ScheduledProtocolCodeSequence")
            node.put("CodeValue", "PROT1")
            node.put("CodingSchemeDesignator", "99LOCAL")
            node.put("CodeMeaning", f"Protocol {person.accession}", gone("HIPAA-H", person.accession))

    def _study(self, root: Node, modality: str) -> None:
        person, writer = self.person, self.writer
        day = f"{person.studied:%Y%m%d}"
        for keyword in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"):
            root.put(keyword, day, shifted(), *([PRESENT] if keyword == "StudyDate" else []))
        root.put("StudyTime", f"{int(self.rng.integers(8, 18)):02}3015", PRESENT)
        root.put("AcquisitionDateTime", f"{day}101530.250000", shifted())
        root.put("AccessionNumber", person.accession, gone("HIPAA-H"), PRESENT)
        root.put("StudyID", person.study_id, gone("HIPAA-R"), PRESENT)
        root.put("ReferringPhysicianName", person.referrer, gone("HIPAA-A"), PRESENT)
        if not self.hard:
            root.put("PerformingPhysicianName", person.stranger.replace(" ", "^"), gone("HIPAA-A"))
        root.put("OperatorsName", person.operator, gone("HIPAA-A"))
        root.put("NameOfPhysiciansReadingStudy", person.reader, gone("HIPAA-A"))
        root.put("InstitutionName", person.hospital, gone("HIPAA-B", telling(person.hospital)))
        root.put(
            "InstitutionAddress", f"{person.street}, {person.town}", gone("HIPAA-B", telling(person.street))
        )
        root.put("InstitutionalDepartmentName", person.department, gone("HIPAA-B", person.department))
        exam, series = writer.called("study", modality), writer.called("series", modality)
        if self.rng.random() < 0.5:
            root.put("StudyDescription", exam, stays("TCIA-P15-DESC-C"))
            root.put("SeriesDescription", *writer.label(series))
        else:
            root.put("StudyDescription", *writer.label(exam))
            root.put("SeriesDescription", series, stays("TCIA-P15-DESC-C"))
        root.put("ProtocolName", series, stays("TCIA-P15-DESC-C"))
        request = root.item("RequestAttributesSequence")
        request.put("RequestedProcedureID", person.accession, gone("HIPAA-H"))
        request.put("ScheduledProcedureStepID", person.accession, gone("HIPAA-H"))
        request.put("ScheduledProcedureStepDescription", *writer.label(exam))
        root.put("RequestedProcedureDescription", exam, stays("TCIA-P15-DESC-C"))
        comments = "ImageComments" if self.rng.random() < 0.5 else "RequestedProcedureComments"
        root.put(comments, *writer.long())
        state = writer.medical()
        if len(state) <= 64:
            root.put("PatientState", state, stays("TCIA-P15-DESC-C"))

    def _device(self, root: Node) -> None:
        root.put("Manufacturer", self.vendor.manufacturer, stays(DEVICE))
        root.put("ManufacturerModelName", self.vendor.model, stays(DEVICE))
        root.put("SoftwareVersions", self.vendor.software, stays(DEVICE))
        root.put("DeviceSerialNumber", str(40000 + len(self.vendor.model)), stays(DEVICE))
        root.put("StationName", "SCANNER3", stays(DEVICE))
        code = root.item("ProcedureCodeSequence")
        code.put("CodeValue", "77477000", stays("TCIA-P15-DESC-C"))
        code.put("CodingSchemeDesignator", "SCT", stays("TCIA-P15-DESC-C"))
        code.put("CodeMeaning", "Computed tomography", stays("TCIA-P15-DESC-C"))

    def private(self, root: Node) -> None:
        """The vendor's private elements: safe ones, unsafe ones, and ones of the hospital's own."""
        person, day = self.person, self.person.studied
        if self.vendor.manufacturer.startswith("GE"):
            root.private(0x0019, "GEMS_ACQU_01", 0x23, "DS", "39.375", stays(SAFE))
            root.private(0x0019, "GEMS_ACQU_01", 0x27, "DS", "0.5", stays(SAFE))
            root.private(0x0043, "GEMS_PARM_01", 0x27, "SH", "1.375:1", stays(SAFE))
            root.private(0x0009, "GEMS_PETD_01", 0x0D, "DT", f"{day:%Y%m%d}081500", shifted("TCIA-PTKB-K"))
            root.private(0x0009, "GEMS_PETD_01", 0x0A, "UI", self.study, MAPPED)
        elif self.vendor.manufacturer == "SIEMENS":
            root.private(0x0019, "SIEMENS MR HEADER", 0x0C, "IS", "800", stays(SAFE))
            root.private(0x0019, "SIEMENS MR HEADER", 0x0D, "CS", "DIRECTIONAL", stays(SAFE))
            header = b"SV10\4\3\2\1" + person.latin[0].encode() + b"\0" * 40
            root.private(0x0029, "SIEMENS CSA HEADER", 0x20, "OB", header[: len(header) // 2 * 2])
        else:
            root.private(0x2001, "Philips Imaging DD 001", 0x03, "FL", 800.0, stays(SAFE))
            root.private(0x2001, "Philips Imaging DD 001", 0x1C, "CS", "NO", stays(SAFE))
        name = person.words["name"]
        root.private(0x0033, _LOCAL, 0x10, "LO", name, gone("HIPAA-A", self._rare(name)))
        root.private(0x0033, _LOCAL, 0x11, "SH", person.patient_id, gone("HIPAA-H"))
        if self.hard:
            self._odd_private(root)

    def _odd_private(self, root: Node) -> None:
        person, creator = self.person, _LOCAL
        text = self._rare(person.words["translit"])
        node = root.private_item(0x0033, creator, 0x20)
        for _ in range(4):
            node.private(0x0033, creator, 0x21, "LT", person.words["translit"], gone("HIPAA-A", text))
            node = node.private_item(0x0033, creator, 0x20)
        node.put("ReferencedSOPInstanceUID", self.files[0].dataset.SOPInstanceUID, MAPPED)
        block = f"{person.words['id']}|{person.words['dob']}|{person.phone}"
        root.private(0x0035, creator, 0x10, "UN", block.encode("ascii") + b" " * (len(block) % 2))
        if self.vendor.manufacturer == "SIEMENS":  # an identifier where the list knows a safe text
            root.private(
                0x0019, "SIEMENS MR HEADER", 0x08, "LO", person.words["translit"], gone("HIPAA-A", text)
            )
        if self.vendor.manufacturer.startswith("GE"):
            sequence = f"EFGRE3D {person.patient_id}"
            root.private(0x0019, "GEMS_ACQU_01", 0x9E, "LO", sequence, gone("HIPAA-H", person.patient_id))

    def _rare(self, name: str) -> str:
        """Of a name that is a medical word, the words that are none."""
        if not self.person.remark:
            return name
        family = self.person.latin[0].casefold()
        return " ".join(
            word for word in name.replace(",", " ").split() if word.casefold() != family and len(word) > 2
        )

    def refer(self, node: Node, keyword: str, target: Planted) -> Node:
        """An item that refers to another file by class and instance, which must be mapped alike."""
        item = node.item(keyword)
        item.put("ReferencedSOPClassUID", target.dataset.SOPClassUID, stays("DICOM-IOD-1"))
        item.put("ReferencedSOPInstanceUID", target.dataset.SOPInstanceUID, MAPPED)
        return item

    def later(self, days: int) -> str:
        """A date of the patient's course, as DA."""
        return f"{self.person.studied + timedelta(days=days):%Y%m%d}"
