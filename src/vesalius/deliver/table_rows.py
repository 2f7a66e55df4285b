"""Rows of a published table, as pages show them: read from the stored file, filtered, sorted."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import Patient, SupportingFile, SupportingFileLink
from vesalius.catalog.supporting import hidden_rows
from vesalius.deid.tables.reading import records
from vesalius.errors import BadRequest, TooLarge

BROWSED = 16_000_000  # bytes: a larger table is downloaded


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    number: int  # 1, 2, 3 ... below the header
    cells: tuple[str, ...]


def names(file: SupportingFile) -> list[str]:
    """The names of the columns, in their order."""
    return [column["name"] for column in file.columns]


def rows_of(file: SupportingFile, *, text: str = "", sort: str = "") -> list[Row]:
    """The rows that are not hidden, with `text` in any cell, sorted by a column (`-name`: downwards).

    TooLarge for a table that is only downloaded; BadRequest for a column that it does not have.
    """
    if file.blob.size > BROWSED:
        raise TooLarge("This table is too large to browse; download it.")
    hidden = {row.row for row in hidden_rows(file)}
    wanted = text.strip().casefold()
    found = [
        row
        for row in _read(file.blob_id)
        if row.number not in hidden and (not wanted or any(wanted in cell.casefold() for cell in row.cells))
    ]
    return _sorted(found, file, sort) if sort else found


def patients_of(file: SupportingFile, rows: Iterable[Row]) -> dict[int, Patient]:
    """Whom these rows speak of, by the number of the row."""
    numbers = [row.number for row in rows]
    links = SupportingFileLink.objects.filter(file=file, row__in=numbers, patient__isnull=False)
    return {
        link.row: link.patient
        for link in links.select_related("patient__holding")
        if link.row is not None and link.patient is not None
    }


def cells_at(link: SupportingFileLink) -> tuple[str, ...]:
    """The cells of one row, read from where it lies in its file."""
    with archive_store().open(link.file.blob_id) as source:
        source.seek(link.start or 0)
        return next(records(io.BytesIO(source.read(link.length or 0)), header=False)).fields


def _sorted(rows: list[Row], file: SupportingFile, sort: str) -> list[Row]:
    name, down = sort.removeprefix("-"), sort.startswith("-")
    if name not in names(file):
        raise BadRequest("The table has no such column to sort by.")
    place = names(file).index(name)
    numeric = file.columns[place]["type"] in {"integer", "number"}
    filled = [row for row in rows if row.cells[place].strip()]
    filled.sort(key=lambda row: _key(row.cells[place], numeric=numeric), reverse=down)
    return filled + [row for row in rows if not row.cells[place].strip()]


def _key(value: str, *, numeric: bool) -> Any:
    """Numbers by size and before what is none; text without regard to case."""
    if numeric:
        try:
            return 0, float(value), ""
        except ValueError:
            return 1, 0.0, value.casefold()
    return 0, 0.0, value.casefold()


def _read(sha256: str) -> Iterator[Row]:
    with archive_store().open(sha256) as file:
        for record in records(file):
            if record.number:
                yield Row(record.number, record.fields)
