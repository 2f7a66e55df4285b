"""What stands in the headers of a few files; the work of a child process."""

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Self

from vesalius.deid.suspicions import suspicions
from vesalius.deid.values.treatment import text_of
from vesalius.dicom import Dataset, DicomError, Element, Reason
from vesalius.dicom import vr as representations
from vesalius.errors import ArchiveError
from vesalius.site.survey.risks import ORDER, Risk, named, risk_of
from vesalius.site.work.hands import allow_processor_time, limited
from vesalius.site.work.heads import Facts, Head, facts_for_heads
from vesalius.site.work.opening import opened
from vesalius.site.work.tasks import sentence_of
from vesalius.store.sources import Source

MOST_VALUES: Final = 1000  # distinct values of one attribute that are counted apart
LONGEST: Final = 200  # characters of a value
_LEVELS: Final = {"patients": 0x00100020, "studies": 0x0020000D, "series": 0x0020000E}
_MODALITY: Final = 0x00080060


@dataclass(slots=True)
class Attribute:
    """One attribute, wherever it stands under the same path."""

    vr: str
    risk: Risk
    count: int = 0
    values: Counter[str] = field(default_factory=Counter)
    more: bool = False  # than MOST_VALUES

    def note(self, value: str, count: int = 1) -> None:
        """So many more of a value."""
        if value in self.values or len(self.values) < MOST_VALUES:
            self.values[value] += count
        else:
            self.more = True

    def add(self, other: "Attribute") -> None:
        """The same attribute in other files."""
        self.count += other.count
        self.more |= other.more
        self.risk = min(self.risk, other.risk, key=ORDER.__getitem__)
        for value, count in other.values.items():
            self.note(value, count)


@dataclass(slots=True)
class Survey:
    """What stands in some files."""

    files: int = 0
    size: int = 0
    not_dicom: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)  # (file, why)
    attributes: dict[str, Attribute] = field(default_factory=dict)
    suspects: list[tuple[str, str, str]] = field(default_factory=list)  # (file, element path, why)
    modalities: Counter[str] = field(default_factory=Counter)
    volumes: dict[str, list[tuple[Source, Facts]]] = field(default_factory=dict)  # by Series Instance UID
    heads: list[Head] = field(default_factory=list)
    levels: dict[str, set[str]] = field(default_factory=lambda: {level: set() for level in _LEVELS})

    def add(self, other: "Survey") -> None:
        """The same of other files."""
        self.files += other.files
        self.size += other.size
        self.not_dicom += other.not_dicom
        self.unreadable += other.unreadable
        self.suspects += other.suspects
        self.modalities.update(other.modalities)
        for level, uids in other.levels.items():
            self.levels[level] |= uids
        for series, slices in other.volumes.items():
            self.volumes.setdefault(series, []).extend(slices)
        for path, attribute in other.attributes.items():
            self.attributes.setdefault(path, Attribute(attribute.vr, attribute.risk)).add(attribute)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookTask:
    """Look into these files."""

    sources: tuple[Source, ...]

    def single(self) -> Sequence[Self]:
        """The same, one file each."""
        return [replace(self, sources=(source,)) for source in self.sources]


def look_into(task: LookTask) -> Survey:
    """What stands in the headers of these files."""
    survey = Survey()
    allow_processor_time(len(task.sources))
    for source in task.sources:
        survey.files += 1
        survey.size += source.size
        try:
            with limited(), opened(source) as file:
                _note(survey, source, file.dataset)
                if facts := facts_for_heads(file.dataset):
                    series = file.dataset.text(_LEVELS["series"])
                    survey.volumes.setdefault(series, []).append((source, facts))
        except DicomError as error:
            if error.reason is Reason.NOT_DICOM:
                survey.not_dicom += 1
            else:
                survey.unreadable.append((source.name, str(error)))
        except (ArchiveError, OSError, MemoryError, RecursionError, zipfile.BadZipFile) as error:
            survey.unreadable.append((source.name, sentence_of(error)))
    return survey


def lost_looking(task: LookTask) -> Survey:
    """What is said of a file that ended its process."""
    lost = [(source.name, "reading the file ended its process") for source in task.sources]
    return Survey(files=len(lost), size=sum(source.size for source in task.sources), unreadable=lost)


def _note(survey: Survey, source: Source, root: Dataset) -> None:
    for path, element, risk in _elements(root, ""):
        attribute = survey.attributes.setdefault(path, Attribute(element.vr, risk))
        attribute.count += 1
        attribute.risk = min(attribute.risk, risk, key=ORDER.__getitem__)
        attribute.note(_shown(element))
    for level, tag in _LEVELS.items():
        survey.levels[level].add(root.text(tag))
    survey.modalities[root.text(_MODALITY)] += 1
    doubts = [doubt for doubt in suspicions(root) if doubt.kind == "pixel_text"]
    survey.suspects += [(source.name, doubt.path, doubt.sentence) for doubt in doubts]


def _elements(dataset: Dataset, prefix: str) -> Iterator[tuple[str, Element, Risk]]:
    for element in dataset:
        name = named(element, dataset)
        yield prefix + name.name, element, risk_of(element, name)
        for item in element.items:
            yield from _elements(item.dataset, f"{prefix}{name.name}[].")


def _shown(element: Element) -> str:
    """The value as a person reads it; of bytes and sequences how much there is."""
    if element.vr == "SQ":
        return f"{len(element.items)} items"
    length = element.value_end - element.value_start
    if element.vr in representations.BYTES or element.fragments:
        return f"{length} bytes"
    if element.vr in representations.NUMBERS or element.vr == "AT":
        return "\\".join(str(value) for value in element.values()[:16])[:LONGEST]
    return text_of(element).rstrip(" \0")[:LONGEST] if length <= 1 << 16 else f"{length} bytes of text"
