"""Clean Pixel Data (PS3.15 E.3.1) for one file: what is blanked, what the header says of it, what a person must see."""

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import numpy as np

from vesalius.deid.output.edits import Edit
from vesalius.deid.output.stamps import Stamp
from vesalius.deid.patient.context import PatientContext
from vesalius.deid.pixels.blanking import black_of, blank, covered
from vesalius.deid.pixels.boxes import Box, text_of
from vesalius.deid.pixels.finding.judging import Judge, may_stay
from vesalius.deid.pixels.finding.likeness import levelled, text_boxes
from vesalius.deid.pixels.finding.reader import Reader
from vesalius.deid.pixels.finding.strokes import written_areas
from vesalius.deid.pixels.rules import Rule, rule_for
from vesalius.deid.recipes.recipe import Recipe
from vesalius.deid.record import Change, FindingFact, Origin
from vesalius.deid.suspicions import (
    PIXELS,
    Doubt,
    embedded_overlays,
    has_pixels,
    pixel_doubts,
    rarely_shows_text,
    shows_no_text,
)
from vesalius.dicom import Dataset, DicomFile, frames, tag_text
from vesalius.dicom.look import look_of
from vesalius.dicom.render import coloured

_RANGE: Final = (0x00280106, 0x00280107)  # Smallest and Largest Image Pixel Value
_LONGEST_RANGE: Final = 16  # bits of a sample that these two can tell (PS3.3 C.7.6.3)
_LOSSY: Final = 0x00282110  # Lossy Image Compression
# Transfer syntaxes that allow loss: JPEG, JPEG-LS near lossless, JPEG 2000, HTJ2K (PS3.5 A.4).
_WITH_LOSS: Final = frozenset(f"1.2.840.10008.1.2.4.{last}" for last in (50, 51, 81, 91, 203))
_MOST_TOLD: Final = 8
_UNDECODED: Final = "pixels that cannot be decoded here were not searched for text"


@dataclass(frozen=True, slots=True)
class Hidden:
    """What became of the pixels of one file.

    `attributes` are root elements to set; `transfer_syntax` is another one where the pixels had to be coded anew
    in it, else ""; `cleaned` says that all frames were looked at and nothing is left that may be text.
    """

    edits: tuple[Edit, ...] = ()
    changes: tuple[Change, ...] = ()
    findings: tuple[FindingFact, ...] = ()
    attributes: tuple[Stamp, ...] = ()
    transfer_syntax: str = ""
    cleaned: bool = False


@dataclass(slots=True)
class _Seen:
    """What a look at all frames found."""

    boxes: dict[int, list[Box]] = field(default_factory=dict)
    doubts: dict[int, list[Box]] = field(default_factory=dict)
    text: bool = False


def hide(
    file: DicomFile,
    recipe: Recipe,
    context: PatientContext,
    reader: Reader | None,
    origin: Origin = "identifiable",
) -> Hidden:
    """Blank what the recipe's rules for devices name, and with a reader all text that is not harmless.

    Without a reader what may show text waits for a person. A site's file (origin `site`) is looked at and left.
    Raises RecipeError for rules that cannot be read.
    """
    root = file.dataset
    if not has_pixels(root):
        return Hidden()
    if shows_no_text(root):
        return Hidden(cleaned=reader is not None)
    doubts = pixel_doubts(root)
    rule = rule_for(root, recipe)
    label = next((doubt for doubt in doubts if doubt.label), None)
    if label is not None and not rule.blanks:
        sentence = "a slide's label is somewhere in the image, and no rule says where"
        return Hidden(findings=(FindingFact("quarantine", label.finding.path, sentence),))
    try:
        return _hidden(file, rule, doubts, partial(may_stay, context), reader, origin)
    except frames.Undecodable:
        left = [doubt.finding for doubt in doubts]
        if reader is not None or rule.blanks:
            left.append(FindingFact("pixel_text", _where(root), _UNDECODED))
        return Hidden(findings=tuple(left))


def _hidden(
    file: DicomFile, rule: Rule, doubts: list[Doubt], stays: Any, reader: Reader | None, origin: Origin
) -> Hidden:
    facts = frames.pixel_facts(file)
    if Box(0, 0, facts.columns, facts.rows) in rule.boxes(facts.rows, facts.columns) and origin != "site":
        return replace(_blanked(file, _by_rule(file, rule)), cleaned=True)
    seen = _by_rule(file, rule) if reader is None else _look(file, rule, doubts, stays, reader)
    findings = [doubt.finding for doubt in _left(doubts, seen, rule, read=reader is not None)]
    if reader is None and (doubts or not rarely_shows_text(file.dataset)):
        findings += _suspected(file, seen)
    findings += _told(file, "text may stand in the boxes", seen.doubts)
    if origin == "site":
        findings += _told(file, "text stands in the boxes", seen.boxes)
        return Hidden(findings=tuple(findings))
    done = _blanked(file, seen)
    return replace(done, findings=tuple(findings), cleaned=reader is not None and not findings)


# What is found ---------------------------------------------------------------------------------------------------


def _by_rule(file: DicomFile, rule: Rule) -> _Seen:
    facts = frames.pixel_facts(file)
    boxes = rule.boxes(facts.rows, facts.columns)
    return _Seen({index: list(boxes) for index in range(facts.frames)} if boxes else {})


def _look(file: DicomFile, rule: Rule, doubts: list[Doubt], stays: Any, reader: Reader) -> _Seen:
    """Every frame, decoded and judged one after the other."""
    facts = frames.pixel_facts(file)
    boxes = rule.boxes(facts.rows, facts.columns)
    rare = rarely_shows_text(file.dataset)
    everywhere = bool(doubts) or not rare
    judge = Judge(reader, stays, expected=bool(doubts), search=not rare)
    lossy = file.dataset.text(_LOSSY) == "01" or file.transfer_syntax in _WITH_LOSS
    seen = _Seen()
    for index in range(facts.frames):
        picture = _picture(file, index)
        areas = written_areas(picture, lossy=lossy)
        plane = levelled(picture) if areas or everywhere else None
        del picture  # a mammogram's samples need not stay while its text is read
        verdict = judge.frame(plane, boxes, areas, everywhere=everywhere)
        if boxes or verdict.hide:
            seen.boxes[index] = [*boxes, *verdict.hide]
        if verdict.doubt:
            seen.doubts[index] = verdict.doubt
    seen.text = judge.read_text or bool(boxes)
    return seen


def _where(root: Dataset) -> str:
    return tag_text(next(tag for tag in PIXELS if tag in root))


def _picture(file: DicomFile, index: int) -> frames.Samples:
    """A frame as it is shown, as far as text goes: indices of a palette become colours."""
    frame = frames.frame(file, index)
    if frame.dtype.kind == "f":  # where no number stands, nothing is shown
        least = float(np.min(frame, where=np.isfinite(frame), initial=np.inf))
        return np.nan_to_num(frame, nan=least, posinf=least, neginf=least)
    if frames.pixel_facts(file).photometric != "PALETTE COLOR":
        return frame
    palette = look_of(file, index).palette
    assert palette is not None
    return coloured(frame, palette)


def _left(doubts: list[Doubt], seen: _Seen, rule: Rule, *, read: bool) -> Iterator[Doubt]:
    """Doubts of the header that looking at the pixels does not settle."""
    for doubt in doubts:
        if doubt.overlay or (doubt.label and rule.blanks):
            continue
        if not read or doubt.beyond_reading or (doubt.promises_text and not seen.text):
            yield doubt


def _suspected(file: DicomFile, seen: _Seen) -> list[FindingFact]:
    """Without a reader: where the middle frame looks like text, for the person who looks."""
    index = frames.pixel_facts(file).frames // 2
    plane = levelled(_picture(file, index))
    boxes = text_boxes(plane) if plane is not None else []
    left = [box for box in boxes if not any(box.touches(other) for other in seen.boxes.get(index, ()))]
    return _told(file, "text may stand in the boxes", {index: left} if left else {})


def _told(file: DicomFile, sentence: str, boxes: dict[int, list[Box]]) -> list[FindingFact]:
    """One finding that tells boxes as x,y,width,height and the frames that they stand in."""
    if not boxes:
        return []
    by_boxes = Counter(tuple(found) for found in boxes.values())
    first = {found: index for index, found in reversed([(index, tuple(one)) for index, one in boxes.items()])}
    parts = []
    for found, count in by_boxes.most_common(_MOST_TOLD):
        more = f" and {count - 1} more" if count > 1 else ""
        parts.append(f"{text_of(found[:_MOST_TOLD])} of frame {first[found] + 1}{more}")
    return [FindingFact("pixel_text", _where(file.dataset), f"{sentence} {'; '.join(parts)}")]


# What is done ----------------------------------------------------------------------------------------------------


def _blanked(file: DicomFile, seen: _Seen) -> Hidden:
    overlays = embedded_overlays(file.dataset)
    if not seen.boxes and not overlays:
        return Hidden()
    done = blank(file, seen.boxes, clear_overlays=bool(overlays))
    edits, changes = list(done.edits), []
    for tag in (tag for tag in file.dataset.elements if tag >> 16 in overlays):
        element = file.dataset[tag]
        edits.append(Edit(element.start, element.end, b""))
        changes.append(Change(tag_text(tag), element.vr, "X", None, None))
    places = sorted({box for boxes in seen.boxes.values() for box in boxes})
    blanked = f"blanked {text_of(places[:_MOST_TOLD])}" if places else None
    changes.append(Change(_where(file.dataset), frames.pixel_facts(file).element.vr, "C", None, blanked))
    syntax = done.transfer_syntax if done.transfer_syntax != file.transfer_syntax else ""
    return Hidden(
        tuple(sorted(edits, key=lambda edit: edit.start)),
        tuple(changes),
        attributes=tuple(_attributes(file, seen, done.photometric)),
        transfer_syntax=syntax,
    )


def _attributes(file: DicomFile, seen: _Seen, photometric: str) -> Iterator[Stamp]:
    """What the header says of the pixels, where it is another than before."""
    facts = frames.pixel_facts(file)
    if photometric != facts.photometric:
        yield Stamp(frames.PHOTOMETRIC, "CS", photometric.encode("ascii"))
        if facts.samples == 3 and facts.planar:
            yield Stamp(frames.PLANAR, "US", b"\0\0")
    if seen.boxes and facts.allocated <= _LONGEST_RANGE and any(tag in file.dataset for tag in _RANGE):
        code = ("<" if not file.big_endian else ">") + ("h" if facts.signed else "H")
        for tag, value in zip(_RANGE, _range(file, seen.boxes), strict=True):
            if tag in file.dataset:
                yield Stamp(tag, "SS" if facts.signed else "US", struct.pack(code, value))


def _range(file: DicomFile, boxes: dict[int, Sequence[Box]] | dict[int, list[Box]]) -> tuple[int, int]:
    """The smallest and the largest sample once the boxes are blanked."""
    low, high = [], []
    for index in range(frames.pixel_facts(file).frames):
        samples = frames.samples(file, index)
        samples = covered(samples, boxes.get(index, ()), black_of(file, samples))
        low.append(int(samples.min()))
        high.append(int(samples.max()))
    return min(low), max(high)
