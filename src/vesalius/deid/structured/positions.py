"""Relationships by reference (PS3.3 C.17.3.2.5): items that name others by position, while some items go."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from vesalius.dicom import Dataset, Item

CONTENT: Final = 0x0040A730
REFERENCED_ITEM: Final = 0x0040DB73

_Position: TypeAlias = tuple[int, ...]
_ROOT: Final[_Position] = (1,)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where items of a document go: `gone` by their offset, and new positions by the offset of what names them."""

    gone: frozenset[int]
    moved: Mapping[int, tuple[int, ...]]


def plan(root: Dataset, goes: Callable[[Dataset], bool]) -> Plan:
    """Who else has to go when items of a document go, and how the remaining references read afterwards.

    An item that names a removed one by its position goes with it, and so does one that names nothing.
    """
    items = dict(_positions(root, _ROOT))
    naming = {position: named for position, item in items.items() if (named := _named(item.dataset))}
    if not naming:
        return Plan(frozenset(), {})
    astray = {one for one, named in naming.items() if named not in items and named != _ROOT}
    gone = _closed({one for one, item in items.items() if goes(item.dataset)} | astray, items, naming)
    earlier: dict[_Position, list[int]] = {}
    for one in sorted(gone):
        earlier.setdefault(one[:-1], []).append(one[-1])
    moved = {
        items[one].dataset[REFERENCED_ITEM].start: _after(named, earlier)
        for one, named in naming.items()
        if one not in gone
    }
    return Plan(frozenset(items[one].start for one in gone), moved)


def _positions(dataset: Dataset, at: _Position) -> Iterator[tuple[_Position, Item]]:
    """Every content item of the tree with its position: 1 for the root, then the number in each sequence from 1."""
    sequence = dataset.get(CONTENT)
    for number, item in enumerate(sequence.items if sequence is not None else (), start=1):
        yield (*at, number), item
        yield from _positions(item.dataset, (*at, number))


def _named(item: Dataset) -> _Position:
    return tuple(item.ints(REFERENCED_ITEM))


def _closed(
    going: set[_Position], items: Mapping[_Position, Item], naming: Mapping[_Position, _Position]
) -> set[_Position]:
    """All that goes once these go: what stands below them, and what names any of it, on and on."""
    leading: dict[_Position, list[_Position]] = {}  # by a position: those below it, and those that name it
    for one in items:
        leading.setdefault(one[:-1], []).append(one)
    for one, named in naming.items():
        leading.setdefault(named, []).append(one)
    gone, waiting = set(going), list(going)
    while waiting:
        more = [one for one in leading.get(waiting.pop(), ()) if one not in gone]
        gone.update(more)
        waiting += more
    return gone


def _after(position: _Position, earlier: Mapping[_Position, list[int]]) -> _Position:
    """The position once the items before it at each level are gone, which `earlier` lists by what they were in."""
    return tuple(
        number - bisect_left(earlier.get(position[:level], []), number)
        for level, number in enumerate(position)
    )
