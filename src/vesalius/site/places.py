"""Where a run reads and writes: IN, OUT, and the folder of maps that never leaves the site."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from vesalius.errors import BadRequest

SECRET_FILE: Final = 0o600
SECRET_FOLDER: Final = 0o700


class PlacesClash(BadRequest):
    """Two of the places of a run lie inside of each other, or one is taken already."""

    hint = "IN, OUT and the folder of maps lie apart from each other; OUT is new, or was written with these maps."


@dataclass(frozen=True, slots=True)
class Maps:
    """The folder that names the patients: its files have mode 0600 and the folder 0700."""

    folder: Path

    @property
    def key(self) -> Path:
        """The secret from which all new names come."""
        return self.folder / "site.key"

    @property
    def journal(self) -> Path:
        """What was done already."""
        return self.folder / "journal.sqlite3"

    @property
    def uids(self) -> Path:
        """Every UID, old and new."""
        return self.folder / "uid_map.csv"

    @property
    def patients(self) -> Path:
        """Every Patient ID, old and new."""
        return self.folder / "patient_map.csv"

    @property
    def missing(self) -> Path:
        """Patient IDs that the lookup table does not name."""
        return self.folder / "missing_ids.csv"

    @property
    def files(self) -> Path:
        """Every file of IN, where it stands, and its name in OUT."""
        return self.folder / "files.csv"

    @property
    def waiting(self) -> Path:
        """Files that wait for a person, with a column for the decision."""
        return self.folder / "waiting.csv"

    @property
    def counters(self) -> Path:
        """What a script has numbered."""
        return self.folder / "counters.json"

    @property
    def report(self) -> Path:
        """The folder of the report, unless another is asked for."""
        return self.folder / "report"

    def make(self) -> None:
        """Make the folder, or close one that is open to others."""
        secret_folder(self.folder)


def check_apart(source: Path, out: Path, *site_only: Path) -> None:
    """IN and OUT lie apart from each other, and what stays at the site from both. Raises PlacesClash."""
    places = {"IN": source, "OUT": out}
    if _overlap(source, out):
        raise PlacesClash("OUT lies in IN, or IN in OUT.")
    for place in site_only:
        for name, other in places.items():
            if _overlap(place, other):
                raise PlacesClash(f"What stays at the site would lie in {name}, or {name} in it.")


def _overlap(one: Path, other: Path) -> bool:
    one, other = one.resolve(), other.resolve()
    return one == other or one in other.parents or other in one.parents


def secret_folder(folder: Path) -> None:
    """A folder that its owner alone can open."""
    folder.mkdir(mode=SECRET_FOLDER, parents=True, exist_ok=True)
    folder.chmod(SECRET_FOLDER)


@contextmanager
def secret_file(path: Path) -> Iterator[IO[str]]:
    """A text file that its owner alone can read, whole under its name or not there at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET_FILE)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
