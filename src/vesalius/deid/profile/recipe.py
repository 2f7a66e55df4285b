"""A recipe: every decision about how a holding's files are cleaned, versioned and hashed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from vesalius.deid.profile import private, table
from vesalius.deid.profile.actions import Action
from vesalius.errors import BadInput

_ROOT_LENGTH: Final = 31
_BUILTIN: Final[dict[str, dict[str, Any]]] = {
    "basic": {"options": frozenset()},
    "tcia": {
        "options": frozenset(
            {
                "clean_descriptors",
                "retain_device_identity",
                "retain_longitudinal_modified_dates",
                "retain_patient_characteristics",
                "retain_safe_private",
            }
        ),
        # TCIA publishes what refers to what: the images behind a derived one stay named, by their new UIDs.
        "dispositions": {"*.(0008,1140)": "U", "*.(0008,2112)": "U"},
    },
}


class RecipeError(BadInput):
    """The recipe asks for something that does not exist."""

    hint = "Compare the recipe with `docs/` and mend the field that the sentence names."


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The Basic Profile with options and a holding's own dispositions (PS3.15 Annex E).

    `options` are the keys of Table E.1-1's option columns. `dispositions` map an element path to an action letter
    and win over the table: `(0008,103E)` at the root, `(0054,0016)[*].(0018,1079)` inside any item,
    `*.(0008,1140)` at any depth. `private` names the allow-list of the Retain Safe Private Option.
    """

    name: str
    version: str
    options: frozenset[str] = frozenset()
    private: str = "ps3.15_e3-10-1"
    patient_id_prefix: str = ""
    uid_root: str | None = None
    dispositions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if unknown := self.options - table.options():
            raise RecipeError(f"no such option of Table E.1-1: {', '.join(sorted(unknown))}")
        if self.private not in private.SOURCES:
            raise RecipeError("no such list of safe private elements")
        if not set(self.dispositions.values()) <= set(Action):
            raise RecipeError("a disposition's action is none of D, Z, X, K, C, U")
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
        return json.dumps(
            {**asdict(replace(self, dispositions={})), "options": sorted(self.options)}
            | {"dispositions": dict(self.dispositions)},
            sort_keys=True,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """The recipe that `to_json` wrote. Raises RecipeError for anything else."""
        try:
            fields = json.loads(text)
            return cls(**{**fields, "options": frozenset(fields.get("options", ()))})
        except (ValueError, TypeError, AttributeError) as error:
            raise RecipeError("the text is not the JSON of a recipe") from error

    @classmethod
    def builtin(cls, name: str) -> "Recipe":
        """A recipe that ships with the archive: `basic` (no option) or `tcia`. Raises RecipeError for others."""
        if name not in _BUILTIN:
            raise RecipeError(f"no built-in recipe of that name; there are {', '.join(sorted(_BUILTIN))}")
        return cls(name=name, version="1", **_BUILTIN[name])


def _is_root(root: str) -> bool:
    parts = root.split(".")
    plain = all(part.isascii() and part.isdigit() and (part == "0" or part[0] != "0") for part in parts)
    return plain and len(parts) > 1 and parts[0] in {"0", "1", "2"} and len(root) <= _ROOT_LENGTH
