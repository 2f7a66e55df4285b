"""The walk over every element at any depth: each under its action, written down as edits of the file's bytes."""

import struct
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Final, NamedTuple

from vesalius.deid.annex.actions import Action, resolve
from vesalius.deid.memory import LONGEST, Remembered
from vesalius.deid.output import stamps
from vesalius.deid.output.edits import Edit
from vesalius.deid.output.facts import REFERENCES
from vesalius.deid.patient.uids import with_new_uids
from vesalius.deid.profile import kept_private
from vesalius.deid.profile.kept_private import Meaning
from vesalius.deid.profile.rules import Decision, Place, Text
from vesalius.deid.recipes.recipe import Recipe
from vesalius.deid.record import Change, FindingFact, Origin
from vesalius.deid.structured import content_items, positions
from vesalius.deid.values import codes, encode
from vesalius.deid.values.disposed import new_value, tells_nothing
from vesalius.deid.values.dummies import dummy
from vesalius.deid.values.numerals import is_disguised, is_of_digits
from vesalius.deid.values.treatment import (
    TEXT,
    Patient,
    kept_value,
    recorded,
)
from vesalius.dicom import Dataset, Element, Item, tag_text
from vesalius.dicom import vr as representations

_PATIENT_NAME: Final = 0x00100010
_PATIENT_ID: Final = 0x00100020
_PATIENT: Final = frozenset({_PATIENT_NAME, _PATIENT_ID})
_ISSUER: Final = 0x00100021
_OVERLAYS: Final = 0x60
_OVERLAY_DATA: Final = 0x3000
_FIRST_TAG: Final = 0x00080000
_SIGNED: Final = 0x00280103  # Pixel Representation, by which a VR may be chosen at any depth (PS3.5 A.1)
_DATES: Final = frozenset({"DA", "DT", "TM"})
_NUMBERS: Final = frozenset({*representations.NUMBERS, "AT"})
_ONE_NUMBER: Final = 8  # bytes of the longest
_FULL_DATES: Final = "retain_longitudinal_full_dates"
_LONGEST_TEXT: Final = 64  # characters of LO: a text that new names make longer is removed
_OBJECTIONS: Final = {
    Action.REMOVE: ("not_removed", "the profile removes this attribute"),
    Action.EMPTY: ("not_emptied", "the profile empties this attribute"),
    Action.CLEAN: ("not_cleaned", "this text holds more than words of acquisition and anatomy"),
}


# Root elements that are judged by others beside them: the codes of the method, and codes with their schemes.
_ALONE: Final = frozenset({stamps.METHOD_CODES, *codes.PUBLISHED_IN})


class _Case(NamedTuple):
    """One element as the walk meets it: what was decided, where it stands, and what is known of a private one."""

    element: Element
    decision: Decision
    place: Place
    prefix: str
    private: kept_private.Kept | None = None

    @property
    def path(self) -> str:
        return self.prefix + tag_text(self.element.tag)


class _Deeds(NamedTuple):
    """What the walk did to one root element, the places of its edits counted from where the element begins."""

    edits: tuple[Edit, ...]
    changes: tuple[Change, ...]
    findings: tuple[FindingFact, ...]
    references: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, tuple[str, bytes] | None], ...]
    words: tuple[int, int, int]


class Outcome(NamedTuple):
    """What became of one root element (None: nothing), and the VR and the decision that its bytes alone do not tell."""

    vr: str
    private: kept_private.Kept | None
    deeds: _Deeds | None


class Walker:
    """One pass over one file; the lists fill while it walks.

    With origin `site` nothing is edited: what the profile would remove or empty becomes a finding. `memory` is that
    of the patient, identity, recipe and origin.
    """

    def __init__(
        self,
        recipe: Recipe,
        patient: Patient,
        origin: Origin,
        appended_codes: bytes,
        stamped: frozenset[int],
        memory: Remembered[bytes, Outcome],
        overlays: frozenset[int] = frozenset(),
    ) -> None:
        self.recipe = recipe
        self.patient = patient
        self.origin = origin
        self.edits: list[Edit] = []
        self.changes: list[Change] = []
        self.findings: list[FindingFact] = []
        self.references: list[tuple[str, str]] = []  # keyword and UID of what is referred to
        self.after: dict[str, tuple[str, bytes] | None] = {}
        self._renames_uids = origin == "identifiable" and "retain_uids" not in recipe.options
        self._dates_go = origin == "identifiable" and _FULL_DATES not in recipe.options
        self._plan = positions.Plan(frozenset(), {})
        self._appended_codes = appended_codes
        self._overlays = overlays  # groups of planes at the root whose drawing was cleaned, and stays
        self._stamped = stamped  # root elements that are written by the stamps alone (PS3.15 E.1.1 and E.3)
        self._memory = memory

    def root(self, dataset: Dataset, place: Place, start: int, end: int) -> None:
        """Walk the root data set; an element that another file of the patient held becomes what it became there.

        What becomes of it hangs on the bytes of the element, on what its data set says of them all, on the VR that
        the tree made of them, and of a private one on what its creator makes of it; `_ALONE` hangs on more.
        """
        sign = dataset.get(_SIGNED)
        known = self._memory.within(
            (place, dataset.implicit, dataset.big_endian, dataset.codecs, sign.raw() if sign else b"")
        )
        private = kept_private.decisions(dataset, place, self.recipe) if _has_private(dataset) else {}
        alone, position, read = _ALONE | self._stamped, start, dataset.window.read
        head = dataset.window.shown(start, end)
        for element in dataset:
            at, tag = element.start, element.tag
            if at != position:
                self._gap(position, at, "")
            position = element.end
            if position - at > LONGEST or tag in alone or tag >> 24 == _OVERLAYS:
                self._element(element, place, "", private)
                continue
            kept = private.get(tag) if tag & 0x10000 else None
            value = head[at - start : position - start]
            if len(value) < position - at:
                value = read(at, position - at)
            outcome = known.get(value)
            if outcome is None or outcome.vr != element.vr or outcome.private is not kept:
                deeds = self._deeds(element, place, private)
                self._memory.put(known, value, len(value), Outcome(element.vr, kept, deeds))
            elif outcome.deeds is not None:
                self._again(outcome.deeds, element)
        if position != end:
            self._gap(position, end, "")

    def _deeds(
        self, element: Element, place: Place, private: Mapping[int, kept_private.Kept]
    ) -> _Deeds | None:
        """Do what is to be done to a root element, and tell what it was."""
        edits, changes, findings = len(self.edits), len(self.changes), len(self.findings)
        references, after, words = len(self.references), len(self.after), self.patient.tally.counts()
        self._element(element, place, "", private)
        start = element.start
        deeds = _Deeds(
            tuple(Edit(one.start - start, one.end - start, one.data) for one in self.edits[edits:]),
            tuple(self.changes[changes:]),
            tuple(self.findings[findings:]),
            tuple(self.references[references:]),
            tuple(islice(reversed(self.after.items()), len(self.after) - after))[::-1],
            self.patient.tally.counts(words),
        )
        return deeds if any(deeds[:-1]) or any(deeds.words) else None

    def _again(self, deeds: _Deeds, element: Element) -> None:
        """Do to an element what was done to its like in another file."""
        start = element.start
        for one, end, data in deeds.edits:
            self.edits.append(Edit(start + one, start + end, data))
        self.changes += deeds.changes
        self.findings += deeds.findings
        self.references += deeds.references
        self.after.update(deeds.after)
        if any(deeds.words):
            self.patient.tally.add(*deeds.words)

    def data_set(self, dataset: Dataset, place: Place, prefix: str, start: int, end: int) -> int:
        """Walk one data set that fills the bytes from `start` to `end`; the bytes that it grows by."""
        growth, position = 0, start
        private = kept_private.decisions(dataset, place, self.recipe) if _has_private(dataset) else {}
        for element in dataset:
            if element.start != position:
                growth += self._gap(position, element.start, prefix)
            position = element.end
            growth += self._element(element, place, prefix, private)
        if position != end:
            growth += self._gap(position, end, prefix)
        return growth

    def _element(
        self, element: Element, place: Place, prefix: str, private: Mapping[int, kept_private.Kept]
    ) -> int:
        tag = element.tag
        if tag & 0x10000:
            kept = private.get(tag)
            case = _Case(element, kept.decision, place, prefix, kept) if kept else None
        elif not tag & 0xFFFF or tag < _FIRST_TAG:
            return self._edit(element.start, element.end, b"")
        elif not prefix and (tag in self._stamped or self._is_clean_drawing(tag)):
            return 0
        elif tag == positions.REFERENCED_ITEM and element.start in self._plan.moved:
            return self._move(element, prefix)
        elif tag >> 24 == _OVERLAYS and self._loses_overlay(element, place, prefix):
            case = None
        else:
            case = _Case(element, place.decide(tag, element.vr), place, prefix)
        if case is None:
            return self._cut(element, prefix + tag_text(tag))
        # most elements: numbers that stay and say nothing; text may hide in many private ones in a row
        silent = case.decision.action is Action.KEEP and element.vr in _NUMBERS
        lone = case.private is None or element.value_end - element.value_start <= _ONE_NUMBER
        return 0 if silent and lone else self._act(case)

    def _move(self, element: Element, prefix: str) -> int:
        """Name a content item by the position that it has once others are gone."""
        moved = self._plan.moved[element.start]
        end = ">" if element.parent.big_endian else "<"
        value = struct.pack(f"{end}{len(moved)}I", *moved)
        return self._replace(element, value, Action.CLEAN, prefix + tag_text(element.tag))

    def _is_clean_drawing(self, tag: int) -> bool:
        return tag >> 16 in self._overlays and tag & 0xFFFF == _OVERLAY_DATA

    def _loses_overlay(self, element: Element, place: Place, prefix: str) -> bool:
        """Whether this describes an overlay whose data go: without them the rest is no valid plane (PS3.3 C.9.2)."""
        data = element.parent.get(element.tag & 0xFFFF0000 | _OVERLAY_DATA)
        if data is None or self.origin == "site" or (not prefix and self._is_clean_drawing(data.tag)):
            return False
        return place.decide(data.tag, data.vr).action is not Action.KEEP

    def _act(self, case: _Case) -> int:
        action, element = case.decision.action, case.element
        if element.tag in _PATIENT and action is not Action.KEEP:
            return self._patient(case)
        if self.origin == "derived" and (action is Action.UID or element.vr in _DATES or _is_dated(case)):
            action = Action.KEEP
        return _DEEDS[action](self, case)

    def _patient(self, case: _Case) -> int:
        """The patient's ID, mapped; the patient's name becomes the new ID, as a dummy that Z allows."""
        if self.origin != "identifiable":
            return 0
        element = case.element
        if element.tag == _PATIENT_NAME:
            return self._replace(element, self.patient.new_id.encode("ascii"), Action.EMPTY, case.path)
        new = self.patient.id_for(element, element.parent.text(_ISSUER))
        return self._replace(element, new.encode("ascii"), Action.DUMMY, case.path)

    def _keep(self, case: _Case) -> int:
        element = case.element
        if element.vr == "SQ":
            return self._inside(case)
        if case.private and element.vr == "UI" and self._renames_uids:
            return self._uid(case)
        if self._hides_an_identifier(case):
            return self._give_up(case, resolve("X", case.decision.attribute_type))
        if element.vr == "UI":
            self._refer(element, element.raw(), case.prefix)
        elif self.patient.betrayed_by(element, retained=case.decision.retained, dates=self._dates_go):
            return self._keep_in_part(case)
        elif self._renames_uids and element.vr in TEXT:
            return self._rename_within(case)
        return 0

    def _hides_an_identifier(self, case: _Case) -> bool:
        """Whether one stands where none belongs: in a number's digits, or in bytes of a private element."""
        element = case.element
        if is_of_digits(element.vr):
            raw = element.raw()
            return is_disguised(element.vr, raw) and self.patient.context.betrayed_by(raw.decode("latin-1"))
        return case.private is not None and not tells_nothing(
            element, self.patient, uids=not self._renames_uids
        )

    def _keep_in_part(self, case: _Case) -> int:
        """Take the identifiers out of a text that stays, or all of it where that leaves nothing."""
        value = kept_value(case.element, self.patient, retained=case.decision.retained, dates=self._dates_go)
        if value is None or self.origin == "site":
            return self._give_up(case, resolve("X", case.decision.attribute_type))
        return self._replace(case.element, value, Action.CLEAN, case.path)

    def _rename_within(self, case: _Case) -> int:
        """Give the UIDs in a text that stays the new names that they have everywhere else."""
        text = case.element.raw().decode("latin-1")
        renamed = with_new_uids(text, self.patient.identity)
        if renamed == text:
            return 0
        if len(renamed) > max(len(text), _LONGEST_TEXT):
            return self._give_up(case, resolve("X", case.decision.attribute_type))
        return self._replace(case.element, renamed.encode("latin-1"), Action.UID, case.path)

    def _clean(self, case: _Case) -> int:
        element = case.element
        if element.vr == "SQ":
            return self._inside(case, Text.CLEANED)
        unlisted, removed = self.patient.tally.unlisted, self.patient.tally.removed
        meaning = case.private.meaning if case.private else Meaning.AS_WRITTEN
        value = new_value(element, meaning, self.patient)
        if value is None or (case.place.text is Text.HARMLESS and value != element.raw()):
            return self._give_up(case, case.decision.otherwise)
        if self.origin == "site" and self.patient.tally.removed > removed:
            self._find(*_OBJECTIONS[Action.CLEAN], case.path)
        elif self.patient.tally.unlisted > unlisted:
            self._find(
                "text", "words stay that no list holds: look whether one of them names somebody", case.path
            )
        if element.vr == "UI":
            self._refer(element, value, case.prefix)
        return self._replace(element, value, Action.CLEAN, case.path)

    def _uid(self, case: _Case) -> int:
        element = case.element
        if element.vr == "SQ":
            return self._inside(case)
        as_uid = element.vr in {"UI", "UN"} or (case.private and case.private.meaning is Meaning.UID)
        value = new_value(element, Meaning.UID, self.patient) if as_uid else None
        if value is None:
            return self._give_up(case, resolve("X", case.decision.attribute_type))
        value = value if self.origin == "identifiable" else element.raw()
        self._refer(element, value, case.prefix)
        return self._replace(element, value, Action.UID, case.path)

    def _remove(self, case: _Case) -> int:
        return self._cut(case.element, case.path)

    def _empty(self, case: _Case) -> int:
        if case.decision.attribute_type == 1:
            return self._dummy(case)
        return self._replace(case.element, b"", Action.EMPTY, case.path)

    def _dummy(self, case: _Case) -> int:
        element = case.element
        if element.vr == "UI":
            return self._uid(case)
        if element.vr != "SQ":
            return self._replace(element, dummy(element.vr, element.tag), Action.DUMMY, case.path)
        if element.tag == positions.CONTENT and case.place.text is not Text.HARMLESS:
            sentence = (
                "structured content was not cleaned: its texts are dummies, its numbers and codes stand"
            )
            self._find("structured_content", sentence, case.path)
        return self._inside(case, Text.HARMLESS)

    def _give_up(self, case: _Case, action: Action) -> int:
        """Remove, empty or replace what cannot be cleaned; at a site's file, only say so."""
        if self.origin == "site":
            self._find(*_OBJECTIONS[Action.CLEAN], case.path)
            return 0
        return _DEEDS[action](self, case)

    def _inside(self, case: _Case, text: Text = Text.KEPT) -> int:
        """Walk the items of a sequence and mend the lengths around whatever changed."""
        element = case.element
        name = case.private.name if case.private else tag_text(element.tag)
        below = case.place.below(element.tag, name, text)
        content = below.text is Text.CLEANED and content_items.OPTION in self.recipe.options
        if content and element.tag == positions.CONTENT and not case.prefix:
            self._plan = positions.plan(element.parent, self._goes)
        gone = [
            content and (item.start in self._plan.gone or self._goes(item.dataset)) for item in element.items
        ]
        if gone and all(gone):
            return self._cut(element, case.path)
        growth = 0
        for index, item in enumerate(element.items):
            path = f"{case.path}[{index}]."
            if gone[index]:
                growth += self._drop(item, path)
                continue
            own = content_items.decisions(item.dataset, self.recipe.options) if content else {}
            growth += self._item(item, below.speaking(own), path)
        if self._appended_codes and element.tag == stamps.METHOD_CODES and not case.prefix:
            growth += self._edit(element.value_end, element.value_end, self._appended_codes)
        if growth and element.length is not None:
            self._lengthen(element.value_start, element.length + growth, element.parent)
        return growth

    def _item(self, item: Item, place: Place, path: str) -> int:
        end = item.end if item.length is not None else item.end - 8
        growth = self.data_set(item.dataset, place, path, item.value_start, end)
        if growth and item.length is not None:
            self._lengthen(item.value_start, item.length + growth, item.dataset)
        return growth

    def _goes(self, item: Dataset) -> bool:
        return content_items.goes(item, self.recipe.options, derived=self.origin == "derived")

    def _drop(self, item: Item, path: str) -> int:
        """Remove a content item as a whole; what is noted is the value that goes with it."""
        value = item.dataset.get(content_items.value_in(item.dataset) or 0)
        if self.origin == "site":
            self._find(*_OBJECTIONS[Action.REMOVE], path.rstrip("."))
        elif value is not None:
            self._note(value, Action.REMOVE, None, path + tag_text(value.tag))
        return self._edit(item.start, item.end, b"")

    def _lengthen(self, value_start: int, length: int, dataset: Dataset) -> None:
        field = encode.length_field(length, big_endian=dataset.big_endian)
        self._edit(value_start - len(field), value_start, field)

    def _cut(self, element: Element, path: str) -> int:
        if self.origin == "site":
            if element.value_end > element.value_start:
                self._find(*_OBJECTIONS[Action.REMOVE], path)
            return 0
        self._note(element, Action.REMOVE, None, path)
        return self._edit(element.start, element.end, b"")

    def _replace(self, element: Element, value: bytes, action: Action, path: str) -> int:
        value = encode.padded(element.vr, value)
        if element.value_end - element.value_start == len(value) and element.raw() == value:
            return 0
        if self.origin == "site":
            if action is Action.EMPTY or (action is Action.CLEAN and element.vr in TEXT):
                self._find(*_OBJECTIONS[action], path)
            return 0
        self._note(element, action, value, path)
        dataset = element.parent
        written = encode.element(
            element.tag, element.vr, value, implicit=dataset.implicit, big_endian=dataset.big_endian
        )
        return self._edit(element.start, element.end, written)

    def _note(self, element: Element, action: Action, value: bytes | None, path: str) -> None:
        self.after[path] = None if value is None else (element.vr, value)
        before = recorded(element) if self.origin == "identifiable" else None
        after = None if value is None else value.decode("latin-1").rstrip(" \0")
        self.changes.append(Change(path, element.vr, action.value, before, after))

    def _refer(self, element: Element, value: bytes, prefix: str) -> None:
        keyword = REFERENCES.get(element.tag)
        if keyword and (prefix or keyword == "SOPInstanceUID"):
            uids = value.decode("latin-1").rstrip(" \0").split("\\")
            self.references += [(keyword, uid) for uid in uids]

    def _gap(self, start: int, end: int, prefix: str) -> int:
        """Bytes that no element of the tree accounts for, such as a repeated tag's: they never pass."""
        self._find(
            "quarantine", prefix.rstrip("."), "bytes stand between elements that belong to none of them"
        )
        return self._edit(start, end, b"") if self.origin != "site" else 0

    def _edit(self, start: int, end: int, data: bytes) -> int:
        if self.origin == "site":
            return 0
        self.edits.append(Edit(start, end, data))
        return len(data) - (end - start)

    def _find(self, kind: str, sentence: str, path: str) -> None:
        self.findings.append(FindingFact(kind, path, sentence))


_DEEDS: Final[dict[Action, Callable[[Walker, _Case], int]]] = {
    Action.KEEP: Walker._keep,  # noqa: SLF001 - the table of the class's own methods
    Action.CLEAN: Walker._clean,  # noqa: SLF001
    Action.UID: Walker._uid,  # noqa: SLF001
    Action.REMOVE: Walker._remove,  # noqa: SLF001
    Action.EMPTY: Walker._empty,  # noqa: SLF001
    Action.DUMMY: Walker._dummy,  # noqa: SLF001
}


def _is_dated(case: _Case) -> bool:
    """Whether a private element holds a date, under whatever VR."""
    return case.private is not None and case.private.meaning in {Meaning.DATE, Meaning.SECONDS}


def _has_private(dataset: Dataset) -> bool:
    return any(tag & 0x10000 for tag in dataset.elements)
