"""The walk over a file in CTP's order of work: elements created, then each element under its line.

It differs from CTP where CTP is not safe: no part of a file passes because its line gives a value that cannot be
written, a sequence is emptied where the script says so, curves go when they shall, the character set stays with its
texts, and elements behind the pixels are treated like all others.
"""

from collections.abc import Container
from typing import Final, NamedTuple

from vesalius.deid.annex.private import Key
from vesalius.deid.ctp.functions import Outcome, Refused, Scope, Surroundings, outcome
from vesalius.deid.ctp.script import ElementLine, Script
from vesalius.deid.ctp.script.parts import OVERLAYS
from vesalius.deid.ctp.written import value_of
from vesalius.deid.output.edits import Edit
from vesalius.deid.output.facts import REFERENCES
from vesalius.deid.record import Change, FindingFact
from vesalius.deid.scripted import staying
from vesalius.deid.scripted.codes import CODE_VALUE, code_item, codes, is_known
from vesalius.deid.values import encode
from vesalius.deid.values.treatment import recorded
from vesalius.dicom import Dataset, DicomFile, Element, tag_text
from vesalius.dicom import vr as representations

_FIRST_TAG: Final = 0x00080000
_CHARSET: Final = 0x00080005
_DEFAULT_CHARSET: Final = "ISO_IR 100"
_METHOD_CODES: Final = 0x00120064
# Digital signatures, which no longer hold, and padding (PS3.5 7.8, PS3.15 C).
_DROPPED: Final = frozenset({0xFFFAFFFA, 0xFFFCFFFC})
_OVERLAYS: Final = 0x60
_LONGEST_LO: Final = 64
_CREATE: Final = "@always()"
_CREATE_SEQUENCE: Final = ("@always()@require()", "@always()@call")
_ACTIONS: Final = {"UI": "U", "DA": "C", "DT": "C"}


class Scripted(NamedTuple):
    """What a script made of one file; `after` and `references` are for its facts."""

    edits: list[Edit]
    changes: list[Change]
    findings: list[FindingFact]
    after: dict[str, tuple[str, bytes] | None]
    references: dict[str, set[str]]


def run(
    file: DicomFile, script: Script, around: Surroundings, safe: Container[Key], settled: Container[int] = ()
) -> Scripted:
    """De-identify one identifiable file by a script; its head is the caller's.

    `safe` are the private elements that count as safe, `settled` root elements that the caller writes himself.
    A finding of kind `quarantine` stands for each line that could give no value, and for what CTP would quarantine or
    skip. `unread_sequence` is a sequence that stays as it was with UIDs, names or dates inside.
    """
    over = _Walk(file, script, around, safe, settled)
    over.insert()
    over.data_set(file.dataset, "", file.body, file.size)
    return over.out


class _Walk:
    """One pass over one file; `out` fills while it walks."""

    def __init__(
        self,
        file: DicomFile,
        script: Script,
        around: Surroundings,
        safe: Container[Key],
        settled: Container[int],
    ) -> None:
        self.file = file
        self.script = script
        self.around = around
        self.safe = safe
        self.settled = settled
        self.out = Scripted([], [], [], {}, {keyword: set() for keyword in REFERENCES.values()})

    def insert(self) -> None:
        """Create what lines beginning with `@always()` ask for, and the character set that CTP takes for granted."""
        root = self.file.dataset
        lines = {tag: line for tag, line in self.script.lines_in(root).items() if _may_create(tag, line)}
        for tag in sorted({*lines, _CHARSET} - root.elements.keys()):
            if tag in self.settled:
                continue
            try:
                self._insert(root, tag, lines.get(tag))
            except Refused as reason:
                self._find("quarantine", str(reason), tag_text(tag))

    def _insert(self, root: Dataset, tag: int, line: ElementLine | None) -> None:
        vr = (representations.public_vr(tag) or "SH").split(" ")[0]
        if tag == _CHARSET:
            self._put(root, tag, vr, _DEFAULT_CHARSET)
        elif line is not None and (
            vr != "SQ" or tag == _METHOD_CODES or line.text.startswith(_CREATE_SEQUENCE)
        ):
            decided = outcome(line, self._scope(root, tag))
            if decided.deed == "write" and not (vr == "SQ" and tag != _METHOD_CODES and decided.text):
                self._put(root, tag, vr, decided.text)

    def _put(self, root: Dataset, tag: int, vr: str, text: str) -> None:
        vr, value = self._encoded(root, tag, vr, text)
        value = encode.padded(vr, value)
        written = encode.element(tag, vr, value, implicit=root.implicit, big_endian=root.big_endian)
        at = next((other.start for other in root if other.tag > tag), self.file.size)
        self.out.edits.append(Edit(at, at, written))
        self.out.after[tag_text(tag)] = (vr, value)
        self.out.changes.append(Change(tag_text(tag), vr, "D", None, None if vr == "SQ" else text))

    def data_set(self, dataset: Dataset, prefix: str, start: int, end: int) -> int:
        """Walk one data set that fills the bytes from `start` to `end`; the bytes that it grows by."""
        lines = self.script.lines_in(dataset)
        growth, position = 0, start
        for element in dataset:
            growth += self._gap(position, element.start, prefix)
            position = element.end
            growth += self._element(element, lines.get(element.tag), prefix)
        return growth + self._gap(position, end, prefix)

    def _element(self, element: Element, line: ElementLine | None, prefix: str) -> int:
        tag = element.tag
        if not tag & 0xFFFF or tag < _FIRST_TAG or tag in _DROPPED:
            return self._edit(element.start, element.end, b"")
        if not prefix and tag in self.settled:
            return 0
        if OVERLAYS in self.script.remove and tag >> 24 == _OVERLAYS:
            return self._cut(element, prefix)
        if line is None:
            goes = staying.goes(element, self.script, self.safe)
            return self._cut(element, prefix) if goes else self._stay(element, prefix)
        try:
            return self._act(element, outcome(line, self._scope(element.parent, tag)), prefix)
        except Refused as reason:
            self._find("quarantine", str(reason), prefix + tag_text(tag))
            return self._cut(element, prefix)

    def _act(self, element: Element, decided: Outcome, prefix: str) -> int:
        if decided.deed == "remove":
            return self._cut(element, prefix)
        if decided.deed == "process" and element.vr == "SQ":
            return self._inside(element, prefix)
        if decided.deed != "write":
            return self._stay(element, prefix)
        if element.tag == _METHOD_CODES:
            return self._add_codes(element, decided.text, prefix)
        if element.tag == _CHARSET and decided.text != element.text():
            raise Refused("the script changes the character set of texts that stay")
        vr, value = self._encoded(element.parent, element.tag, element.vr, decided.text)
        return self._replace(element, vr, value, decided.text, prefix)

    def _inside(self, element: Element, prefix: str) -> int:
        """Walk the items of a sequence and mend the lengths around whatever changed."""
        growth = 0
        path = prefix + tag_text(element.tag)
        for index, item in enumerate(element.items):
            end = item.end if item.length is not None else item.end - 8
            inner = self.data_set(item.dataset, f"{path}[{index}].", item.value_start, end)
            if inner and item.length is not None:
                self._lengthen(item.value_start, item.length + inner, item.dataset)
            growth += inner
        return self._grown(element, growth)

    def _add_codes(self, element: Element, text: str, prefix: str) -> int:
        """Codes behind those that are there already, or in their place."""
        reset, wanted = codes(text)
        if reset or not element.items:
            vr, value = self._encoded(element.parent, element.tag, element.vr, text)
            return self._replace(element, vr, value, "", prefix)
        known = {item.dataset.text(CODE_VALUE) for item in element.items}
        missing = "/".join(code for code in wanted if code not in known)
        vr, items = self._encoded(element.parent, element.tag, element.vr, missing)
        if items:
            self._note(element, vr, (vr, items), None, prefix)
        return self._grown(element, self._edit(element.value_end, element.value_end, items))

    def _encoded(self, dataset: Dataset, tag: int, vr: str, text: str) -> tuple[str, bytes]:
        """VR and bytes of a new value. Raises Refused where the VR cannot hold it."""
        if tag == _METHOD_CODES:
            wanted = codes(text)[1]
            if not all(is_known(code) for code in wanted):
                raise Refused("the script names a de-identification method that CID 7050 does not have")
            return "SQ", b"".join(code_item(code, dataset) for code in wanted)
        for candidate in self._representations(dataset, tag, vr, text):
            try:
                return candidate, value_of(candidate, text, dataset.codecs, big_endian=dataset.big_endian)
            except ValueError:
                continue
        raise Refused("the script's value is none that this attribute can hold")

    def _representations(self, dataset: Dataset, tag: int, vr: str, text: str) -> tuple[str, ...]:
        """The VR of a standard attribute; of a private one the dictionary's, else that of a text of its length."""
        if not representations.is_private(tag):
            return (vr,)
        text_vr = "LO" if len(text) <= _LONGEST_LO else "LT"
        creator_tag = tag & 0xFFFF0000 | (tag & 0xFF00) >> 8
        inserted = self.out.after.get(tag_text(creator_tag))
        creator = dataset.text(creator_tag) or (inserted[1].decode("latin-1").strip() if inserted else "")
        known = representations.private_vr(tag, creator) if creator else None
        return (known, text_vr) if known is not None else (text_vr,)

    def _stay(self, element: Element, prefix: str) -> int:
        """Leave the element as it is; of a sequence that nobody read, a person is told what is in it."""
        self._refer(element, prefix)
        if not element.items:
            return 0
        inner = list(staying.below(element))
        for one in inner:
            self._refer(one, "inside")
        if any(map(staying.tells, inner)):
            sentence = "a sequence that the script does not read holds UIDs, names or dates"
            self._find("unread_sequence", sentence, prefix + tag_text(element.tag))
        return 0

    def _refer(self, element: Element, prefix: str, value: bytes | None = None) -> None:
        keyword = REFERENCES.get(element.tag)
        if keyword and (prefix or keyword == "SOPInstanceUID"):
            text = (element.raw() if value is None else value).decode("latin-1")
            self.out.references[keyword].update(text.rstrip(" \0").split("\\"))

    def _cut(self, element: Element, prefix: str) -> int:
        self._note(element, element.vr, None, None, prefix)
        return self._edit(element.start, element.end, b"")

    def _replace(self, element: Element, vr: str, value: bytes, text: str, prefix: str) -> int:
        value = encode.padded(vr, value)
        self._refer(element, prefix, value)
        if (
            vr == element.vr
            and element.value_end - element.value_start == len(value)
            and element.raw() == value
        ):
            return 0
        self._note(element, vr, (vr, value), None if vr == "SQ" else text, prefix)
        dataset = element.parent
        written = encode.element(
            element.tag, vr, value, implicit=dataset.implicit, big_endian=dataset.big_endian
        )
        return self._edit(element.start, element.end, written)

    def _note(
        self, element: Element, vr: str, after: tuple[str, bytes] | None, text: str | None, prefix: str
    ) -> None:
        path = prefix + tag_text(element.tag)
        self.out.after[path] = after
        action = "X" if after is None else _ACTIONS.get(vr, "D") if after[1] else "Z"
        self.out.changes.append(Change(path, vr, action, recorded(element), text))

    def _gap(self, start: int, end: int, prefix: str) -> int:
        """Bytes that no element of the tree accounts for, such as a repeated tag's: they never pass."""
        if start == end:
            return 0
        sentence = "bytes stand between elements that belong to none of them"
        self._find("quarantine", sentence, prefix.rstrip("."))
        return self._edit(start, end, b"")

    def _grown(self, sequence: Element, growth: int) -> int:
        if growth and sequence.length is not None:
            self._lengthen(sequence.value_start, sequence.length + growth, sequence.parent)
        return growth

    def _lengthen(self, value_start: int, length: int, dataset: Dataset) -> None:
        field = encode.length_field(length, big_endian=dataset.big_endian)
        self._edit(value_start - len(field), value_start, field)

    def _edit(self, start: int, end: int, data: bytes) -> int:
        self.out.edits.append(Edit(start, end, data))
        return len(data) - (end - start)

    def _find(self, kind: str, sentence: str, path: str) -> None:
        self.out.findings.append(FindingFact(kind, path, sentence))

    def _scope(self, dataset: Dataset, tag: int) -> Scope:
        return Scope(self.script, self.around, dataset, self.file.meta, tag)


def _may_create(tag: int, line: ElementLine) -> bool:
    """Whether a line makes an element that is missing; sequences ask for a little more."""
    return tag == _METHOD_CODES or (tag >= _FIRST_TAG and line.text.startswith(_CREATE))
