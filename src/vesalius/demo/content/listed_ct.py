"""Chest CT that everybody finds and few may fetch, under a licence without commercial use."""

from collections.abc import Iterator
from typing import Final

from pydicom.uid import JPEGLSLossless

from vesalius.demo.hospital import patient_files
from vesalius.demo.phantom import Tumour
from vesalius.demo.plan import PatientPlan, SeriesPlan, StudyPlan
from vesalius.demo.writing import SEED, HospitalFile

GROUP: Final = "listed-ct"
PLAN: Final = (
    PatientPlan(
        person=12, tall=0.98, build={"width": 1.01, "depth": 1.0, "fat": 4.0, "spacing": 0.765625, "noise": 0.9},
        studies=(
            StudyPlan(
                number=1, date="20160420", time="143350", description="CT CHEST WITH CONTRAST",
                protocol="THORAX ROUTINE",
                labelled=True, tumour=Tumour(centre=(60.0, 44.0, 176.0), radius=14.0, strands=26, lobed=1.3),
                series=(
                    SeriesPlan(
                        number=2, slices=25, thickness=9, start=44, description="CHEST 9MM AXIAL",
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
