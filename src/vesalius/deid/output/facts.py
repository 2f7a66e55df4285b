"""Header facts: what a catalog wants to know of one file, by DICOM keyword; which facts is a table."""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias

from vesalius.deid.memory import LONGEST, Remembered
from vesalius.deid.resources import load_rows
from vesalius.dicom import Dataset, DicomFile, Element, tag_text, values, walk
from vesalius.dicom.values import Value

NAMED: Final = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID")
"""Keywords of what can be referred to; a file bears each itself at its root."""

REFERENCES: Final = {
    0x00081155: "SOPInstanceUID",
    0x00081167: "SOPInstanceUID",  # the source of a frame of a multi-frame image
    0x0020000E: "SeriesInstanceUID",
    0x0020000D: "StudyInstanceUID",
    0x00200052: "FrameOfReferenceUID",
    0x0018991E: "FrameOfReferenceUID",  # target of a registration
    0x00640003: "FrameOfReferenceUID",  # source of a deformable registration
    0x30060024: "FrameOfReferenceUID",  # of a region of interest
    0x300600C2: "FrameOfReferenceUID",  # related by a transformation
}
"""Attributes that refer, by the keyword of what they name; other than SOP Instances only inside of sequences."""

_Form: TypeAlias = Callable[[list[Value]], Any]
_Value: TypeAlias = tuple[str, str, bytes]  # path, VR, bytes
After = Mapping[str, tuple[str, bytes] | None]
"""Elements that a pass changed: VR and new bytes by path, "(0010,0010)", None for what it removed."""

_MEANING: Final = 0x00080104


def header_facts(file: DicomFile) -> dict[str, Any]:
    """Facts of a file as it is: keyword to JSON value; what is absent or empty has no key.

    `references` holds sorted UIDs under each keyword of `NAMED`.
    """
    found: list[tuple[str, str]] = []
    for path, element in walk(file.dataset):
        keyword = REFERENCES.get(element.tag)
        if keyword and (len(path) > 1 or keyword == "SOPInstanceUID"):
            found += [(keyword, str(value)) for value in element.values()]
    return facts_after(file.dataset, {}, file.transfer_syntax, referred(found))


def referred(found: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """References, each a keyword and a UID, as the UIDs of every keyword."""
    references: dict[str, set[str]] = {keyword: set() for keyword in REFERENCES.values()}
    for keyword, uid in found:
        references[keyword].add(uid)
    return references


def facts_after(
    root: Dataset,
    after: After,
    transfer_syntax: str,
    references: Mapping[str, set[str]],
    memory: Remembered[_Value, Any] | None = None,
) -> dict[str, Any]:
    """Facts of a file once the changes of `after` are written; `memory` remembers those of a patient's values, which
    hang on nothing but path, VR, bytes, character sets and byte order.
    """
    facts: dict[str, Any] = {"TransferSyntaxUID": transfer_syntax}
    memory = memory if memory is not None else Remembered()
    known, elements = memory.within((root.codecs, root.big_endian)), root.elements
    for tag, path, keyword, form in _table():
        if path in after:
            new = after[path]
            if new is None:
                continue
            vr, raw = new
        elif tag in elements:
            vr, raw = elements[tag].vr, _short(elements[tag])
        else:
            continue
        key = (path, vr, raw)
        if key in known:
            value = known[key]
        else:
            value = form(_values(root, after, tag))
            if 0 < len(raw) <= LONGEST:
                memory.put(known, key, len(raw), value)
        if value not in (None, "", []):
            facts[keyword] = [*value] if isinstance(value, list) else value  # the caller's own
    facts["references"] = {keyword: sorted(uids - {""}) for keyword, uids in references.items()}
    return facts


def _short(element: Element) -> bytes:
    """The bytes of a value; none of a sequence, and of what is too long to remember."""
    if element.length is None or element.length > LONGEST or element.items:
        return b""
    return element.raw()


def _values(dataset: Dataset, after: After, tag: int, prefix: str = "") -> list[Value]:
    path = prefix + tag_text(tag)
    if path not in after:
        element = dataset.get(tag)
        return _meanings(element, after) if element is not None and element.items else dataset.values(tag)
    new = after[path]
    if new is None or not new[1]:
        return []
    return values.decoded(new[0], new[1], dataset.codecs, big_endian=dataset.big_endian)


def _meanings(sequence: Element, after: After) -> list[Value]:
    """Code Meaning (0008,0104) of each item of a sequence of codes."""
    return [
        value
        for index, item in enumerate(sequence.items)
        for value in _values(item.dataset, after, _MEANING, f"{tag_text(sequence.tag)}[{index}].")
    ]


def _text(found: list[Value]) -> str | None:
    return str(found[0]).strip(" \0") if found and not isinstance(found[0], bytes) else None


def _texts(found: list[Value]) -> list[str]:
    return [str(value).strip(" \0") for value in found if not isinstance(value, bytes)]


def _ints(found: list[Value]) -> list[int]:
    return [value for value in found if isinstance(value, int)]


def _floats(found: list[Value]) -> list[float]:
    return [float(value) for value in found if isinstance(value, int | float) and math.isfinite(value)]


def _float(found: list[Value]) -> float | None:
    return next(iter(_floats(found)), None)


def _int(found: list[Value]) -> int | None:
    return next(iter(_ints(found)), None)


_FORMS: Final[dict[str, _Form]] = {
    "text": _text,
    "texts": _texts,
    "int": _int,
    "ints": _ints,
    "float": _float,
    "floats": _floats,
}


@cache
def _table() -> tuple[tuple[int, str, str, _Form], ...]:
    rows = [(int(row["tag"], 16), row) for row in load_rows("facts.csv")]
    return tuple((tag, tag_text(tag), row["keyword"], _FORMS[row["form"]]) for tag, row in rows)
