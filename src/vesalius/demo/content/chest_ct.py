"""Chest CT with lung tumours, of hospitals in several countries."""

from collections.abc import Iterator
from typing import Final

from pydicom.uid import ImplicitVRLittleEndian, JPEGLosslessSV1

from vesalius.demo.hospital import patient_files
from vesalius.demo.phantom import Tumour
from vesalius.demo.plan import PatientPlan, SeriesPlan, StudyPlan
from vesalius.demo.writing import SEED, HospitalFile

GROUP: Final = "chest-ct"
PLAN: Final = (
    PatientPlan(
        person=0, tall=0.88, build={"width": 0.93, "depth": 0.93, "fat": 3.0, "spacing": 0.703125},
        studies=(
            StudyPlan(
                number=1, date="20210318", time="091522", description="CT CHEST WITH CONTRAST",
                protocol="THORAX ROUTINE",
                tumour=Tumour(centre=(-70.0, -16.0, 198.0), radius=15.5),
                series=(SeriesPlan(number=2, slices=40, thickness=5, start=46, description="CHEST 5MM AXIAL"),),
            ),
            StudyPlan(
                number=2, date="20210914", time="142907", description="CT CHEST FOLLOW-UP",
                protocol="THORAX ROUTINE",
                tumour=Tumour(centre=(-69.0, -15.0, 197.0), radius=9.5),
                series=(SeriesPlan(number=2, slices=27, thickness=7.5, start=44, description="CHEST 7.5MM AXIAL"),),
            ),
        ),
    ),
    PatientPlan(
        person=1, tall=1.02, build={"width": 1.04, "depth": 1.08, "fat": 9.0, "spacing": 0.791016, "emphysema": 0.7},
        studies=(
            StudyPlan(
                number=1, date="20190605", time="103344", description="CT THORAX WITH IV CONTRAST",
                protocol="THORAX STANDARD",
                tumour=Tumour(centre=(78.0, 40.0, 150.0), radius=17.0),
                series=(
                    SeriesPlan(
                        number=3, slices=29, thickness=8, start=44, description="THORAX 8MM SOFT TISSUE", signed=True,
                    ),
                    SeriesPlan(
                        number=4, slices=29, thickness=8, start=44, description="THORAX 8MM LUNG", kernel="lung",
                        syntax=JPEGLosslessSV1,
                    ),
                ),
            ),
        ),
    ),
    PatientPlan(
        person=2, tall=0.97, build={"width": 0.98, "depth": 0.97, "fat": 6.0, "spacing": 0.742188, "contrast": False},
        studies=(
            StudyPlan(
                number=1, date="20230127", time="154010", description="CT CHEST WITHOUT CONTRAST",
                protocol="CHEST LOW DOSE",
                series=(
                    SeriesPlan(
                        number=2, slices=28, thickness=8, start=42, description="CHEST 8MM AXIAL LOW DOSE",
                        syntax=ImplicitVRLittleEndian,
                    ),
                ),
            ),
        ),
    ),
)  # fmt: skip
PATIENTS: Final = len(PLAN)


def files(patient: int, seed: int = SEED) -> Iterator[HospitalFile]:
    """The files of one patient."""
    return patient_files(GROUP, patient, PLAN[patient - 1], seed)
