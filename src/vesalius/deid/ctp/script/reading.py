"""A script's file, XML or properties, as lines that all say the same: what, of which element, how."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from xml.parsers import expat

from vesalius.deid.ctp.errors import ScriptError
from vesalius.deid.java_properties import entries

_XML: Final = re.compile(r"^\s*<", re.MULTILINE)
_DISABLED: Final = re.compile(r"[ \t\f]*#[ \t]*((?:set|keep|remove)\..*)")
_KINDS: Final = {"p": "param", "e": "set", "k": "keep", "r": "remove"}
_SET: Final = "set."


class Line(NamedTuple):
    """One line of a script; `kind` is param, set, keep or remove, and `what` a name, an element, a group."""

    number: int
    kind: str
    what: str
    name: str
    text: str
    enabled: bool


def lines_of(text: str) -> list[Line]:
    """The lines of a script in their order. Raises ScriptError, which names the line."""
    text = text.removeprefix("\ufeff")
    if _XML.search(text):
        return _from_xml(text)
    try:
        return list(_from_properties(text))
    except ValueError as error:
        raise ScriptError(str(error)) from None


def _from_xml(text: str) -> list[Line]:
    reader = _XmlReader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: reader.start(
        tag, attributes, parser.CurrentLineNumber
    )
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = lambda *_: reader.refuse(parser.CurrentLineNumber)
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003 - the parser takes no keyword
    except expat.ExpatError as error:
        raise ScriptError(f"line {error.lineno}: the script is no well-formed XML") from None
    return reader.lines


class _XmlReader:
    """Gathers the children of the root."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.depth = 0
        self.open: tuple[int, str, dict[str, str]] = (0, "", {})
        self.text = ""

    def refuse(self, line: int) -> None:
        raise ScriptError(f"line {line}: a script has no document type")

    def start(self, tag: str, attributes: dict[str, str], line: int) -> None:
        self.depth += 1
        if self.depth == 2:
            self.open, self.text = (line, tag, attributes), ""

    def characters(self, text: str) -> None:
        if self.depth >= 2:
            self.text += text

    def end(self, _: str) -> None:
        line, tag, attributes = self.open
        if self.depth == 2 and tag in _KINDS:
            self.lines.append(_xml_line(line, _KINDS[tag], attributes, self.text))
        self.depth -= 1


def _xml_line(number: int, kind: str, attributes: dict[str, str], text: str) -> Line:
    what, enabled = attributes.get("t", ""), kind == "param" or attributes.get("en") == "T"
    if kind == "set":
        if len(what) < 4:
            raise ScriptError(f"line {number}: t names no element")
        return Line(number, kind, f"{what[:4]},{what[4:]}", attributes.get("n", ""), text.strip(), enabled)
    if kind == "keep":
        what = "safeprivateelements" if what.startswith("safe") else f"group{what}"
    return Line(number, kind, what, attributes.get("n", ""), text if kind == "param" else "", enabled)


def _from_properties(text: str) -> Iterator[Line]:
    for entry in entries(text):
        line = _property_line(entry.line, entry.key, entry.value, enabled=True)
        if line is not None:
            yield line
    for number, written in enumerate(text.splitlines(), 1):
        disabled = _DISABLED.match(written)
        if disabled is not None:
            for entry in entries(disabled[1]):
                line = _property_line(number, entry.key, entry.value, enabled=False)
                if line is not None:
                    yield line


def _property_line(number: int, key: str, value: str, *, enabled: bool) -> Line | None:
    if key.startswith("set.["):
        end = _closing_bracket(key)
        if end < 0:
            return Line(number, "set", key.removeprefix("set.["), "", value.strip(), enabled)
        return Line(number, "set", key[len(_SET) + 1 : end], key[end + 1 :].strip(), value.strip(), enabled)
    kind, _, what = key.partition(".")
    if kind not in {"param", "keep", "remove"}:
        return None
    return Line(number, kind, what, "", value if kind == "param" else "", enabled)


def _closing_bracket(key: str) -> int:
    """Where the bracket that opens after `set.` is closed; -1 where it is not."""
    depth = 0
    for position, sign in enumerate(key):
        depth += {"[": 1, "]": -1}.get(sign, 0)
        if sign == "]" and depth == 0:
            return position
    return -1
