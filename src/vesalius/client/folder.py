"""The reader's folder: where a series goes, what is whole in it, and what is under way.

`{collection}/{patient}/{study}/{series}/` holds only what is whole. `.vesalius-get/` holds what is not, and of each
whole series a note with the sizes and digests of its files.
"""

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from vesalius.client.metadata import Facts
from vesalius.client.problems import FolderBusy
from vesalius.client.unpack import Files
from vesalius.dicom.disk_names import disk_name

PRIVATE: Final = ".vesalius-get"


class Folder:
    """The folder that series are fetched to; threads share it."""

    def __init__(self, root: Path) -> None:
        """Make what is missing."""
        self.root = root
        self.private = root / PRIVATE
        self.private.mkdir(parents=True, exist_ok=True)
        self._papers = threading.Lock()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """FolderBusy while another retriever works here."""
        try:
            import fcntl  # noqa: PLC0415 - not on Windows, where two retrievers must be kept apart by their owner
        except ImportError:  # pragma: no cover
            yield
            return
        with (self.private / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise FolderBusy("Another `vesalius get` works on this folder.") from None
            yield

    def part(self, uid: str) -> Path:
        """The bytes of a series' ZIP that have come so far."""
        return self.private / f"{uid}.part"

    def note(self, uid: str, kind: str) -> dict[str, Any]:
        """What is noted of a series; nothing where there is no note, or none that can be read."""
        with suppress(OSError, ValueError):
            told = json.loads((self.private / f"{uid}.{kind}.json").read_text())
            return told if isinstance(told, dict) else {}
        return {}

    def write_note(self, uid: str, kind: str, told: Mapping[str, Any]) -> None:
        """Replace a note, whole or not at all."""
        path = self.private / f"{uid}.{kind}.json"
        new = path.with_suffix(".new")
        new.write_text(json.dumps(told))
        new.replace(path)

    def place(self, facts: Facts) -> Path:
        """Where a series goes, below the root."""
        steps = (facts.collection, facts.patient_id, facts.study_uid, facts.uid)
        return Path(*(disk_name(step) for step in steps))

    def whole(self, facts: Facts) -> str | None:
        """The entity tag noted with a series that is whole here, every byte of it; None where it is not."""
        told = self.note(facts.uid, "whole")
        place = self.place(facts)
        if told.get("place") != place.as_posix() or told.get("edition") != facts.edition():
            return None
        files = told.get("files", {})
        if not files or not all(_is(self.root / place / name, *file) for name, file in files.items()):
            return None
        return str(told.get("etag", ""))

    def unpacking(self, uid: str) -> Path:
        """A folder for files that are being unpacked, which does not exist yet."""
        path = self.private / f"{uid}.unpacking"
        shutil.rmtree(path, ignore_errors=True)
        return path

    def settle(self, facts: Facts, unpacked: Path, files: Files, etag: str) -> None:
        """Put unpacked files in their place at once, note them, and forget what was under way.

        What stood there is replaced; anything in it that was not fetched is kept beside it.
        """
        place = self.place(facts)
        target = self.root / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            self._clear(facts.uid, target)
        unpacked.replace(target)
        told = {"place": place.as_posix(), "edition": facts.edition(), "etag": etag, "files": files}
        self.write_note(facts.uid, "whole", told)
        self._tell_terms(facts)
        self.forget(facts.uid)

    def forget(self, uid: str) -> None:
        """Drop what has come of a series so far."""
        for path in (self.part(uid), self.private / f"{uid}.part.json"):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.private / f"{uid}.unpacking", ignore_errors=True)

    def room(self) -> int:
        """Bytes that are free on the disk of this folder."""
        return shutil.disk_usage(self.root).free

    def _clear(self, uid: str, target: Path) -> None:
        for name in self.note(uid, "whole").get("files", {}):
            if "/" not in name and "\\" not in name:
                (target / name).unlink(missing_ok=True)
        with suppress(OSError):
            target.rmdir()
        number = 1
        while target.exists():
            with suppress(OSError):
                target.rename(target.with_name(f"{target.name}.kept-{number}"))
            number += 1

    def _tell_terms(self, facts: Facts) -> None:
        """Licence and citation of what lies in a collection's folder, one line each."""
        collection = self.root / disk_name(facts.collection)
        licence = f"{facts.license} {facts.license_url}".strip()
        with self._papers:
            for name, line in (("LICENSE", licence), ("CITATION", facts.cite)):
                _add_line(collection / name, line)


def _add_line(path: Path, line: str) -> None:
    plain = "".join(sign for sign in line if sign.isprintable())
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if plain and plain not in lines:
        new = path.with_name(f"{path.name}.new")
        new.write_text("".join(f"{one}\n" for one in (*lines, plain)), encoding="utf-8")
        new.replace(path)


def _is(path: Path, size: int, md5: str) -> bool:
    """Whether a file holds what was noted of it."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size != size:
                return False
            return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == md5
    except OSError:
        return False
