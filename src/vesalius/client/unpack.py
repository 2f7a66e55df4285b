"""A series' ZIP, checked before and while it is unpacked: nothing of it is trusted, nothing half is left in place."""

import csv
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from vesalius.client.metadata import Facts
from vesalius.client.problems import BadDownload
from vesalius.dicom.disk_names import disk_name

HASHES: Final = "md5hashes.csv"
LICENSE: Final = "LICENSE"
BESIDE: Final = frozenset({HASHES, LICENSE})  # members that are no objects
Files = dict[str, tuple[int, str]]  # name -> bytes, MD5
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", re.ASCII)
_BLOCK: Final = 1 << 18
_LARGEST_NOTE: Final = 64 << 20  # bytes of LICENSE, or of the hashes of a million files
_ENCRYPTED: Final = 1  # general purpose bit 0


def unpack(source: Path, into: Path, facts: Facts, go_on: Callable[[], None]) -> Files:
    """Unpack a ZIP into a new folder; its files with their sizes and digests.

    BadDownload: no ZIP, a name that leaves the folder or that a disk cannot hold, other files, sizes or digests than
    the archive told. `go_on` is called between blocks, and may raise.
    """
    try:
        with zipfile.ZipFile(source) as opened:
            members = _members(opened, facts)
            hashes = _hashes(opened) if HASHES in opened.namelist() else None
            into.mkdir()
            files = {member.filename: _write(opened, member, into, go_on) for member in members}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadDownload(f"The ZIP is damaged ({type(error).__name__}).") from None
    objects = {name: digest for name, (_, digest) in files.items() if name not in BESIDE}
    if hashes is not None and hashes != objects:
        wrong = [name for name in hashes.keys() | objects.keys() if hashes.get(name) != objects.get(name)]
        raise BadDownload(f"{len(wrong)} of {len(objects)} files differ from their MD5.")
    return files


def _members(opened: zipfile.ZipFile, facts: Facts) -> list[zipfile.ZipInfo]:
    """What stands in the ZIP, if its names are plain and it is as many files and bytes as the archive told."""
    members = opened.infolist()
    names = {member.filename.lower() for member in members}
    objects = [member for member in members if member.filename not in BESIDE]
    if len(names) != len(members) or not objects:
        raise BadDownload("The ZIP is empty, or holds a name twice.")
    for member in members:
        plain = _NAME.fullmatch(member.filename) and disk_name(member.filename) == member.filename
        if not plain or member.flag_bits & _ENCRYPTED:
            raise BadDownload("The ZIP holds a name that may not be unpacked, or a locked file.")
        if member.filename in BESIDE and member.file_size > _LARGEST_NOTE:
            raise BadDownload("The ZIP holds a note that is too large.")
    size = sum(member.file_size for member in objects)
    if len(objects) != facts.image_count or size != facts.size:
        raise BadDownload(
            f"The ZIP holds {len(objects):,} files of {size:,} bytes; the archive told of "
            f"{facts.image_count:,} files of {facts.size:,} bytes."
        )
    return members


def _hashes(opened: zipfile.ZipFile) -> dict[str, str]:
    rows = csv.reader(io.StringIO(opened.read(HASHES).decode("utf-8", "replace")))
    others = BESIDE | {"Filename"}
    return {row[0]: row[1].strip().lower() for row in rows if len(row) == 2 and row[0] not in others}


def _write(
    opened: zipfile.ZipFile, member: zipfile.ZipInfo, into: Path, go_on: Callable[[], None]
) -> tuple[int, str]:
    """Write one file; its bytes and MD5. zipfile compares size and CRC-32 with the directory."""
    digest, size = hashlib.md5(usedforsecurity=False), 0
    with opened.open(member) as source, (into / member.filename).open("xb") as target:
        while block := source.read(_BLOCK):
            go_on()
            digest.update(block)
            size += target.write(block)
    if size != member.file_size:
        raise BadDownload("A file in the ZIP is shorter than its directory says.")
    return size, digest.hexdigest()
