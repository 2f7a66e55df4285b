"""Where a cleaned file lies in OUT: the tree of IN, without what would name a patient."""

import hmac
import re
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final, Literal, TypeAlias

from vesalius.deid import Identity, PatientContext
from vesalius.dicom.disk_names import disk_name

Names: TypeAlias = Literal["mirror", "uid"]
"""How files of OUT are called: as in IN, or by the new IDs and UIDs of what they hold."""

_UID: Final = re.compile(r"\d+(?:\.\d+){4,}")
_IDS: Final = frozenset({"patient_id", "accession"})
_SHORTEST: Final = 4  # characters of a word that is sought in the paths of other patients' files
_WORDS: Final = re.compile(r"[\W_]+")
# Days, the year first or last; of another kind of number there is no telling.
_DATE: Final = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d([-_. ]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])([-_. ])(?:0?[1-9]|[12]\d|3[01])\2(?:19|20)\d\d)(?!\d)"
)
# Endings that say what a file is; any other might be the end of a name.
_ENDINGS: Final = re.compile(r"\.(dcm|dicom|dic|ima|img|csv|xlsx)", re.IGNORECASE)


class Telling:
    """Which path components name a patient: found once all files of all patients were read."""

    def __init__(self, identity: Identity, options: frozenset[str]) -> None:
        self._secret = identity.key.derive("path")
        self._identity = identity
        self._keep_uids = "retain_uids" in options
        self._keep_dates = "retain_longitudinal_full_dates" in options
        self._tokens: set[str] = set()
        self._telling: set[str] = set()

    def learn(self, context: PatientContext, names: Iterable[str]) -> None:
        """Look for one patient's identifiers in the paths of the patient's own files."""
        self._tokens.update(_tokens(context))
        for component in {part for name in names for part in parts_of(name)} - self._telling:
            if any(
                context.betrayed_by(spelling, dates=not self._keep_dates)
                for spelling in _spellings(component)
            ):
                self._telling.add(component)

    def clean(self, component: str) -> str:
        """The component as OUT may show it: as it is, with new UIDs, or as a keyed code."""
        if component in self._telling or self._names_anybody(component):
            return self.code(component)
        return disk_name(component if self._keep_uids else _UID.sub(self._new_uid, component))

    def code(self, text: str) -> str:
        """Eight letters of its own for each text, the same in every run with this key."""
        content = text.encode("utf-8", "surrogatepass")
        letters = b32encode(hmac.digest(self._secret, content, "sha256")[:5]).decode("ascii")
        ending = PurePosixPath(text).suffix
        return letters + (ending.lower() if _ENDINGS.fullmatch(ending) else "")

    def _names_anybody(self, component: str) -> bool:
        """Whether it holds a date, or a word that is an ID or a name of any patient: folders may be mixed up."""
        if not self._keep_dates and _DATE.search(_UID.sub("", component)):
            return True
        return not self._tokens.isdisjoint(
            word for word in _WORDS.split(component.casefold()) if len(word) > 3
        )

    def _new_uid(self, found: re.Match[str]) -> str:
        return self._identity.uid(found[0])


class Targets:
    """Paths in OUT, each given once."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._clean: Callable[[str], str] = lru_cache(maxsize=1 << 16)(telling.clean)
        self._taken: set[str] = set()

    def of(self, name: str) -> str:
        """The path in OUT for a path in IN. Ask in one order: of two that would be called alike, the first is."""
        cleaned = [self._clean(part) for part in parts_of(name)]
        target = "/".join(cleaned)
        if target.casefold() in self._taken:
            target = "/".join((*cleaned[:-1], f"{self._telling.code(name).partition('.')[0]}-{cleaned[-1]}"))
        self._taken.add(target.casefold())
        return target


def parts_of(name: str) -> tuple[str, ...]:
    """The components of a path in IN, whatever system wrote it."""
    return tuple(part for part in re.split(r"[/\\]", name) if part not in {"", "."})


def _tokens(context: PatientContext) -> Iterator[str]:
    """Words that name this patient wherever they stand alone: parts of the name, and the IDs."""
    for kind, value in context.identifiers:
        words = (
            _WORDS.split(value.casefold()) if kind == "name" else [value.casefold()] if kind in _IDS else []
        )
        yield from (word for word in words if len(word) >= _SHORTEST)


def _spellings(component: str) -> set[str]:
    """A path component as it is but for its ending, and with blanks for the signs that file names use instead."""
    ending = PurePosixPath(component).suffix
    name = component.removesuffix(ending) if _ENDINGS.fullmatch(ending) else component
    return {name, _WORDS.sub(" ", name)}
