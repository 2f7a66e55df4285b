"""MIDI-B's ten actions, as NCI's validation script judges them; words in pixels are compared instead of read.

A word is hidden when its box no longer resembles the box that it was in. No reader of letters judges, so that a
faint remainder counts as well as a legible one, and no tool is judged by its own reader.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import imagecodecs
import numpy as np
from bench.deid_set.key import Row
from bench.deid_set.score.cleaned import CleanedFile, Maps
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels import pixel_array
from pydicom.uid import JPEGLossless, JPEGLosslessSV1

ACTIONS: Final = (
    "text_removed", "text_retained", "tag_retained", "text_notnull", "date_shifted",
    "uid_changed", "uid_consistent", "patid_consistent", "pixels_retained", "pixels_hidden",
)  # fmt: skip
_PASSES_WITHOUT_FILE: Final = frozenset({"text_removed", "date_shifted", "uid_changed", "pixels_hidden"})
_TOKEN: Final = re.compile(r"[^\s,;:@#$%&?!()\[\]{}\"`“”‘’•]+")
_STOP: Final = frozenset(Path(__file__).with_name("stop_words.txt").read_text().splitlines()[1:])
_RESEMBLES: Final = 0.3


@dataclass(frozen=True)
class Verdict:
    """One check and whether it was passed."""

    action: str
    category: str
    passed: bool
    path: str
    tag: str
    wanted: str
    found: str | None  # None: no such file, or no such element


@dataclass(frozen=True)
class _Case:
    """What stands at the place now (None: nothing), and what the key says of it."""

    found: str | None
    text: str
    value: str
    maps: Maps


def judge(row: Row, file: CleanedFile | None, maps: Maps, source: Path) -> Iterator[Verdict]:
    """Every check of one instance. `source` is the folder of the uncleaned files."""
    for answer in row.answers:
        action = answer["action"].strip("<>")
        wanted = answer["action_text"][1:-1]
        if file is None:
            passed, found = action in _PASSES_WITHOUT_FILE, None
        elif action == "pixels_hidden":
            passed, found = _is_hidden(source / row.path, file, json.loads(wanted)), ""
        else:
            found = file.digest if action == "pixels_retained" else file.values.get(answer["tag_ds"].lower())
            passed = _JUDGES[action](_Case(found, answer["action_text"], _unquoted(answer["value"]), maps))
        yield Verdict(
            action, answer["answer_category"].strip("<>"), passed, row.path, answer["tag_ds"], wanted, found
        )


def _tag_retained(case: _Case) -> bool:
    return case.found is not None


def _text_notnull(case: _Case) -> bool:
    return bool(case.found)


def _text_retained(case: _Case) -> bool:
    if not case.found:
        return False
    wanted, found = _plain(case.text), _plain(case.found)
    if _is_number(wanted) and _is_number(found):
        return float(wanted) == float(found)
    return wanted in found or all(token in found for token in tokens(wanted))


def _text_removed(case: _Case) -> bool:
    if not case.found or case.found == "<REMOVED>":
        return True
    wanted, found = _plain(case.text), _plain(case.found)
    if _is_number(wanted) and _is_number(found):
        return float(wanted) != float(found)
    return wanted not in found and not any(token in found for token in tokens(wanted))


def _not_contained(case: _Case) -> bool:
    return case.found is None or case.value.replace("\\", "") not in case.found.replace("\\", "")


def _uid_consistent(case: _Case) -> bool:
    return case.found is None or case.found == case.maps.uids.get(case.value, "")


def _patid_consistent(case: _Case) -> bool:
    return case.found is None or case.found == case.maps.patients.get(case.value, "")


def _pixels_retained(case: _Case) -> bool:
    return case.found == _unquoted(case.text)


_JUDGES: Final[dict[str, Callable[[_Case], bool]]] = {
    "tag_retained": _tag_retained,
    "text_notnull": _text_notnull,
    "text_retained": _text_retained,
    "text_removed": _text_removed,
    "date_shifted": _not_contained,
    "uid_changed": _not_contained,
    "uid_consistent": _uid_consistent,
    "patid_consistent": _patid_consistent,
    "pixels_retained": _pixels_retained,
}


def tokens(text: str) -> list[str]:
    """The words of a text, without punctuation and stop words."""
    words = (word.strip(".'").strip() for word in _TOKEN.findall(text))
    return [word for word in words if word and word not in _STOP and any(c.isalnum() for c in word)]


def _unquoted(text: str) -> str:
    return text.replace("<", "").replace(">", "")


def _plain(text: str) -> str:
    return _unquoted(text).lower()


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _is_hidden(source: Path, file: CleanedFile, burned: dict[str, Any]) -> bool:
    (left, top), (right, bottom) = burned["top_left"], burned["bottom_right"]
    before, after = decoded(source), pixels_of(file)
    if after is None or after.shape != before.shape:
        return after is not None
    pairs = zip(before[:, top:bottom, left:right], after[:, top:bottom, left:right], strict=True)
    return not any(resembles(old, new) for old, new in pairs)


def resembles(old: NDArray[Any], new: NDArray[Any]) -> bool:
    """Whether two pictures of one word are correlated in any third of the word."""
    parts = zip(np.array_split(old, 3, axis=1), np.array_split(new, 3, axis=1), strict=True)
    return any(
        _correlation(one.astype(float).ravel(), other.astype(float).ravel()) > _RESEMBLES
        for one, other in parts
    )


def _correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    if one.size < 2 or one.std() == 0 or other.std() == 0:
        return 0.0
    return abs(float(np.corrcoef(one.astype(float), other.astype(float))[0, 1]))


@cache
def decoded(path: Path) -> NDArray[Any]:
    """The uncleaned pixels, grey, (frames, rows, columns)."""
    pixels = pixels_of(CleanedFile(path))
    assert pixels is not None
    return pixels


def pixels_of(file: CleanedFile) -> NDArray[Any] | None:
    """Decoded pixels, grey, (frames, rows, columns); None where they cannot be decoded."""
    dataset = file.dataset
    try:
        pixels = _decoded(dataset)
    except (AttributeError, ValueError, RuntimeError, NotImplementedError):
        return None
    if dataset.get("SamplesPerPixel", 1) == 3:
        pixels = pixels.mean(axis=-1)
    return pixels if pixels.ndim == 3 else pixels[None]


def _decoded(dataset: Dataset) -> NDArray[Any]:
    """By pydicom, colours as RGB; lossless JPEG by imagecodecs, since pydicom's own plugins are seldom installed."""
    if dataset.file_meta.TransferSyntaxUID not in {JPEGLossless, JPEGLosslessSV1}:
        return pixel_array(dataset)
    frames = generate_frames(dataset.PixelData, number_of_frames=int(dataset.get("NumberOfFrames", 1)))
    return np.stack([imagecodecs.jpeg_decode(frame) for frame in frames])
