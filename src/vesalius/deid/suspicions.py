"""Doubts that no header rule can settle: text that may stand in pixels, documents, classes that nobody knows."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

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
_LABEL_IN_IMAGE: Final = 0x00480010  # Specimen Label In Image
PIXELS: Final = (0x7FE00008, 0x7FE00009, 0x7FE00010)
"""Where pixels may stand: numbers of floating point in one and in two words, whole numbers (PS3.3 C.7.6.24)."""
_STANDARD_CLASS: Final = "1.2.840.10008.5.1.4."


class Doubt(NamedTuple):
    """A sign in the header that the pixels may show text, and what can settle it.

    `label`: a slide's label is in the image; `overlay`: it lies in unused bits of the pixels; `beyond_reading`: what is
    written by hand, or shows the patient; `promises_text`: nobody may believe that there was none.
    """

    finding: FindingFact
    label: bool = False
    overlay: bool = False
    beyond_reading: bool = False
    promises_text: bool = False


def suspicions(root: Dataset, *, pixels: bool = True) -> list[FindingFact]:
    """Findings of kinds quarantine, identity and, with `pixels`, pixel_text about one file, by its root data set."""
    found = [*_classes(root), *_identity(root)]
    return found + [doubt.finding for doubt in pixel_doubts(root)] if pixels else found


def pixel_doubts(root: Dataset) -> list[Doubt]:
    """Why the pixels of a file may show text; empty for one without pixels."""
    return list(_pixels(root)) if has_pixels(root) else []


def has_pixels(root: Dataset) -> bool:
    """Whether the file holds pixels, of whole numbers or of floating point."""
    return any(tag in root for tag in PIXELS)


def shows_no_text(root: Dataset) -> bool:
    """Whether the pixels are no picture that somebody could have written on, such as a segmentation's."""
    named = _listed("without_text", root.text(_SOP_CLASS))
    shows = kinds_of(root) & set(_data()["shows_text"]) or shows_label(root)
    return named and not shows and not embedded_overlays(root)


def kinds_of(root: Dataset) -> set[str]:
    """The values of Image Type."""
    return {str(value).strip().upper() for value in root.values(_IMAGE_TYPE)}


def rarely_shows_text(root: Dataset) -> bool:
    """Whether the pixels come from a reconstruction, on which few devices write."""
    return _listed("rarely_text", root.text(_SOP_CLASS))


def shows_label(root: Dataset) -> bool:
    """Whether a slide's label is in the image (PS3.3 C.8.12.4): of overviews the file may say that it is not."""
    said = root.text(_LABEL_IN_IMAGE).upper()
    places = label_places(root)
    return _is_of_slide(root) and ("whole" in places or said == "YES" or ("ends" in places and said != "NO"))


def label_places(root: Dataset) -> set[str]:
    """Where kinds of a slide's image hold the label: `whole` in all of it, `ends` at either end."""
    labels = _data()["labels"]
    return {labels[kind] for kind in kinds_of(root) if kind in labels}


def embedded_overlays(root: Dataset) -> frozenset[int]:
    """Groups 60xx whose overlay lies in the unused bits of the pixels (PS3.3 C.9.2, retired)."""
    rows = [tag for tag in root.elements if tag & 0xFF01FFFF == 0x60000010]
    return frozenset(tag >> 16 for tag in rows if (tag & 0xFFFF0000 | 0x3000) not in root)


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


def _pixels(root: Dataset) -> Iterator[Doubt]:
    sop_class = root.text(_SOP_CLASS)
    if _listed("text_in_pixels", sop_class):
        sentence = "images of this class often show the patient's data"
        yield Doubt(_found(_SOP_CLASS, sentence), beyond_reading=_listed("beyond_reading", sop_class))
    if root.text(_BURNED_IN).upper() == "YES":
        sentence = "the file says that text is burned into its pixels"
        yield Doubt(_found(_BURNED_IN, sentence), promises_text=True)
    if conversion := root.text(_CONVERSION_TYPE):
        sentence = "the image was converted from a screen, a film or a document"
        by_hand = conversion.upper() in _data()["conversions_beyond_reading"]
        yield Doubt(_found(_CONVERSION_TYPE, sentence), beyond_reading=by_hand)
    kinds = kinds_of(root)
    if kinds & {"DERIVED", "SECONDARY"} and not _derived_as_usual(sop_class, kinds):
        yield Doubt(_found(_IMAGE_TYPE, "a derived or secondary image that is no plain reformat"))
    if shows_label(root):
        yield Doubt(_found(_IMAGE_TYPE, "a slide's label shows writing"), label=True, promises_text=True)
    elif kinds & set(_data()["shows_text"]):
        unlabelled = _is_of_slide(root) and root.text(_LABEL_IN_IMAGE).upper() == "NO"
        sentence = "a slide's overview, a dose report or a screen shows writing"
        yield Doubt(_found(_IMAGE_TYPE, sentence), promises_text=not unlabelled)
    for group in sorted(embedded_overlays(root)):
        yield Doubt(_found(group << 16 | 0x0010, "an overlay in the unused bits of the pixels"), overlay=True)


def _is_of_slide(root: Dataset) -> bool:
    return _listed("slides", root.text(_SOP_CLASS))


def _derived_as_usual(sop_class: str, kinds: set[str]) -> bool:
    return _listed("derived_as_usual", sop_class) or not kinds.isdisjoint(_data()["reformats"])


def _listed(name: str, sop_class: str) -> bool:
    return any(sop_class == uid or sop_class.startswith(f"{uid}.") for uid in _data()[name])


def _found(tag: int, sentence: str) -> FindingFact:
    return FindingFact("pixel_text", tag_text(tag), sentence)


def _data() -> Any:
    return load_json("suspicions.json")
