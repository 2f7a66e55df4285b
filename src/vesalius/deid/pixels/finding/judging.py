"""Which of the boxes in a frame hold text that must go: each is read, and stays only where every word is harmless."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from vesalius.deid.patient.context import PatientContext
from vesalius.deid.pixels.boxes import Box
from vesalius.deid.pixels.finding.likeness import Plane, inked_boxes, text_boxes
from vesalius.deid.pixels.finding.reader import Picture, Reader, Reading
from vesalius.deid.pixels.finding.strokes import Area, inks, steady_share
from vesalius.deid.text import is_harmless

# So many letters read so surely are text; fewer or less surely read ones are shapes of the image.
_TEXT: Final = ((2, 0.8), (4, 0.65), (6, 0.55))
# What is read less surely may be text where the reader found it by itself as well; noise alone is read so, too.
_PERHAPS: Final = (2, 0.35)
_LETTERS_WHERE_EXPECTED: Final = 2
_LETTERS_ELSEWHERE: Final = 3
# A higher box of the detector may have gathered shapes of the image around a word: the reader's own box is better.
_PLAIN_LINE: Final = 32
_LEAST_HELD: Final = 0.4  # of a line's length has strokes in it, where strokes were looked for
# Of the jumps in a line's box so many are edges of strokes; in shapes of the image, which stand in high boxes, less.
_STEADY_IF_LOW: Final = 0.1
_STEADY_IF_HIGH: Final = 0.16
_LOW_LINE: Final = 24
_MANY_SQUARES: Final = 3  # or so many squares
# A line told by its contrast with the whole frame needs fewer of them, and no more than one square that touches it.
_STEADY_IN_FRAME: Final = 0.05
_HIGHEST_LINE: Final = 128
_MOST_FILLED: Final = 0.25  # of a frame may be squares: more is a frame that looks like strokes all over
_MOST_LETTERS: Final = 2.5  # that fit into a part of a line as long as it is high
_ROUNDS: Final = 3
_EXTENSIONS: Final = 2
_LONG_NUMBER: Final = re.compile(r"\d[\d\W]{3,}\d")
_MOST_KNOWN: Final = 1000
_ROWS_AT_ONCE: Final = 256
_ALIKE: Final = 10.0  # grey levels of 255 by which the same writing differs between frames


class Verdict(NamedTuple):
    """Boxes of one frame: what must go, and what a person should look at."""

    hide: list[Box]
    doubt: list[Box]


def may_stay(context: PatientContext, text: str) -> bool:
    """Whether a text may stay in the pixels: words of medicine and short numbers, nothing of this patient."""
    return not _LONG_NUMBER.search(text) and is_harmless(text, context)


class Judge:
    """Judges the frames of one file in their order; what it has read once it need not read again."""

    def __init__(
        self, reader: Reader, harmless: Callable[[str], bool], *, expected: bool, search: bool = True
    ) -> None:
        """`harmless` says whether a text may stay.

        `expected`: the file gives reason to think that there is text, so fewer letters are enough to look; `search`:
        the reader searches by itself too, and not only where the detector led it to text.
        """
        self._reader = reader
        self._harmless = harmless
        self._letters = _LETTERS_WHERE_EXPECTED if expected else _LETTERS_ELSEWHERE
        self._search_first = search or expected
        self._known: dict[tuple[Box, bool], tuple[Picture, Reading]] = {}
        # where the reader found text by itself: in the next frame it stands there again
        self._places: set[Box] = set()
        self._searched = False
        self._news = False  # whether something was read in this frame that may be text and was not known
        self.read_text = False

    def frame(
        self,
        plane: Plane | None,
        hidden: Iterable[Box] = (),
        areas: Sequence[Area] = (),
        *,
        everywhere: bool = True,
    ) -> Verdict:
        """What to do about one frame as `levelled` gives it, which is drawn on; `hidden` go in any case.

        `areas`, as `written_areas` gives them: where to look for lines from top to bottom or from bottom to top,
        and, unless `everywhere`, for any lines.
        """
        verdict = Verdict([], [])
        if plane is None:
            return verdict
        _cover(plane, hidden)
        for turn in range(_ROUNDS):
            found = self._look(plane, areas, everywhere=everywhere, first=turn == 0)
            verdict.doubt.extend(box for box in found.doubt if box not in verdict.doubt)
            if not found.hide:
                break
            verdict.hide.extend(found.hide)
            _cover(plane, found.hide)
        else:
            verdict.doubt.append(Box(0, 0, plane.shape[1], plane.shape[0]))
        return verdict

    def _look(self, plane: Plane, areas: Sequence[Area], *, everywhere: bool, first: bool) -> Verdict:
        boxes = text_boxes(plane, self._letters)
        if not everywhere:
            boxes = self._held_by(plane, areas, boxes)
        self._news = self._search_first and not self._searched
        ours = {box: self._read(plane, box) for box in boxes}
        theirs: dict[Box, Reading] = {}
        if first and self._news:
            self._searched = True
            found = [
                box.grown(max(2, box.h // 5), max(1, box.h // 8), *plane.shape) for box in self._search(plane)
            ]
            theirs = {box: self._read(plane, box) for box in found if box}
            self._places.update(box for box, reading in theirs.items() if _is_text(reading))
        elif first:
            theirs = {box: self._read(plane, box) for box in self._places}
        verdict = self._verdict(ours, theirs)
        hide = [_whole(plane, box) for box in verdict.hide]
        text = {box: reading for box, reading in (ours | theirs).items() if _is_text(reading)}
        return Verdict(hide + self._upright(plane, areas, text), verdict.doubt)

    def _held_by(self, plane: Plane, areas: Sequence[Area], boxes: list[Box]) -> list[Box]:
        """Of a frame's boxes those that touch a square, and what is found in the areas by themselves."""
        squares = [square for area in areas for square in area.squares]
        held = [
            box
            for box in boxes
            if box.h <= _HIGHEST_LINE
            and any(square.touches(box) for square in squares)
            and steady_share(_part(plane, box)) >= _STEADY_IN_FRAME
        ]
        return held + [box for box in self._within(plane, areas) if box not in held]

    def _upright(self, plane: Plane, areas: Sequence[Area], text: dict[Box, Reading]) -> list[Box]:
        """Lines to hide that run along the columns, where no other text says more."""
        plane = plane.T
        turned = [Area(box.turned, tuple(square.turned for square in squares)) for box, squares in areas]
        found = {}
        for box in self._within(plane, turned):
            lying = sum(_weight(reading) for other, reading in text.items() if other.turned.touches(box))
            if lying < _MOST_LETTERS * box.w / box.h:
                reading = self._read(plane, box, upright=True)
                if self._must_go(reading) and _weight(reading) > lying:
                    found[box] = reading
        return [_whole(plane, box).turned for box in _tight(found)]

    def _within(self, plane: Plane, areas: Sequence[Area]) -> list[Box]:
        """Boxes in some areas, as far as they hold strokes: by the ink that is told there, and by contrast."""
        found: list[Box] = []
        if _filled(plane, areas) > _MOST_FILLED:
            return found
        for (left, top, w, h), squares in areas:
            part = plane[top : top + h, left : left + w]
            boxes = [box for ink in inks(part) for box in inked_boxes(ink, self._letters)]
            boxes += [
                box for box in text_boxes(part, self._letters) if not any(box.within(one) for one in boxes)
            ]
            for x, y, *sides in boxes:
                box = Box(left + x, top + y, *sides)
                share = _STEADY_IF_LOW if box.h <= _LOW_LINE else _STEADY_IF_HIGH
                if _is_held(box, squares) and steady_share(part[y : y + box.h, x : x + box.w]) >= share:
                    found.append(box)
        return found

    def _verdict(self, ours: dict[Box, Reading], theirs: dict[Box, Reading]) -> Verdict:
        better = [box for box, reading in theirs.items() if _is_text(reading)]
        hide = [box for box in better if self._must_go(theirs[box])]
        hide += [
            box
            for box in _tight({box: reading for box, reading in ours.items() if self._must_go(reading)})
            if box.h <= _PLAIN_LINE or not any(box.touches(one) for one in better)
        ]
        doubt = [
            box
            for box, reading in theirs.items()
            if _is_perhaps(reading) and any(box.touches(other) for other in ours)
        ]
        return Verdict(hide, [box for box in doubt if not any(box.touches(other) for other in hide)])

    def _must_go(self, reading: Reading) -> bool:
        return _is_text(reading) and not self._harmless(reading.text)

    def _read(self, plane: Plane, box: Box, *, upright: bool = False) -> Reading:
        """What a line says; an upright one, whose plane has rows for columns, in the direction that tells more."""
        line = _stretched(plane, box)
        if (box, upright) in self._known:
            before, reading = self._known[box, upright]
            if np.abs(line.astype(np.int16) - before).mean() < _ALIKE:
                return reading
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        ways = (line[:, ::-1], line[::-1]) if upright else (line,)
        reading = max((self._reader.read(way) for way in ways), key=_weight)
        self.read_text = self.read_text or _is_text(reading)
        self._news = self._news or _may_be_text(reading)
        self._known[box, upright] = (line, reading)
        return reading

    def _search(self, plane: Plane) -> list[Box]:
        picture = np.empty(plane.shape, np.uint8)
        for row in range(0, len(plane), _ROWS_AT_ONCE):
            picture[row : row + _ROWS_AT_ONCE] = np.clip(plane[row : row + _ROWS_AT_ONCE], 0, 1) * 255
        return self._reader.find(picture)


def _part(plane: Plane, box: Box) -> Plane:
    return plane[box.y : box.y + box.h, box.x : box.x + box.w]


def _filled(plane: Plane, areas: Sequence[Area]) -> float:
    """Which part of a frame is squares, from 0 to 1."""
    mask = np.zeros(plane.shape, np.bool_)
    for area in areas:
        for x, y, w, h in area.squares:
            mask[y : y + h, x : x + w] = True
    return float(mask.mean())


def _is_held(box: Box, squares: Sequence[Box]) -> bool:
    many = sum(square.touches(box) for square in squares) >= _MANY_SQUARES
    return many or _held(box, squares) >= _LEAST_HELD


def _held(box: Box, squares: Iterable[Box]) -> float:
    """How much of a line's length has strokes in it, from 0 to 1."""
    along = np.zeros(box.w, np.bool_)
    for square in squares:
        if square.touches(box):
            along[max(0, square.x - box.x) : square.x + square.w - box.x] = True
    return float(along.mean())


def _letters(reading: Reading) -> int:
    return sum(sign.isalnum() for sign in reading.text)


def _weight(reading: Reading) -> float:
    return _letters(reading) * reading.sureness


def _is_text(reading: Reading) -> bool:
    return any(_letters(reading) >= letters and reading.sureness >= sure for letters, sure in _TEXT)


def _tight(found: dict[Box, Reading]) -> list[Box]:
    """Boxes of text but those that gathered shapes of the image around a line that says as much by itself."""
    return [
        box
        for box, reading in found.items()
        if not any(
            2 * one.h <= box.h and one.touches(box) and _weight(found[one]) >= _weight(reading)
            for one in found
        )
    ]


def _is_perhaps(reading: Reading) -> bool:
    return _may_be_text(reading) and not _is_text(reading)


def _may_be_text(reading: Reading) -> bool:
    letters, sure = _PERHAPS
    return _letters(reading) >= letters and reading.sureness >= sure


def _stretched(plane: Plane, box: Box) -> Picture:
    """The box's pixels from black to white."""
    line = _part(plane, box)
    low, high = np.percentile(line, (1, 99))
    scaled = (line - np.float32(low)) * np.float32(255 / max(float(high - low), 1e-6))
    return np.asarray(np.clip(scaled, 0, 255), np.uint8)


def _whole(plane: Plane, box: Box) -> Box:
    """The line with what stands close beside it like letters: an end that shapes of the image run into."""
    for _ in range(_EXTENSIONS):
        wide = box.grown(round(1.5 * box.h), 0, *plane.shape) or box
        band = plane[wide.y : wide.y + wide.h, wide.x : wide.x + wide.w]
        beside = [Box(wide.x + x, wide.y + y, w, h) for x, y, w, h in text_boxes(band, 1) if 2 * h >= box.h]
        longer = box
        for one in beside:
            if one.touches(longer.grown(box.h // 2, 0, *plane.shape) or longer):
                longer = longer.joined(one)
        if longer == box:
            break
        box = longer
    return box


def _cover(plane: Plane, boxes: Iterable[Box]) -> None:
    for x, y, w, h in boxes:
        plane[y : y + h, x : x + w] = plane.min()
