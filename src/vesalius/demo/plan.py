"""What a delivery of chest CT holds, as tables: patients, studies and series."""

from dataclasses import dataclass, field
from typing import Any

from pydicom.uid import UID, ExplicitVRLittleEndian

from vesalius.demo.headers import Code
from vesalius.demo.phantom import Kernel, Tumour

CHEST_CT = Code("24627-2", "LN", "Chest CT")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPlan:
    """One reconstruction: slices of `thickness` mm from `start` mm (standard body) towards the head.

    `step` is the distance of neighbouring slices in mm where it is not their thickness.
    """

    number: int
    slices: int
    thickness: float
    start: float
    description: str
    kernel: Kernel = "soft"
    syntax: UID = ExplicitVRLittleEndian
    signed: bool = False
    step: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlan:
    """One examination: its series, what was found, and its free text.

    If `labelled`, a reader added a segmentation and a measurement report to its first series; `structures` adds an
    RTSTRUCT.
    """

    number: int
    date: str
    time: str
    description: str
    protocol: str
    series: tuple[SeriesPlan, ...]
    tumour: Tumour | None = None
    others: tuple[Tumour, ...] = ()
    labelled: bool = False
    structures: bool = False
    remarks: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientPlan:
    """One patient of a delivery: who (`people.person`), of what build, examined when."""

    person: int
    tall: float  # factor on the height of the standard body
    build: dict[str, Any]
    studies: tuple[StudyPlan, ...]
