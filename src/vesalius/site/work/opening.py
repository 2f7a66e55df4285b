"""The bytes behind a source: of a file, or of a member of a ZIP archive, unpacked where nobody else sees it."""

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from vesalius.dicom import DicomFile, read
from vesalius.store.sources import Source

IN_MEMORY: Final = 24_000_000  # bytes of one file; a longer one is kept on disk, without a name
BLOCK: Final = 1 << 20


@contextmanager
def opened(source: Source, aside: str | None = None) -> Iterator[DicomFile]:
    """The file behind a source; a member of a ZIP archive is unpacked aside, without a name on any disk."""
    if not source.member:
        with read(source.path) as file:
            yield file
        return
    with unpacked(source, aside) as stream:
        yield read(stream)


@contextmanager
def unpacked(source: Source, aside: str | None = None) -> Iterator[BinaryIO]:
    """A member of a ZIP archive as a seekable stream."""
    with SpooledTemporaryFile(IN_MEMORY, dir=aside) as spool:
        with _archive(source.path).open(source.member) as packed_member:
            while block := packed_member.read(BLOCK):
                spool.write(block)
        spool.seek(0)
        yield cast("BinaryIO", spool)


@lru_cache(maxsize=4)
def _archive(path: Path) -> zipfile.ZipFile:
    """A few archives stay open: a directory of many members is read once."""
    return zipfile.ZipFile(path)


def digest_of(source: Source) -> str:
    """SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with unpacked(source) if source.member else source.path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
