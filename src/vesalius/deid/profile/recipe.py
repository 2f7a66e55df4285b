"""A recipe: every decision about how a holding's files are cleaned, versioned and hashed."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias, get_args

from vesalius.deid.profile import private, table
from vesalius.deid.profile.actions import Action
from vesalius.errors import BadInput

_ROOT_LENGTH: Final = 31
# Options of PS3.15 E.3.1 and E.3.2: they speak of pixels, so Table E.1-1 has no column for them.
_PIXEL_OPTIONS: Final = frozenset({"clean_pixel_data", "clean_recognizable_visual_features"})
# The fields of the first edition stand in every digest; of later ones, what differs from its default.
_FIRST_FIELDS: Final = frozenset(
    {"name", "version", "options", "private", "patient_id_prefix", "uid_root", "dispositions"}
)
_EVENT: Final = re.compile(r"[A-Z0-9_ ]{0,16}")
# TCIA publishes what refers to what: the images behind a derived one stay named, by their new UIDs.
_REFERENCES: Final = {"*.(0008,1140)": "U", "*.(0008,2112)": "U"}
_TCIA: Final = frozenset(
    {
        "clean_descriptors",
        "clean_pixel_data",
        "clean_structured_content",
        "retain_device_identity",
        "retain_patient_characteristics",
        "retain_safe_private",
    }
)
_BUILTIN: Final[dict[str, dict[str, Any]]] = {
    "basic": {"options": frozenset()},
    "tcia": {
        "options": _TCIA | {"retain_longitudinal_modified_dates"},
        "private": "tcia",
        "dispositions": _REFERENCES,
    },
    "keep-dates": {
        "options": _TCIA | {"retain_longitudinal_full_dates"},
        "private": "tcia",
        "dispositions": _REFERENCES,
    },
    "strict": {"options": frozenset({"clean_descriptors", "clean_pixel_data"})},
}


_UnknownWords: TypeAlias = Literal["mask", "review"]


class RecipeError(BadInput):
    """The recipe asks for something that does not exist."""

    hint = "Compare the recipe with `docs/` and mend the field that the sentence names."


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The Basic Profile with options and a holding's own dispositions (PS3.15 Annex E).

    `options` are the keys of Table E.1-1's option columns, and of the two options of PS3.15 E.3 about pixels.
    `dispositions` map an element path to an action letter and win over the table: `(0008,103E)` at the root,
    `(0054,0016)[*].(0018,1079)` inside any item, `*.(0008,1140)` at any depth.
    """

    name: str
    version: str
    options: frozenset[str] = frozenset()
    private: str = "ps3.15_e3-10-1"  # lists of safe private elements; "tcia": the standard's and TCIA's
    patient_id_prefix: str = ""
    uid_root: str | None = None
    dispositions: Mapping[str, str] = field(default_factory=dict)
    # a word that neither identifies nor is known: taken out, or kept with a finding of kind `text`
    unknown_words: _UnknownWords = "mask"
    pixel_rules: str = ""  # a pixel script in CTP's language; "" for the rules that ship with the archive
    script: str = ""  # a CTP anonymizer script, which then runs instead of Table E.1-1
    patient_keys: str = "ptid"  # key type under which a lookup table holds new patient IDs
    event: str = ""  # Longitudinal Temporal Event Type (0012,0053), such as DIAGNOSIS; "" for none
    event_keys: str = "event"  # key type under which a lookup table holds the event's true dates
    event_attribute: str = ""  # "(gggg,eeee)" of the event's date in the patient's files; "" for none

    def __post_init__(self) -> None:
        if unknown := self.options - options():
            raise RecipeError(f"no such option of PS3.15 Annex E: {', '.join(sorted(unknown))}")
        if self.private not in private.SOURCES:
            raise RecipeError("no such list of safe private elements")
        if not set(self.dispositions.values()) <= set(Action):
            raise RecipeError("a disposition's action is none of D, Z, X, K, C, U")
        if self.unknown_words not in get_args(_UnknownWords):
            raise RecipeError("unknown words are neither masked nor left for review")
        if not _EVENT.fullmatch(self.event):
            raise RecipeError(
                "the event is no code string of at most 16 capitals, digits, blanks and underscores"
            )
        if self.event_attribute and not _is_tag(self.event_attribute):
            raise RecipeError("the event's attribute is not written (gggg,eeee)")
        if self.uid_root is not None and not _is_root(self.uid_root):
            raise RecipeError(f"the UID root is no UID of at most {_ROOT_LENGTH} characters")
        if not (self.patient_id_prefix.isascii() and len(self.patient_id_prefix) <= 56):
            raise RecipeError("the patient ID prefix is not ASCII or longer than 56 characters")

    def __hash__(self) -> int:
        return hash(self.digest)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON, in hex."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no blanks, ASCII."""
        said = {one.name: getattr(self, one.name) for one in fields(self) if self._is_said(one)}
        told = said | {"options": sorted(self.options), "dispositions": dict(self.dispositions)}
        return json.dumps(told, sort_keys=True, separators=(",", ":"))

    def _is_said(self, one: "Field[Any]") -> bool:
        return one.name in _FIRST_FIELDS or getattr(self, one.name) != one.default

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """The recipe that `to_json` wrote. Raises RecipeError for anything else."""
        try:
            told = json.loads(text)
            return cls(**{**told, "options": frozenset(told.get("options", ()))})
        except (ValueError, TypeError, AttributeError) as error:
            raise RecipeError("the text is not the JSON of a recipe") from error

    @classmethod
    def builtin(cls, name: str) -> "Recipe":
        """A recipe that ships with the archive: `basic`, `tcia`, `keep-dates`, `strict`; RecipeError for others."""
        if name not in _BUILTIN:
            raise RecipeError(f"no built-in recipe of that name; there are {', '.join(sorted(_BUILTIN))}")
        return cls(name=name, version="1", **_BUILTIN[name])


def options() -> frozenset[str]:
    """Names of all options of PS3.15 Annex E that a recipe may hold."""
    return table.options() | _PIXEL_OPTIONS


def _is_tag(text: str) -> bool:
    return re.fullmatch(r"\([0-9A-F]{4},[0-9A-F]{4}\)", text) is not None


def _is_root(root: str) -> bool:
    parts = root.split(".")
    plain = all(part.isascii() and part.isdigit() and (part == "0" or part[0] != "0") for part in parts)
    return plain and len(parts) > 1 and parts[0] in {"0", "1", "2"} and len(root) <= _ROOT_LENGTH
