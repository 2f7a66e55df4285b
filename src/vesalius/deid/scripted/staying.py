"""What no line of a script speaks of: whether it goes, and what it tells where it stays."""

from collections.abc import Container, Iterator
from typing import Final

from vesalius.deid.annex.private import Key
from vesalius.deid.ctp.script import Script
from vesalius.deid.ctp.script.dangers import is_telling
from vesalius.deid.ctp.script.parts import CURVES, PRIVATE_GROUPS, UNSPECIFIED
from vesalius.dicom import Element, walk
from vesalius.dicom import vr as representations

# Specific Character Set, without which texts that stay could not be read; SOP Class, SOP Instance, Study Instance UID.
_STAYING: Final = frozenset({0x00080005, 0x00080016, 0x00080018, 0x0020000D})
_IMAGE_GROUPS: Final = frozenset({0x0028, 0x7FE0})
_OVERLAYS, _CURVES = 0x60, 0x50
_TELLING: Final = frozenset({"DA", "DT", "PN", "UI"})


def goes(element: Element, script: Script, safe: Container[Key]) -> bool:
    """Whether an element of which no line speaks is removed."""
    kind = element.tag >> 24
    if CURVES in script.remove and kind == _CURVES:
        return True
    private = representations.is_private(element.tag)
    private_goes = private and PRIVATE_GROUPS in script.remove
    if not (private_goes or UNSPECIFIED in script.remove):
        return False
    if kind in {_OVERLAYS, _CURVES} and not private_goes:
        return False
    group = element.tag >> 16
    if group in script.keep_groups or group in _IMAGE_GROUPS or element.tag in _STAYING:
        return False
    return not (private and script.keep_safe_private and _is_safe(element, safe))


def creator_of(element: Element) -> str:
    """The creator of a private element's block, as its data set says; "" where it says none."""
    return element.parent.text(element.tag & 0xFFFF0000 | (element.tag & 0xFF00) >> 8)


def below(element: Element) -> Iterator[Element]:
    """Every element in the items of a sequence, at any depth."""
    for item in element.items:
        yield from (inner for _, inner in walk(item.dataset))


def tells(element: Element) -> bool:
    """Whether this is a name, a date or a UID of somebody's, and not empty."""
    if element.vr not in _TELLING or element.value_end == element.value_start:
        return False
    return representations.is_private(element.tag) or is_telling(element.tag)


def _is_safe(element: Element, safe: Container[Key]) -> bool:
    if representations.is_private_creator(element.tag):
        return True
    return (element.tag >> 16, creator_of(element), element.tag & 0xFF) in safe
