"""The elements of a DICOM file as rows of a page."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydicom.datadict import keyword_dict

from vesalius.dicom import Dataset, DicomFile, Element, tag_text
from vesalius.dicom.standard import load_rows
from vesalius.pages.templatetags.words import size, tagtext

LONG_TEXT = 1024  # characters of a value that the page shows
BYTES = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})


@cache
def explanations() -> dict[int, str]:
    """What common attributes mean in plain language, by tag."""
    rows = load_rows("explanations.csv")
    return {keyword_dict[row["keyword"]]: row["words"] for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One element of a header, as the page shows it."""

    depth: int  # of sequences around it
    tag: str  # "(0018,0050)"
    name: str
    vr: str
    value: str
    words: str = ""  # what the attribute means, in plain language
    note: str = ""  # instead of a value: how much there is
    uid: bool = False
    item: bool = False  # the heading of a sequence's item, no element


def file_rows(file: DicomFile) -> Iterator[Row]:
    """The meta group, then the data set (PS3.10 7.1)."""
    yield from _rows(file.meta, 0)
    yield from _rows(file.dataset, 0)


def _rows(dataset: Dataset, depth: int) -> Iterator[Row]:
    for element in dataset:
        yield _row(element, depth)
        for number, item in enumerate(element.items, 1):
            yield Row(depth=depth + 1, tag="", name=f"Item {number}", vr="", value="", item=True)
            yield from _rows(item.dataset, depth + 2)


def _row(element: Element, depth: int) -> Row:
    name, tag = tagtext(element.tag).rsplit(" ", 1)
    words = explanations().get(element.tag, "")
    told: dict[str, Any] = {"depth": depth, "tag": tag, "name": name, "vr": element.vr, "words": words}
    octets = element.value_end - element.value_start
    if element.vr == "SQ":
        items = len(element.items)
        return Row(value="", note=f"{items} item{'' if items == 1 else 's'}", **told)
    if element.vr in BYTES or element.fragments:
        return Row(value="", note=size(octets) if octets else "empty", **told)
    if not octets:
        return Row(value="", note="empty", **told)
    if octets > 4 * LONG_TEXT:
        return Row(value="", note=size(octets), **told)
    value = _joined(element)
    return Row(
        value=value[:LONG_TEXT], note="…" if len(value) > LONG_TEXT else "", uid=element.vr == "UI", **told
    )


def _joined(element: Element) -> str:
    """All values as the file has them, apart as DICOM writes them (PS3.5 6.4)."""
    if element.vr in {"DS", "IS"}:
        return element.raw().decode("latin-1").strip(" \0")
    if element.vr == "AT":
        return "\\".join(tag_text(value) for value in element.values() if isinstance(value, int))
    return "\\".join(_told(value) for value in element.values())


def _told(value: object) -> str:
    if isinstance(value, bytes):
        return size(len(value))
    return f"{value:.8g}" if isinstance(value, float) else str(value)
