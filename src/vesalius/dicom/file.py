"""A DICOM file: preamble, meta group, transfer syntax and the data set behind them (PS3.10 7.1)."""

import io
import struct
import zlib
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from vesalius.dicom import vr as vrs
from vesalius.dicom.parse import Limits, Parser
from vesalius.dicom.problem import DicomError, Problem, Reason
from vesalius.dicom.tree import Dataset, Window

IMPLICIT: Final = "1.2.840.10008.1.2"
EXPLICIT: Final = "1.2.840.10008.1.2.1"
BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
# Deflated as a whole after the meta group (PS3.5 A.5 and A.7).
DEFLATED: Final = frozenset({"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"})
_TRANSFER_SYNTAX: Final = 0x00020010
_CHUNK: Final = 1 << 20
_GZIP_TRAILER: Final = struct.Struct("<II")


class DicomFile:
    """A file whose headers were read; values are read from `source` on demand, so keep it open.

    Offsets count bytes of `source`. Of a deflated file `source` is the inflated data set and `body` 0, while the
    elements of `meta` keep their place in the original file.
    """

    def __init__(self, window: Window, preamble: bytes, meta: Dataset) -> None:
        self.preamble = preamble
        self.meta = meta
        self.transfer_syntax = meta.text(_TRANSFER_SYNTAX)
        self.deflated = self.transfer_syntax in DEFLATED
        self.implicit = self.transfer_syntax == IMPLICIT
        self.big_endian = self.transfer_syntax == BIG_ENDIAN
        self.window = window
        self.body = 0
        self.dataset: Dataset
        self.notes: tuple[Problem, ...] = ()
        self._owned: BinaryIO | None = None

    @property
    def source(self) -> BinaryIO:
        """The seekable source that offsets refer to."""
        return self.window.source

    @property
    def size(self) -> int:
        """Bytes of `source`."""
        return self.window.size

    def close(self) -> None:
        """Close the file if `read` opened it from a path."""
        if self._owned is not None:
            self._owned.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read(source: BinaryIO | Path, limits: Limits | None = None) -> DicomFile:
    """Read the headers of a DICOM file. Raises DicomError; a Path is opened and closed by the DicomFile."""
    if not isinstance(source, Path):
        return _read(source, limits or Limits())
    opened = source.open("rb")
    try:
        file = _read(opened, limits or Limits())
    except BaseException:
        opened.close()
        raise
    file._owned = opened  # noqa: SLF001 - the file's own maker hands it what it must close
    return file


def _read(source: BinaryIO, limits: Limits) -> DicomFile:
    window = Window(source)
    window.move(0)
    preamble = window.buffer[:128] if window.buffer[128:132] == b"DICM" else b""
    start = 132 if preamble else 0
    parser = Parser(window, limits)
    body = _meta_end(window, start, limits)
    meta = parser.data_set(start, body, implicit=False, big_endian=False)
    file = DicomFile(window, preamble, meta)
    if not preamble and not meta.elements and not _plausible(window.buffer):
        raise DicomError(
            Reason.NOT_DICOM, "neither a preamble with its prefix nor a data set begins the file"
        )
    if file.deflated:
        file.window = parser.window = Window(_inflate(window, body, parser))
    else:
        file.body = body
    if not file.transfer_syntax:
        file.implicit, file.big_endian = _guess(window, body)
    file.dataset = parser.data_set(file.body, file.size, implicit=file.implicit, big_endian=file.big_endian)
    file.notes = tuple(parser.notes)
    return file


def _plausible(buffer: bytes) -> bool:
    """Whether a file without preamble and meta group begins with an element of group 0008."""
    return len(buffer) >= 8 and (
        buffer[:2] == b"\x08\0" or (buffer[:2] == b"\0\x08" and buffer[4:6] in vrs.WRITTEN)
    )


def _meta_end(window: Window, start: int, limits: Limits) -> int:
    """Where the elements of group 0002 end; the group length is a claim that the check compares."""
    position, left = start, limits.max_elements
    while position + 8 <= window.size:
        left -= 1
        if left < 0:
            raise DicomError(Reason.TOO_MANY, "a meta group without end", offset=position)
        header = window.read(position, 8)
        group, _, code, length = struct.unpack("<HH2sH", header)
        if group != 2:
            break
        _, long = vrs.WRITTEN.get(code, ("", False))
        if long and position + 12 <= window.size:
            position += 12 + int.from_bytes(window.read(position + 8, 4), "little")
        else:
            position += 8 + length
    return min(position, window.size)


def _guess(window: Window, body: int) -> tuple[bool, bool]:
    """Implicit and big endian, from the first element of a data set whose transfer syntax is not stated."""
    if body + 8 > window.size:
        return True, False
    header = window.read(body, 8)
    explicit = header[4:6] in vrs.WRITTEN
    return not explicit, explicit and header[0] == 0


def _inflate(window: Window, body: int, parser: Parser) -> BinaryIO:
    """The inflated data set, never longer than the limit; one NUL may pad the stream (PS3.5 A.5)."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = io.BytesIO()
    most, checksum = parser.limits.max_inflated, 0
    window.source.seek(body)
    try:
        while not inflater.eof:
            chunk = inflater.unconsumed_tail or window.source.read(_CHUNK)
            if not chunk:
                raise DicomError(Reason.TRUNCATED, "the deflated data end too soon", offset=body)
            data = inflater.decompress(chunk, _CHUNK)
            checksum = zlib.crc32(data, checksum)
            inflated.write(data)
            if inflated.tell() > most:
                raise DicomError(Reason.TOO_LARGE, f"inflates to more than {most} bytes")
    except zlib.error:
        raise DicomError(Reason.DEFLATE, "the deflated data are damaged", offset=body) from None
    rest = inflater.unused_data + window.source.read(_GZIP_TRAILER.size)
    if rest == _GZIP_TRAILER.pack(checksum, inflated.tell()):
        parser.notes.append(
            Problem(Reason.DEFLATE_CHECKSUM, None, None, "The deflated data end as gzip's do.")
        )
    elif rest not in {b"", b"\0"}:
        raise DicomError(Reason.TRAILING_DATA, "the file goes on after the deflated data")
    return inflated
