"""Chest CT for a collection that only named collaborators find."""

from collections.abc import Iterator
from typing import Final

from pydicom.uid import JPEGLSLossless

from vesalius.demo.hospital import patient_files
from vesalius.demo.phantom import Tumour
from vesalius.demo.plan import PatientPlan, SeriesPlan, StudyPlan
from vesalius.demo.writing import SEED, HospitalFile

GROUP: Final = "limited-ct"
PLAN: Final = (
    PatientPlan(
        person=10, tall=0.99, build={"width": 1.0, "depth": 1.02, "fat": 5.0, "spacing": 0.765625},
        studies=(
            StudyPlan(
                number=1, date="20220809", time="081205", description="CT THORAX",
                protocol="THORAX ROUTINE",
                tumour=Tumour(centre=(74.0, -8.0, 214.0), radius=12.0),
                series=(
                    SeriesPlan(
                        number=2, slices=25, thickness=9, start=46, description="THORAX 9MM AXIAL",
                        syntax=JPEGLSLossless,
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
