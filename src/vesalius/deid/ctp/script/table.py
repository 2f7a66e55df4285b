"""A script as the table `[ctp]` of a recipe, which people read and edit."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydicom.datadict import dictionary_description

from vesalius.deid.ctp.elements import Private, Step, reference
from vesalius.deid.ctp.errors import ScriptError
from vesalius.deid.ctp.script.parts import REMOVALS, ElementLine, Parts, target_text

_PRIVATE: Final = re.compile(r'\(\s*([0-9a-fA-F]{4})\s*,\s*"([^"]*)"\s*(?:,\s*([0-9a-fA-F]{2})\s*)?\)')
_GROUP: Final = re.compile(r"[0-9a-fA-F]{4}")
_KEYS: Final = frozenset({"parameters", "names", "elements", "keep_groups", "keep_safe_private", "remove"})


def parts_of(table: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a script out of the table. Raises ScriptError, which names the key."""
    for key in table:
        if key not in _KEYS:
            raise ScriptError(f"a script's table has no key {key}")
    elements = tuple(ElementLine(_target(name), text) for name, text in _texts(table, "elements").items())
    groups = _list(table, "keep_groups")
    removals = _list(table, "remove")
    if not all(_GROUP.fullmatch(group) for group in groups):
        raise ScriptError("keep_groups: a group has four hexadecimal digits")
    if unknown := set(removals) - set(REMOVALS):
        raise ScriptError(f"remove: there is no {min(unknown)}; there are {', '.join(REMOVALS)}")
    return {
        "parameters": _texts(table, "parameters"),
        "names": {name: _target(text) for name, text in _texts(table, "names").items()},
        "elements": elements,
        "keep_groups": frozenset(int(group, 16) for group in groups),
        "keep_safe_private": table.get("keep_safe_private") is True,
        "remove": frozenset(removals),
    }


def toml_of(parts: Parts) -> str:
    """The table as text of a recipe; names of elements and lines that are switched off stand in comments."""
    return "\n".join(_lines(parts)) + "\n"


def _lines(parts: Parts) -> Iterator[str]:
    yield "[ctp]"
    groups = ", ".join(f'"{group:04X}"' for group in sorted(parts.keep_groups))
    yield f"keep_groups = [{groups}]"
    yield f"keep_safe_private = {str(parts.keep_safe_private).lower()}"
    yield f"remove = [{', '.join(quoted(what) for what in REMOVALS if what in parts.remove)}]"
    yield from ("", "[ctp.parameters]")
    yield from (f"{quoted(name)} = {quoted(value)}" for name, value in parts.parameters.items())
    if parts.names:
        yield from ("", "[ctp.names]")
        yield from (f"{quoted(name)} = {quoted(target_text(step))}" for name, step in parts.names.items())
    yield from ("", "[ctp.elements]")
    yield from (_element(line) for line in parts.elements)
    if parts.disabled:
        yield from ("", "# These lines of the script are switched off.")
        yield from (f"# {_element(line)}" for line in parts.disabled)


def _element(line: ElementLine) -> str:
    return f"{quoted(target_text(line.target))} = {quoted(line.text)}  # {_description(line)}".rstrip(" #")


def _description(line: ElementLine) -> str:
    """The standard's name of the attribute, else the script's own, on one line."""
    if isinstance(line.target, int):
        try:
            return dictionary_description(line.target)
        except KeyError:
            pass
    return " ".join(line.name.split())


def _target(text: str) -> Step:
    private = _PRIVATE.fullmatch(text.strip())
    if private is not None:
        return Private(int(private[1], 16), private[2], int(private[3], 16) if private[3] else None)
    try:
        steps = reference(text).steps
    except ScriptError:
        raise ScriptError(f'{text} is no element such as (0010,0010) or (0009,"CREATOR",02)') from None
    if len(steps) != 1:
        raise ScriptError(f"{text} is more than one element")
    return steps[0]


def _texts(table: Mapping[str, Any], key: str) -> dict[str, str]:
    found = table.get(key, {})
    if not isinstance(found, Mapping) or not all(isinstance(value, str) for value in found.values()):
        raise ScriptError(f"{key} is a table of texts")
    return dict(found)


def _list(table: Mapping[str, Any], key: str) -> list[str]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(value, str) for value in found):
        raise ScriptError(f"{key} is a list of texts")
    return found


def quoted(text: str) -> str:
    """A TOML string: in single quotes where the text holds double ones, and nothing that must be escaped."""
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def block(text: str) -> str:
    """A TOML string of several lines, as it was written where that is possible."""
    plain = text.replace("\n", "").replace("\t", "")
    if "'''" in text or text.endswith("'") or not plain.isprintable():
        return quoted(text)
    return f"'''\n{text}'''"
