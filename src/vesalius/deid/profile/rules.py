"""A recipe's decisions compiled by place: looked up once per SOP Class and path, then a dictionary."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from vesalius.deid.annex import private, table
from vesalius.deid.annex.actions import Action, resolve
from vesalius.deid.annex.iods import OPTIONAL, iod_of, lists_references, merged, plain_tag, root_nodes
from vesalius.deid.recipes.recipe import Recipe
from vesalius.dicom import tag_text
from vesalius.dicom import vr as representations

_DATES: Final = frozenset({"DA", "DT", "TM"})
_TEXT: Final = frozenset({"AE", "CS", "LO", "LT", "SH", "ST", "UC", "UR", "UT"})
# UIDs of classes, syntaxes and coding resources: they name no instance (PS3.5 9, PS3.16 8).
_CLASS_UIDS: Final = frozenset(
    {
        0x00080016, 0x0008001A, 0x0008001B, 0x00080062, 0x0008010C, 0x0008010D, 0x00080117, 0x00080118, 0x0008040E,
        0x00081150, 0x0008115A, 0x00083002, 0x00089123, 0x00340003, 0x00041510, 0x00041512, 0x0004151A, 0x04000010,
        0x04000510, 0x30100052, 0x30100053,
    }
)  # fmt: skip
# A date that the table forgot is treated as Series Date is; a name that it forgot is removed.
_UNLISTED_DATE: Final = table.Row(
    "date of no row",
    "X/Z/D",
    {"retain_longitudinal_full_dates": "K", "retain_longitudinal_modified_dates": "C"},
)
_UNLISTED_NAME: Final = table.Row("name of no row", "X/Z/D", {})
_UNLISTED_UID: Final = table.Row("UID of no row", "U", {"retain_uids": "K"})
_UNKNOWN: Final = table.Row("attribute of no standard", "X", {})
_KEPT: Final = table.Row("attribute of no row", "K", {})
# Of no row, and nothing that stands alone: what only signatures need (PS3.3 C.12.1.1.3), and what somebody else can
# decrypt to the identity (C.12.1.1.4).
_GOES_ALONG: Final = {
    tag: table.Row(name, "X", {})
    for tag, name in ((0x4FFE0001, "MAC Parameters Sequence"), (0x04000500, "Encrypted Attributes Sequence"))
}
# Words about an overlay plane that has no row, as those of Overlay Comments are treated (PS3.3 C.9.2, PS3.15 E.3.3).
_OVERLAY_TEXT: Final = table.Row("text of an overlay", "X", {"clean_graphics": "C", "clean_descriptors": "C"})
_OVERLAYS: Final = 0x60
_MOST_REMEMBERED: Final = 16_384


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to one attribute at one place; `otherwise` stands in for C where a value cannot be cleaned."""

    action: Action
    otherwise: Action
    attribute_type: int
    retained: bool = False  # a row of the table, or the recipe, speaks of it


class Text(IntEnum):
    """What becomes of text inside of a sequence that no row speaks of; the stricter of two holds further down."""

    KEPT = 0
    CLEANED = 1  # the sequence's action is C
    HARMLESS = (
        2  # its action is D: the items stay in shape, and what is not harmless as it is becomes a dummy
    )


_CLEANED_INSIDE: Final = {
    Text.KEPT: frozenset[str](),
    Text.CLEANED: (_TEXT - {"CS"}) | representations.BYTES,
    Text.HARMLESS: _TEXT,
}
_NO_DECISIONS: Final[Mapping[int, Decision]] = MappingProxyType({})


class Place:
    """One data set's place in the tree of one kind of instance: decisions by tag, and the places below.

    `private` remembers what was decided here of private elements.
    """

    __slots__ = (
        "_below", "_decisions", "_dispositions", "_listed", "_node", "_options", "_own", "_private_list", "_recipe",
        "_variants", "path", "private", "text",
    )  # fmt: skip

    def __init__(
        self,
        recipe: Recipe,
        nodes: tuple[int, ...],
        path: str = "",
        text: Text = Text.KEPT,
        own: Mapping[int, Decision] = _NO_DECISIONS,
        *,
        listed: bool = False,
    ) -> None:
        self._recipe = recipe
        self._listed = listed
        self._options = recipe.options
        self._dispositions = recipe.dispositions
        self._own = own
        self._private_list = recipe.private if '"' in path else ""
        self._node = merged(nodes)
        self._decisions: dict[tuple[int, str], Decision] = {}
        self._below: dict[tuple[str, Text], Place] = {}
        self._variants: dict[int, tuple[Mapping[int, Decision], Place]] = {}
        self.private: dict[tuple[object, ...], Any] = {}
        self.path = path
        self.text = text

    def decide(self, tag: int, vr: str) -> Decision:
        """The decision for a standard attribute."""
        found = self._decisions.get((tag, vr))
        if found is None:
            _bound(self._decisions)
            found = self._decisions[tag, vr] = self._decide(tag, vr)
        return found

    def disposed(self, name: str) -> Action | None:
        """What the recipe itself says of the element called `name` here, such as `(0019,"CREATOR",92)`."""
        return _disposition(self._dispositions, self.path, name) if self._dispositions else None

    def below(self, tag: int, name: str, text: Text = Text.KEPT) -> "Place":
        """The place inside of a sequence; `name` is the tag's text, or a private element's."""
        text = max(text, self.text)
        found = self._below.get((name, text))
        if found is None:
            _bound(self._below)
            nodes = self._node.inside.get(plain_tag(tag), ())
            path = f"{self.path}{name}[*]."
            found = self._below[name, text] = Place(self._recipe, nodes, path, text, listed=self._listed)
        return found

    def remember(self, key: tuple[object, ...], decided: Any) -> None:
        """Keep a decision about private elements in `private`."""
        _bound(self.private)
        self.private[key] = decided

    def speaking(self, own: Mapping[int, Decision]) -> "Place":
        """The same place for an item that has decisions of its `own`; the recipe's dispositions win over them."""
        if not own:
            return self
        found = self._variants.get(id(own))
        if found is None:
            place = Place(self._recipe, (), self.path, self.text, own, listed=self._listed)
            place._node = self._node
            found = self._variants[id(own)] = own, place
        return found[1]

    def _decide(self, tag: int, vr: str) -> Decision:
        attribute_type = self._node.types.get(plain_tag(tag), OPTIONAL)
        row = table.row_of(tag) or _unlisted(tag, vr)
        otherwise = resolve(row.basic, attribute_type, vr, listed=self._listed)
        disposed = self.disposed(tag_text(tag))
        if disposed is not None:
            return Decision(disposed, otherwise, attribute_type, retained=True)
        if private.deletes(self._private_list, self.path, tag_text(tag), vr):
            return Decision(Action.REMOVE, Action.REMOVE, OPTIONAL)
        if tag in self._own:
            return self._own[tag]
        if row is _KEPT and vr in _CLEANED_INSIDE[self.text]:
            return Decision(Action.CLEAN, Action.DUMMY, attribute_type)
        action = resolve(row.under(self._options), attribute_type, vr, listed=self._listed)
        return Decision(action, otherwise, attribute_type, retained=row is not _KEPT)


def _bound(remembered: dict[Any, Any]) -> None:
    """Forget everything once there is more than any honest file brings: places outlive the file."""
    if len(remembered) >= _MOST_REMEMBERED:
        remembered.clear()


@lru_cache(maxsize=512)
def root_place(recipe: Recipe, sop_class: str, present: frozenset[int]) -> Place:
    """The place of the root data set of an instance of `sop_class` with the attributes `present`."""
    nodes = root_nodes(iod_of(sop_class), present)
    return _place_of(recipe, nodes, listed=lists_references(nodes, present))


@lru_cache(maxsize=512)
def _place_of(recipe: Recipe, nodes: tuple[int, ...], *, listed: bool) -> Place:
    return Place(recipe, nodes, listed=listed)


def _unlisted(tag: int, vr: str) -> table.Row:
    """What holds for an attribute of which no row speaks, by its VR; what no dictionary knows is removed."""
    known = representations.public_vr(tag)
    if known is None or tag in _GOES_ALONG:
        return _GOES_ALONG.get(tag, _UNKNOWN)
    if vr in _DATES or known in _DATES:
        return _UNLISTED_DATE
    if "PN" in {vr, known}:
        return _UNLISTED_NAME
    if tag >> 24 == _OVERLAYS and vr in _TEXT - {"CS"}:
        return _OVERLAY_TEXT
    return _UNLISTED_UID if vr == "UI" and tag not in _CLASS_UIDS else _KEPT


def _disposition(dispositions: Mapping[str, str], path: str, name: str) -> Action | None:
    letter = dispositions.get(path + name) or dispositions.get(f"*.{name}")
    return Action(letter) if letter else None
