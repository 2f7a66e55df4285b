"""Blobs in a folder: temporary file, fsync, link, fsync folder, and only then the acknowledgement.

ROOT/incoming/<32 random hexadecimal digits>   being written, or finished and not yet committed
ROOT/ab/ab12...                                a blob named by its SHA-256, mode 0444
"""

import ctypes
import errno
import hashlib
import os
import re
import secrets
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import BufferedReader
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from vesalius.errors import Misconfigured
from vesalius.store.blob import (
    BLOCK,
    BlobDamaged,
    BlobFacts,
    BlobMissing,
    Blobs,
    StoreFailed,
    StoreFull,
    check_name,
    is_name,
)

GROUP = 100  # blobs copied between two waits for the disk
_BUFFER = 1 << 16  # bytes; longer blocks pass uncopied
_SYNCERS = 4  # threads that wait for the disk together
_WORTH_THREADS = 16
_INCOMING = "incoming"
_FOLDERS = tuple(f"{n:02x}" for n in range(256))
_STAGED = re.compile("[0-9a-f]{32}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_LIBC = ctypes.CDLL(None, use_errno=True)
_START_WRITEBACK = 2  # SYNC_FILE_RANGE_WRITE


@contextmanager
def _failures() -> Iterator[None]:
    """Tell a full disk from a broken one; the message names the fault and no file."""
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "unknown error")
        if error.errno in _FULL:
            raise StoreFull(f"The store has no space left ({name}).") from error
        raise StoreFailed(f"The store's file system refused ({name}).") from error


def _fsync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on disk; a failure is never tried again.

    The kernel drops pages that it could not write and calls them clean: a second fsync would lie.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fsync_all(paths: Sequence[Path]) -> None:
    """Wait for many at once where that pays: the disk answers neighbouring waits with one flush."""
    if len(paths) < _WORTH_THREADS:
        for path in paths:
            _fsync(path)
        return
    with ThreadPoolExecutor(_SYNCERS, "fsync") as syncers:
        for waited in [syncers.submit(_fsync, path) for path in paths]:
            waited.result()


class FolderWriter:
    """Writes one temporary file while hashing it."""

    def __init__(self, temporary: Path, *, md5: bool) -> None:
        self._temporary = temporary
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False) if md5 else None
        self._crc32 = 0
        self._size = 0
        self._finished = False
        with _failures():
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
            self._file = os.fdopen(os.open(temporary, flags, 0o600), "wb", buffering=_BUFFER)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None or not self._finished:
            with suppress(OSError):  # closing flushes, and flushing may be what failed
                self._file.close()
            self._temporary.unlink(missing_ok=True)

    def write(self, block: bytes | bytearray | memoryview, /) -> int:
        """Take the next bytes; StoreFull or StoreFailed when the disk refuses them."""
        with _failures():
            self._file.write(block)
        self._sha256.update(block)
        self._crc32 = zlib.crc32(block, self._crc32)
        if self._md5 is not None:
            self._md5.update(block)
        size = memoryview(block).nbytes
        self._size += size
        return size

    def finish(self) -> BlobFacts:
        """Close the file and state its facts; `commit` makes it durable and visible."""
        with _failures():
            self._file.flush()
            descriptor = self._file.fileno()
            if os.fstat(descriptor).st_size != self._size:
                raise StoreFailed("The file system kept fewer bytes than it acknowledged.")
            os.fchmod(descriptor, 0o444)
            # Only a hint: the disk begins now, so that the fsyncs of a group find little left to wait for.
            _LIBC.sync_file_range(descriptor, ctypes.c_int64(0), ctypes.c_int64(0), _START_WRITEBACK)
            self._file.close()
        self._finished = True
        return BlobFacts(
            sha256=self._sha256.hexdigest(),
            size=self._size,
            crc32=self._crc32,
            md5=self._md5.hexdigest() if self._md5 else None,
            staged=self._temporary.name,
        )


class FolderStore:
    """A store in one folder of one file system; any number of processes may write and read it at once."""

    def __init__(self, root: Path, *, reserve: int = 0) -> None:
        """`reserve`: bytes that writing leaves free (for the database and the logs on the same disk)."""
        self._root = root
        self._incoming = root / _INCOMING
        self._reserve = reserve
        if not self._incoming.is_dir():
            raise Misconfigured("There is no blob store in the folder that the settings name.")

    @classmethod
    def create(cls, root: Path, *, mode: int, reserve: int = 0) -> Self:
        """Make the folders that are missing, durably; `incoming` comes last and says that all are there."""
        if not (root / _INCOMING).is_dir():
            with _failures():
                root.mkdir(mode=mode, parents=True, exist_ok=True)
                for name in (*_FOLDERS, _INCOMING):
                    (root / name).mkdir(mode=mode, exist_ok=True)
                _fsync(root)
                _fsync(root.parent)
        return cls(root, reserve=reserve)

    # -- writing

    def writer(self, *, md5: bool = False) -> FolderWriter:
        """Begin a blob; StoreFull below the reserve."""
        if self._reserve and self.free_bytes < self._reserve:
            raise StoreFull("The store has reached its reserve of free space.")
        return FolderWriter(self._incoming / secrets.token_hex(16), md5=md5)

    def commit(self, blobs: Iterable[BlobFacts]) -> frozenset[str]:
        """Make a group durable, then visible; returns the names found damaged and written anew."""
        group = list(blobs)
        try:
            with _failures():
                _fsync_all([self._staged(blob) for blob in group])
                repaired = frozenset(blob.sha256 for blob in group if self._link(blob))
                _fsync_all(sorted({self.path(blob.sha256).parent for blob in group}))
        finally:
            self.discard(group)
        return repaired

    def _link(self, blob: BlobFacts) -> bool:
        """Give a durable file its name, create-only; True if a damaged blob stood there and was replaced."""
        staged, path = self._staged(blob), self.path(blob.sha256)
        try:
            os.link(staged, path, follow_symlinks=False)
        except FileExistsError:
            # A name is no proof of its bytes: a crash of the disk or a stray hand may have left others.
            if self.size(blob.sha256) == blob.size and self.verify(blob.sha256):
                return False
            staged.replace(path)
            return True
        return False

    def open_staged(self, blob: BlobFacts) -> BufferedReader:
        """A seekable reader of a finished blob, for whoever must look at it before it is committed."""
        with _failures():
            return self._staged(blob).open("rb")

    def discard(self, blobs: Iterable[BlobFacts]) -> None:
        """Drop finished blobs that will not be committed."""
        for blob in blobs:
            if blob.staged:
                with suppress(OSError):  # what cannot be removed now is swept later
                    self._staged(blob).unlink(missing_ok=True)

    def put(self, content: bytes, *, md5: bool = False) -> BlobFacts:
        """Write and commit one small blob."""
        with self.writer(md5=md5) as writer:
            writer.write(content)
            blob = writer.finish()
        self.commit([blob])
        return blob

    def copy_from(self, other: Blobs, names: Iterable[str], *, md5: bool = False) -> list[BlobFacts]:
        """Copy blobs of another store; durable on return, and every byte was hashed on the way."""
        copied: list[BlobFacts] = []
        waiting = iter(names)
        while group := self._copies(other, islice(waiting, GROUP), md5=md5):
            self.commit(group)
            copied += group
        return copied

    def _copies(self, other: Blobs, names: Iterable[str], *, md5: bool) -> list[BlobFacts]:
        """Finished, uncommitted copies; none is left behind if one of them cannot be made."""
        group: list[BlobFacts] = []
        try:
            for name in names:
                group.append(self._copy(other, name, md5=md5))  # noqa: PERF401 - what was made before a fault is discarded
        except BaseException:
            self.discard(group)
            raise
        return group

    def _copy(self, other: Blobs, name: str, *, md5: bool) -> BlobFacts:
        with other.open(name) as source, self.writer(md5=md5) as writer:
            while block := source.read(BLOCK):
                writer.write(block)
            blob = writer.finish()
            if blob.sha256 != name:
                raise BlobDamaged("A blob to be copied does not match its name.")
            return blob

    def delete(self, sha256: str) -> bool:
        """Destroy a blob durably; False if there was none."""
        path = self.path(sha256)
        with _failures():
            existed = path.exists()
            path.unlink(missing_ok=True)
            _fsync(path.parent)
        return existed

    def sweep(self, older_than: timedelta) -> int:
        """Remove temporary files untouched for so long; returns how many."""
        limit = time.time() - older_than.total_seconds()
        swept = 0
        for entry in os.scandir(self._incoming):
            with suppress(FileNotFoundError):  # its writer was quicker
                if entry.stat(follow_symlinks=False).st_mtime < limit:
                    Path(entry.path).unlink()
                    swept += 1
        return swept

    # -- reading

    def open(self, sha256: str, *, size: int | None = None) -> BufferedReader:
        """A seekable reader; BlobMissing, or BlobDamaged where the stated size (bytes) is wrong."""
        file = self._open(sha256)
        if size is not None and os.fstat(file.fileno()).st_size != size:
            file.close()
            raise BlobDamaged("A blob is shorter or longer than was recorded.")
        return file

    def _open(self, sha256: str) -> BufferedReader:
        try:
            with _failures():
                return self.path(sha256).open("rb")
        except StoreFailed as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise BlobMissing("A blob that should be in the store is not there.") from None
            raise

    def path(self, sha256: str) -> Path:
        """Where a blob stands or would stand; for the byte sender and for child processes."""
        return self._root / check_name(sha256)[:2] / sha256

    def size(self, sha256: str) -> int:
        """Bytes of a blob, or BlobMissing."""
        with self._open(sha256) as file:
            return os.fstat(file.fileno()).st_size

    def has(self, sha256: str) -> bool:
        """Tell whether a blob stands under this name."""
        return self.path(sha256).is_file()

    def verify(self, sha256: str) -> bool:
        """Read and hash every byte: True if the blob is what its name says; BlobMissing."""
        with self._open(sha256) as file, _failures():
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256

    def names(self) -> Iterator[str]:
        """The names of all blobs, in order; one folder of the 256 is held in memory at a time."""
        for folder in _FOLDERS:
            for name in sorted(entry.name for entry in os.scandir(self._root / folder)):
                if is_name(name):  # whatever else a hand has put there is not ours to name
                    yield name

    @property
    def free_bytes(self) -> int:
        """Bytes that an unprivileged process can still write."""
        with _failures():
            disk = os.statvfs(self._incoming)
        return disk.f_bavail * disk.f_frsize

    def _staged(self, blob: BlobFacts) -> Path:
        if not _STAGED.fullmatch(blob.staged):
            raise StoreFailed("A blob to be committed was not written by this store.")
        return self._incoming / blob.staged
