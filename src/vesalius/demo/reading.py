"""What the readers of a chest CT add at the workstation: tumours outlined and measured, structures for planning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from pydicom.dataset import Dataset

from vesalius.demo import headers
from vesalius.demo.headers import Code
from vesalius.demo.labels.rtstruct import Roi, structure_set
from vesalius.demo.labels.seg import Segment, Volume, segmentation
from vesalius.demo.labels.sr import Lesion, measurement_report
from vesalius.demo.labels.workstation import Label
from vesalius.demo.phantom import Chest, lung_mask, tumour_mask
from vesalius.demo.phantom.canvas import Floats
from vesalius.demo.plan import CHEST_CT, StudyPlan

_PRIMARY: Final = Code("86049000", "SCT", "Neoplasm, Primary")
_SECONDARY: Final = Code("14799000", "SCT", "Neoplasm, Secondary")
_LUNGS: Final = {1: Code("44029006", "SCT", "Left lung"), -1: Code("3341006", "SCT", "Right lung")}
_COLOURS: Final = ((62.0, 62.0, 48.0), (75.0, 8.0, 72.0), (60.0, -18.0, -36.0))  # CIELab: red, yellow, blue


@dataclass(frozen=True, slots=True)
class Picture:
    """One slice: its file's data set, its height in the standard body (mm), its Hounsfield units."""

    dataset: Dataset
    height: float
    hu: Floats


def labels(pictures: Sequence[Picture], chest: Chest, person: int, study: StudyPlan) -> Iterator[Dataset]:
    """A segmentation and a measurement report of all tumours, and a structure set where planned."""
    sources = [picture.dataset for picture in pictures]
    segments = [_segment(pictures, chest, person, number) for number in range(len(chest.tumours))]
    seg = segmentation(sources, segments, _label(100, "TUMOR SEGMENTATION", study, hours=26))
    lesions = [
        Lesion(segment=segment, number=number, time_point=str(study.number))
        for number, segment in enumerate(segments, 1)
    ]
    yield seg
    yield measurement_report(
        sources, seg, lesions, CHEST_CT, _label(101, "TUMOR MEASUREMENT REPORT", study, hours=27)
    )
    if study.structures:
        rois = [_gross_tumour(segments[0]), *(_lung(pictures, chest, side) for side in (-1, 1))]
        yield structure_set(sources, rois, _label(102, "LUNG TUMOR CONTOURS", study, hours=51))


def _label(number: int, description: str, study: StudyPlan, hours: int) -> Label:
    """A label that was finished so many hours after the scan."""
    done = datetime.fromisoformat(f"{study.date}T{study.time}") + timedelta(hours=hours)
    return Label(
        number=number, description=description, date=done.strftime("%Y%m%d"), time=done.strftime("%H%M%S")
    )


def _segment(pictures: Sequence[Picture], chest: Chest, person: int, number: int) -> Segment:
    chief = chest.build.tumour is not None and not number
    side = 1 if chest.tumours[number].centre[0] > 0 else -1
    return Segment(
        mask=np.stack([tumour_mask(chest, picture.height, number) for picture in pictures]),
        label=f"Tumor {number + 1}",
        kind=_PRIMARY if chief else _SECONDARY,
        site=_LUNGS[side],
        tracking_id=f"Tumor {number + 1}",
        tracking_uid=headers.uid(person + 1, 0, number + 1),  # the same at every time point
        colour=_COLOURS[number % len(_COLOURS)],
    )


def _gross_tumour(segment: Segment) -> Roi:
    return Roi(mask=segment.mask, name="GTV", colour=(230, 60, 60), kind=segment.kind, interpreted="GTV")


def _lung(pictures: Sequence[Picture], chest: Chest, side: int) -> Roi:
    mask: Volume = np.stack([lung_mask(chest, picture.height, picture.hu, side) for picture in pictures])
    name, colour = ("LUNG LEFT", (70, 150, 230)) if side > 0 else ("LUNG RIGHT", (90, 200, 120))
    return Roi(mask=mask, name=name, colour=colour, kind=_LUNGS[side])
