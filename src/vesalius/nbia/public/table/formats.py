"""One renderer for each format of NBIA's tables."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from re import sub
from typing import Any, Final

from vesalius.nbia.public.table.columns import Column
from vesalius.nbia.public.table.rows import Row
from vesalius.nbia.public.table.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of an answer, with the columns they stand in."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    version: Version
    strings: bool = False  # every value is text, whatever its column says

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]

    def classes(self) -> list[str]:
        """The Java class of each column's values."""
        return ["java.lang.String" if self.strings else column.java(self.version) for column in self.columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A rendered answer."""

    text: str
    media_type: str
    filename: str = ""  # where it is to be saved


DOWNLOAD_NAME: Final = "SeriesMetaData.csv"


def _json(found: Rows) -> Rendered:
    """One line, nulls left out, every slash escaped, numbers without trailing zeros."""
    told = [
        {name: _number(value) for name, value in zip(found.names, row, strict=True) if value is not None}
        for row in found.rows
    ]
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
    return Rendered(text=text, media_type="application/json")


def _number(value: Any) -> Any:
    if isinstance(value, Decimal | float):
        return int(value) if value == int(value) else float(value)
    return value


def _csv_quoted(found: Rows) -> Rendered:
    lines = [found.names, *found.rows]
    return Rendered(text="".join(_quoted(line) for line in lines), media_type="text/csv")


def _quoted(values: Iterable[Any]) -> str:
    fields = ('"' + str("" if value is None else value).replace('"', '""') + '"' for value in values)
    return ",".join(fields) + "\n"


def _csv(found: Rows) -> Rendered:
    """A single column stands unquoted, and a null in it is an empty line more."""
    if len(found.columns) > 1:
        return _csv_quoted(found)
    values = ("\n" if value is None else str(value) for (value,) in found.rows)
    text = "".join(f"{line}\n" for line in (*found.names, *values))
    return Rendered(text=text, media_type="text/csv")


def _csv_download(found: Rows) -> Rendered:
    media_type = "text/csv" if len(found.columns) > 1 else "application/force-download"
    return Rendered(text=_csv(found).text, media_type=media_type, filename=DOWNLOAD_NAME)


def _xml(found: Rows) -> Rendered:
    """An element for each value; NBIA's names are mended where no XML name may look so."""
    tags = [_tag(name) for name in found.names]
    rows = "".join(
        "<Row>"
        + "".join(
            f"<{tag} type='{java}'>{_escaped(value)}</{tag}>"
            for tag, java, value in zip(tags, found.classes(), row, strict=True)
            if value is not None
        )
        + "</Row>"
        for row in found.rows
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return Rendered(text=f"{head}<Results>{rows}</Results>", media_type="application/xml")


def _tag(name: str) -> str:
    """A column's name as an element's (XML 1.0, 2.3): `3rd Party Analysis` is `_3rd_Party_Analysis`."""
    return sub(r"^(?=[^A-Za-z_])", "_", sub(r"[^A-Za-z0-9._-]", "_", name))


def _escaped(value: Any) -> str:
    """Text that may stand in XML and HTML; control signs, which XML 1.0 forbids, are left out."""
    return escape(sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", str(value)))


def _html(found: Rows) -> Rendered:
    lines = [_cells("TH", found.names), *(_cells("TD", row) for row in found.rows)]
    text = f"<P ALIGN='center'><TABLE BORDER=1>{''.join(lines)}</TABLE></P>"
    return Rendered(text=text, media_type="text/html")


def _cells(tag: str, values: Iterable[Any]) -> str:
    cells = (f"<{tag}>{'&nbsp;' if value is None else _escaped(value)}</{tag}>" for value in values)
    return f"<TR>{''.join(cells)}</TR>"


FORMATS: Final[dict[str, Callable[[Rows], Rendered]]] = {
    "JSON": _json,
    "CSV": _csv,
    "CSVQUOTED": _csv_quoted,
    "CSV-DOWNLOAD": _csv_download,
    "XML": _xml,
    "HTML": _html,
}
