"""Values of DICOM attributes in the words of pages."""

from collections.abc import Callable

from vesalius.catalog.making import LICENSES
from vesalius.catalog.models import SeriesRevision

SEXES = {"F": "Female", "M": "Male", "O": "Other"}  # Patient's Sex (PS3.3 C.7.1.1)
UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day"}  # of an AS value


def sex(value: str) -> str:
    """Patient's Sex in a word."""
    return SEXES.get(value, value)


def noun(number: int, one: str, many: str = "") -> str:
    """The word for so many: "study", "studies"."""
    return one if number == 1 else many or f"{one}s"


def age(value: str) -> str:
    """An AS value, "061Y" (PS3.5 Table 6.2-1), in words; nothing for any other form."""
    if len(value) != 4 or value[3] not in UNITS or not value[:3].isdigit():
        return ""
    number = int(value[:3])
    return f"{number} {noun(number, UNITS[value[3]])}"


def body_part(value: str) -> str:
    """Body Part Examined as a word: "CHEST" is "Chest"."""
    return value.capitalize()


def series_title(revision: SeriesRevision) -> str:
    """What a series is called on pages."""
    return revision.series_description or f"{revision.modality} series without a description"


def licence(spdx: str) -> str:
    """A licence by its short title: "CC-BY-4.0" is "CC BY 4.0"."""
    return LICENSES[spdx][1] if spdx in LICENSES else spdx


def _flag(yes: str, no: str) -> Callable[[str], str]:
    return lambda label: {"Yes": yes, "No": no}.get(label, label)


IN_WORDS = {
    "sexes": sex,
    "body_parts": body_part,
    "licenses": licence,
    "third_party": _flag("Only of third parties", "Without third parties"),
    "phantoms": _flag("Only phantoms", "Without phantoms"),
    "commercial": _flag("Allowed", "Not allowed"),
}  # search element -> how its values are said


def value_word(element: str, label: str) -> str:
    """A value of a search element as pages say it."""
    return IN_WORDS[element](label) if element in IN_WORDS else label
