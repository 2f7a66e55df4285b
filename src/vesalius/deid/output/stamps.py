"""What a cleaned file says of its cleaning (PS3.15 E.1.1 and E.3): only what was done."""

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from vesalius.deid.annex import options as known_options
from vesalius.deid.annex import table
from vesalius.deid.patient.event import EVENT_TYPE, OFFSET
from vesalius.deid.recipes.recipe import Recipe
from vesalius.deid.record import Origin
from vesalius.deid.suspicions import embedded_overlays
from vesalius.deid.values import encode
from vesalius.dicom import Dataset
from vesalius.dicom.standard import load_json

IDENTITY_REMOVED: Final = 0x00120062
METHOD: Final = 0x00120063
METHOD_CODES: Final = 0x00120064
DATES_MODIFIED: Final = 0x00280303
_ALWAYS: Final = frozenset({IDENTITY_REMOVED, METHOD, DATES_MODIFIED})
_CODE_VALUE: Final = 0x00080100
_SCHEME: Final = 0x00080102
_CODE_MEANING: Final = 0x00080104
_BASIC: Final = "113100"
# Attributes that say NO once a step over the pixels vouches for them (PS3.15 E.3.1, E.3.2), by the option's name.
_OF_PIXELS: Final = {"clean_pixel_data": 0x00280301, "clean_recognizable_visual_features": 0x00280302}
_MODIFIED: Final = "retain_longitudinal_modified_dates"
_FULL: Final = "retain_longitudinal_full_dates"


@dataclass(frozen=True, slots=True)
class Stamp:
    """One root element to set."""

    tag: int
    vr: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Vouched:
    """What the pass itself can say of options beyond the header table, by the recipe's names for them.

    `done`: clean_pixel_data where pixels were cleaned or reviewed, clean_recognizable_visual_features where no face
    is left. `undone`: options that the recipe names and this file could not be held to. `days`: from the recipe's
    event to the file's study, where both true dates are known.
    """

    done: frozenset[str] = frozenset()
    undone: frozenset[str] = frozenset()
    days: int | None = None


_NOTHING: Final = Vouched()


def undone(root: Dataset) -> frozenset[str]:
    """Options that this file cannot be held to by its header alone.

    An overlay in the unused bits of the pixels is graphics that no element holds (PS3.3 C.9.2, retired).
    """
    return frozenset({"clean_graphics"} if embedded_overlays(root) else ())


def tags(vouched: Vouched) -> frozenset[int]:
    """Root elements that the stamps write, and nothing else does."""
    counted = {OFFSET, EVENT_TYPE} if vouched.days is not None else set()
    return _ALWAYS | counted | {tag for option, tag in _OF_PIXELS.items() if option in vouched.done}


@lru_cache(maxsize=64)
def codes(recipe: Recipe, origin: Origin, vouched: Vouched = _NOTHING) -> tuple[str, ...]:
    """Code values of CID 7050 for the profile and the options that were applied.

    Dates and UIDs of derived data were kept because they are new already, which no option names.
    """
    done = set(recipe.options) - vouched.undone - _OF_PIXELS.keys() | vouched.done
    if _MODIFIED in done:
        done.discard(_FULL)
    if origin == "derived":
        done -= {_MODIFIED, _FULL, "retain_uids"}
    return (_BASIC, *sorted(known_options.codes()[option] for option in done))


def texts(
    root: Dataset, recipe: Recipe, origin: Origin, *, betrayed: bool, vouched: Vouched = _NOTHING
) -> tuple[Stamp, ...]:
    """The stamps that are plain values; a method already named stays in front unless an identifier stands in it."""
    ours = f"Vesalius, DICOM PS3.15 {table.edition()} E, recipe {recipe.digest[:12]}".encode("ascii")
    element = root.get(METHOD)
    before = element.raw().rstrip(b" \0") if element is not None and not betrayed else b""
    method = before if ours in before.split(b"\\") else b"\\".join(filter(None, (before, ours)))
    stamps = [Stamp(IDENTITY_REMOVED, "CS", b"YES"), Stamp(METHOD, "LO", method)]
    if origin == "identifiable":
        stamps.append(Stamp(DATES_MODIFIED, "CS", _dates(recipe)))
    stamps += [Stamp(tag, "CS", b"NO") for option, tag in _OF_PIXELS.items() if option in vouched.done]
    if vouched.days is not None:
        offset = struct.pack(">d" if root.big_endian else "<d", vouched.days)
        stamps += [Stamp(OFFSET, "FD", offset), Stamp(EVENT_TYPE, "CS", recipe.event.encode("ascii"))]
    return tuple(stamps)


def missing_items(root: Dataset, recipe: Recipe, origin: Origin, vouched: Vouched = _NOTHING) -> bytes:
    """Items of De-identification Method Code Sequence for what is not coded there yet, as bytes to append."""
    sequence = root.get(METHOD_CODES)
    present = {item.dataset.text(_CODE_VALUE) for item in sequence.items} if sequence is not None else set()
    lacking = tuple(code for code in codes(recipe, origin, vouched) if code not in present)
    return _items(lacking, implicit=root.implicit, big_endian=root.big_endian)


def missing(root: Dataset) -> tuple[int, ...]:
    """Which stamps a file that claims to be de-identified lacks (PS3.15 E.1.1 step 6)."""
    lacking = []
    if root.text(IDENTITY_REMOVED) != "YES":
        lacking.append(IDENTITY_REMOVED)
    if not root.text(METHOD) and not getattr(root.get(METHOD_CODES), "items", ()):
        lacking.append(METHOD)
    if not root.text(DATES_MODIFIED):
        lacking.append(DATES_MODIFIED)
    return tuple(lacking)


def _dates(recipe: Recipe) -> bytes:
    if _MODIFIED in recipe.options:
        return b"MODIFIED"
    return b"UNMODIFIED" if _FULL in recipe.options else b"REMOVED"


@lru_cache(maxsize=64)
def _items(codes: tuple[str, ...], *, implicit: bool, big_endian: bool) -> bytes:
    return b"".join(_item(code, implicit=implicit, big_endian=big_endian) for code in codes)


def _item(code: str, *, implicit: bool, big_endian: bool) -> bytes:
    rows = load_json("ps3.16_cid7050.json")["rows"]
    meaning = next(row["code_meaning"] for row in rows if row["code_value"] == code)
    body = b"".join(
        encode.element(tag, vr, value.encode("ascii"), implicit=implicit, big_endian=big_endian)
        for tag, vr, value in (
            (_CODE_VALUE, "SH", code),
            (_SCHEME, "SH", "DCM"),
            (_CODE_MEANING, "LO", meaning),
        )
    )
    return encode.item(body, big_endian=big_endian)
