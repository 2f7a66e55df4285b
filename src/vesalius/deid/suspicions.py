"""Doubts that no header rule can settle: text that may stand in pixels, documents, classes that nobody knows."""

from collections.abc import Iterator
from typing import Any, Final

from vesalius.deid.record import FindingFact
from vesalius.deid.resources import load_json
from vesalius.dicom import Dataset, tag_text

_SOP_CLASS: Final = 0x00080016
_IMAGE_TYPE: Final = 0x00080008
_CONVERSION_TYPE: Final = 0x00080064
# Patient ID, SOP, Study and Series Instance UID: by these a file finds its place among others (PS3.3 C.12.1, C.7).
_PLACES: Final = (0x00100020, 0x00080018, 0x0020000D, 0x0020000E)
_BURNED_IN: Final = 0x00280301
_DOCUMENT: Final = 0x00420011
_PIXELS: Final = (0x7FE00008, 0x7FE00009, 0x7FE00010)
_STANDARD_CLASS: Final = "1.2.840.10008.5.1.4."


def suspicions(root: Dataset) -> list[FindingFact]:
    """Findings of kinds quarantine, identity and pixel_text about one file, by its root data set."""
    found = [*_classes(root), *_identity(root)]
    if any(tag in root for tag in _PIXELS):
        found += _pixels(root)
    return found


def _classes(root: Dataset) -> Iterator[FindingFact]:
    sop_class = root.text(_SOP_CLASS)
    if not sop_class.startswith(_STANDARD_CLASS):
        yield FindingFact(
            "quarantine", tag_text(_SOP_CLASS), "no SOP Class of the standard's storage classes"
        )
    if _listed("documents", sop_class) or _DOCUMENT in root:
        yield FindingFact("quarantine", tag_text(_DOCUMENT), "a document that no header rule can clean")


def _identity(root: Dataset) -> Iterator[FindingFact]:
    for tag in _PLACES:
        if not root.text(tag):
            yield FindingFact("identity", tag_text(tag), "without it the file cannot be told from others")


def _pixels(root: Dataset) -> Iterator[FindingFact]:
    sop_class = root.text(_SOP_CLASS)
    if _listed("text_in_pixels", sop_class):
        yield _doubt(_SOP_CLASS, "images of this class often show the patient's data")
    if root.text(_BURNED_IN).upper() == "YES":
        yield _doubt(_BURNED_IN, "the file says that text is burned into its pixels")
    if root.text(_CONVERSION_TYPE):
        yield _doubt(_CONVERSION_TYPE, "the image was converted from a screen, a film or a document")
    kinds = {str(value).strip().upper() for value in root.values(_IMAGE_TYPE)}
    if kinds & {"DERIVED", "SECONDARY"} and not _derived_as_usual(sop_class, kinds):
        yield _doubt(_IMAGE_TYPE, "a derived or secondary image that is no plain reformat")
    if kinds & set(_data()["shows_text"]):
        yield _doubt(_IMAGE_TYPE, "a slide's label, a dose report or a screen shows writing")
    for group in range(0x6000, 0x6100, 2):
        if (group << 16 | 0x0010) in root and (group << 16 | 0x3000) not in root:
            yield _doubt(group << 16 | 0x0010, "an overlay in the unused bits of the pixels")


def _derived_as_usual(sop_class: str, kinds: set[str]) -> bool:
    return _listed("derived_as_usual", sop_class) or not kinds.isdisjoint(_data()["reformats"])


def _listed(name: str, sop_class: str) -> bool:
    return any(sop_class == uid or sop_class.startswith(f"{uid}.") for uid in _data()[name])


def _doubt(tag: int, sentence: str) -> FindingFact:
    return FindingFact("pixel_text", tag_text(tag), sentence)


def _data() -> Any:
    return load_json("suspicions.json")
