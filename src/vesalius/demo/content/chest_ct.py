"""Chest CT with lung tumours, of hospitals in several countries; some patients came back for a second scan."""

from collections.abc import Iterator
from typing import Final

from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
)

from vesalius.demo.hospital import patient_files
from vesalius.demo.phantom import Tumour
from vesalius.demo.plan import PatientPlan, SeriesPlan, StudyPlan
from vesalius.demo.writing import SEED, HospitalFile

GROUP: Final = "chest-ct"
PLAN: Final = (
    PatientPlan(  # a spiculated tumour that shrinks
        person=0, tall=0.88, build={"width": 0.93, "depth": 0.93, "fat": 3.0, "spacing": 0.703125},
        studies=(
            StudyPlan(
                number=1, date="20210318", time="091522", description="CT CHEST WITH CONTRAST",
                protocol="THORAX ROUTINE",
                labelled=True, tumour=Tumour(centre=(-70.0, -16.0, 198.0), radius=15.5), structures=True,
                series=(
                    SeriesPlan(
                        number=2, slices=28, thickness=7, start=46, description="CHEST 7MM AXIAL",
                        syntax=JPEGLSLossless,
                    ),
                ),
            ),
            StudyPlan(
                number=2, date="20210914", time="142907", description="CT CHEST FOLLOW-UP",
                protocol="THORAX ROUTINE",
                labelled=True, tumour=Tumour(centre=(-69.0, -15.0, 197.0), radius=9.5),
                series=(
                    SeriesPlan(
                        number=2, slices=22, thickness=9, start=44, description="CHEST 9MM AXIAL",
                        syntax=JPEGLosslessSV1,
                    ),
                ),
            ),
        ),
    ),
    PatientPlan(  # an old smoker's lungs, in two kernels
        person=1, tall=1.02, build={"width": 1.04, "depth": 1.08, "fat": 9.0, "spacing": 0.791016, "emphysema": 0.8},
        studies=(
            StudyPlan(
                number=1, date="20190605", time="103344", description="CT THORAX WITH IV CONTRAST",
                protocol="THORAX STANDARD",
                labelled=True, tumour=Tumour(centre=(78.0, 40.0, 150.0), radius=17.0), structures=True,
                series=(
                    SeriesPlan(
                        number=3, slices=26, thickness=9, start=44, description="THORAX 9MM SOFT TISSUE", signed=True,
                        syntax=JPEGLSLossless,
                    ),
                    SeriesPlan(
                        number=4, slices=26, thickness=9, start=44, description="THORAX 9MM LUNG", kernel="lung",
                        syntax=JPEG2000Lossless,
                    ),
                ),
            ),
        ),
    ),
    PatientPlan(  # no tumour: a low dose, and thin slices far apart
        person=2, tall=0.97, build={"width": 0.98, "depth": 0.97, "fat": 6.0, "spacing": 0.742188, "contrast": False},
        studies=(
            StudyPlan(
                number=1, date="20230127", time="154010", description="CT CHEST WITHOUT CONTRAST",
                protocol="CHEST LOW DOSE",
                series=(
                    SeriesPlan(
                        number=2, slices=22, thickness=10, start=44, description="CHEST 10MM AXIAL LOW DOSE",
                        syntax=DeflatedExplicitVRLittleEndian,
                    ),
                    SeriesPlan(
                        number=3, slices=6, thickness=1, step=30, start=70,
                        description="CHEST 1MM HIGH RESOLUTION LUNG",
                        kernel="lung", syntax=ImplicitVRLittleEndian,
                    ),
                ),
            ),
        ),
    ),
    PatientPlan(  # a round nodule that grows
        person=3, tall=0.94, build={"width": 0.95, "depth": 0.96, "fat": 2.0, "spacing": 0.6875, "noise": 0.9},
        studies=(
            StudyPlan(
                number=1, date="20171122", time="101730", description="CT CHEST WITH CONTRAST",
                protocol="CHEST ROUTINE",
                labelled=True, tumour=Tumour(centre=(58.0, -28.0, 208.0), radius=7.0, strands=6, lobed=0.4),
                series=(
                    SeriesPlan(
                        number=4, slices=27, thickness=8, start=42, description="CHEST 8MM AXIAL",
                        syntax=JPEG2000Lossless,
                    ),
                ),
            ),
            StudyPlan(
                number=2, date="20181009", time="094405", description="CT CHEST FOLLOW-UP",
                protocol="CHEST ROUTINE",
                labelled=True, tumour=Tumour(centre=(58.0, -28.0, 208.0), radius=12.5, strands=14, lobed=0.7),
                series=(
                    SeriesPlan(
                        number=4, slices=27, thickness=8, start=42, description="CHEST 8MM AXIAL",
                        syntax=JPEG2000Lossless,
                    ),
                ),
            ),
        ),
    ),
    PatientPlan(  # fluid beside a tumour low in the right lung
        person=4, tall=0.99,
        build={
            "width": 1.02, "depth": 1.04, "fat": 7.0, "spacing": 0.78125, "contrast": False, "effusion": 30.0,
            "noise": 1.1,
        },
        studies=(
            StudyPlan(
                number=1, date="20200214", time="131652", description="CT THORAX WITHOUT CONTRAST",
                protocol="THORAX STANDARD",
                labelled=True, tumour=Tumour(centre=(-92.0, 4.0, 128.0), radius=19.0, strands=30, lobed=1.2),
                series=(
                    SeriesPlan(
                        number=2, slices=28, thickness=8, start=42, description="THORAX 8MM AXIAL",
                        syntax=JPEGLSLossless,
                    ),
                ),
            ),
        ),
    ),
    PatientPlan(  # several nodules, smaller after treatment
        person=5, tall=0.93, build={"width": 0.94, "depth": 0.95, "fat": 5.0, "spacing": 0.714844, "fatty_liver": 1.0},
        studies=(
            StudyPlan(
                number=1, date="20220504", time="083318", description="CT CHEST WITH CONTRAST",
                protocol="THORAX ROUTINE",
                labelled=True, tumour=Tumour(centre=(-62.0, 38.0, 172.0), radius=13.0, strands=24),
                others=(
                    Tumour(centre=(70.0, 6.0, 190.0), radius=8.0, strands=0, lobed=0.3),
                    Tumour(centre=(84.0, 34.0, 132.0), radius=9.5, strands=0, lobed=0.3),
                ),
                series=(
                    SeriesPlan(
                        number=2, slices=26, thickness=8, start=44, description="CHEST 8MM AXIAL",
                        syntax=JPEGLSLossless,
                    ),
                ),
            ),
            StudyPlan(
                number=2, date="20221116", time="090640", description="CT CHEST FOLLOW-UP",
                protocol="THORAX ROUTINE",
                labelled=True, tumour=Tumour(centre=(-62.0, 38.0, 172.0), radius=8.5, strands=30),
                others=(
                    Tumour(centre=(70.0, 6.0, 190.0), radius=4.8, strands=0, lobed=0.3),
                    Tumour(centre=(84.0, 34.0, 132.0), radius=6.0, strands=0, lobed=0.3),
                ),
                series=(
                    SeriesPlan(
                        number=2, slices=26, thickness=8, start=44, description="CHEST 8MM AXIAL",
                        syntax=JPEGLSLossless,
                    ),
                ),
            ),
        ),
    ),
    PatientPlan(  # a small nodule, with thin slices around it
        person=6, tall=0.91, build={"width": 0.9, "depth": 0.88, "fat": 0.0, "spacing": 0.664062, "noise": 0.8},
        studies=(
            StudyPlan(
                number=1, date="20240613", time="160248", description="CT CHEST WITH CONTRAST",
                protocol="CHEST ROUTINE",
                labelled=True, tumour=Tumour(centre=(-58.0, 20.0, 186.0), radius=7.5, strands=18, lobed=0.8),
                series=(
                    SeriesPlan(
                        number=3, slices=28, thickness=7, start=46, description="CHEST 7MM AXIAL",
                        syntax=JPEGLSLossless,
                    ),
                    SeriesPlan(
                        number=4, slices=14, thickness=1.5, start=176, description="CHEST 1.5MM LUNG", kernel="lung",
                        syntax=JPEGLSLossless, signed=True,
                    ),
                ),
            ),
        ),
    ),
    PatientPlan(  # a heavy man, a hollow tumour
        person=7, tall=1.0,
        build={"width": 1.08, "depth": 1.14, "fat": 16.0, "spacing": 0.868, "noise": 1.2, "emphysema": 0.4},
        studies=(
            StudyPlan(
                number=1, date="20181203", time="111925", description="CT THORAX WITH IV CONTRAST",
                protocol="THORAX STANDARD",
                labelled=True, tumour=Tumour(centre=(66.0, 32.0, 196.0), radius=18.0, strands=36, hollow=0.45),
                series=(
                    SeriesPlan(
                        number=2, slices=28, thickness=8, start=42, description="THORAX 8MM AXIAL",
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
