"""Stores of blobs: immutable bytes named by their SHA-256; `Blobs` says what every store can do."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from vesalius.errors import Misconfigured
from vesalius.store.blob import (
    BadBlobName,
    BlobDamaged,
    BlobFacts,
    BlobMissing,
    Blobs,
    BlobWriter,
    StoreFailed,
    StoreFull,
)
from vesalius.store.folder import FolderStore

__all__ = [
    "BadBlobName",
    "BlobDamaged",
    "BlobFacts",
    "BlobMissing",
    "BlobWriter",
    "Blobs",
    "FolderStore",
    "StoreFailed",
    "StoreFull",
    "open_store",
]


def open_store(where: str | Path, *, create: bool = True, mode: int = 0o755, reserve: int = 0) -> FolderStore:
    """The store at a folder or a `file:///...` address; Misconfigured for any other scheme.

    create: False where an absent store is a fault (an unmounted disk) and not a beginning;
    mode: of folders that are made (0700 on the intake side); reserve: bytes that writing leaves free.
    """
    root = where if isinstance(where, Path) else _folder_of(where)
    if create:
        return FolderStore.create(root, mode=mode, reserve=reserve)
    return FolderStore(root, reserve=reserve)


def _folder_of(address: str) -> Path:
    parts = urlsplit(address)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"} or not parts.path.startswith("/"):
        raise Misconfigured("A blob store is a folder, file:///...; no other kind is installed.")
    return Path(unquote(parts.path))
