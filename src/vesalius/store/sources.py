"""What a sender points at: folders, ZIP archives and single files, as one list of readable sources."""

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vesalius.errors import BadInput


@dataclass(frozen=True, slots=True)
class Source:
    """One file to be received."""

    name: str  # as the sender calls it, relative to what was pointed at; may be PHI
    size: int  # bytes
    stamp: int  # changes when the content does: modification time in ns, or CRC-32 inside a ZIP
    path: Path  # of the file, or of the ZIP that holds it
    member: str = ""  # inside the ZIP

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The bytes, as a stream."""
        if not self.member:
            with self.path.open("rb") as file:
                yield file
            return
        with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as file:
            yield file


def gather(places: Sequence[Path]) -> list[Source]:
    """Every file of these folders, ZIP archives and files, in a stable order.

    BadInput for a place that does not exist, a broken or encrypted ZIP, or two files of one name.
    """
    sources: list[Source] = []
    for place in places:
        if place.is_dir():
            sources += _in_folder(place)
        elif not place.is_file():
            raise BadInput("one of the places to send does not exist")
        elif zipfile.is_zipfile(place):
            sources += _in_zip(place)
        else:
            sources.append(_file(place, place.name))
    sources.sort(key=lambda source: source.name)
    if len({source.name for source in sources}) != len(sources):
        raise BadInput("two of the files to send have the same name; send their folders one by one")
    return sources


def fingerprint(sources: Sequence[Source]) -> str:
    """SHA-256 over names, sizes and stamps: the same source can be resumed, and is not received twice."""
    lines = (f"{source.name}\0{source.size}\0{source.stamp}\n" for source in sources)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _file(path: Path, name: str) -> Source:
    facts = path.stat()
    return Source(name=name, size=facts.st_size, stamp=facts.st_mtime_ns, path=path)


def _in_folder(folder: Path) -> Iterator[Source]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():  # a link may lead out of what was pointed at
            yield _file(path, path.relative_to(folder).as_posix())


def _in_zip(path: Path) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise BadInput("the ZIP archive is damaged") from error
    for member in members:
        if member.flag_bits & 1:
            raise BadInput("the ZIP archive is encrypted; send it unlocked")
        if not member.is_dir():
            yield Source(
                name=member.filename,
                size=member.file_size,
                stamp=member.CRC,
                path=path,
                member=member.filename,
            )
