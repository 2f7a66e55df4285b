"""Whether a series may show a face, by what its headers say of body part, descriptions and geometry."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from vesalius.deid.faces.volume import extent_along_slices
from vesalius.deid.resources import load_json

_DESCRIPTIONS: Final = ("SeriesDescription", "ProtocolName", "StudyDescription", "AcquisitionContrast")
# A face is known again from about this much of it (mm), and not from slices farther apart than this (mm).
_LEAST_EXTENT: Final = 60.0
_MOST_GAP: Final = 10.0
_FEWEST_SLICES: Final = 8
# The size of a head with a margin: a field of view (mm) within which nothing tells of another part.
_HEAD_FIELD: Final = (170.0, 300.0)
_HEAD_EXTENT: Final = (110.0, 320.0)

Facts = Mapping[str, Any]


def may_show_face(series: Sequence[Facts]) -> bool:
    """Whether a surface with a face could be drawn of a series, by the header facts of its files (`header_facts`).

    Said to be no head, without a face (0028,0302), flat, a thin slab, or a few slices far apart: it could not.
    """
    if not series or series[0].get("Modality") not in _data()["modalities"]:
        return False
    first = series[0]
    if first.get("RecognizableVisualFeatures") == "NO" or _is_flat(first):
        return False
    words = _words(str(first.get(keyword, "")) for keyword in _DESCRIPTIONS)
    if not words.isdisjoint(_data()["no_face"]):
        return False
    return _is_volume(series) and (_names_head(first, words) or _looks_like_head(series))


def _names_head(first: Facts, words: set[str]) -> bool:
    part = re.sub("[^A-Z]", "", str(first.get("BodyPartExamined", "")).upper())
    if part in _data()["body_parts"]:
        return True
    return not words.isdisjoint(_data()["words"]) and words.isdisjoint(_data()["other_heads"])


def _looks_like_head(series: Sequence[Facts]) -> bool:
    """Whether nothing names a part and the volume has the size of a head."""
    first = series[0]
    if first.get("BodyPartExamined"):
        return False
    spacing, extent = list(first.get("PixelSpacing") or []), extent_along_slices(series)
    if len(spacing) != 2 or extent is None or not first.get("Rows") or not first.get("Columns"):
        return False
    fields = float(spacing[0]) * int(first["Rows"]), float(spacing[1]) * int(first["Columns"])
    least, most = _HEAD_FIELD
    return all(least <= field <= most for field in fields) and _HEAD_EXTENT[0] <= extent <= _HEAD_EXTENT[1]


def _is_flat(first: Facts) -> bool:
    said = " ".join(str(value) for value in first.get("ImageType") or ()).upper()
    return any(word in said for word in _data()["flat"])


def _is_volume(series: Sequence[Facts]) -> bool:
    """Whether the slices stand close enough, over enough of the body, to draw a surface of it."""
    frames = max(int(one.get("NumberOfFrames") or 1) for one in series)
    if frames > 1:
        return frames >= _FEWEST_SLICES
    extent = extent_along_slices(series)
    if extent is None:
        return len(series) >= _FEWEST_SLICES
    return (
        len(series) >= _FEWEST_SLICES and extent >= _LEAST_EXTENT and extent / (len(series) - 1) <= _MOST_GAP
    )


def _words(texts: Iterable[str]) -> set[str]:
    """The words of descriptions, and each two that follow each other as one: `whole body`, `skull-stripped`."""
    found: set[str] = set()
    for text in texts:
        words = re.findall("[a-z]+", text.casefold())
        found.update(words, (one + other for one, other in pairwise(words)))
    return found


def _data() -> Any:
    return load_json("faces.json")
