"""Where the files that search maps lie in the derived store; whoever writes or destroys them holds their lock."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings

LOCK: Final = "lock"


def columns_folder() -> Path:
    """The folder of the columns; disposable."""
    root: Path = settings.VESALIUS.archive_pictures
    return root / "columns"


@contextmanager
def columns_locked() -> Iterator[Path]:
    """The folder, while no other process writes in it."""
    folder = columns_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def destroy_columns() -> int:
    """Destroy every column file, so that nothing in them outlives its rows; returns how many.

    Who asks next makes them anew from the rows.
    """
    with columns_locked() as folder:
        files = [path for path in folder.iterdir() if path.name != LOCK]
        for path in files:
            path.unlink()
    return len(files)
