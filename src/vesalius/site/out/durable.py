"""Files of OUT: whole under their names and on disk before anybody is told of them, or not there at all."""

import errno
import os
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, Final, Self

from vesalius.errors import Unavailable

DRAFT: Final = ".vesalius-"
_BLOCK: Final = 1 << 20
_SYNCERS: Final = 4  # threads that wait for the disk together: it answers neighbours with one flush


class OutFailed(Unavailable):
    """OUT took no more: the run ends, and no file is blamed for it."""

    hint = "See to the space and the rights of OUT, then run the same command again: it goes on where it stopped."


@dataclass(frozen=True, slots=True)
class Draft:
    """A cleaned and proved file under a name that says nothing, and the name that it shall have."""

    path: Path
    target: Path

    @classmethod
    def of(cls, content: BinaryIO, out: Path, target: str) -> Self:
        """Copy the content beside its target."""
        final = out / target
        draft = final.with_name(f"{DRAFT}{secrets.token_hex(8)}")
        content.seek(0)
        with _failures():
            try:
                with _created(draft) as file:
                    copyfileobj(content, file, _BLOCK)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
        return cls(draft, final)


def _created(path: Path) -> BinaryIO:
    """A new file; its folders are made where there are none."""
    try:
        return path.open("xb")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")


def settle(drafts: Sequence[Draft]) -> None:
    """Give every draft its name, once its bytes are on disk; then the names are on disk too."""
    if not drafts:
        return
    with _failures(), ThreadPoolExecutor(_SYNCERS, "fsync") as syncers:
        list(syncers.map(_sync, [draft.path for draft in drafts]))
        for draft in drafts:
            draft.path.replace(draft.target)
        if os.name == "posix":  # elsewhere a folder cannot be synced
            list(syncers.map(_sync, sorted({draft.target.parent for draft in drafts})))


def clear_drafts(out: Path) -> None:
    """Take away what a run that was killed had not named yet."""
    for draft in out.rglob(f"{DRAFT}*"):
        draft.unlink(missing_ok=True)


@contextmanager
def _failures() -> Iterator[None]:
    """The message names the fault and no file."""
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "unknown error")
        raise OutFailed(f"The folder of cleaned files refused to be written ({name}).") from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
