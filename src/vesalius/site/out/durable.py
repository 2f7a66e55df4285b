"""Files of OUT: whole under their names and on disk before anybody is told of them, or not there at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
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


class Batch:
    """Cleaned and proved files that get their names together, once their bytes are on disk.

    A context manager. The disk is waited for in the background, while the next file is worked on.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._syncers = ThreadPoolExecutor(_SYNCERS, "fsync")
        self._drafts: list[
            tuple[Path, Path, Future[None]]
        ] = []  # name that says nothing, name that it shall have

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._syncers.shutdown(wait=True, cancel_futures=True)

    def add(self, content: BinaryIO, target: str) -> None:
        """Copy the content beside its target, a path in OUT."""
        final = self._out / target
        draft = final.with_name(f"{DRAFT}{secrets.token_hex(8)}")
        content.seek(0)
        with _failures():
            try:
                with _created(draft) as file:
                    copyfileobj(content, file, _BLOCK)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
        self._drafts.append((draft, final, self._syncers.submit(_sync, draft)))

    def settle(self) -> None:
        """Give every draft its name, once its bytes are on disk; then the names are on disk too."""
        drafts, self._drafts = self._drafts, []
        with _failures():
            for *_, synced in drafts:
                synced.result()
            for draft, final, _ in drafts:
                draft.replace(final)
            if os.name == "posix":  # elsewhere a folder cannot be synced
                list(self._syncers.map(_sync, {final.parent for _, final, _ in drafts}))


def _created(path: Path) -> BinaryIO:
    """A new file; its folders are made where there are none."""
    try:
        return path.open("xb")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")


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
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)  # elsewhere a reader cannot sync
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
