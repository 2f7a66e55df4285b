"""One written file against its source: leaks, old UIDs, stamps, conformance, pixels; any finding stops the file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from vesalius.deid.annex.actions import Action
from vesalius.deid.annex.iods import Node, iod_of, merged, plain_tag, root_nodes
from vesalius.deid.memory import LONGEST, OfPatients, Remembered
from vesalius.deid.output import stamps
from vesalius.deid.patient.context import PatientContext
from vesalius.deid.patient.identity import Identity
from vesalius.deid.patient.leaks import Leaks, is_opaque, old_uids, stale, stretches
from vesalius.deid.profile.rules import Decision, Place, root_place
from vesalius.deid.proof import conformance, forms, pixels
from vesalius.deid.proof.ours import is_ours
from vesalius.deid.recipes.recipe import Recipe
from vesalius.deid.record import FindingFact, Origin
from vesalius.deid.structured import content_items
from vesalius.deid.values.numerals import is_disguised, is_of_digits
from vesalius.dicom import Dataset, DicomFile, Element, Reason, tag_text
from vesalius.dicom import vr as representations
from vesalius.dicom.tree import MOST_TEXT

_SOP_CLASS: Final = 0x00080016
_PRIVATE: Final = Decision(Action.KEEP, Action.REMOVE, 3)
_MAPPED: Final = frozenset({Action.UID, Action.CLEAN})
_LEAK: Final = "an identifier of the patient still stands here"
_STALE: Final = "a UID of the source still stands here"
_UNSEEN: Final = "bytes stand here that no element of the file accounts for"


class _Sound(NamedTuple):
    """What was judged and found in order: the VR that it was read under, and whether it may name UIDs.

    Of these each file has others, so that they are sought anew in every file.
    """

    vr: str
    names_uids: bool


@dataclass(slots=True)
class _Memory:
    """What is remembered of one patient's written values."""

    identity: Identity
    sound: Remembered[bytes, _Sound] = field(default_factory=Remembered)


_MEMORIES: Final = OfPatients(_Memory)


def prove(
    source: DicomFile,
    written: DicomFile,
    *,
    recipe: Recipe,
    identity: Identity,
    context: PatientContext,
    origin: Origin = "identifiable",
) -> tuple[FindingFact, ...]:
    """What is wrong with a cleaned file, of kinds leak, stamp_missing and conformance; empty is the proof.

    Only what the pass made worse counts as a conformance error. Files of origin `site` were not written and pass;
    the identifiers of derived data are published already, and no leaks.
    """
    if origin == "site":
        return ()
    found = list(conformance.of_file(source, written))
    found += pixels.unreadable(source, written)
    found += _Proof(source, written, recipe, identity, context, origin).findings()
    return tuple(sorted(set(found)))


class _Proof:
    """One walk over a written file, side by side with its source.

    An element of bytes that were judged before, at the same place in another file of the patient, is judged once: its
    form and what it tells hang on nothing else, but the UIDs that its file must not name any more.
    """

    def __init__(
        self,
        source: DicomFile,
        written: DicomFile,
        recipe: Recipe,
        identity: Identity,
        context: PatientContext,
        origin: Origin,
    ) -> None:
        leaks = origin == "identifiable"
        memory = _MEMORIES.of(context, identity, recipe, origin)
        self._memory = memory.sound
        self._source, self._written, self._origin = source, written, origin
        self._recipe, self._identity = recipe, memory.identity
        self._content = content_items.OPTION in recipe.options
        self._leaks = Leaks(context) if leaks else None
        self._new_id = self._identity.patient_id(context.issuer, context.patient_id).encode()
        keeps = not leaks or "retain_uids" in recipe.options
        self._old = frozenset() if keeps else self._to_be_mapped()

    def _to_be_mapped(self) -> frozenset[str]:
        return frozenset(uid for uid in old_uids(self._source.dataset) if self._identity.uid(uid) != uid)

    def findings(self) -> Iterator[FindingFact]:
        """Everything that stands where it should not, or no longer where it must."""
        before, after = self._source.dataset, self._written.dataset
        yield from self._stamps(after)
        if self._leaks is not None:
            yield from self._outside()
        sop_class, iod = before.text(_SOP_CLASS), iod_of(before.text(_SOP_CLASS))
        place = root_place(self._recipe, sop_class, frozenset(before.elements))
        node = merged(root_nodes(iod, frozenset(after.elements)))
        # without an IOD every module would count, and nobody can say what this file must hold
        yield from self._data_set(after, before, place, node if iod else None, "")

    def _stamps(self, root: Dataset) -> Iterator[FindingFact]:
        """The stamps of PS3.15 E.1.1 and E.3 that a cleaned file lacks."""
        for tag in stamps.missing(root):
            if tag != stamps.DATES_MODIFIED or self._origin == "identifiable":
                yield FindingFact("stamp_missing", tag_text(tag), "a cleaned file carries this stamp")
        codes = root.get(stamps.METHOD_CODES)
        written = codes.raw() if codes is not None else b""
        known = self._memory.within(("stamps", root.implicit, root.big_endian))
        if written in known:
            return
        # whether a cleaning option could be held to is known to the pass alone (PS3.15 E.3)
        conditional = frozenset(option for option in self._recipe.options if option.startswith("clean_"))
        if stamps.missing_items(root, self._recipe, self._origin, stamps.Vouched(undone=conditional)):
            sentence = "it does not name every option of the profile that was applied"
            yield FindingFact("stamp_missing", tag_text(stamps.METHOD_CODES), sentence)
        elif len(written) <= LONGEST:
            self._memory.put(known, written, len(written), _Sound("SQ", names_uids=False))

    def _outside(self) -> Iterator[FindingFact]:
        """Head of the file, and bytes that the tree does not show."""
        if self._written.preamble.strip(b"\0"):
            yield FindingFact("leak", "", "the preamble is not empty")
        meta = self._written.meta
        known = self._memory.within(("meta", meta.codecs))
        for element in meta:
            written = meta.window.read(element.start, element.end - element.start)
            if stale(element.raw(), element.vr, self._old) or (
                written not in known and self._betrays(element, element.raw(), only_patient=False)
            ):
                yield FindingFact("leak", tag_text(element.tag), _LEAK)
            elif written not in known:
                self._memory.put(known, written, len(written), _Sound(element.vr, names_uids=True))
        for note in self._written.notes:
            if note.reason is Reason.REPEATED:
                yield FindingFact("leak", tag_text(note.tag or 0), _UNSEEN)

    def _data_set(
        self, after: Dataset, before: Dataset | None, place: Place, node: Node | None, prefix: str
    ) -> Iterator[FindingFact]:
        if before is not None and node is not None:
            yield from conformance.of_types(after, before, place, node, prefix)
        known = self._memory.within((place, after.codecs, after.implicit, after.big_endian))
        read = after.window.read
        for element in after:
            if element.vr == "SQ":
                counterpart = before.get(element.tag) if before is not None else None
                yield from self._inside(element, counterpart, place, node, prefix)
                continue
            start, size = element.start, element.end - element.start
            if element.length is None or size > LONGEST:
                yield from self._judge(element, before, place, prefix)
            elif element.length:
                written = read(start, size)
                sound = known.get(written)
                if sound is None or sound.vr != element.vr:
                    found = [*self._judge(element, before, place, prefix)]
                    yield from found
                    if not found and not forms.fault(element):
                        self._memory.put(known, written, size, self._sound(element, place))
                elif sound.names_uids and self._is_stale(element):
                    yield FindingFact("leak", prefix + tag_text(element.tag), _STALE)

    def _inside(
        self, element: Element, before: Element | None, place: Place, node: Node | None, prefix: str
    ) -> Iterator[FindingFact]:
        """What is wrong in a sequence; one that was in order stays so beside the same sequence of the source."""
        below = place.below(element.tag, tag_text(element.tag))
        nodes = node.inside.get(plain_tag(element.tag), ()) if node is not None else None
        known = self._memory.within((below, nodes, *_form(element), *(_form(before) if before else ())))
        both = _without_uids(element, before)
        if both in known:
            return
        found = [*self._items(element, before, below, nodes, prefix)]
        yield from found
        if both and not found:
            self._memory.put(known, both, len(both), _Sound("SQ", names_uids=False))

    def _items(
        self,
        element: Element,
        before: Element | None,
        below: Place,
        nodes: tuple[int, ...] | None,
        prefix: str,
    ) -> Iterator[FindingFact]:
        inside = merged(nodes) if nodes is not None else None
        # where items were taken out nobody can say which of the others is which
        stood = before.items if before and len(before.items) <= len(element.items) else ()
        for index, item in enumerate(element.items):
            counterpart = stood[index].dataset if index < len(stood) else None
            path = f"{prefix}{tag_text(element.tag)}[{index}]."
            own = content_items.decisions(item.dataset, self._recipe.options) if self._content else {}
            yield from self._data_set(item.dataset, counterpart, below.speaking(own), inside, path)

    def _judge(
        self, element: Element, before: Dataset | None, place: Place, prefix: str
    ) -> Iterator[FindingFact]:
        """Everything that is wrong with an element that holds no items, be it text, UIDs, numbers or bytes."""
        yield from conformance.of_value(element, before, prefix)
        leaks = self._leaks_of_bytes(element) if _is_bytes(element) else self._leaks_of_text(element, place)
        for leak in leaks:
            yield FindingFact("leak", prefix + tag_text(element.tag), leak)

    def _leaks_of_text(self, element: Element, place: Place) -> Iterator[str]:
        """What leaks out of a text, a UID or numbers."""
        if element.vr == "UI" and self._maps(element, place) and self._is_stale(element):
            yield _STALE
        raw = element.raw()
        if self._leaks is None or is_ours(element, raw, self._new_id):
            return
        decision = self._decision(element, place)
        retained = decision.retained and decision.action is Action.KEEP
        if self._betrays(element, raw, only_patient=retained):
            yield _LEAK
        elif element.vr != "UI" and self._is_stale(element):
            yield _STALE

    def _leaks_of_bytes(self, element: Element) -> Iterator[str]:
        """What leaks out of bytes that are no text, searched where text may hide in them."""
        if self._leaks is None or not is_opaque(element):
            return
        if self._leaks.in_bytes(element):
            yield _LEAK
        elif self._is_stale(element):
            yield _STALE

    def _sound(self, element: Element, place: Place) -> _Sound:
        """What to remember of an element with which nothing is wrong."""
        if element.vr == "UI":
            return _Sound("UI", self._maps(element, place))
        silent = is_of_digits(element.vr) or (_is_bytes(element) and not is_opaque(element))
        return _Sound(element.vr, not silent and element.raw().count(b".") > 1)

    def _is_stale(self, element: Element) -> bool:
        """Whether a UID of the source that has a new name stands in the value."""
        if not self._old:
            return False
        blocks = stretches(element) if _is_bytes(element) else (element.raw(),)
        return any(stale(block, element.vr, self._old) for block in blocks)

    def _maps(self, element: Element, place: Place) -> bool:
        return representations.is_private(element.tag) or self._decision(element, place).action in _MAPPED

    def _decision(self, element: Element, place: Place) -> Decision:
        return _PRIVATE if representations.is_private(element.tag) else place.decide(element.tag, element.vr)

    def _betrays(self, element: Element, raw: bytes, *, only_patient: bool) -> bool:
        assert self._leaks is not None
        if is_of_digits(element.vr) and not is_disguised(element.vr, raw):
            return False
        if element.vr in representations.NUMBERS or element.vr == "AT":
            return representations.is_private(element.tag) and self._leaks.in_bytes(element)
        return self._leaks.in_text(raw, element.parent.codecs, only_patient=only_patient)


def _is_bytes(element: Element) -> bool:
    """Whether the value is no text that somebody could read as a whole."""
    return element.length is None or element.length > MOST_TEXT or element.vr in representations.BYTES


def _form(element: Element) -> tuple[bool, bool, tuple[str, ...]]:
    """How the bytes of an element are read."""
    parent = element.parent
    return parent.implicit, parent.big_endian, parent.codecs


def _without_uids(element: Element, before: Element | None) -> bytes:
    """The bytes of a short sequence and of the source's, where the first names no UID; empty for all others."""
    size, there = element.end - element.start, before.end - before.start if before else 0
    if size + there > LONGEST:
        return b""
    written = element.parent.window.read(element.start, size)
    if written.count(b".") > 1:
        return b""
    return written + before.parent.window.read(before.start, there) if before else written
