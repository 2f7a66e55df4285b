"""The element tree: where every element lies in the file, and what it says when asked.

Nothing is copied but headers: an element knows its offsets, and reads its value from the source on demand.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final, TypeAlias

from vesalius.dicom import charset, values, vr
from vesalius.dicom.problem import DicomError, Reason, tag_text
from vesalius.dicom.values import Value

_SPECIFIC_CHARACTER_SET: Final = 0x00080005
# Bytes of a character set's terms that are looked at: more than all of the standard together.
_MOST_TERMS: Final = 1024
# Bytes of text or numbers that are turned into Python values at once.
MOST_TEXT: Final = 16_000_000

_SHORT_TEXT: Final = 256
_WITHOUT_TEXT: Final = vr.BYTES | {"SQ"}

ElementPath: TypeAlias = tuple[tuple[int, int] | int, ...]
"""Where an element stands: (sequence tag, item index from 0) for each level, then the element's own tag."""


class Window:
    """A stretch of the source in memory, moved on demand; long values are read past it and not kept."""

    __slots__ = ("buffer", "high", "low", "size", "source")
    WIDTH: Final = 32 * 1024

    def __init__(self, source: BinaryIO) -> None:
        self.source = source
        self.size = source.seek(0, 2)
        self.buffer = b""
        self.low = self.high = 0

    def move(self, offset: int) -> None:
        """Make the window begin at `offset`."""
        self.source.seek(offset)
        self.buffer = self.source.read(self.WIDTH)
        self.low, self.high = offset, offset + len(self.buffer)

    def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes. Raises DicomError(truncated) where the source ends sooner."""
        if offset < self.low or offset + length > self.high:
            if length > self.WIDTH:
                return self.read_past(offset, length)
            self.move(offset)
            if length > len(self.buffer):
                raise DicomError(Reason.TRUNCATED, "the file ends inside an element", offset=offset)
        start = offset - self.low
        return self.buffer[start : start + length]

    def shown(self, start: int, end: int) -> bytes:
        """As many of the bytes from `start` to `end` as are in memory already; the window stays where it is."""
        return self.buffer[start - self.low : end - self.low] if self.low <= start else b""

    def read_past(self, offset: int, length: int) -> bytes:
        """The same without moving the window."""
        if offset + length > self.size:
            raise DicomError(Reason.TRUNCATED, "the file ends inside an element", offset=offset)
        self.source.seek(offset)
        value = self.source.read(length)
        if len(value) < length:
            raise DicomError(Reason.TRUNCATED, "the source gave fewer bytes than it has", offset=offset)
        return value


class Element:
    """One data element: its tag, VR and place; offsets count bytes of the source from 0.

    `vr` is what the value means, `written_vr` what the file says (None in implicit VR). They differ where UN was
    written for a known element (PS3.5 6.2.2). `length` is None when undefined; `end` lies after the delimiter.
    """

    __slots__ = (
        "end", "fragments", "items", "length", "parent", "start", "tag", "value_start", "vr", "written_vr",
    )  # fmt: skip

    def __init__(
        self,
        parent: "Dataset",
        tag: int,
        vr: str,
        written_vr: str | None,
        start: int,
        value_start: int,
        length: int | None,
        end: int,
        items: tuple["Item", ...] = (),
        fragments: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.parent = parent
        self.tag = tag
        self.vr = vr
        self.written_vr = written_vr
        self.start = start
        self.value_start = value_start
        self.length = length
        self.end = end
        self.items = items
        self.fragments = fragments

    def __repr__(self) -> str:
        return f"<Element {tag_text(self.tag)} {self.vr} at {self.start}>"

    @property
    def value_end(self) -> int:
        """Where the value ends: before the delimiter of an undefined length."""
        return self.end if self.length is not None else self.end - 8

    def raw(self) -> bytes:
        """The value's bytes as they stand in the source, delimiter excluded; read anew each time."""
        start, length = self.value_start, self.length
        return self.parent.window.read(start, length if length is not None else self.end - 8 - start)

    def values(self) -> list[Value]:
        """The values as Python has them; see `Dataset.values`."""
        if self.length == 0 or self.vr == "SQ" or self.value_end == self.value_start:
            return []
        if self.vr in vr.BYTES:
            return [self.raw()]
        parent = self.parent
        return values.decoded(self.vr, self._readable(), parent.codecs, big_endian=parent.big_endian)

    def text(self) -> str:
        """The first value as text without padding; empty for bytes and sequences."""
        if self.length == 0 or self.vr in _WITHOUT_TEXT or self.value_end == self.value_start:
            return ""
        parent = self.parent
        return values.first_text(self.vr, self._readable(), parent.codecs, big_endian=parent.big_endian)

    def _readable(self) -> bytes:
        """The bytes of a value that is to be decoded; refused when absurdly long."""
        if self.end - self.value_start > MOST_TEXT and self.value_end - self.value_start > MOST_TEXT:
            sentence = f"text or numbers of more than {MOST_TEXT} bytes"
            raise DicomError(Reason.TOO_LARGE, sentence, tag=self.tag, offset=self.start)
        return self.raw()


class Item:
    """One item of a sequence: its place and its data set; `end` lies after the delimiter, if any."""

    __slots__ = ("dataset", "end", "length", "start", "value_start")

    def __init__(
        self, start: int, value_start: int, length: int | None, end: int, dataset: "Dataset"
    ) -> None:
        self.start = start
        self.value_start = value_start
        self.length = length
        self.end = end
        self.dataset = dataset


class Dataset:
    """Elements by tag in file order; a repeated tag keeps its first element and is a problem of the check."""

    __slots__ = ("_charsets", "_codecs", "_texts", "big_endian", "elements", "implicit", "parent", "window")

    def __init__(
        self, window: Window, parent: "Dataset | None" = None, *, implicit: bool, big_endian: bool
    ) -> None:
        self.elements: dict[int, Element] = {}
        self.window = window
        self.parent = parent
        self.implicit = implicit
        self.big_endian = big_endian
        self._charsets: tuple[str, ...] | None = None
        self._codecs: tuple[str, ...] | None = None
        self._texts: dict[int, str] | None = None

    def __getitem__(self, tag: int) -> Element:
        return self.elements[tag]

    def __contains__(self, tag: object) -> bool:
        return tag in self.elements

    def __iter__(self) -> Iterator[Element]:
        return iter(self.elements.values())

    def __len__(self) -> int:
        return len(self.elements)

    def get(self, tag: int) -> Element | None:
        """The element, or None."""
        return self.elements.get(tag)

    @property
    def charsets(self) -> tuple[str, ...]:
        """Values of (0008,0005) that hold here: its own, else those of the enclosing data set (PS3.5 6.1.2.3)."""
        if self._charsets is None:
            own = self.elements.get(_SPECIFIC_CHARACTER_SET)
            if own is not None:
                size = min(own.value_end - own.value_start, _MOST_TERMS)
                self._charsets = values.terms(self.window.read(own.value_start, size))
            else:
                self._charsets = self.parent.charsets if self.parent is not None else ()
        return self._charsets

    @property
    def codecs(self) -> tuple[str, ...]:
        """The Python codecs of `charsets`."""
        if self._codecs is None:
            self._codecs = charset.codecs_of(self.charsets)
        return self._codecs

    def text(self, tag: int, default: str = "") -> str:
        """The first value as decoded text without padding; `default` when absent or empty."""
        element = self.elements.get(tag)
        if element is None:
            return default
        if self._texts is None:
            self._texts = {}
        text = self._texts.get(tag)
        if text is None:
            text = element.text()
            if len(text) <= _SHORT_TEXT:  # what many ask for, such as the SOP Class, is decoded once
                self._texts[tag] = text
        return text or default

    def values(self, tag: int) -> list[Value]:
        """All values: str, int, float; AT as tag numbers 0xGGGGEEEE; one bytes for OB, OW, UN and the like.

        Empty when the element is absent, empty or a sequence. A number that cannot be read stays text (DS, IS) or
        bytes (binary VRs).
        """
        element = self.elements.get(tag)
        return element.values() if element is not None else []

    def ints(self, tag: int) -> list[int]:
        """The values that are whole numbers."""
        return [value for value in self.values(tag) if isinstance(value, int)]

    def floats(self, tag: int) -> list[float]:
        """The values that are numbers."""
        return [float(value) for value in self.values(tag) if isinstance(value, int | float)]


def walk(dataset: Dataset, prefix: ElementPath = ()) -> Iterator[tuple[ElementPath, Element]]:
    """Every element at any depth in file order, with its path."""
    for tag, element in dataset.elements.items():
        yield (*prefix, tag), element
        for index, item in enumerate(element.items):
            yield from walk(item.dataset, (*prefix, (tag, index)))


def every(dataset: Dataset) -> Iterator[Element]:
    """Every element at any depth in file order."""
    for element in dataset.elements.values():
        yield element
        for item in element.items:
            yield from every(item.dataset)


def path_text(path: ElementPath) -> str:
    """A path as people read it: `(0008,1140)[0].(0008,1155)`."""
    return ".".join(
        tag_text(step) if isinstance(step, int) else f"{tag_text(step[0])}[{step[1]}]" for step in path
    )
