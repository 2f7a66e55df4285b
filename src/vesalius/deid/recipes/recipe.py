"""A recipe: every decision about how a holding's files are cleaned, versioned and hashed."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias, get_args

from vesalius.deid.annex import options as known_options
from vesalius.deid.annex import private
from vesalius.deid.annex.actions import Action
from vesalius.deid.recipes import recipe_file
from vesalius.deid.recipes.recipe_file import RecipeError
from vesalius.deid.resources import load_text

BUILTIN: Final = ("basic", "tcia", "keep-dates", "strict")
"""Recipes that ship with the archive, each a file of `deid/data/recipes/`."""
_READ: Final = frozenset({"clean_pixel_data", "clean_graphics"})
_ROOT_LENGTH: Final = 31
# The fields of the first edition stand in every digest; of later ones, what differs from its default.
_FIRST_FIELDS: Final = frozenset(
    {"name", "version", "options", "private", "patient_id_prefix", "uid_root", "dispositions"}
)
_EVENT: Final = re.compile(r"[A-Z0-9_ ]{0,16}")
_TAG: Final = r"\([0-9A-F]{4},[0-9A-F]{4}\)"
_ELEMENT: Final = rf'(?:{_TAG}|\([0-9A-F]{{3}}[13579BDF],"[^"]+",[0-9A-F]{{2}}\))'
_ELEMENT_PATH: Final = re.compile(rf"(?:\*\.|(?:{_ELEMENT}\[\*\]\.)*){_ELEMENT}")
_UnknownWords: TypeAlias = Literal["mask", "review"]


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
    filter: str = ""  # an expression in CTP's language; a file that it does not match is quarantined
    pixel_rules: str = ""  # a pixel script in CTP's language; "" for the rules that ship with the archive
    script: str = ""  # a CTP anonymizer script, which then runs instead of Table E.1-1
    patient_keys: str = "ptid"  # key type under which a lookup table holds new patient IDs
    event: str = ""  # Longitudinal Temporal Event Type (0012,0053), such as DIAGNOSIS; "" for none
    event_keys: str = "event"  # key type under which a lookup table holds the event's true dates
    event_attribute: str = ""  # "(gggg,eeee)" of the event's date in the patient's files; "" for none

    def __post_init__(self) -> None:
        for option in sorted(self.options - known_options.names().keys()):
            raise RecipeError(f"no such option of PS3.15 Annex E: {option}", setting="options", part=option)
        for path, letter in self.dispositions.items():
            if letter not in set(Action):
                sentence = "a disposition's action is none of D, Z, X, K, C, U"
                raise RecipeError(sentence, setting="dispositions", part=path)
            if not _ELEMENT_PATH.fullmatch(path):
                sentence = f"{path} is no element path such as (0008,103E) or (0054,0016)[*].(0018,1079)"
                raise RecipeError(sentence, setting="dispositions", part=path)
        for setting, sentence in self._wrong():
            raise RecipeError(sentence, setting=setting)

    def _wrong(self) -> Iterator[tuple[str, str]]:
        """Each setting that no file can be cleaned by, and why."""
        if not (self.name and self.version):
            yield "version" if self.name else "name", "a recipe has a name and a version"
        if self.private not in private.SOURCES:
            yield "private", f"there is no such list of safe private elements: {', '.join(private.SOURCES)}"
        if self.unknown_words not in get_args(_UnknownWords):
            yield "unknown_words", "unknown words are to mask or to review"
        if not _EVENT.fullmatch(self.event):
            yield "event", "an event's name has at most 16 capitals, digits, blanks and underscores"
        if self.event_attribute and not re.fullmatch(_TAG, self.event_attribute):
            yield "event_attribute", "the event's attribute is written (gggg,eeee), in capitals"
        if self.uid_root is not None and not _is_root(self.uid_root):
            yield "uid_root", f"the UID root is no UID of at most {_ROOT_LENGTH} characters"
        if not (self.patient_id_prefix.isascii() and len(self.patient_id_prefix) <= 56):
            yield "patient_id_prefix", "the patient ID prefix is not ASCII or longer than 56 characters"

    @property
    def reads_text(self) -> bool:
        """Whether somebody has to read what is written in pixels, or drawn over them."""
        return not self.options.isdisjoint(_READ)

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
    def from_toml(cls, text: str) -> "Recipe":
        """The recipe that a file says. RecipeError with the line for anything that is none."""
        told = recipe_file.read(text)
        try:
            return cls(**{"name": "", "version": ""} | told)
        except RecipeError as error:
            raise recipe_file.located(error, text) from None

    def to_toml(self) -> str:
        """The recipe as a file that `from_toml` reads; settings at their default are left out."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        defaults = {one.name: one.default for one in fields(self)} | {"dispositions": {}, "options": None}
        return recipe_file.write({name: told[name] for name in told if told[name] != defaults[name]})

    @classmethod
    def builtin(cls, name: str) -> "Recipe":
        """A recipe that ships with the archive, one of BUILTIN; RecipeError for others."""
        if name not in BUILTIN:
            raise RecipeError(f"no built-in recipe of that name; there are {', '.join(BUILTIN)}")
        return cls.from_toml(load_text(f"recipes/{name}.toml"))


def _is_root(root: str) -> bool:
    parts = root.split(".")
    plain = all(part.isascii() and part.isdigit() and (part == "0" or part[0] != "0") for part in parts)
    return plain and len(parts) > 1 and parts[0] in {"0", "1", "2"} and len(root) <= _ROOT_LENGTH
