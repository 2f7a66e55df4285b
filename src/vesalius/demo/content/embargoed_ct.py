"""Low-dose chest CT of a screening programme, for a collection whose embargo has not ended."""

from collections.abc import Iterator
from typing import Final

from pydicom.uid import JPEGLSLossless

from vesalius.demo.hospital import patient_files
from vesalius.demo.phantom import Tumour
from vesalius.demo.plan import PatientPlan, SeriesPlan, StudyPlan
from vesalius.demo.writing import SEED, HospitalFile

GROUP: Final = "embargoed-ct"
PLAN: Final = (
    PatientPlan(
        person=11, tall=0.95,
        build={
            "width": 0.97, "depth": 0.98, "fat": 6.0, "spacing": 0.742188, "contrast": False, "noise": 1.5,
            "emphysema": 0.4,
        },
        studies=(
            StudyPlan(
                number=1, date="20241028", time="092014", description="CT CHEST LOW DOSE SCREENING",
                protocol="CHEST LOW DOSE",
                tumour=Tumour(centre=(-84.0, 22.0, 182.0), radius=5.5, strands=4, lobed=0.3),
                series=(
                    SeriesPlan(
                        number=2, slices=26, thickness=8, start=48, description="CHEST 8MM LOW DOSE", signed=True,
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
