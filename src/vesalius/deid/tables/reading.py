"""A CSV file (RFC 4180, UTF-8) as records that know where their bytes lie; read whole, or refused with a reason."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from vesalius.errors import BadInput

LARGEST: Final = 50_000_000  # bytes of a table
MOST_COLUMNS: Final = 2000
DELIMITERS: Final = (",", ";", "\t")
_BOM: Final = b"\xef\xbb\xbf"


class TableError(BadInput):
    """A table that cannot be read; the sentence names row and column, never a value."""

    hint = "Mend the table or its dictionary, and send both again."


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table and the bytes that it was read from."""

    number: int  # 0 is the header; the first row of data is 1
    fields: tuple[str, ...]
    start: int  # first byte
    length: int  # bytes, the end of the line included


def records(file: IO[bytes], delimiter: str = ",", *, header: bool = True) -> Iterator[Record]:
    """The header, then every row; lines without any field belong to no row. Without a header: every row, from 1.

    TableError for what is not UTF-8, is quoted wrongly, or has a row of another width than the header.
    """
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number, width, start = int(not header), 0, 0
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            break
        except csv.Error:
            raise TableError(f"line {lines.number} is not quoted as CSV asks for, or is too long") from None
        if fields:
            width = width or (_checked_header(fields) if header else len(fields))
            if len(fields) != width:
                raise TableError(f"row {number} has {len(fields)} fields where the header has {width}")
            yield Record(number, tuple(fields), start, lines.position - start)
            number += 1
        start = lines.position
    if not width:
        raise TableError("the table is empty")


def delimiter_of(file: IO[bytes], column: str) -> str:
    """What separates the fields of a table whose header holds `column`; the file is left at its beginning.

    TableError when the header does not hold it, whatever separates it.
    """
    for delimiter in DELIMITERS:
        file.seek(0)
        header = next(records(file, delimiter))
        file.seek(0)
        if column in header.fields:
            return delimiter
    raise TableError("the header does not hold the ID column that the dictionary names")


def _checked_header(fields: list[str]) -> int:
    if not all(name.strip() for name in fields):
        raise TableError("the header holds a column without a name")
    if len(set(fields)) != len(fields):
        raise TableError("the header names a column twice")
    if len(fields) > MOST_COLUMNS:
        raise TableError(f"the table has more than {MOST_COLUMNS:,} columns")
    return len(fields)


class _Lines:
    """The lines of a file as text, counting the bytes that were taken."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.position, self.number = file, 0, 0

    def __iter__(self) -> Iterator[str]:
        for line in self.file:
            self.number += 1
            self.position += len(line)
            if self.position > LARGEST:
                raise TableError(f"the table is larger than {LARGEST // 1_000_000} MB")
            told = line.removeprefix(_BOM) if self.number == 1 else line
            if b"\0" in told:
                raise TableError(f"line {self.number} is not text")
            try:
                yield told.decode("utf-8")
            except UnicodeDecodeError:
                raise TableError(f"line {self.number} is not UTF-8 text") from None
