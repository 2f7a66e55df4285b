"""Whether an identifier of the patient, or a UID that should have a new name, still stands in a value."""

import re
from collections.abc import Iterator
from typing import Final

from vesalius.deid.patient.context import PatientContext
from vesalius.deid.patient.uids import uids_in
from vesalius.dicom import Dataset, Element, charset
from vesalius.dicom import vr as representations
from vesalius.dicom.tree import MOST_TEXT

_WELL_KNOWN: Final = "1.2.840.10008."
# Bytes of an opaque value that are looked at together, and how far two such stretches overlap.
_STRETCH: Final = 1 << 20
_OVERLAP: Final = 1 << 10
# Text inside of bytes: four signs or more in a row, in one byte each or in the low byte of two.
_NARROW: Final = re.compile(rb"[\x20-\x7e\x80-\xff]{4,}")
_WIDE: Final = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\0){3,}[\x20-\x7e\xa0-\xff]")
# Bytes of the standard's own that hold samples or colours and no text (PS3.3 C.7.6.3, C.9.2, C.10.9, C.11.15).
_SAMPLES: Final = frozenset({0x60003000, 0x54001010, 0x00282000, 0x00660129})
_PIXEL_GROUP: Final = 0x7FE0


class Leaks:
    """Seeks one patient's identifiers in values."""

    def __init__(self, context: PatientContext) -> None:
        self._context = context

    def in_text(self, raw: bytes, codecs: tuple[str, ...], *, only_patient: bool = False) -> bool:
        """Whether a text holds an identifier, in its own character set or in another that fits its bytes."""
        texts = _readings(raw, codecs)
        return any(self._context.betrayed_by(text, only_patient=only_patient) for text in texts)

    def in_bytes(self, element: Element) -> bool:
        """Whether bytes that are no text as a whole hold an identifier in any character set."""
        codecs = element.parent.codecs
        for block in stretches(element):
            for text in _strings(block):
                if self.in_text(text, codecs):
                    return True
            if block.count(0) * 4 > len(block) and self._betrays_wide(block):
                return True
        return False

    def _betrays_wide(self, block: bytes) -> bool:
        wide = (found.replace(b"\0", b"").decode("latin-1") for found in _WIDE.findall(block))
        return any(
            self._context.betrayed_by(text) for text in ("\n".join(wide), block.decode("utf-16-be", "ignore"))
        )


def stretches(element: Element) -> Iterator[bytes]:
    """The value in pieces that overlap, so that its size costs time alone."""
    window, start, end = element.parent.window, element.value_start, element.value_end
    while start < end:
        stop = min(end, start + _STRETCH)
        yield window.read(start, stop - start)
        start = stop if stop == end else stop - _OVERLAP


def is_opaque(element: Element) -> bool:
    """Whether text may hide in this value, though its VR is none of text: private, unknown, or a document."""
    if element.vr == "UN" or representations.is_private(element.tag):
        return True
    plain = element.tag & 0xFF00FFFF if element.tag >> 24 == 0x60 else element.tag
    return element.vr == "OB" and plain not in _SAMPLES and element.tag >> 16 != _PIXEL_GROUP


def old_uids(root: Dataset) -> frozenset[str]:
    """Every UID of a file that names no thing of the standard."""
    found: set[str] = set()
    waiting = [root]
    while waiting:
        for element in waiting.pop().elements.values():
            if element.vr == "UI" and (element.length or 0) <= MOST_TEXT:
                found.update(split(element.raw()))
            elif element.items:
                waiting.extend(item.dataset for item in element.items)
    return frozenset(uid for uid in found if uid and not uid.startswith(_WELL_KNOWN))


def split(raw: bytes) -> list[str]:
    """The UIDs of a value."""
    return [uid.strip(" \0") for uid in raw.decode("latin-1").split("\\")]


def stale(raw: bytes, vr: str, old: frozenset[str]) -> bool:
    """Whether a UID of the source stands in these bytes: as a value, or within a text."""
    if vr == "UI":
        return not old.isdisjoint(split(raw))
    return raw.count(b".") > 1 and not old.isdisjoint(uids_in(raw.decode("latin-1")))


def _readings(raw: bytes, codecs: tuple[str, ...]) -> Iterator[str]:
    if raw.isascii() and b"\x1b" not in raw and b"\0" not in raw.rstrip(b"\0"):
        yield raw.decode("ascii")
        return
    yield charset.decode(raw, codecs)
    for codec in ("utf-8", "latin-1"):
        yield raw.decode(codec, "replace")
    if b"\0" in raw.rstrip(b"\0"):
        yield raw.decode("utf-16-le", "ignore")
        yield raw.decode("utf-16-be", "ignore")


def _strings(block: bytes) -> Iterator[bytes]:
    found = _NARROW.findall(block)
    if found:
        yield b"\n".join(found)
