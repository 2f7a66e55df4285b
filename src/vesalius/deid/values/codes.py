"""Codes of terminologies that anybody can look up: a row of a published table says nothing about anybody."""

from typing import Final

from vesalius.deid.patient.context import PatientContext
from vesalius.deid.resources import load_words
from vesalius.dicom import Element

_DESIGNATOR, _MAPPING_RESOURCE = 0x00080102, 0x00080105
PUBLISHED_IN: Final = {
    0x00080100: _DESIGNATOR,  # Code Value
    0x00080119: _DESIGNATOR,  # Long Code Value
    0x00080104: _DESIGNATOR,  # Code Meaning
    _DESIGNATOR: _DESIGNATOR,
    0x0040DB00: _MAPPING_RESOURCE,  # Template Identifier
    _MAPPING_RESOURCE: _MAPPING_RESOURCE,
}
"""Attribute -> the one beside it that names who publishes the table (PS3.3 8.1, 8.2, C.18.8)."""


def is_public_code(element: Element, context: PatientContext) -> bool:
    """Whether this is a code of a published terminology and no identifier of this patient.

    A code of a private scheme (99xxx, PS3.3 8.2) means what a hospital chose, and is no better than free text.
    """
    named_by = PUBLISHED_IN.get(element.tag)
    if named_by is None or element.parent.text(named_by).casefold() not in load_words("terminologies.txt"):
        return False
    return not context.betrayed_by(element.text())
