"""Texts as they stand in descriptors: medical words that must stay around identifiers that must go."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from bench.deid_set.make import phrases
from bench.deid_set.make.people import Person, telling
from bench.deid_set.planting import Check, gone, shifted, stays
from pydicom.sr import _concepts_dict

POOLS: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("texts.json").read_text())
_SLOT: Final = re.compile(r"\{(\w+)\}")
_CATEGORY: Final = {
    "name": "HIPAA-A", "family": "HIPAA-A", "upper_family": "HIPAA-A", "upper_name": "HIPAA-A",
    "name_run": "HIPAA-A", "translit": "HIPAA-A", "translit_family": "HIPAA-A", "initials": "HIPAA-A",
    "relative": "HIPAA-A", "referrer": "HIPAA-A", "stranger": "HIPAA-A", "stranger_family": "HIPAA-A",
    "street": "HIPAA-B", "town": "HIPAA-B", "hospital": "HIPAA-B",
    "dob": "HIPAA-C", "dob2": "HIPAA-C", "date": "HIPAA-C", "date2": "HIPAA-C", "word_date": "HIPAA-C",
    "born_words": "HIPAA-C",
    "phone": "HIPAA-D", "phone2": "HIPAA-D", "mail": "HIPAA-F", "mail2": "HIPAA-F", "ssn": "HIPAA-G",
    "id": "HIPAA-H", "spaced_id": "HIPAA-H", "accession": "HIPAA-H", "insurance": "HIPAA-I",
    "plate": "HIPAA-L", "host": "HIPAA-N", "ip": "HIPAA-O",
}  # fmt: skip
_STAFF: Final = frozenset({"referrer", "stranger", "stranger_family"})
_KEPT: Final = "TCIA-P15-DESC-C"
_SITES: Final = 4  # CID 4 Anatomic Region
_TRIES: Final = 200


class Writer:
    """Writes texts about one person, each with the checks that it is held to."""

    def __init__(self, rng: np.random.Generator, person: Person, half: phrases.Half, *, hard: bool) -> None:
        self.rng = rng
        self.person = person
        self.half = half
        self.hard = hard

    def medical(self) -> str:
        """Medical words without an identifier: of the grammar, of the standard's concepts, or of both."""
        draw = self.rng.random()
        if self.person.remark and draw < 0.25:
            return self.person.remark
        if draw < 0.6:
            return phrases.sentence(self.rng, self.half)
        if draw < 0.75:
            return str(self.rng.choice(_concepts()))
        site = str(self.rng.choice(_concepts(_SITES))).lower()
        return f"{self.rng.choice(POOLS['qualifiers'])} {self.rng.choice(POOLS['conditions'])}, {site}"

    def called(self, level: Literal["study", "series"], modality: str) -> str:
        """What a study or a series of this modality was called somewhere."""
        while True:
            text = phrases.description(self.rng, self.half, level, modality)
            if not name_words(" ".join(self.person.latin)) & set(re.findall(r"[^\W_]+", text.casefold())):
                return text

    def long(self) -> tuple[str, list[Check]]:
        """A sentence or two for LT, ST and UT."""
        return self._compose(POOLS["long_hard" if self.hard else "long"], self.medical, 1024)

    def label(self, words: str, limit: int = 64) -> tuple[str, list[Check]]:
        """A label of at most `limit` characters around `words`."""
        return self._compose(POOLS["short_hard" if self.hard else "short"], lambda: words, limit)

    def _compose(self, templates: list[str], words: Any, limit: int) -> tuple[str, list[Check]]:
        for _ in range(_TRIES):
            template, kept = str(self.rng.choice(templates)), words()
            slots = [slot for slot in _SLOT.findall(template) if slot != "m"]
            planted = {slot: self.person.words[slot] for slot in slots}
            if self._is_fair(planted, kept, template):
                text = template.format(m=kept, **planted)
                if len(text) <= limit:
                    return text, [stays(_KEPT, kept), *(self._check(*one) for one in planted.items())]
        return words(), [stays(_KEPT, words())] if limit < 1024 else []

    def _check(self, slot: str, planted: str) -> Check:
        category = _CATEGORY[slot]
        if slot == "word_date":
            return shifted(category, planted)
        if slot == "born_words":
            return gone(category, re.sub(r"\b(?:of|de)\b", "", planted))
        if category == "HIPAA-B":
            return gone(category, telling(planted))
        if category == "HIPAA-A":
            return gone(category, self._rare(planted, slot))
        return gone(category, planted)

    def _rare(self, name: str, slot: str) -> str:
        """Of a name the words that alone name somebody: no initials, and no family name that is a medical word."""
        medical = set() if slot in _STAFF or not self.person.remark else name_words(self.person.latin[0])
        words = re.split(r"[ ,^.]+", name)
        return " ".join(word for word in words if len(word) > 2 and word.casefold() not in medical) or name

    def _is_fair(self, planted: dict[str, str], kept: str, template: str) -> bool:
        """No token of an identifier is part of a word that stays, nor a medical name alone in question."""
        around = (kept + _SLOT.sub(" ", template)).casefold()
        if self.person.remark and {"family", "upper_family", "translit_family", "initials"} & set(planted):
            return False
        family = self.person.latin[0].casefold() if self.person.remark else ""
        every = " ".join(planted.values()).casefold()
        words = {word.strip(".'") for word in re.split(r"[\s,;:()@]+", every)}
        return all(word not in around for word in words if word and word != family)


def name_words(name: str) -> set[str]:
    """The words of a name, case-folded."""
    return {word.casefold() for word in re.split(r"[ ^-]", name)}


@cache
def _concepts(group: int | None = None) -> list[str]:
    """Meanings of pydicom's SNOMED concepts in plain words, of one context group or of all but those of animals."""
    every = [found for each in _concepts_dict.concepts["SCT"].values() for found in each.values()]
    animal = {number for meaning, groups in every if meaning.endswith("breed") for number in groups}
    wanted = (
        meaning for meaning, groups in every if (group in groups if group else not animal & set(groups))
    )
    return sorted(
        {text for text in wanted if re.fullmatch(r"[A-Za-z]+( [A-Za-z]+)+", text) and len(text) < 50}
    )
