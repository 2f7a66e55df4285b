"""Brain MR with glioma: four patients in four contrasts, one of them seen again after the operation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import JPEG2000Lossless

from vesalius.demo import headers, people
from vesalius.demo.headers import Code, Study
from vesalius.demo.hospital import folder
from vesalius.demo.labels.seg import ABNORMAL, Segment, segmentation
from vesalius.demo.labels.workstation import Label, without_pixels
from vesalius.demo.mr import Series, Volume, images, numbering
from vesalius.demo.phantom.brain import Build, Glioma, Head, Planes
from vesalius.demo.writing import SEED, HospitalFile, written

GROUP: Final = "brain-mr"
MR_BRAIN: Final = Code("24590-2", "LN", "MR Brain")
_BRAIN: Final = Code("12738006", "SCT", "Brain")
_PARTS: Final = (
    ("Necrotic core", Code("6574001", "SCT", "Necrosis"), (45.0, 50.0, 40.0)),
    ("Enhancing tumor", Code("C113842", "NCIt", "Enhancing Lesion"), (80.0, 5.0, 75.0)),
    ("Edema", Code("79654002", "SCT", "Edema"), (65.0, -50.0, 35.0)),
)
_CAVITY: Final = ("Resection cavity", ABNORMAL, (55.0, 15.0, -45.0))
_LEAST: Final = 12  # voxels; what is smaller is not outlined


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One examination: when, of what lesion, in which position and which series."""

    date: str
    time: str
    description: str
    lesion: Glioma
    axial: tuple[Series, ...]
    sagittal: Series | None = None
    slices: int = 22
    tilt: float = 8.0  # degrees of the axial planes, front up
    pixel: float = 0.9375  # mm
    nod: float = 0.0
    turn: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Who (`people.person`), of what build, examined when."""

    person: int
    size: tuple[float, float, float]
    scalp: float
    visits: tuple[Visit, ...]


def _four(words: tuple[str, str, str, str], first: int = 3) -> tuple[Series, ...]:
    contrasts = ("T1", "T2", "FLAIR", "T1 Gd")
    return tuple(
        Series(number=first + index, contrast=contrast, description=description)
        for index, (contrast, description) in enumerate(zip(contrasts, words, strict=True))
    )


_PHILIPS: Final = _four(("T1W SE TRA", "T2W TSE TRA", "T2W FLAIR TRA", "T1W SE TRA GD"), first=301)
_CANON: Final = _four(("SE T1 AX", "FSE T2 AX", "FLAIR AX", "SE T1 AX GD"), first=4000)
_MPRAGE: Final = Series(number=3, contrast="T1 3D", description="T1 MPRAGE SAG", syntax=JPEG2000Lossless)
PLAN: Final = (
    Patient(
        person=14, size=(1.02, 1.03, 1.02), scalp=4.0,
        visits=(
            Visit(
                date="20171109", time="101833", description="MR BRAIN WITH AND WITHOUT CONTRAST", axial=_PHILIPS,
                lesion=Glioma(centre=(30, 14, 24), radius=17, oedema=14), nod=5, turn=-1.5,
            ),
            Visit(
                date="20180322", time="134105", description="MR BRAIN FOLLOW-UP", axial=_PHILIPS, nod=2, turn=2,
                lesion=Glioma(
                    centre=(30, 14, 24), radius=15, oedema=7, resected=True, push=0.06, shape=(1.1, 1.2, 0.9)
                ),
            ),
        ),
    ),
    Patient(
        person=15, size=(0.96, 0.95, 0.97), scalp=5.5,
        visits=(
            Visit(
                date="20210614", time="084950", description="MR BRAIN WITH CONTRAST", nod=-2, turn=1, tilt=5,
                lesion=Glioma(centre=(-37, -32, 4), radius=14, oedema=18, shape=(0.9, 1.3, 1.0), push=0.26),
                axial=_four(("T1 SE TRA", "T2 TSE TRA", "T2 TIRM TRA FLAIR", "T1 SE TRA POST GD")),
            ),
        ),
    ),
    Patient(
        person=16, size=(0.95, 0.94, 0.96), scalp=3.5,
        visits=(
            Visit(
                date="20221201", time="160412", description="MR BRAIN", axial=_CANON, nod=4, tilt=10, pixel=0.859375,
                lesion=Glioma(centre=(-33, 24, 8), radius=9, oedema=20, wall=6, push=0.3, shape=(1.0, 1.25, 0.8)),
            ),
        ),
    ),
    Patient(
        person=17, size=(1.03, 1.02, 1.01), scalp=5.0,
        visits=(
            Visit(
                date="20190828", time="113726", description="MR BRAIN TUMOR PROTOCOL", nod=-3, turn=1, sagittal=_MPRAGE,
                lesion=Glioma(centre=(34, -48, 24), radius=15, oedema=16, push=0.3),
                axial=_four(("", "T2 TSE TRA", "T2 TIRM TRA FLAIR", "T1 SE TRA POST GD"), first=4)[1:],
            ),
        ),
    ),
)  # fmt: skip
PATIENTS: Final = len(PLAN)


def files(patient: int, seed: int = SEED) -> Iterator[HospitalFile]:
    """The files of one patient, study by study; the segmentation of each study comes last."""
    plan = PLAN[patient - 1]
    for number, visit in enumerate(plan.visits, 1):
        study = headers.study(
            plan.person, number, visit.date, visit.time, visit.description, MR_BRAIN, step="MR BRAIN"
        )
        for series, index, content in _study(plan, visit, study, seed):
            yield HospitalFile(GROUP, patient, f"{folder(patient, number, series)}/IM{index:06d}", content)


def head(plan: Patient, visit: Visit, seed: int) -> Head:
    """A patient's head on the day of a visit."""
    age = people.person(plan.person).age_on(visit.date)
    return Head(
        Build(
            seed=seed + plan.person, age=age, size=plan.size, scalp=plan.scalp, nod=visit.nod, turn=visit.turn,
            lesion=visit.lesion,
        )
    )  # fmt: skip


def planes(visit: Visit) -> Planes:
    """The axial slices of a visit."""
    tilt = np.deg2rad(visit.tilt)
    return Planes(
        rows=256, columns=256, pixel=visit.pixel, slices=visit.slices, thickness=5, spacing=6,
        along_row=(1.0, 0.0, 0.0), along_column=(0.0, float(np.cos(tilt)), float(-np.sin(tilt))),
        centre=(0.0, 0.0, 9.0),
    )  # fmt: skip


_SAGITTAL: Final = Planes(
    rows=208, columns=208, pixel=1.2, slices=72, thickness=2.2, spacing=2.2,
    along_row=(0.0, 1.0, 0.0), along_column=(0.0, 0.0, -1.0), centre=(0.0, -15.0, -16.0),
)  # fmt: skip


def _study(plan: Patient, visit: Visit, study: Study, seed: int) -> Iterator[tuple[int, int, bytes]]:
    """Each file of a study, after the number of its series and its own."""
    subject = head(plan, visit, seed)
    if visit.sagittal:
        volume = Volume.through(subject, _SAGITTAL, (visit.sagittal.contrast,))
        for number, ds in enumerate(images(study, visit.sagittal, volume, seed), 1):
            yield visit.sagittal.number, number, written(ds, visit.sagittal.syntax)
    volume = Volume.through(subject, planes(visit), tuple(series.contrast for series in visit.axial))
    sources: list[Dataset] = []
    for series in visit.axial:
        sources = []
        for number, ds in enumerate(images(study, series, volume, seed), 1):
            yield series.number, number, written(ds, series.syntax)
            sources.append(without_pixels(ds))
    label = Label(
        number=visit.axial[-1].number + 90, description="SEGMENTATION TUMOR", date=visit.date,
        time=f"{int(visit.time[:2]) + 2:02d}{visit.time[2:]}",
    )  # fmt: skip
    outlined = segmentation(sources, _segments(study, volume, resected=visit.lesion.resected), label)
    yield label.number, 1, written(outlined)


def _segments(study: Study, volume: Volume, *, resected: bool) -> list[Segment]:
    """The parts of the tumour where they fill more than half of a voxel, in the order of the images."""
    parts = (_CAVITY, *_PARTS[1:]) if resected else _PARTS
    masks = volume.lesion[:, numbering(study, volume.planes)] > 0.5
    return [
        Segment(
            mask=mask, label=name, kind=kind, category=ABNORMAL, site=_BRAIN, colour=colour, tracking_id=name,
            tracking_uid=f"{study.uid}.998.{number}",
        )
        for number, ((name, kind, colour), mask) in enumerate(zip(parts, masks, strict=True), 1)
        if mask.sum() >= _LEAST
    ]  # fmt: skip
