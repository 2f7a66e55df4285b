"""Types of attributes by place: IOD, the modules that the instance carries, and the sequences on the way down."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from vesalius.dicom.standard import load_json, load_rows

_MODULES: Final = "module_attributes.json"
_CLASS_OF_TYPE: Final = {"1": 1, "1C": 1, "2": 2, "2C": 2}
_COMMON_INSTANCE_REFERENCE: Final = "common-instance-reference"
OPTIONAL: Final = 3
"""Type 3, and what holds for an attribute that its place does not know."""


@dataclass(frozen=True, slots=True)
class Node:
    """Attributes of one place: strictest Type class (1, 2 or 3) and the nodes inside of each sequence, by tag."""

    types: Mapping[int, int]
    inside: Mapping[int, tuple[int, ...]]


@cache
def iod_of(sop_class: str) -> str | None:
    """Key of the SOP Class's IOD; None for a class that the table does not know."""
    return _iods_by_class().get(sop_class)


@lru_cache(maxsize=4096)
def root_nodes(iod: str | None, present: frozenset[int]) -> tuple[int, ...]:
    """Nodes of the modules that count for an instance with the attributes `present` at its root.

    Without an IOD every module of the standard counts, so the strictest Type of all IODs holds.
    """
    modules: dict[str, int] = load_json(_MODULES)["modules"]
    if iod is None:
        return tuple(sorted(set(modules.values())))
    wanted = [module for module, usage in _modules_of(iod) if usage == "M"]
    wanted += [module for module, signs in _optional_signs(iod) if any(sign <= present for sign in signs)]
    return tuple(sorted({modules[module] for module in wanted if module in modules}))


def lists_references(nodes: tuple[int, ...], present: frozenset[int]) -> bool:
    """Whether an instance carries the Common Instance Reference module and lists instances in it (PS3.3 C.12.2)."""
    node: int = load_json(_MODULES)["modules"][_COMMON_INSTANCE_REFERENCE]
    return node in nodes and any(tag in present for tag, _, _ in _attributes(node))


@lru_cache(maxsize=4096)
def merged(nodes: tuple[int, ...]) -> Node:
    """One node out of many: of two Types for one attribute the stricter holds."""
    types: dict[int, int] = {}
    inside: dict[int, set[int]] = {}
    for node in nodes:
        for tag, attribute_type, child in _attributes(node):
            types[tag] = min(types.get(tag, OPTIONAL), attribute_type)
            if child is not None:
                inside.setdefault(tag, set()).add(child)
    return Node(types, {tag: tuple(sorted(children)) for tag, children in inside.items()})


def plain_tag(tag: int) -> int:
    """The tag with which the tables speak of a repeating group: 6002,3000 is 6000,3000 (PS3.5 7.6)."""
    return tag & 0xFF00FFFF if tag >> 24 in {0x50, 0x60} else tag


@cache
def _iods_by_class() -> dict[str, str]:
    return {row["sop_class_uid"]: row["iod"] for row in load_rows("sop_class_to_iod.csv")}


@cache
def _modules_of(iod: str) -> tuple[tuple[str, str], ...]:
    return tuple((row["module"], row["usage"]) for row in load_rows("iod_modules.csv") if row["iod"] == iod)


@cache
def _optional_signs(iod: str) -> tuple[tuple[str, tuple[frozenset[int], ...]], ...]:
    """For each module of usage C or U the sets of attributes, any of which shows that an instance carries it.

    One Type 1 attribute that no mandatory module has, else any such attribute, else all its Type 1 attributes.
    """
    modules: dict[str, int] = load_json(_MODULES)["modules"]
    known = [(module, usage, modules[module]) for module, usage in _modules_of(iod) if module in modules]
    common = {tag for _, usage, node in known if usage == "M" for tag, _, _ in _attributes(node)}
    found = []
    for module, usage, node in known:
        own = {tag for tag, _, _ in _attributes(node)} - common
        needed = _needed(node)
        singles = tuple(frozenset({tag}) for tag in sorted(own & needed or own))
        if usage != "M":
            found.append((module, singles or (frozenset(needed),)))
    return tuple(found)


def _needed(node: int) -> set[int]:
    return {_tag(attribute[0]) for attribute in load_json(_MODULES)["nodes"][node] if attribute[1] == "1"}


@cache
def _attributes(node: int) -> tuple[tuple[int, int, int | None], ...]:
    attributes: list[list[Any]] = load_json(_MODULES)["nodes"][node]
    return tuple(
        (_tag(tag), _CLASS_OF_TYPE.get(attribute_type, OPTIONAL), child[0] if child else None)
        for tag, attribute_type, *child in attributes
    )


def _tag(text: str) -> int:
    return int(text.replace("xx", "00"), 16)
