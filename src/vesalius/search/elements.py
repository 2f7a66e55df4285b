"""What can be asked, as data: one row of `data/elements.csv` per search element; any header fact is one more."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias, cast

from pydicom.datadict import (
    dictionary_description,
    dictionary_VM,
    dictionary_VR,
    keyword_dict,
    keyword_for_tag,
)

DISTINCT = frozenset(
    {"slice_thickness", "pixel_spacing"}
)  # columns with the different values of a revision's images
NOT_SPECIFIED = "Not specified"  # how pages show an empty value
Kind: TypeAlias = Literal["text", "number", "day", "flag", "uid"]
# VR (PS3.5 6.2) -> kind; what is not here (bytes, sequences) can be asked by a row of the table alone.
_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("AE", "AS", "CS", "DT", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UR", "UT"), "text"),
    **dict.fromkeys(("DS", "FD", "FL", "IS", "SL", "SS", "SV", "UL", "US", "UV"), "number"),
    "DA": "day",
    "UI": "uid",
}
_TAG: Final = re.compile(r"\(?([0-9A-Fa-f]{4}),?([0-9A-Fa-f]{4})\)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One search element: what a question may say something about."""

    name: str  # in code and conditions; of a simple element of values the field of Query
    parameter: str  # in a URL
    label: str  # on pages
    path: str  # from SeriesRevision; facts__KEYWORD is a header fact, facts__KEYWORD__2 its third value
    keyword: str = ""  # of DICOM
    kind: Kind = "text"
    facet: bool = False  # counted beside every answer
    simple: Literal["", "values", "range"] = ""  # how the simple search asks for it
    unit: str = ""
    group: str = "Header"  # under which the builder of questions lists it
    nbia: str = ""  # its name in NBIA's dynamic search
    also: tuple[str, ...] = ()  # other names that a typed question may use

    @property
    def flag(self) -> bool:
        """Whether its values are yes and no."""
        return self.kind == "flag"

    @property
    def word(self) -> str:
        """Its name in a typed question: the DICOM keyword, else the label in one word."""
        return self.keyword or "".join(
            part[0].upper() + part[1:] for part in re.split(r"\W+", self.label) if part
        )

    @property
    def several(self) -> bool:
        """Whether it may have several values: those of one image (DICOM's VM), or different ones of its images."""
        return self.path in DISTINCT or (self.keyword != "" and dictionary_VM(self.keyword) != "1")

    @property
    def tag(self) -> str:
        """Its tag as "(0018,0050)"; "" without a keyword."""
        tag = _dictionary()[0].get(self.keyword)
        return f"({tag >> 16:04X},{tag & 0xFFFF:04X})" if tag is not None else ""


def _rows() -> Iterator[Element]:
    """The table; NBIA's names and the other names are for `element_of`."""
    text = (files("vesalius.search") / "data" / "elements.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield Element(
            name=row["name"],
            parameter=row["parameter"],
            label=row["label"],
            path=row["path"],
            keyword=row["keyword"],
            kind=cast("Kind", row["kind"]),
            facet=row["facet"] == "yes",
            simple=cast("Literal['', 'values', 'range']", row["simple"]),
            unit=row["unit"],
            group=row["group"],
            nbia=row["nbia"],
            also=tuple(filter(None, row["also"].split("|"))),
        )


TABLE: Final = tuple(_rows())
ELEMENTS: Final = tuple(element for element in TABLE if element.simple == "values")
RANGES: Final = tuple(element for element in TABLE if element.simple == "range")
FACETS: Final = tuple(element for element in TABLE if element.facet)
BY_NAME: Final = {element.name: element for element in TABLE}
BY_PARAMETER: Final = {element.parameter: element for element in ELEMENTS}

# Where the words of a text are looked for; each word must stand in one of them.
TEXTS = ("series_description", "study_description", "protocol_name")


def element_of(name: str) -> Element | None:
    """The element of a name, keyword, label or "(gggg,eeee)", whatever its case and spaces; None where there is none.

    An attribute of the DICOM dictionary without a row of its own is asked of the header facts of a revision.
    """
    key = key_of(name)
    known = _by_key().get(key)
    if known is not None or not key:
        return known
    by_keyword, by_key = _dictionary()
    tag = by_key.get(key)
    written = _TAG.fullmatch(name.strip())
    if tag is None and written:
        tag = int(written[1] + written[2], 16)
    return _of_header(tag) if tag in by_keyword.values() else None


def names() -> tuple[str, ...]:
    """Every name of the table as a typed question may have it, for the nearest to one that nobody knows."""
    return tuple(
        dict.fromkeys(name for element in TABLE for name in (element.word, element.label, *element.also))
    )


def shown(value: object) -> str:
    """A value as pages show it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) or NOT_SPECIFIED


def key_of(name: str) -> str:
    """A name without case, spaces and signs: what names are compared by."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


@cache
def _by_key() -> dict[str, Element]:
    found: dict[str, Element] = {}
    for names_of in (
        lambda one: (one.name, one.keyword, one.parameter),
        lambda one: (one.label, one.word, one.nbia),
        lambda one: one.also,
    ):
        for element in TABLE:
            for name in filter(None, names_of(element)):
                found.setdefault(key_of(name), element)
    return found


@cache
def _dictionary() -> tuple[dict[str, int], dict[str, int]]:
    """Tags of the attributes of PS3.6 that can be asked, by keyword, and by keyword and name as keys."""
    by_keyword = {word: tag for word, tag in keyword_dict.items() if word and dictionary_VR(tag) in _KINDS}
    by_key = {key_of(dictionary_description(tag)): tag for tag in by_keyword.values()}
    return by_keyword, by_key | {key_of(keyword): tag for keyword, tag in by_keyword.items()}


@cache
def _of_header(tag: int) -> Element:
    keyword = keyword_for_tag(tag)
    return _by_key().get(key_of(keyword)) or Element(
        name=keyword,
        parameter=keyword,
        label=dictionary_description(tag),
        path=f"facts__{keyword}",
        keyword=keyword,
        kind=_KINDS[dictionary_VR(tag)],
    )
