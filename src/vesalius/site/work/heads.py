"""Series of heads whose face could be known again: by their headers, then by the pixels where these leave a doubt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from vesalius.deid.faces import Slice, face_stands_out, may_show_face, sampled_places, volume_of
from vesalius.dicom import Dataset
from vesalius.site.work.hands import allow_processor_time, limited
from vesalius.site.work.opening import opened
from vesalius.store.sources import Source

Facts = dict[str, Any]

MODALITIES: Final = frozenset({"CT", "MR", "PT"})
SENTENCE: Final = "a face could be drawn of the images of this series"
_MODALITY: Final = 0x00080060
_TEXTS: Final = {
    "Modality": _MODALITY,
    "RecognizableVisualFeatures": 0x00280302,
    "SeriesDescription": 0x0008103E,
    "ProtocolName": 0x00181030,
    "StudyDescription": 0x00081030,
    "AcquisitionContrast": 0x00089209,
    "BodyPartExamined": 0x00180015,
}
_NUMBERS: Final = {
    "Rows": 0x00280010,
    "Columns": 0x00280011,
    "NumberOfFrames": 0x00280008,
    "RescaleSlope": 0x00281053,
    "RescaleIntercept": 0x00281052,
    "SliceThickness": 0x00180050,
}
_LISTS: Final = {
    "PixelSpacing": 0x00280030,
    "ImagePositionPatient": 0x00200032,
    "ImageOrientationPatient": 0x00200037,
}
_IMAGE_TYPE: Final = 0x00080008


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadTask:
    """Look at these slices of a series, in their order."""

    slices: tuple[tuple[Source, Facts], ...]
    count: int  # files of the series

    def single(self) -> Sequence[Self]:
        """It is one already."""
        return [self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A series that may show a face, by one of its files."""

    file: str
    count: int  # files of the series
    shows: bool  # a face stands out of the pixels, or nobody can tell
    looked_at: int  # slices
    size: int  # bytes of these slices


def facts_for_heads(root: Dataset) -> Facts:
    """Of a file's header what the questions about faces need; nothing of a modality that draws none."""
    if root.text(_MODALITY) not in MODALITIES:
        return {}
    numbers = {name: _numbers(root, tag) for name, tag in (_NUMBERS | _LISTS).items()}
    texts = {name: root.text(tag) for name, tag in _TEXTS.items()}
    return {
        "ImageType": [str(value) for value in root.values(_IMAGE_TYPE)],
        **{name: text for name, text in texts.items() if text},
        **{name: numbers[name][0] for name in _NUMBERS if numbers[name]},
        **{name: numbers[name] for name in _LISTS if numbers[name]},
    }


def _numbers(root: Dataset, tag: int) -> list[float]:
    values = root.values(tag)
    return [value for value in values if isinstance(value, int | float) and math.isfinite(value)]


def task_of(series: Sequence[tuple[Source, Facts]]) -> HeadTask | None:
    """What to look at in a series, None where its headers rule a face out."""
    facts = [told for _, told in series]
    if not may_show_face(facts):
        return None
    places = sampled_places(facts) or range(len(series))
    return HeadTask(slices=tuple(series[place] for place in places), count=len(series))


def look_at(task: HeadTask) -> Head:
    """Whether a face stands out; where the pixels cannot be read or joined, one may."""
    allow_processor_time(len(task.slices))
    try:
        with limited():
            shows = _shows_face(task)
    except Exception:  # noqa: BLE001 - whatever the decoder says, nobody has ruled a face out
        shows = True
    return _head(task, shows=shows)


def lost_head(task: HeadTask) -> Head:
    """What is said of a series that ended its process."""
    return _head(task, shows=True)


def _head(task: HeadTask, *, shows: bool) -> Head:
    size = sum(source.size for source, _ in task.slices)
    name = task.slices[0][0].name
    return Head(file=name, count=task.count, shows=shows, looked_at=len(task.slices), size=size)


def _shows_face(task: HeadTask) -> bool:
    from vesalius.dicom.frames import frame  # noqa: PLC0415 - decoders are loaded where pixels are looked at

    slices = []
    for source, facts in task.slices:
        with opened(source) as file:
            slices.append(Slice(facts, frame(file, 0)))
    found = volume_of(slices)
    return found is None or face_stands_out(*found, str(slices[0].facts.get("Modality")))
