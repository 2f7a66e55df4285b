"""Rules of single elements: groups, VRs, lengths, UIDs, character sets (PS3.5 6 and 7)."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from vesalius.dicom import charset, vr
from vesalius.dicom.problem import Problem, Reason, tag_text
from vesalius.dicom.structure.identity import IDENTIFIERS, uid_fault
from vesalius.dicom.tree import MOST_TEXT, Dataset, Element

_SPECIFIC_CHARACTER_SET: Final = 0x00080005
# Command and meta elements, and odd groups that no vendor may use (PS3.5 7.1 and 7.8.1).
_ILLEGAL_GROUPS: Final = frozenset({0x0000, 0x0001, 0x0002, 0x0003, 0x0005, 0x0007, 0xFFFF})
# VRs that elements had in earlier editions: the dictionary's VR today -> what older writers wrote.
_EARLIER: Final[dict[str, frozenset[str]]] = {
    "UC": frozenset({"LO", "LT", "ST", "UT"}),
    "UT": frozenset({"LT", "ST", "LO"}),
    "UR": frozenset({"UT", "ST", "LO"}),
    "LT": frozenset({"ST"}),
    "ST": frozenset({"LT"}),
    "LO": frozenset({"SH"}),
    "SH": frozenset({"LO"}),
    "OF": frozenset({"OB", "OW"}),
    "OL": frozenset({"OB", "OW"}),
    "OD": frozenset({"OB", "OW"}),
    "OV": frozenset({"OB", "OW"}),
}
# Values of these are judged by no rule but those of their length and of their tag.
_PLAIN: Final = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UR"})
_SIZES: Final = {name: size for name, (_, size) in vr.NUMBERS.items()} | {
    "AT": 4, "OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8,
}  # fmt: skip


@lru_cache(maxsize=8192)
def lawful(tag: int, written: str | None) -> bool:
    """Whether neither `group` nor `representation` objects to an element, which tag and written VR decide alone."""
    return tag >> 16 not in _ILLEGAL_GROUPS and (
        vr.is_private(tag) or (vr.public_vr(tag) is not None and _is_allowed(tag, written))
    )


def group(element: Element) -> Iterator[Problem]:
    """No command, meta or forbidden group stands in a data set; public tags are in the dictionary."""
    tag = element.tag
    if tag >> 16 in _ILLEGAL_GROUPS:
        sentence = f"{tag_text(tag)} belongs to a group that no data set may hold."
        yield Problem(Reason.ILLEGAL_GROUP, tag, element.start, sentence)
    elif not vr.is_private(tag) and vr.public_vr(tag) is None:
        sentence = f"{tag_text(tag)} is not in the dictionary."
        yield Problem(Reason.UNKNOWN_TAG, tag, element.start, sentence)


def representation(element: Element) -> Iterator[Problem]:
    """The VR written for a public element is one that some edition of the dictionary allows it."""
    written, tag = element.written_vr, element.tag
    if not vr.is_private(tag) and not _is_allowed(tag, written):
        yield Problem(Reason.WRONG_VR, tag, element.start, f"{tag_text(tag)} is written as {written}.")


def _is_allowed(tag: int, written: str | None) -> bool:
    if written is None or written == "UN":
        return True
    choices = vr.allowed(tag)
    return not choices or written in choices or any(written in _EARLIER.get(one, ()) for one in choices)


def even_length(element: Element) -> Iterator[Problem]:
    """Elements, items and fragments have even lengths (PS3.5 7.1.1)."""
    odd = (element.length or 0) % 2
    if not odd and element.items:
        odd = any((item.length or 0) % 2 for item in element.items)
    if not odd and element.fragments:
        odd = any(size % 2 for _, size in element.fragments)
    if odd:
        yield Problem(
            Reason.ODD_LENGTH, element.tag, element.start, f"{tag_text(element.tag)} has an odd length."
        )


def is_sound(element: Element) -> bool:
    """Whether no rule of single elements objects to this one; False says only that they must be asked.

    It saves asking them of most elements of a file.
    """
    length, name = element.length, element.vr
    if length is None or length & 1 or length > MOST_TEXT or element.items or element.fragments:
        return False
    if not lawful(element.tag, element.written_vr):
        return False
    if name in _PLAIN or not length:
        return True
    if name in vr.LOCAL_TEXT:
        return element.raw().isascii()
    return length % _SIZES[name] == 0 if name in _SIZES else name == "OB"


def whole_values(element: Element) -> Iterator[Problem]:
    """The length of numbers and words is a multiple of one of them."""
    size = _SIZES.get(element.vr)
    if size and element.length and element.length % size:
        sentence = f"{tag_text(element.tag)} does not hold whole values of {element.vr}."
        yield Problem(Reason.VALUE_LENGTH, element.tag, element.start, sentence)


def uid_form(element: Element) -> Iterator[Problem]:
    """UIDs other than the file's own are well formed (PS3.5 9.1)."""
    if element.vr != "UI" or (element.tag in IDENTIFIERS and element.parent.parent is None):
        return
    if any(isinstance(uid, str) and uid and uid_fault(uid) for uid in element.values()):
        sentence = f"{tag_text(element.tag)} is not a well-formed UID."
        yield Problem(Reason.UID_REFERENCE, element.tag, element.start, sentence)


def readable_size(element: Element) -> Iterator[Problem]:
    """Text and numbers are of a size that a program can take in."""
    if element.length and element.length > MOST_TEXT and element.vr != "SQ" and element.vr not in vr.BYTES:
        sentence = f"{tag_text(element.tag)} is longer than any text or numbers may be."
        yield Problem(Reason.TOO_LARGE, element.tag, element.start, sentence)


def opaque_sequence(element: Element) -> Iterator[Problem]:
    """An UN that the dictionary calls a sequence holds items."""
    if element.vr == "UN" and element.length and vr.public_vr(element.tag) == "SQ":
        sentence = f"{tag_text(element.tag)} should be a sequence and holds no items."
        yield Problem(Reason.BAD_ITEM, element.tag, element.start, sentence)


def readable_text(element: Element) -> Iterator[Problem]:
    """Text holds only bytes that its character sets can mean (PS3.5 6.1)."""
    if element.vr not in vr.LOCAL_TEXT or not element.length or element.length > MOST_TEXT:
        return
    raw = element.raw()
    if not raw.isascii() and "\N{REPLACEMENT CHARACTER}" in charset.decode(raw, element.parent.codecs):
        sentence = f"{tag_text(element.tag)} holds bytes outside its character set."
        yield Problem(Reason.TEXT, element.tag, element.start, sentence)


def character_set(dataset: Dataset) -> Iterator[Problem]:
    """Specific Character Set holds defined terms of PS3.3 C.12.1.1.2."""
    element = dataset.get(_SPECIFIC_CHARACTER_SET)
    if element is not None and charset.unknown(dataset.charsets):
        sentence = f"{tag_text(element.tag)} names no character set of the standard."
        yield Problem(Reason.CHARSET, element.tag, element.start, sentence)
