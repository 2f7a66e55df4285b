"""From bytes to the element tree: headers only, strict about extents, within limits (PS3.5 7, PS3.10 7)."""

import struct
from dataclasses import dataclass
from typing import Final

from vesalius.dicom import vr as vrs
from vesalius.dicom.problem import MOST_OF_A_KIND, DicomError, Problem, Reason, tag_text
from vesalius.dicom.tree import Dataset, Element, Item, Window

_UNDEFINED: Final = 0xFFFFFFFF
_ITEM: Final = 0xFFFEE000
_ITEM_END: Final = 0xFFFEE00D
_SEQUENCE_END: Final = 0xFFFEE0DD
_DELIMITERS: Final = 0xFFFE0000
_PIXEL_REPRESENTATION: Final = 0x00280103
_LUT_DESCRIPTOR: Final = 0x00283002
# Bytes of a private creator (LO) in the widest character set.
_LONGEST_CREATOR: Final = 256
# Beyond this a fragment's successor is read alone instead of with a window around it.
_FAR: Final = 4096
_NESTING: Final = frozenset({"SQ", "UN"})
# VRs with a length of two bytes, as written.
_SHORT: Final = {code: vr for code, (vr, long) in vrs.WRITTEN.items() if not long}

_EXPLICIT: Final = {False: struct.Struct("<HH2sH").unpack_from, True: struct.Struct(">HH2sH").unpack_from}
_PLAIN: Final = {False: struct.Struct("<HHI").unpack_from, True: struct.Struct(">HHI").unpack_from}
_LONG: Final = {False: struct.Struct("<I").unpack_from, True: struct.Struct(">I").unpack_from}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: levels of sequences, elements with items and fragments, bytes once inflated."""

    max_depth: int = 64
    max_elements: int = 1_000_000
    max_inflated: int = 256_000_000


class Parser:
    """Reads data sets from one window; `notes` collects what the structural check reports later."""

    def __init__(self, window: Window, limits: Limits) -> None:
        self.window = window
        self.limits = limits
        self.left = limits.max_elements
        self.notes: list[Problem] = []
        self._undecided: list[Element] = []

    def data_set(self, start: int, end: int, *, implicit: bool, big_endian: bool) -> Dataset:
        """The data set that fills the bytes from `start` to `end` exactly. Raises DicomError."""
        dataset = Dataset(self.window, implicit=implicit, big_endian=big_endian)
        if implicit and start + 8 <= end and self._peek(start, end)[4:6] in vrs.WRITTEN:
            # Read as a length these letters would mean a first element of more than 16 kB.
            sentence = "explicit VR where the transfer syntax says implicit"
            raise DicomError(Reason.VR_MISMATCH, sentence, offset=start)
        self._fill(dataset, start, end, delimited=False, depth=0)
        for element in self._undecided:
            _settle(element)
        self._undecided.clear()
        return dataset

    def _fill(self, dataset: Dataset, start: int, end: int, *, delimited: bool, depth: int) -> int:
        """Read elements until `end`, or until the item delimiter if `delimited`; the offset after them."""
        header = self._implicit if dataset.implicit else self._explicit
        elements = dataset.elements
        position, last = start, -1
        while position < end:
            if not dataset.implicit:
                position, last = self._run_of_short(dataset, position, end, last)
                if position >= end:
                    break
            tag, vr, written, value_start, length = header(dataset, position, end)
            if tag >= _DELIMITERS:
                return self._close(tag, position, length, delimited=delimited)
            self._spend(tag, position)
            if length is None or vr in _NESTING:
                element = self._nest(dataset, tag, vr, written, position, value_start, length, end, depth)
            else:
                stop = value_start + length
                if stop > end:
                    raise _overrun(tag, position, top=depth == 0)
                element = Element(dataset, tag, vr, written, position, value_start, length, stop)
            if len(vr) > 2:
                self._undecided.append(element)
            if tag <= last:
                self._note_order(elements, element)
            elements.setdefault(tag, element)
            last = tag
            position = element.end
        if delimited:
            raise DicomError(Reason.TRUNCATED, "an item of undefined length is never closed", offset=start)
        return position

    def _run_of_short(self, dataset: Dataset, position: int, end: int, last: int) -> tuple[int, int]:
        """Read elements with a length of two bytes, in order, as far as the window shows them: most of most files.

        The offset after them and the last tag; whatever else stands there, a fault too, is left to `_fill`.
        """
        window, elements, unpack = self.window, dataset.elements, _EXPLICIT[dataset.big_endian]
        buffer, low, left = window.buffer, window.low, self.left
        high = window.high - 12
        while low <= position <= high and position < end and left > 0:
            group, number, code, length = unpack(buffer, position - low)
            vr, tag, stop = _SHORT.get(code), group << 16 | number, position + 8 + length
            if vr is None or tag <= last or tag >= _DELIMITERS or stop > end:
                break
            elements.setdefault(tag, Element(dataset, tag, vr, vr, position, position + 8, length, stop))
            position, last, left = stop, tag, left - 1
        self.left = left
        return position, last

    def _explicit(
        self, dataset: Dataset, position: int, end: int
    ) -> tuple[int, str, str | None, int, int | None]:
        """Tag, VR, VR as written, offset of the value and length of an element in explicit VR (PS3.5 7.1.2)."""
        window, big = self.window, dataset.big_endian
        at = position - window.low
        if at < 0 or position + 12 > window.high:
            at = self._reach(position, end)
        group, number, code, length = _EXPLICIT[big](window.buffer, at)
        tag = group << 16 | number
        known = vrs.WRITTEN.get(code)
        if known is None:
            if tag >= _DELIMITERS:
                return tag, "", None, position + 8, _PLAIN[big](window.buffer, at)[2]
            raise _illegal_vr(dataset, tag, code, position)
        vr, long = known
        if not long:
            return tag, vr, vr, position + 8, length
        if position + 12 > end or at + 12 > len(window.buffer):
            raise DicomError(Reason.TRUNCATED, "the data end inside its header", tag=tag, offset=position)
        extent = _LONG[big](window.buffer, at + 8)[0]
        return tag, vr, vr, position + 12, None if extent == _UNDEFINED else extent

    def _implicit(
        self, dataset: Dataset, position: int, end: int
    ) -> tuple[int, str, str | None, int, int | None]:
        """The same of an element in implicit VR, with the dictionary's VR, perhaps a choice (PS3.5 7.1.3)."""
        at = position - self.window.low
        if at < 0 or position + 8 > self.window.high:
            at = self._reach(position, end)
        group, number, length = _PLAIN[dataset.big_endian](self.window.buffer, at)
        tag = group << 16 | number
        vr = known_vr(dataset, tag) or "UN"
        return tag, vr, None, position + 8, None if length == _UNDEFINED else length

    def _reach(self, position: int, end: int) -> int:
        """Move the window to a header; where in its buffer the header stands."""
        if position + 8 > end:
            raise DicomError(Reason.TRAILING_DATA, "too few bytes for another element", offset=position)
        if position < self.window.low or self.window.high < self.window.size:
            self.window.move(position)
        at = position - self.window.low
        if at + 8 > len(self.window.buffer):
            raise DicomError(Reason.TRUNCATED, "the file ends where an element should stand", offset=position)
        return at

    def _close(self, tag: int, position: int, length: int | None, *, delimited: bool) -> int:
        if tag != _ITEM_END or not delimited:
            raise DicomError(
                Reason.BAD_ITEM, "a delimiter stands where none is open", tag=tag, offset=position
            )
        self._note_delimiter(tag, position, length)
        return position + 8

    def _note(self, problem: Problem) -> None:
        if sum(note.reason == problem.reason for note in self.notes) < MOST_OF_A_KIND:
            self.notes.append(problem)

    def _note_delimiter(self, tag: int, position: int, length: int | None) -> None:
        if length:
            self._note(Problem(Reason.DELIMITER, tag, position, "A delimiter claims to have a value."))

    def _note_order(self, elements: dict[int, Element], element: Element) -> None:
        if element.tag in elements:
            sentence = f"{tag_text(element.tag)} occurs twice in one data set."
            self._note(Problem(Reason.REPEATED, element.tag, element.start, sentence))
        else:
            sentence = f"{tag_text(element.tag)} stands after a higher tag."
            self._note(Problem(Reason.TAG_ORDER, element.tag, element.start, sentence))

    def _spend(self, tag: int, position: int) -> None:
        self.left -= 1
        if self.left < 0:
            sentence = f"more than {self.limits.max_elements} elements, items and fragments"
            raise DicomError(Reason.TOO_MANY, sentence, tag=tag, offset=position)

    def _nest(
        self,
        dataset: Dataset,
        tag: int,
        vr: str,
        written: str | None,
        start: int,
        value_start: int,
        length: int | None,
        end: int,
        depth: int,
    ) -> Element:
        """An element that holds items or fragments, or an UN that may."""
        stop = end if length is None else value_start + length
        if stop > end:
            raise _overrun(tag, start, top=depth == 0)
        if vr == "UN":
            vr = "SQ" if length is None else (known_vr(dataset, tag) or "UN")
        element = Element(dataset, tag, vr, written, start, value_start, length, stop)
        if vr == "SQ":
            self._sequence(element, stop, depth + 1)
        elif length is None:
            self._fragments(element, stop)
        return element

    def _sequence(self, element: Element, stop: int, depth: int) -> None:
        if depth > self.limits.max_depth:
            sentence = f"sequences more than {self.limits.max_depth} deep"
            raise DicomError(Reason.TOO_DEEP, sentence, tag=element.tag, offset=element.start)
        guessed = element.written_vr == "UN" or (element.written_vr is None and vrs.is_private(element.tag))
        if not guessed or element.length is None:
            element.items, element.end = self._items(element, stop, depth)
            return
        # Of known extent, and a sequence only by a dictionary: if it is none, it stays opaque bytes.
        notes, undecided = len(self.notes), len(self._undecided)
        try:
            element.items, element.end = self._items(element, stop, depth)
        except DicomError as error:
            if error.reason in {Reason.TOO_DEEP, Reason.TOO_MANY}:
                raise
            element.vr, element.items, element.end = "UN", (), stop
            del self.notes[notes:], self._undecided[undecided:]

    def _items(self, sequence: Element, stop: int, depth: int) -> tuple[tuple[Item, ...], int]:
        """Items until `stop` or the sequence delimiter (PS3.5 7.5); with the offset after them."""
        big = sequence.parent.big_endian and not self._little_endian_unknown(sequence, stop)
        items: list[Item] = []
        position = sequence.value_start
        while position < stop:
            group, number, length = _PLAIN[big](self._peek(position, stop))
            tag = group << 16 | number
            if tag == _SEQUENCE_END and sequence.length is None:
                self._note_delimiter(tag, position, length)
                return tuple(items), position + 8
            if tag != _ITEM:
                sentence = "something else stands where an item should begin"
                raise DicomError(Reason.BAD_ITEM, sentence, tag=sequence.tag, offset=position)
            self._spend(sequence.tag, position)
            items.append(self._item(sequence, position, length, stop, depth, big_endian=big))
            position = items[-1].end
        if sequence.length is None:
            raise DicomError(
                Reason.TRUNCATED, "a sequence is never closed", tag=sequence.tag, offset=sequence.start
            )
        return tuple(items), position

    def _item(
        self, sequence: Element, start: int, length: int, stop: int, depth: int, *, big_endian: bool
    ) -> Item:
        value_start = start + 8
        delimited = length == _UNDEFINED
        end = stop if delimited else value_start + length
        if end > stop:
            raise DicomError(Reason.OVERRUN, "an item runs past its sequence", tag=sequence.tag, offset=start)
        implicit = sequence.parent.implicit or self._item_is_implicit(sequence, value_start, end, length)
        dataset = Dataset(self.window, sequence.parent, implicit=implicit, big_endian=big_endian)
        end = self._fill(dataset, value_start, end, delimited=delimited, depth=depth)
        return Item(start, value_start, None if delimited else length, end, dataset)

    def _little_endian_unknown(self, sequence: Element, stop: int) -> bool:
        """Whether items in an UN are little endian, as PS3.5 6.2.2 demands also in a big-endian file."""
        if sequence.written_vr != "UN" or sequence.value_start + 8 > stop:
            return False
        return self._peek(sequence.value_start, stop)[:2] == b"\xfe\xff"

    def _item_is_implicit(self, sequence: Element, position: int, end: int, length: int) -> bool:
        """Whether an item of an explicit data set is in implicit VR: lawful in an UN, noted elsewhere."""
        if length == 0 or position + 8 > end:
            return False
        header = self._peek(position, end)
        if header[4:6].isalpha() and header[4:6].isupper():
            return False
        if header[:4] in {b"\xfe\xff\x0d\xe0", b"\xff\xfe\xe0\x0d"}:
            return False
        if sequence.written_vr != "UN":
            sentence = f"{tag_text(sequence.tag)} has an item in implicit VR."
            self._note(Problem(Reason.IMPLICIT_ITEM, sequence.tag, position, sentence))
        return True

    def _fragments(self, element: Element, stop: int) -> None:
        """Fragments of encapsulated data; the first is the basic offset table (PS3.5 A.4)."""
        if element.vr not in vrs.BYTES and len(element.vr) == 2:
            sentence = f"its VR {element.vr} must have a length"
            raise DicomError(Reason.UNDEFINED_LENGTH, sentence, tag=element.tag, offset=element.start)
        big = element.parent.big_endian
        fragments: list[tuple[int, int]] = []
        position, far = element.value_start, False
        while position < stop:
            group, number, length = _PLAIN[big](self._peek(position, stop, alone=far))
            tag = group << 16 | number
            if tag == _SEQUENCE_END:
                self._note_delimiter(tag, position, length)
                element.fragments, element.end = tuple(fragments), position + 8
                return
            if tag != _ITEM or length == _UNDEFINED:
                sentence = "something else stands where a fragment should begin"
                raise DicomError(Reason.BAD_ITEM, sentence, tag=element.tag, offset=position)
            self._spend(element.tag, position)
            if position + 8 + length > stop:
                raise DicomError(
                    Reason.TRUNCATED, "a fragment is cut short", tag=element.tag, offset=position
                )
            fragments.append((position + 8, length))
            position += 8 + length
            far = length > _FAR
        raise DicomError(
            Reason.TRUNCATED, "its fragments are never closed", tag=element.tag, offset=element.start
        )

    def _peek(self, position: int, stop: int, *, alone: bool = False) -> bytes:
        """Eight bytes of header."""
        if position + 8 > stop:
            raise DicomError(Reason.TRUNCATED, "the data end inside the header of an item", offset=position)
        window = self.window
        if window.low <= position and position + 8 <= window.high:
            return window.buffer[position - window.low : position - window.low + 8]
        if alone:
            return window.read_past(position, 8)
        return window.read(position, 8)


def known_vr(dataset: Dataset, tag: int) -> str | None:
    """What the dictionaries say of a tag here; a private element's creator is asked of its data set."""
    if not tag & 0x10000:
        return vrs.public_vr(tag)
    if vrs.is_private_creator(tag):
        return "LO"
    creator = dataset.elements.get(tag & 0xFFFF0000 | (tag & 0xFF00) >> 8) if tag & 0xFF00 else None
    if creator is None or not creator.length or creator.length > _LONGEST_CREATOR:
        return None
    return vrs.private_vr(tag, creator.text())


def _settle(element: Element) -> None:
    """Decide a dictionary's choice of VRs by the elements around it."""
    descriptor = element.parent.get(_LUT_DESCRIPTOR) if element.tag == 0x00283006 else None
    first = descriptor.raw()[:2] if descriptor is not None else b""
    single = first == b"\x01\0"
    if element.fragments or element.length is None:
        element.vr = "OB"
    else:
        element.vr = vrs.settle(element.vr, element.tag, signed=_signed(element), single_lut_entry=single)


def _signed(element: Element) -> bool:
    dataset: Dataset | None = element.parent
    while dataset is not None:
        if representation := dataset.ints(_PIXEL_REPRESENTATION):
            return representation[0] != 0
        dataset = dataset.parent
    return False


def _overrun(tag: int, offset: int, *, top: bool) -> DicomError:
    if top:
        return DicomError(Reason.TRUNCATED, "its value runs past the end of the file", tag=tag, offset=offset)
    return DicomError(Reason.OVERRUN, "its value runs past its item", tag=tag, offset=offset)


def _illegal_vr(dataset: Dataset, tag: int, code: bytes, offset: int) -> DicomError:
    last = next(reversed(dataset.elements), None)
    if dataset.parent is None and last is not None and tag <= last:
        return DicomError(Reason.TRAILING_DATA, "the data go on after the last element", offset=offset)
    if not code.isalpha() and vrs.public_vr(tag):
        sentence = "implicit VR where the transfer syntax says explicit"
        return DicomError(Reason.VR_MISMATCH, sentence, tag=tag, offset=offset)
    return DicomError(Reason.ILLEGAL_VR, "its VR is none of the standard's", tag=tag, offset=offset)
