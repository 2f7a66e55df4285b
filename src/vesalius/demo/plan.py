"""What the first demonstration set holds: groups, patients, studies and series as tables."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLosslessSV1

from vesalius.demo.phantom import Kernel, Tumour


@dataclass(frozen=True, slots=True)
class Group:
    """One delivery: for which collection, and what the demonstration does with it."""

    name: str
    collection: str
    title: str
    access: Literal["open", "limited", "in review"]


GROUPS: Final = (
    Group("chest-ct", "Vesalius-Chest-CT", "Synthetic chest CT with lung tumours", "open"),
    Group("limited-ct", "Vesalius-Limited-CT", "Synthetic chest CT, limited access", "limited"),
    Group(
        "in-review", "Vesalius-Chest-CT", "Synthetic chest CT and captures with planted identity", "in review"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPlan:
    """One reconstruction: slices of `thickness` mm from `start` mm (standard body) towards the head."""

    number: int
    slices: int
    thickness: float
    start: float
    kernel: Kernel
    description: str
    syntax: UID = ExplicitVRLittleEndian
    signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlan:
    """One examination, its series and its free text."""

    number: int
    date: str
    time: str
    description: str
    protocol: str
    series: tuple[SeriesPlan, ...]
    tumour: Tumour | None
    remarks: dict[str, str] = field(default_factory=dict)
    captures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientPlan:
    """One patient of a group."""

    group: str
    patient: int
    person: int
    site: str
    tall: float  # factor on the height of the standard body
    build: dict[str, Any]
    studies: tuple[StudyPlan, ...]


_SPICULATED: Final = (-70.0, -16.0, 198.0)
PLAN: Final = (
    PatientPlan(
        group="chest-ct",
        patient=1,
        person=0,
        site="kerando",
        tall=0.88,
        build={"width": 0.93, "depth": 0.93, "fat": 3.0, "spacing": 0.703125},
        studies=(
            StudyPlan(
                number=1,
                date="20210318",
                time="091522",
                description="CT CHEST WITH CONTRAST",
                protocol="THORAX ROUTINE",
                tumour=Tumour(centre=_SPICULATED, radius=15.5),
                series=(
                    SeriesPlan(
                        number=2,
                        slices=40,
                        thickness=5,
                        start=46,
                        kernel="soft",
                        description="CHEST 5MM AXIAL",
                    ),
                ),
            ),
            StudyPlan(
                number=2,
                date="20210914",
                time="142907",
                description="CT CHEST FOLLOW-UP",
                protocol="THORAX ROUTINE",
                tumour=Tumour(centre=(-69.0, -15.0, 197.0), radius=9.5),
                series=(
                    SeriesPlan(
                        number=2,
                        slices=27,
                        thickness=7.5,
                        start=44,
                        kernel="soft",
                        description="CHEST 7.5MM AXIAL",
                    ),
                ),
            ),
        ),
    ),
    PatientPlan(
        group="chest-ct",
        patient=2,
        person=1,
        site="ostanvik",
        tall=1.02,
        build={"width": 1.04, "depth": 1.08, "fat": 9.0, "spacing": 0.791016, "emphysema": 0.7},
        studies=(
            StudyPlan(
                number=1,
                date="20190605",
                time="103344",
                description="CT THORAX WITH IV CONTRAST",
                protocol="THORAX STANDARD",
                tumour=Tumour(centre=(78.0, 40.0, 150.0), radius=17.0),
                series=(
                    SeriesPlan(
                        number=3,
                        slices=29,
                        thickness=8,
                        start=44,
                        kernel="soft",
                        description="THORAX 8MM SOFT TISSUE",
                        signed=True,
                    ),
                    SeriesPlan(
                        number=4,
                        slices=29,
                        thickness=8,
                        start=44,
                        kernel="lung",
                        description="THORAX 8MM LUNG",
                        syntax=JPEGLosslessSV1,
                    ),
                ),
            ),
        ),
    ),
    PatientPlan(
        group="chest-ct",
        patient=3,
        person=2,
        site="mossbridge",
        tall=0.97,
        build={"width": 0.98, "depth": 0.97, "fat": 6.0, "spacing": 0.742188, "contrast": False},
        studies=(
            StudyPlan(
                number=1,
                date="20230127",
                time="154010",
                description="CT CHEST WITHOUT CONTRAST",
                protocol="CHEST LOW DOSE",
                tumour=None,
                series=(
                    SeriesPlan(
                        number=2,
                        slices=28,
                        thickness=8,
                        start=42,
                        kernel="soft",
                        description="CHEST 8MM AXIAL LOW DOSE",
                        syntax=ImplicitVRLittleEndian,
                    ),
                ),
            ),
        ),
    ),
    PatientPlan(
        group="limited-ct",
        patient=1,
        person=3,
        site="sanvitale",
        tall=0.99,
        build={"width": 1.0, "depth": 1.02, "fat": 5.0, "spacing": 0.765625},
        studies=(
            StudyPlan(
                number=1,
                date="20220809",
                time="081205",
                description="CT THORAX",
                protocol="THORAX ROUTINE",
                tumour=Tumour(centre=(74.0, -8.0, 214.0), radius=12.0),
                series=(
                    SeriesPlan(
                        number=2,
                        slices=25,
                        thickness=9,
                        start=46,
                        kernel="soft",
                        description="THORAX 9MM AXIAL",
                    ),
                ),
            ),
        ),
    ),
    PatientPlan(
        group="in-review",
        patient=1,
        person=4,
        site="havndal",
        tall=1.0,
        build={"width": 1.01, "depth": 1.0, "fat": 4.0, "spacing": 0.765625},
        studies=(
            StudyPlan(
                number=1,
                date="20240411",
                time="111838",
                description="CT THORAX Lindqvaard kontrol",
                protocol="THORAX ROUTINE",
                tumour=Tumour(centre=(-80.0, 30.0, 140.0), radius=14.0),
                captures=True,
                series=(
                    SeriesPlan(
                        number=2,
                        slices=24,
                        thickness=9,
                        start=50,
                        kernel="soft",
                        description="CHEST 9MM AXIAL",
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
    ),
)
