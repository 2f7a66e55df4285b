"""Conformance that the pass must not lose: Types by place, forms of values, structure of the file (PS3.3, PS3.5)."""

from collections.abc import Iterator
from typing import Final

from vesalius.deid.annex.actions import Action
from vesalius.deid.annex.iods import OPTIONAL, Node, plain_tag
from vesalius.deid.profile.rules import Place
from vesalius.deid.proof import forms
from vesalius.deid.record import FindingFact
from vesalius.dicom import Dataset, DicomFile, Element, Problem, Reason, tag_text
from vesalius.dicom import vr as representations
from vesalius.dicom.structure import DATASET_RULES, FILE_RULES

_REQUIRED: Final = {1: "it must be there and have a value (Type 1)", 2: "it must be there (Type 2)"}


def of_file(source: DicomFile, written: DicomFile) -> Iterator[FindingFact]:
    """Objections to head, identifiers and pixel description that the source does not give rise to as well."""
    problems = [problem for problem in _problems(written) if problem.fatal]
    if not problems:
        return
    known = {(problem.reason, problem.tag) for problem in _problems(source)}
    for problem in problems:
        if (problem.reason, problem.tag) not in known:
            tag = tag_text(problem.tag) if problem.tag is not None else ""
            yield FindingFact("conformance", tag, problem.sentence)


def of_types(after: Dataset, before: Dataset, place: Place, node: Node, prefix: str) -> Iterator[FindingFact]:
    """Attributes of Type 1 and 2 that were there and are not, or are empty, without a rule that demands it."""
    for tag in before.elements.keys() - after.elements.keys():
        element = before.elements[tag]
        wanted = _type(tag, node)
        if wanted is OPTIONAL or (wanted == 1 and _is_empty(element)):
            continue
        if place.decide(tag, element.vr).action is not Action.REMOVE:
            yield FindingFact("conformance", prefix + tag_text(tag), _REQUIRED[wanted])
    for tag in (
        element.tag for element in after if element.length == 0 or (element.vr == "SQ" and not element.items)
    ):
        stood = before.get(tag)
        if stood is None or _is_empty(stood) or _type(tag, node) != 1:
            continue
        if _is_empty(after[tag]):
            yield FindingFact("conformance", prefix + tag_text(tag), _REQUIRED[1])


def of_value(element: Element, before: Dataset | None, prefix: str) -> Iterator[FindingFact]:
    """A form that the VR does not allow, unless the very value stood in the source's data set."""
    fault = forms.fault(element)
    if not fault:
        return
    stood = before.get(element.tag) if before is not None else None
    if stood is None or stood.vr != element.vr or stood.raw() != element.raw():
        yield FindingFact("conformance", prefix + tag_text(element.tag), fault)


def _type(tag: int, node: Node) -> int:
    return OPTIONAL if representations.is_private(tag) else node.types.get(plain_tag(tag), OPTIONAL)


def _is_empty(element: Element) -> bool:
    return element.value_end <= element.value_start


def _problems(file: DicomFile) -> Iterator[Problem]:
    for rule in FILE_RULES:
        yield from rule(file)
    for dataset_rule in DATASET_RULES:
        yield from dataset_rule(file.dataset)
    yield from (note for note in file.notes if note.reason is not Reason.DEFLATE_CHECKSUM)
