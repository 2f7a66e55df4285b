"""Secret keys in files of their own: random, made at their first use, readable by their owner alone."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from vesalius.errors import Misconfigured

KEY_BYTES = 32


def key_in(path: Path) -> bytes:
    """The 32 bytes of a key file, made where there is none; on disk before anybody relies on them.

    Misconfigured where the file is cut: a key is restored from the backup, never made anew.
    """
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise Misconfigured(f"the key file {path.name} is damaged: restore it from the backup")
    return key


def _make(path: Path) -> None:
    """Written under another name and linked, so that nobody ever reads half a key and the first one counts."""
    if not path.parent.is_dir():
        path.parent.mkdir(mode=0o700, parents=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    if os.name != "posix":  # elsewhere a folder cannot be synced
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
