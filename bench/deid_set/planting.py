"""A file in the making: each element is put together with the answers that it will be held to."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from bench.deid_set.make.people import Person
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag


@dataclass(frozen=True)
class Check:
    """One of MIDI-B's ten actions on one element; `text` None stands for the element's value."""

    action: str
    category: str
    text: str | None = None


@dataclass(frozen=True)
class Answer:
    """A check at its place, as a row of the key says it. `tag` is MIDI-B's path, hex in lower case."""

    tag: str
    name: str
    value: str
    check: Check


def gone(category: str, text: str | None = None) -> Check:
    """No token of the text is left."""
    return Check("text_removed", category, text)


def stays(category: str, text: str | None = None) -> Check:
    """The text, or each of its words, is left."""
    return Check("text_retained", category, text)


def shifted(category: str = "TCIA-P15-MOD-C", text: str | None = None) -> Check:
    """The date is not left as it was."""
    return Check("date_shifted", category, text)


PRESENT: Final = Check("tag_retained", "DICOM-IOD-2")
FILLED: Final = Check("text_notnull", "DICOM-IOD-1")
MAPPED: Final = (Check("uid_changed", "DICOM-P15-BASIC-U"), Check("uid_consistent", "DICOM-P15-BASIC-U"))


@dataclass(frozen=True)
class Burned:
    """A word that stands in the pixels; box x, y, width, height in pixels."""

    text: str
    box: tuple[int, int, int, int]


@dataclass
class Planted:
    """One file of the set."""

    person: Person
    path: str
    dataset: Dataset
    answers: list[Answer] = field(default_factory=list)
    burned: list[Burned] = field(default_factory=list)
    syntax: str = ""

    @property
    def root(self) -> "Node":
        """Where elements are put."""
        return Node(self, self.dataset, "")


@dataclass(frozen=True)
class Node:
    """A data set at some depth of a file."""

    file: Planted
    dataset: Dataset
    prefix: str

    def put(self, keyword: str, value: Any, *checks: Check | Iterable[Check]) -> None:
        """Set a standard element, with its answers."""
        tag = Tag(tag_for_keyword(keyword))  # type: ignore[arg-type]
        self.dataset.add_new(tag, dictionary_VR(tag), value)
        self._answer(f"{self.prefix}<({tag.group:04x},{tag.element:04x})>", tag, keyword, checks)

    def add(self, tag: int, vr: str, value: Any, *checks: Check | Iterable[Check]) -> None:
        """Set an element by tag and VR, such as UN."""
        known = Tag(tag)
        self.dataset.add_new(known, vr, value)
        self._answer(f"{self.prefix}<({known.group:04x},{known.element:04x})>", known, "", checks)

    def private(
        self, group: int, creator: str, low: int, vr: str, value: Any, *checks: Check | Iterable[Check]
    ) -> BaseTag:
        """Set a private element; its tag."""
        block = self.dataset.private_block(group, creator, create=True)
        block.add_new(low, vr, value)
        tag = block.get_tag(low)
        self._answer(f'{self.prefix}<({group:04x},"{creator.upper()}",{low:02x})>', tag, "private", checks)

    def item(self, keyword: str) -> "Node":
        """A new item at the end of a sequence, which is made where it is not there."""
        tag = Tag(tag_for_keyword(keyword))  # type: ignore[arg-type]
        return self._item(tag, f"{self.prefix}<({tag.group:04x},{tag.element:04x})>")

    def private_item(self, group: int, creator: str, low: int) -> "Node":
        """The same in a private sequence."""
        tag = self.dataset.private_block(group, creator, create=True).get_tag(low)
        return self._item(tag, f'{self.prefix}<({group:04x},"{creator.upper()}",{low:02x})>')

    def _item(self, tag: BaseTag, path: str) -> "Node":
        if tag not in self.dataset:
            self.dataset.add_new(tag, "SQ", [])
        items = self.dataset[tag].value
        items.append(Dataset())
        return Node(self.file, items[-1], f"{path}[<{len(items) - 1:04}>]")

    def _answer(self, path: str, tag: BaseTag, name: str, checks: Iterable[Check | Iterable[Check]]) -> None:
        flat = [one for check in checks for one in ((check,) if isinstance(check, Check) else check)]
        value = str(self.dataset[tag].value).strip()
        self.file.answers += [Answer(path, name, value, check) for check in flat]


def action_text(answer: Answer) -> str:
    """The text that MIDI-B's key holds for the check."""
    return answer.value if answer.check.text is None else answer.check.text


def burned_text(burned: Burned) -> str:
    """The same of a word in the pixels: the text, and the corners of its box."""
    x, y, width, height = burned.box
    return json.dumps({"text": burned.text, "top_left": [x, y], "bottom_right": [x + width, y + height]})
