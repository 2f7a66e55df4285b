"""What every store of blobs promises: the facts of a blob, the verbs, the errors."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from vesalius.errors import ArchiveError, BadInput, Unavailable

BLOCK = 1 << 20  # bytes read or hashed at a time
_NAME = re.compile("[0-9a-f]{64}")


class BadBlobName(BadInput):
    """A name that no blob can have; nothing was looked for."""


class BlobMissing(ArchiveError):
    """A blob that rows speak of is not in the store: an incident, never the reader's mistake."""

    hint = "The operator restores it from a mirror or a backup; `vesalius doctor` lists what is missing."


class BlobDamaged(ArchiveError):
    """The bytes do not match the blob's name or size: an incident; they are never given out as good."""

    hint = "The operator restores it from a mirror or a backup; `vesalius doctor` lists what is damaged."


class StoreFailed(Unavailable):
    """The file system refused; nothing was acknowledged and the source must send again."""


class StoreFull(StoreFailed):
    """No space left, or less than the reserve: reading goes on, writing waits."""

    status = 507
    hint = "Make space or add a disk; what was not acknowledged is to be sent again."


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobFacts:
    """What is known of a blob once its last byte was hashed."""

    sha256: str  # 64 lower-case hexadecimal digits; the blob's name
    size: int  # bytes
    crc32: int  # as a ZIP entry states it
    md5: str | None = None  # 32 hexadecimal digits, where asked for
    staged: str = field(default="", compare=False, repr=False)  # where it waits for `commit`; "" = nowhere


def is_name(text: str) -> bool:
    """Tell whether a blob can have this name."""
    return _NAME.fullmatch(text) is not None


def check_name(sha256: str) -> str:
    """The name itself, or BadBlobName: no path is ever made from anything else."""
    if not is_name(sha256):
        raise BadBlobName("A blob's name is 64 lower-case hexadecimal digits.")
    return sha256


class BlobWriter(Protocol):
    """Takes one blob's bytes; left without `finish`, or by an exception, it leaves nothing behind."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(self, block: bytes | bytearray | memoryview, /) -> int:
        """Take the next bytes, return how many (all); StoreFull or StoreFailed."""
        ...

    def finish(self) -> BlobFacts:
        """The facts of all bytes written; the blob is neither visible nor durable before `Blobs.commit`."""
        ...


class Blobs(Protocol):
    """A store of immutable bytes, each named by its SHA-256 and written once."""

    def writer(self, *, md5: bool = False) -> BlobWriter:
        """Begin a blob; `md5` adds that digest for clients that ask for it."""
        ...

    def commit(self, blobs: Iterable[BlobFacts]) -> frozenset[str]:
        """Make a group durable and visible: only after it may rows be committed or senders be told.

        Returns the names that stood damaged in the store and were written anew: an incident to report.
        StoreFull or StoreFailed: nothing of the group may be acknowledged, and its bytes are gone.
        """
        ...

    def discard(self, blobs: Iterable[BlobFacts]) -> None:
        """Drop finished blobs that will not be committed."""
        ...

    def put(self, content: bytes, *, md5: bool = False) -> BlobFacts:
        """Write and commit one small blob."""
        ...

    def copy_from(self, other: "Blobs", names: Iterable[str], *, md5: bool = False) -> list[BlobFacts]:
        """Copy blobs of another store, durable on return; every byte is hashed on the way, or BlobDamaged."""
        ...

    def open(self, sha256: str, *, size: int | None = None) -> BinaryIO:
        """A seekable reader; BlobMissing, or BlobDamaged where `size` (bytes) is stated and wrong."""
        ...

    def size(self, sha256: str) -> int:
        """Bytes of a blob, or BlobMissing."""
        ...

    def has(self, sha256: str) -> bool:
        """Tell whether a blob stands under this name; only `verify` says whether it is whole."""
        ...

    def verify(self, sha256: str) -> bool:
        """Read and hash every byte: True if the blob is what its name says; BlobMissing."""
        ...

    def delete(self, sha256: str) -> bool:
        """Destroy a blob durably (a purge); False if there was none, so that a repeated purge is no error."""
        ...

    def names(self) -> Iterator[str]:
        """The names of all blobs, in order."""
        ...

    def sweep(self, older_than: timedelta) -> int:
        """Remove what abandoned writers left behind for so long; returns how many."""
        ...

    @property
    def free_bytes(self) -> int:
        """Bytes that can still be written."""
        ...
