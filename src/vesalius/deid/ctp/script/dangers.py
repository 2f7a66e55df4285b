"""Where a script is not safe: what CTP passes over in silence, said with the line."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from pydicom.datadict import keyword_for_tag

from vesalius.deid.ctp.calls import Call
from vesalius.deid.ctp.elements import Step, reference
from vesalius.deid.ctp.errors import ScriptError
from vesalius.deid.ctp.script.parts import (
    CURVES,
    PRIVATE_GROUPS,
    UNSPECIFIED,
    ElementLine,
    Parts,
    Warned,
    target_text,
)
from vesalius.deid.resources import load_rows
from vesalius.dicom import tag_text
from vesalius.dicom.standard import load_json
from vesalius.dicom.vr import public_vr

_NO_KEY: Final = "hashes without a key: whoever tries all originals finds the one behind a value"
_FUNCTIONS: Final[Mapping[str, str]] = {
    "hash": _NO_KEY,
    "hashdate": _NO_KEY,
    "hashname": _NO_KEY,
    "hashptid": _NO_KEY,
    "hashuid": _NO_KEY,
    "encrypt": "encrypts under a key that stands in the script: whoever has the script reads the value",
    "skip": "lets CTP pass the file on as it is; here the file is quarantined",
    "date": "writes the day of the run, so that two runs differ",
    "time": "writes the time of the run, so that two runs differ",
    "integer": "counts in the order of the files, so that runs apart give other numbers",
    "call": "calls a program of the site; where none is registered under its name the file is quarantined",
}
_IDENTITY_REMOVED: Final = 0x00120062
_METHOD_CODES: Final = 0x00120064
# Of a code (PS3.3 8.8), and of what a class or a syntax is called: nobody's.
_PUBLIC_UIDS: Final = re.compile(r"(Class|Syntax|Schema|Scheme)\w*UID")
_CODES: Final = range(0x00080100, 0x00080130)
_TELLING: Final = frozenset({"UI", "PN", "DA", "DT"})
_UID_ROOT: Final = re.compile(r"\s*[0-2](\.(0|[1-9]\d*))+\.?\s*")
_WHOLE: Final = re.compile(r"[+-]?\d+")
# Position of a parameter that must be a UID's root, or a number of days.
_ROOTS: Final = {"hashuid": 0}
_DAYS: Final = {"incrementdate": 1}
# Positions of arguments that name elements.
_ELEMENTS: Final = {
    "contents": (0,), "dateinterval": (0, 2), "decrypt": (0,), "encrypt": (0,), "hash": (0,), "hashdate": (0, 1),
    "hashname": (0,), "hashptid": (1,), "hashuid": (1, 2), "if": (0,), "incrementdate": (0, 1), "initials": (0,),
    "integer": (0,), "lookup": (0,), "lowercase": (0,), "modifydate": (0,), "pathelement": (0,), "require": (0,),
    "round": (0,), "truncate": (0,), "uppercase": (0,), "value": (0,),
}  # fmt: skip
# So many are named; the rest is counted.
_NAMED: Final = 12
# Below stand the file's meta group and the records of a DICOMDIR.
_DIRECTORY: Final = "00080000"


def dangers_of(parts: Parts) -> Iterator[Warned]:
    """Every danger, in no order."""
    for line in parts.elements:
        yield from _of_line(line, parts.names)
    yield from _of_calls(parts)
    yield from _of_the_rest(parts)


def _of_line(line: ElementLine, names: Mapping[str, Step]) -> Iterator[Warned]:
    where = target_text(line.target)
    sentences = [*line.script.slips, *_sequence_slips(line), *_kept(line)]
    for call in line.script.calls():
        sentences += [*_name_slips(call, names), *_existence(call)]
    for sentence in sentences:
        yield Warned(line.line, f"{where}: {sentence}")


def _sequence_slips(line: ElementLine) -> Iterator[str]:
    """A sequence can only be kept, removed or processed; what CTP does with other results is nothing."""
    if not isinstance(line.target, int) or public_vr(line.target) != "SQ" or line.target == _METHOD_CODES:
        return
    names = {call.name for call in line.script.calls()}
    if line.text == "@keep()" and line.target in telling_sequences():
        yield "this sequence stays unread, with the UIDs, names or dates inside; @process() reads it"
    elif not names & {"keep", "remove", "process", "require", "call"}:
        yield "CTP leaves this sequence as it is; here it is emptied, or the file is quarantined"


def _kept(line: ElementLine) -> Iterator[str]:
    if line.text != "@keep()" or not isinstance(line.target, int):
        return
    if public_vr(line.target) == "PN" or line.target in _identifiers():
        yield "an identifier stays"


def _parameter_slips(call: Call, parameters: Mapping[str, str]) -> Iterator[str]:
    for position, argument in enumerate(call.arguments):
        if argument[:1] not in {"@", "$"} or call.name in {"lookup", "contents", "value"}:
            continue
        value = parameters.get(argument[1:])
        if value is None:
            yield f"there is no parameter {argument[1:]}"
        elif _ROOTS.get(call.name) == position and not _UID_ROOT.fullmatch(value):
            yield f"the parameter {argument[1:]} is no root of UIDs"
        elif _DAYS.get(call.name) == position and len(call.arguments) == 2 and not _WHOLE.fullmatch(value):
            yield f"the parameter {argument[1:]} is no number of days: dates are emptied"


def _name_slips(call: Call, names: Mapping[str, Step]) -> Iterator[str]:
    """Arguments that should name an element and do not: CTP reads nothing there."""
    for position in _ELEMENTS.get(call.name, ()):
        if position >= len(call.arguments) or (
            call.name == "incrementdate" and position and len(call.arguments) < 3
        ):
            continue
        for name in call.arguments[position].split("|"):
            if name.strip() not in {"", "this"} and not _is_element(name, names):
                yield f"@{call.name} names an element that does not exist"


def _existence(call: Call) -> Iterator[str]:
    if call.name == "if" and call.argument(1) == "exists" and re.search(r"root:|::", call.argument(0)):
        yield "CTP answers no to this @if(...,exists) whatever is there; here the element is looked for"


def _is_element(name: str, names: Mapping[str, Step]) -> bool:
    try:
        reference(name, names)
    except ScriptError:
        return False
    return True


def _of_calls(parts: Parts) -> Iterator[Warned]:
    """One warning for each function and each parameter, at its first line."""
    lines: dict[str, list[int]] = {}
    for line in parts.elements:
        for sentence in {one for call in line.script.calls() for one in _of_call(call, parts.parameters)}:
            lines.setdefault(sentence, []).append(line.line)
    for sentence, found in lines.items():
        others = len(found) - 1
        more = f" (so in {others} other line{'s' * (others > 1)})" if others else ""
        yield Warned(min(found), f"{sentence}{more}")


def _of_call(call: Call, parameters: Mapping[str, str]) -> Iterator[str]:
    if call.name in _FUNCTIONS:
        yield f"@{call.name} {_FUNCTIONS[call.name]}"
    yield from _parameter_slips(call, parameters)


def _of_the_rest(parts: Parts) -> Iterator[Warned]:
    """What the script says by not saying it."""
    removed = UNSPECIFIED in parts.remove
    if not removed:
        yield Warned(0, "elements of which no line speaks stay as they are")
    if not removed and PRIVATE_GROUPS not in parts.remove:
        yield Warned(0, "private elements of which no line speaks stay as they are")
    if CURVES in parts.remove and not removed:
        yield Warned(
            0, "CTP does not remove curves unless it removes unspecified elements; here they are removed"
        )
    if _IDENTITY_REMOVED not in parts.public:
        yield Warned(0, f"no line writes Patient Identity Removed {tag_text(_IDENTITY_REMOVED)}")
    unread = [tag for tag in telling_sequences() if _stays_unread(tag, parts)]
    if unread:
        named = ", ".join(tag_text(tag) for tag in unread[:_NAMED])
        more = f" and {len(unread) - _NAMED} more" if len(unread) > _NAMED else ""
        yield Warned(
            0,
            f"no line speaks of these sequences, which stay unread with UIDs, names or dates inside: {named}{more}",
        )


def _stays_unread(tag: int, parts: Parts) -> bool:
    if tag in parts.public:
        return False
    return UNSPECIFIED not in parts.remove or tag >> 16 in {*parts.keep_groups, 0x0028}


@cache
def _identifiers() -> frozenset[int]:
    return frozenset(int(row["tag"], 16) for row in load_rows("identifiers.csv"))


@cache
def telling_sequences() -> tuple[int, ...]:
    """Sequences at the root of any IOD with UIDs of instances, names or dates inside (PS3.3)."""
    table = load_json("module_attributes.json")
    nodes: list[list[list[Any]]] = table["nodes"]
    telling = _telling_nodes(nodes)
    found = {
        int(row[0], 16)
        for node in table["modules"].values()
        for row in nodes[node]
        if len(row) > 2 and telling[row[2]] and _is_plain(row[0]) and row[0] >= _DIRECTORY
    }
    return tuple(sorted(found))


def _telling_nodes(nodes: list[list[list[Any]]]) -> list[bool]:
    """Whether something in a node, or below it, is telling; below comes first."""
    known: dict[int, bool] = {}

    def tells(node: int) -> bool:
        if node not in known:
            known[node] = False
            known[node] = any(
                (_is_plain(row[0]) and is_telling(int(row[0], 16))) or (len(row) > 2 and tells(row[2]))
                for row in nodes[node]
            )
        return known[node]

    return [tells(node) for node in range(len(nodes))]


def _is_plain(hexadecimal: str) -> bool:
    """Whether this is one tag, and not a repeating group's."""
    return hexadecimal.isalnum() and "x" not in hexadecimal


def is_telling(tag: int) -> bool:
    """Whether a standard attribute is a name, a date or a UID of an instance, of a device, of whoever."""
    vr = public_vr(tag)
    if vr not in _TELLING or tag in _CODES:
        return False
    return vr != "UI" or _PUBLIC_UIDS.search(keyword_for_tag(tag)) is None
