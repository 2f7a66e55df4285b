"""A spreadsheet (XLSX, ISO/IEC 29500) as rows of text, and what else it holds; and a plain one written anew.

Only the values of visible cells are read. Whatever else a workbook can carry is named, and never goes on: a cleaned
one is a new file.
"""

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import IO, Any, Final
from xml.sax.saxutils import escape, quoteattr

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from vesalius.deid.resources import load_rows
from vesalius.deid.tables.reading import LARGEST, MOST_COLUMNS, Record, TableError

MAGIC: Final = b"PK\x03\x04"
SHEET: Final = "table"
_LARGEST_INFLATED: Final = 4 * LARGEST
_MOST_CELLS: Final = 1_000_000
_MOST_PARTS: Final = 2000
_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s/>]")
# A formula that takes its value from another file or from the network.
_OUTSIDE: Final = re.compile(r"\[\d+\]|\[[^\]]*\.\w+\]|://|\\\\|WEBSERVICE|\bRTD\(|\bDDE", re.IGNORECASE)
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # signs that XML cannot hold
_NUMBER: Final = re.compile(r"(?!-0$)-?(0|[1-9]\d{0,14})(\.\d{0,13}[1-9])?")
_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)  # of a ZIP's calendar: equal rows are equal bytes


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet: rows of equal width, the header first; as numbered in the workbook, from 1."""

    number: int
    rows: tuple[tuple[str, ...], ...]

    def records(self) -> Iterator[Record]:
        """The rows as those of a table in CSV."""
        for number, fields in enumerate(self.rows):
            yield Record(number, fields, 0, 0)


@dataclass(frozen=True, slots=True)
class Workbook:
    """The visible sheets that hold anything, and the names of things that were left out."""

    sheets: tuple[Sheet, ...]
    left_out: tuple[str, ...]

    def sheet_of(self, column: str) -> Sheet:
        """The one sheet whose header holds `column`. TableError where there is none, or more than one."""
        found = [sheet for sheet in self.sheets if sheet.rows and column in sheet.rows[0]]
        if len(found) != 1:
            many = "more than one visible sheet holds" if found else "no visible sheet holds"
            raise TableError(f"{many} the ID column that the dictionary names")
        return found[0]


def is_workbook(file: IO[bytes]) -> bool:
    """Whether the file begins as a ZIP does; the file is left at its beginning."""
    file.seek(0)
    begins = file.read(len(MAGIC))
    file.seek(0)
    return begins == MAGIC


def read_workbook(file: IO[bytes]) -> Workbook:
    """The workbook in a file, a formula by the value that was saved with it.

    TableError for what is none, is too large, or cannot be read without a doubt.
    """
    try:
        left_out = _inspect(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl does not read, and we leave out
            values = load_workbook(file, data_only=True, keep_links=False)
            formulas = load_workbook(file, read_only=True, keep_links=False)
            sheets, notes = _sheets(values, formulas)
    except TableError:
        raise
    except Exception:  # noqa: BLE001 - a stranger's file makes the reader raise whatever there is
        raise TableError(
            "the workbook cannot be read: save it anew as XLSX, or send the table as CSV"
        ) from None
    return Workbook(tuple(sheets), tuple(sorted({*left_out, *notes})))


def write_workbook(rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet that holds these rows and nothing else; equal rows give equal bytes."""
    body = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (*_FRAME.items(), ("xl/worksheets/sheet1.xml", _SHEET_XML.format(body))):
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _inspect(file: IO[bytes]) -> set[str]:
    """What the package holds beside its sheets; TableError for a package that is no safe one to read."""
    known = [(row["begins"], row["is"]) for row in load_rows("workbook_parts.csv")]
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_INFLATED:
            raise TableError(
                f"the workbook is larger than {_LARGEST_INFLATED // 1_000_000} MB once it is unpacked"
            )
        if "xl/workbook.xml" not in archive.namelist():
            raise TableError("this is no workbook in XLSX form")
        cells = 0
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                text = _plain(archive.read(part))
                cells += len(_CELL.findall(text))
                if b"<!" in text or not text.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"<"):
                    raise TableError("the workbook declares entities of its own, as no spreadsheet needs to")
        if cells > _MOST_CELLS:
            raise TableError(f"the workbook has more than {_MOST_CELLS:,} cells")
    file.seek(0)
    return {_kind_of(part.filename, known) for part in parts} - {""}


def _plain(data: bytes) -> bytes:
    """XML of whatever encoding without the zero bytes of UTF-16, and without comments and character data."""
    return re.sub(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", b"", data.replace(b"\0", b""), flags=re.DOTALL)


def _kind_of(name: str, known: list[tuple[str, str]]) -> str:
    return next((kind for begins, kind in known if name.startswith(begins)), "parts that no table needs")


def _sheets(values: Any, formulas: Any) -> tuple[list[Sheet], set[str]]:
    sheets: list[Sheet] = []
    notes = {"hidden sheets" for sheet in values.worksheets if sheet.sheet_state != "visible"}
    if values.defined_names:
        notes.add("defined names")
    for number, sheet in enumerate(values.worksheets, 1):
        if sheet.sheet_state != "visible":
            continue
        if sheet.max_row * sheet.max_column > _MOST_CELLS:
            raise TableError(f"sheet {number} has more than {_MOST_CELLS:,} cells")
        cells = _formula_cells(formulas.worksheets[number - 1], number)
        notes |= {"formulas (their values stay)"} if cells else set()
        rows = _rows(sheet, number, cells, notes)
        if rows:
            sheets.append(Sheet(number, rows))
    return sheets, notes


def _formula_cells(sheet: Any, number: int) -> set[tuple[int, int]]:
    """Where the formulas of a sheet stand; TableError for one that looks outside of the workbook."""
    cells = set()
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                if _OUTSIDE.search(str(cell.value)):
                    raise TableError(f"sheet {number}, row {cell.row}: a formula refers to another file")
                cells.add((cell.row, cell.column))
    return cells


def _rows(
    sheet: Worksheet, number: int, formulas: set[tuple[int, int]], notes: set[str]
) -> tuple[tuple[str, ...], ...]:
    hidden = _hidden_columns(sheet)
    notes |= {"hidden columns"} if hidden else set()
    rows: list[list[str]] = []
    for place, cells in enumerate(sheet.iter_rows(), 1):
        told = [_text(cell.value) for cell in cells if cell.column not in hidden]
        if not any(told):
            continue
        if sheet.row_dimensions[place].hidden:
            raise TableError(f"sheet {number}, row {place} is hidden: show it, or delete it")
        if any(cell.value is None and (place, cell.column) in formulas for cell in cells):
            raise TableError(f"sheet {number}, row {place}: a formula's value was not saved with it")
        rows.append(told)
    return _squared(rows, number)


def _squared(rows: list[list[str]], number: int) -> tuple[tuple[str, ...], ...]:
    """Rows as wide as the header, which is the first of them."""
    if not rows:
        return ()
    width = max((place for place, name in enumerate(rows[0], 1) if name.strip()), default=0)
    header = rows[0][:width]
    if not all(name.strip() for name in header) or len(set(header)) != width or width > MOST_COLUMNS:
        raise TableError(f"the header of sheet {number} names a column twice, or not at all, or has too many")
    for place, row in enumerate(rows):
        if any(row[width:]):
            raise TableError(f"sheet {number}: row {place} has more fields than the header")
    return tuple(tuple(row[:width]) for row in rows)


def _hidden_columns(sheet: Worksheet) -> set[int]:
    hidden: set[int] = set()
    for one in sheet.column_dimensions.values():
        if one.hidden:
            hidden.update(range(one.min or 0, min(one.max or 0, sheet.max_column) + 1))
    return hidden


def _text(value: object) -> str:
    """A cell's value as a table in CSV would hold it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _cell(value: str) -> str:
    if _NUMBER.fullmatch(value):
        return f"<c><v>{value}</v></c>"
    text = escape(_ILLEGAL.sub("", value))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET_XML: Final = _XML + f'<worksheet xmlns="{_MAIN}"><sheetData>{{}}</sheetData></worksheet>'
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _relation(kind: str, target: str) -> str:
    link = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{link}</Relationships>'


# The parts without which no program opens a workbook (ISO/IEC 29500-1, 12.2).
_FRAME: Final = {
    "[Content_Types].xml": (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
    "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml"),
    "xl/workbook.xml": (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name={quoteattr(SHEET)} sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
}
