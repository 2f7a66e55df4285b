"""Series of heads whose face could be known again: by their headers, then by the pixels where these leave a doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from vesalius.deid import header_facts
from vesalius.deid.faces import Slice, face_stands_out, may_show_face, sampled_places, volume_of
from vesalius.dicom import DicomFile
from vesalius.site.work.hands import allow_processor_time, limited
from vesalius.site.work.tasks import opened
from vesalius.store.sources import Source

Facts = dict[str, Any]

MODALITIES: Final = frozenset({"CT", "MR", "PT"})
_NEEDED: Final = (
    "Modality", "RecognizableVisualFeatures", "SeriesDescription", "ProtocolName", "StudyDescription",
    "AcquisitionContrast", "ImageType", "BodyPartExamined", "PixelSpacing", "Rows", "Columns", "NumberOfFrames",
    "ImagePositionPatient", "ImageOrientationPatient", "RescaleSlope", "RescaleIntercept", "SliceThickness",
)  # fmt: skip


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


def facts_for_heads(file: DicomFile) -> Facts:
    """Of a file's header what the questions about faces need."""
    found = header_facts(file)
    return {name: found[name] for name in _NEEDED if name in found}


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
    return Head(file=task.slices[0][0].name, count=task.count, shows=shows)


def lost_head(task: HeadTask) -> Head:
    """What is said of a series that ended its process."""
    return Head(file=task.slices[0][0].name, count=task.count, shows=True)


def _shows_face(task: HeadTask) -> bool:
    from vesalius.dicom.frames import frame  # noqa: PLC0415 - decoders are loaded where pixels are looked at

    slices = []
    for source, facts in task.slices:
        with opened(source) as file:
            slices.append(Slice(facts, frame(file, 0)))
    found = volume_of(slices)
    return found is None or face_stands_out(*found, str(slices[0].facts.get("Modality")))
