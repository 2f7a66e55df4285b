"""One series on its way to the reader: fetched by ranges into a part, checked, then put in its place whole."""

import errno
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from vesalius.client.archive import Archive, Response, Stumble
from vesalius.client.folder import Folder
from vesalius.client.metadata import Facts
from vesalius.client.problems import BadDownload, NoRoom, Stopped
from vesalius.client.unpack import unpack

BLOCK: Final = 1 << 18
IMAGE: Final = "nbia-api/services/{version}/getImageWithMD5Hash?SeriesInstanceUID={uid}"
VERSIONS: Final = ("v4", "v2")  # an archive without the first has the second
_CONTENT_RANGE: Final = re.compile(r"bytes ([0-9]+)-[0-9]+/([0-9]+)")
_SAME, _CHANGED, _NOT_THERE = 304, 200, 404


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was done for one series."""

    kept: bool = False  # it was whole already
    fetched: int = 0  # bytes that came over the network
    files: int = 0


class SeriesFetch:
    """The fetching of one series."""

    def __init__(
        self, archive: Archive, folder: Folder, facts: Facts, on_bytes: Callable[[int], None]
    ) -> None:
        """on_bytes hears how many bytes came; a negative number takes some back."""
        self._archive, self._folder, self._facts = archive, folder, facts
        self._on_bytes = on_bytes
        self._tally = Tally()
        self._version = VERSIONS[0]
        self._counted = 0

    def run(self) -> Tally:
        """Fetch what is missing. NoAnswer, Refused, BadDownload, NoRoom, Stopped."""
        try:
            if self._is_whole():
                self._hear(self._facts.size)
                return Tally(kept=True, files=self._facts.image_count)
            etag = self._fetch()
            self._settle(etag)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise NoRoom("The disk is full.") from None
            raise NoRoom(f"The folder cannot be written ({type(error).__name__}).") from None
        return self._tally

    def _is_whole(self) -> bool:
        """Whether the series lies here already, and the archive has no newer edition of it."""
        etag = self._folder.whole(self._facts)
        if not etag:
            return etag is not None
        attempt = 0
        while True:
            try:
                fine = frozenset({_SAME, _CHANGED})
                with self._archive.ask(
                    self._path(), method="HEAD", headers={"If-None-Match": etag}, fine=fine
                ) as response:
                    return response.status == _SAME or response.headers.get("ETag", etag) == etag
            except Stumble as error:
                attempt += 1
                self._archive.wait(attempt, error)

    def _fetch(self) -> str:
        """Bring the part to its end, asking again as long as the archive stumbles; its entity tag."""
        attempt = 0
        while True:
            before = self._tally.fetched
            try:
                return self._go_on_from(self._folder.note(self._facts.uid, "part"))
            except Stumble as error:
                attempt = 1 if self._tally.fetched > before else attempt + 1
                self._archive.wait(attempt, error)

    def _go_on_from(self, told: dict[str, Any]) -> str:
        part, etag = self._folder.part(self._facts.uid), str(told.get("etag", ""))
        have = part.stat().st_size if part.exists() and etag else 0
        # of a part that is complete the last byte is asked for again: the answer says whether it is still the same
        start = min(have, int(told.get("length", 0)) - 1) if have else 0
        headers = {"Range": f"bytes={start}-", "If-Range": etag} if start > 0 else {}
        fine = frozenset({200, 206, 404} if self._version != VERSIONS[-1] else {200, 206})
        with self._archive.ask(self._path(), headers=headers, fine=fine) as response:
            if response.status == _NOT_THERE:
                self._version = VERSIONS[-1]
                return self._go_on_from(told)
            return self._receive(response, part, start if response.status == 206 else 0)

    def _receive(self, response: Response, part: Path, start: int) -> str:
        etag, length = response.headers.get("ETag", ""), _length(response, start)
        tag = etag if etag.startswith('"') else ""  # a weak one promises no equal bytes
        self._check_size(length or 0)
        if not start:  # first, so that no note ever speaks of the bytes of another edition
            part.unlink(missing_ok=True)
        self._folder.write_note(self._facts.uid, "part", {"etag": tag, "length": length or 0})
        self._hear(start - self._counted)
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            file.truncate()
            while block := response.read(BLOCK):
                file.write(block)
                self._tally.fetched += len(block)
                self._hear(len(block))
                self._check_size(file.tell())
                self._go_on()
            size = file.tell()
        if length is not None and size != length:
            raise Stumble("The archive broke off.")
        return tag

    def _check_size(self, length: int) -> None:
        """Refuse what could not be this series: objects are stored or deflated, with a head for each."""
        if length > self._facts.size + 4096 * (self._facts.image_count + 16):
            self._folder.forget(self._facts.uid)
            raise BadDownload("The archive sends much more than it told of.")

    def _settle(self, etag: str) -> None:
        uid = self._facts.uid
        into = self._folder.unpacking(uid)
        try:
            files = unpack(self._folder.part(uid), into, self._facts, self._go_on)
        except BadDownload:
            self._folder.forget(uid)
            raise
        self._tally.files = self._facts.image_count
        self._hear(self._facts.size - self._counted)
        self._folder.settle(self._facts, into, files, etag)

    def _hear(self, count: int) -> None:
        self._counted += count
        self._on_bytes(count)

    def _go_on(self) -> None:
        if self._archive.stopping.is_set():
            raise Stopped("The work was stopped.")

    def _path(self) -> str:
        return IMAGE.format(version=self._version, uid=quote(self._facts.uid))


def _length(response: Response, start: int) -> int | None:
    """Bytes of the whole ZIP; None where the archive does not say. Stumble: another range than asked for."""
    if response.status == 206:
        found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if found is None or int(found[1]) != start:
            raise Stumble("The archive sent another part than was asked for.")
        return int(found[2])
    told = response.headers.get("Content-Length", "")
    return int(told) if told.isascii() and told.isdigit() else None
