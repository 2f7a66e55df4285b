"""One written file against its source: leaks, old UIDs, stamps, conformance, pixels; any finding stops the file."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, TypeAlias

from vesalius.deid.annex.actions import Action
from vesalius.deid.annex.iods import Node, iod_of, merged, plain_tag, root_nodes
from vesalius.deid.output import stamps
from vesalius.deid.patient.context import PatientContext
from vesalius.deid.patient.identity import Identity
from vesalius.deid.patient.leaks import Leaks, is_opaque, old_uids, stale, stretches
from vesalius.deid.profile.rules import Decision, Place, root_place
from vesalius.deid.proof import conformance, pixels
from vesalius.deid.proof.ours import is_ours
from vesalius.deid.recipes.recipe import Recipe
from vesalius.deid.record import FindingFact, Origin
from vesalius.deid.structured import content_items
from vesalius.deid.values.numerals import is_disguised, is_of_digits
from vesalius.dicom import Dataset, DicomFile, Element, Reason, tag_text
from vesalius.dicom import vr as representations
from vesalius.dicom.tree import MOST_TEXT

_SOP_CLASS: Final = 0x00080016
_MOST_REMEMBERED: Final = 5_000
_LONGEST_REMEMBERED: Final = 1024
_PRIVATE: Final = Decision(Action.KEEP, Action.REMOVE, 3)
_MAPPED: Final = frozenset({Action.UID, Action.CLEAN})
_LEAK: Final = "an identifier of the patient still stands here"
_STALE: Final = "a UID of the source still stands here"
_UNSEEN: Final = "bytes stand here that no element of the file accounts for"


_Judged: TypeAlias = tuple[Place, int, str, bytes, tuple[str, ...]]
"""A value and where it stands: its place, tag, VR, bytes, and the codecs that these may need."""


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
    found += _stamps(written.dataset, recipe, origin)
    found += pixels.unreadable(source, written)
    proof = _Proof(
        source, written, recipe, identity.named_by(recipe), context, leaks=origin == "identifiable"
    )
    found += proof.findings()
    return tuple(sorted(set(found)))


@lru_cache(maxsize=64)
def _leaks(context: PatientContext) -> Leaks:
    return Leaks(context)


@lru_cache(maxsize=8)
def _sound(_: PatientContext | None) -> set[_Judged]:
    """Values of one patient's files that were judged and found in order; they come again in other images."""
    return set()


class _Proof:
    """One walk over a written file, side by side with its source."""

    def __init__(
        self,
        source: DicomFile,
        written: DicomFile,
        recipe: Recipe,
        identity: Identity,
        context: PatientContext,
        *,
        leaks: bool,
    ) -> None:
        self._source, self._written = source, written
        self._recipe, self._identity = recipe, identity
        self._content = content_items.OPTION in recipe.options
        self._leaks = _leaks(context) if leaks else None
        self._judged = _sound(context if leaks else None)
        self._new_id = identity.patient_id(context.issuer, context.patient_id).encode()
        keeps = not leaks or "retain_uids" in recipe.options
        self._old = frozenset() if keeps else self._to_be_mapped()

    def _to_be_mapped(self) -> frozenset[str]:
        return frozenset(uid for uid in old_uids(self._source.dataset) if self._identity.uid(uid) != uid)

    def findings(self) -> Iterator[FindingFact]:
        """Everything that stands where it should not, or no longer where it must."""
        before, after = self._source.dataset, self._written.dataset
        if self._leaks is not None:
            yield from self._outside()
        sop_class, iod = before.text(_SOP_CLASS), iod_of(before.text(_SOP_CLASS))
        place = root_place(self._recipe, sop_class, frozenset(before.elements))
        node = merged(root_nodes(iod, frozenset(after.elements)))
        # without an IOD every module would count, and nobody can say what this file must hold
        yield from self._data_set(after, before, place, node if iod else None, "")

    def _outside(self) -> Iterator[FindingFact]:
        """Head of the file, and bytes that the tree does not show."""
        if self._written.preamble.strip(b"\0"):
            yield FindingFact("leak", "", "the preamble is not empty")
        for element in self._written.meta:
            raw = element.raw()
            if self._betrays(element, raw, only_patient=False) or stale(raw, element.vr, self._old):
                yield FindingFact("leak", tag_text(element.tag), _LEAK)
        for note in self._written.notes:
            if note.reason is Reason.REPEATED:
                yield FindingFact("leak", tag_text(note.tag or 0), _UNSEEN)

    def _data_set(
        self, after: Dataset, before: Dataset | None, place: Place, node: Node | None, prefix: str
    ) -> Iterator[FindingFact]:
        if before is not None and node is not None:
            yield from conformance.of_types(after, before, place, node, prefix)
        judged, value = self._judged, after.window.read
        for element in after:
            vr, length = element.vr, element.length
            if vr == "SQ":
                counterpart = before.get(element.tag) if before is not None else None
                yield from self._inside(element, counterpart, place, node, prefix)
            elif length == 0:
                continue
            elif length is None or length > MOST_TEXT or vr in representations.BYTES:
                yield from self._bytes(element, before, prefix)
            else:
                raw = value(element.value_start, length)
                codecs = () if raw.isascii() and b"\x1b" not in raw else after.codecs
                known = (place, element.tag, vr, raw, codecs)
                if vr == "UI" or known not in judged:
                    yield from self._readable(element, known, before, prefix)

    def _inside(
        self, element: Element, before: Element | None, place: Place, node: Node | None, prefix: str
    ) -> Iterator[FindingFact]:
        name = tag_text(element.tag)
        below = place.below(element.tag, name)
        inside = merged(node.inside.get(plain_tag(element.tag), ())) if node is not None else None
        # where items were taken out nobody can say which of the others is which
        stood = before.items if before and len(before.items) <= len(element.items) else ()
        for index, item in enumerate(element.items):
            counterpart = stood[index].dataset if index < len(stood) else None
            path = f"{prefix}{name}[{index}]."
            own = content_items.decisions(item.dataset, self._recipe.options) if self._content else {}
            yield from self._data_set(item.dataset, counterpart, below.speaking(own), inside, path)

    def _readable(
        self, element: Element, known: _Judged, before: Dataset | None, prefix: str
    ) -> Iterator[FindingFact]:
        """A text, a UID or numbers: what is new to this patient's files is judged, the rest was."""
        place, tag, vr, raw, _ = known
        private = representations.is_private(tag)
        decision = _PRIVATE if private else place.decide(tag, vr)
        maps = private or decision.action in _MAPPED
        if vr == "UI" and maps and stale(raw, vr, self._old):
            yield FindingFact("leak", prefix + tag_text(tag), _STALE)
        if known in self._judged:
            return
        found = [*conformance.of_value(element, before, prefix)]
        if self._leaks is not None and not is_ours(element, raw, self._new_id):
            retained = decision.retained and decision.action is Action.KEEP
            if self._betrays(element, raw, only_patient=retained):
                found.append(FindingFact("leak", prefix + tag_text(tag), _LEAK))
            elif vr != "UI" and stale(raw, vr, self._old):
                found.append(FindingFact("leak", prefix + tag_text(tag), _STALE))
        yield from found
        # a text that may name UIDs is judged in each file, for each has other UIDs
        says_uids = not is_of_digits(vr) and raw.count(b".") > 1
        if not found and not says_uids and len(raw) <= _LONGEST_REMEMBERED:
            if len(self._judged) >= _MOST_REMEMBERED:
                self._judged.clear()
            self._judged.add(known)

    def _bytes(self, element: Element, before: Dataset | None, prefix: str) -> Iterator[FindingFact]:
        """Bytes that are no text, searched where text may hide in them."""
        yield from conformance.of_value(element, before, prefix)
        if self._leaks is None or not is_opaque(element):
            return
        if self._leaks.in_bytes(element):
            yield FindingFact("leak", prefix + tag_text(element.tag), _LEAK)
        elif self._old and any(stale(block, element.vr, self._old) for block in stretches(element)):
            yield FindingFact("leak", prefix + tag_text(element.tag), _STALE)

    def _betrays(self, element: Element, raw: bytes, *, only_patient: bool) -> bool:
        assert self._leaks is not None
        if is_of_digits(element.vr) and not is_disguised(element.vr, raw):
            return False
        if element.vr in representations.NUMBERS or element.vr == "AT":
            return representations.is_private(element.tag) and self._leaks.in_bytes(element)
        return self._leaks.in_text(raw, element.parent.codecs, only_patient=only_patient)


def _stamps(root: Dataset, recipe: Recipe, origin: Origin) -> Iterator[FindingFact]:
    """The stamps of PS3.15 E.1.1 and E.3 that a cleaned file lacks."""
    for tag in stamps.missing(root):
        if tag != stamps.DATES_MODIFIED or origin == "identifiable":
            yield FindingFact("stamp_missing", tag_text(tag), "a cleaned file carries this stamp")
    # whether a cleaning option could be held to is known to the pass alone (PS3.15 E.3)
    conditional = frozenset(option for option in recipe.options if option.startswith("clean_"))
    if stamps.missing_items(root, recipe, origin, stamps.Vouched(undone=conditional)):
        sentence = "it does not name every option of the profile that was applied"
        yield FindingFact("stamp_missing", tag_text(stamps.METHOD_CODES), sentence)
