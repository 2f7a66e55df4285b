"""How CTP's scripts name an element, and the text that they read of it."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

import numpy as np
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary

from vesalius.deid.ctp.errors import ScriptError
from vesalius.dicom import Dataset, Element, charset
from vesalius.dicom import vr as representations

# Words that scripts shorten, tried one after the other on a name that is no keyword.
_ABBREVIATIONS: Final = (
    (re.compile(r"Retired$"), ""),
    (re.compile(r"Seq(?![a-z])"), "Sequence"),
    (re.compile(r"Ref(?=[A-Z])"), "Referenced"),
    (re.compile(r"AET$"), "AETitle"),
    (re.compile(r"PPS"), "PerformedProcedureStep"),
    (re.compile(r"SPS"), "ScheduledProcedureStep"),
    (re.compile(r"LUT"), "LookupTable"),
)
_WRAPPED: Final = re.compile(r"\[(.*)\]|\((.*)\)|\{(.*)\}", re.DOTALL)
_HEX: Final = re.compile(r"[0-9a-fA-F]{1,8}")
_HEX_PAIR: Final = re.compile(r"([0-9a-fA-F]{0,4}),([0-9a-fA-F]{1,4})")
_PRIVATE: Final = re.compile(r"([0-9a-fA-F]{1,4}),?\[([^\]]*)\],?([0-9a-fA-F]{1,2})?")
_ROOT: Final = "root:"
_META: Final = 0x00080000
_PADDING: Final = " \0"
# Text whose leading blanks belong to it (PS3.5 6.2).
_LEADING: Final = frozenset({"LT", "PN", "ST", "UT"})
_LARGEST_PLAIN, _SMALLEST_PLAIN = 1e7, 1e-3


class Private(NamedTuple):
    """A private element by its creator; `low` is None for the element that reserves the block (PS3.5 7.8.1)."""

    group: int
    creator: str
    low: int | None

    def tag_in(self, dataset: Dataset) -> int | None:
        """Its tag in this data set, or None where no such block is reserved."""
        first = self.group << 16
        for block in range(0x10, 0x100):
            if dataset.text(first | block) == self.creator:
                return first | block if self.low is None else first | block << 8 | self.low
        return None


Step = int | Private
"""One element's name: a tag, or a private element whose tag each data set decides."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An element as a script names it: steps through first items of sequences, from here or from the root."""

    steps: tuple[Step, ...]
    from_root: bool = False

    def find(self, dataset: Dataset, meta: Dataset | None = None) -> Element | None:
        """The element, or None where it or a sequence on the way to it is missing."""
        here: Dataset = root_of(dataset) if self.from_root else dataset
        found: Element | None = None
        for position, step in enumerate(self.steps):
            if position:
                if found is None or not found.items:
                    return None
                here = found.items[0].dataset
            tag = step if isinstance(step, int) else step.tag_in(here)
            if tag is None:
                return None
            place = meta if meta is not None and tag < _META else here
            found = place.get(tag)
        return found

    def text(self, dataset: Dataset, meta: Dataset | None = None) -> str | None:
        """What a script reads of it; None where it is missing or a sequence."""
        element = self.find(dataset, meta)
        return None if element is None else text_of(element)


def root_of(dataset: Dataset) -> Dataset:
    """The data set of the file that an item stands in."""
    while dataset.parent is not None:
        dataset = dataset.parent
    return dataset


def reference(text: str, names: Mapping[str, Step] | None = None) -> Reference:
    """Read an element's name: keyword, `ggggeeee`, `gggg,eeee`, `0009[CREATOR]02`, `A::B`, `root:A`.

    `names` are those that a script itself gives to private elements. Raises ScriptError for anything else.
    """
    text = text.strip()
    from_root = text.startswith(_ROOT)
    steps = tuple(_step(part.strip(), names or {}) for part in text.removeprefix(_ROOT).split("::"))
    return Reference(steps, from_root)


def _step(text: str, names: Mapping[str, Step]) -> Step:
    while (wrapped := _WRAPPED.fullmatch(text)) is not None:
        text = next(part for part in wrapped.groups() if part is not None).strip()
    tag = _tag(text)
    if tag is not None:
        return tag
    if text in names:
        return names[text]
    private = _PRIVATE.fullmatch(text)
    if private is None or not int(private[1], 16) & 1:
        raise ScriptError("no element has this name")
    low = None if private[3] is None else int(private[3], 16)
    return Private(int(private[1], 16), private[2].strip(), low)


def _tag(text: str) -> int | None:
    named = _named(text)
    if named is not None:
        return named
    if _HEX.fullmatch(text):
        return int(text, 16)
    pair = _HEX_PAIR.fullmatch(text)
    return int(pair[1] or "0", 16) << 16 | int(pair[2], 16) if pair else None


def _named(name: str) -> int | None:
    """The tag of a keyword, or of a spelling that scripts use for it."""
    known = _spellings().get(name) or _keywords().get(name.casefold())
    if known is not None:
        return known
    return next((tag for long in _long_forms(name) if (tag := _keywords().get(long.casefold()))), None)


def _long_forms(name: str) -> Iterator[str]:
    forms = [name]
    for pattern, word in _ABBREVIATIONS:
        forms += [long for form in forms if (long := pattern.sub(word, form)) != form]
    yield from forms[1:]


@cache
def _spellings() -> Mapping[str, int]:
    lines = (files(__package__) / "data" / "names.csv").read_text("utf-8").splitlines()
    return {row["name"]: int(row["tag"], 16) for row in csv.DictReader(lines)}


@cache
def _keywords() -> Mapping[str, int]:
    """Tags by case-folded keyword; a repeating group by its first (PS3.5 7.6)."""
    repeating = {
        row[4].casefold(): int(mask.replace("x", "0"), 16) for mask, row in RepeatersDictionary.items()
    }
    single = {row[4].casefold(): tag for tag, row in DicomDictionary.items()}
    return {name: tag for name, tag in {**repeating, **single}.items() if name}


def text_of(element: Element) -> str | None:
    """All values as text joined by backslashes, as CTP reads them; None for a sequence.

    Bytes are hexadecimal, words of OW are read as words; numbers are spelled as Java does.
    """
    vr = _vr(element)
    if vr == "SQ":
        return None
    raw = element.raw()
    if vr in representations.BYTES:
        size = 2 if vr == "OW" else 1
        big = element.parent.big_endian
        words = (raw[at : at + size] for at in range(0, len(raw), size))
        return "\\".join((word if big else word[::-1]).hex().upper() for word in words)
    if vr in representations.NUMBERS:
        return "\\".join(_number(value, vr) for value in element.values())
    if vr == "AT":
        return "\\".join(f"{value:08X}" for value in element.values() if isinstance(value, int))
    return _characters(vr, raw, element)


def _vr(element: Element) -> str:
    """The VR, or for UN the one that pydicom's dictionary knows for a private element's text."""
    if element.vr != "UN" or not representations.is_private(element.tag):
        return element.vr
    block = element.tag & 0xFFFF0000 | (element.tag & 0xFF00) >> 8
    creator = element.parent.text(block)
    if creator == "CTP":
        return "LO"
    known = representations.private_vr(element.tag, creator) if creator else None
    return known if known is not None and known not in {*representations.NUMBERS, "SQ", "AT"} else "UN"


def _characters(vr: str, raw: bytes, element: Element) -> str:
    text = (
        charset.decode(raw, element.parent.codecs)
        if vr in representations.LOCAL_TEXT
        else raw.decode("latin-1")
    )
    if vr in representations.SINGLE_TEXT:
        return text.rstrip(_PADDING)
    strip = str.rstrip if vr in _LEADING else str.strip
    parts = [strip(part, _PADDING) for part in text.split("\\")]
    if vr == "PN":
        parts = [part.rstrip("= ").rstrip("^ ") for part in parts]
    return "\\".join(parts)


def _number(value: object, vr: str) -> str:
    if not isinstance(value, float):
        return str(value)
    if not np.isfinite(value):
        return {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")
    digits = np.float32(value) if vr == "FL" else np.float64(value)
    if value == 0 or _SMALLEST_PLAIN <= abs(value) < _LARGEST_PLAIN:
        return np.format_float_positional(digits, unique=True, trim="0")
    mantissa, exponent = np.format_float_scientific(digits, unique=True, trim="0").split("e")
    return f"{mantissa}E{int(exponent)}"
