"""The strict structural check of a file that could be walked, before any lenient library reads it.

What cannot be walked never comes here: `read` raises DicomError. Extents are thereby exact already; the rules judge
what stands in them. Each rule is a small function of the file or of one element; the tables below are the whole check.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from vesalius.dicom.file import DicomFile
from vesalius.dicom.problem import MOST_OF_A_KIND, DicomError, Problem, Reason
from vesalius.dicom.structure import elements, identity, pixels
from vesalius.dicom.tree import Dataset, Element, every

FileRule = Callable[[DicomFile], Iterator[Problem]]
DatasetRule = Callable[[Dataset], Iterator[Problem]]
ElementRule = Callable[[Element], Iterator[Problem]]

FILE_RULES: Final[tuple[FileRule, ...]] = (
    identity.preamble,
    identity.meta_complete,
    identity.meta_length,
    identity.meta_agrees,
    identity.transfer_syntax,
    identity.identifiers,
    pixels.present,
    pixels.encapsulation,
)
DATASET_RULES: Final[tuple[DatasetRule, ...]] = (
    elements.character_set,
    pixels.description,
    pixels.native_length,
    pixels.fragments,
    pixels.basic_offsets,
    pixels.extended_offsets,
    pixels.palettes,
)
ELEMENT_RULES: Final[tuple[ElementRule, ...]] = (
    elements.group,
    elements.representation,
    elements.even_length,
    elements.whole_values,
    elements.uid_form,
    elements.opaque_sequence,
    elements.readable_text,
    elements.readable_size,
)


def check(file: DicomFile) -> tuple[Problem, ...]:
    """The objections to the file, those of reading first; `Problem.fatal` tells what must be quarantined.

    Of each reason the first `MOST_OF_A_KIND` are given, so that a hostile file cannot fill the memory.
    """
    said: Counter[Reason] = Counter(note.reason for note in file.notes)
    problems = list(file.notes)
    try:
        for problem in _problems(file):
            said[problem.reason] += 1
            if said[problem.reason] <= MOST_OF_A_KIND:
                problems.append(problem)
    except DicomError as error:
        problems.append(Problem(error.reason, error.tag, error.offset, f"{error}."))
    return tuple(problems)


def _problems(file: DicomFile) -> Iterator[Problem]:
    for rule in FILE_RULES:
        yield from rule(file)
    yield from _of_dataset(file.dataset)
    for element in every(file.dataset):
        if elements.is_sound(element):
            continue
        for element_rule in ELEMENT_RULES:
            yield from element_rule(element)
        for item in element.items:
            yield from _of_dataset(item.dataset)


def _of_dataset(dataset: Dataset) -> Iterator[Problem]:
    for rule in DATASET_RULES:
        yield from rule(dataset)
