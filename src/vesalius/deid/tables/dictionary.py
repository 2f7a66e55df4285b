"""The data dictionary beside a table: what each column means, and what cleaning does with it.

`clinical.dictionary.csv` stands beside `clinical.csv`. Its columns are those of HEADER; a line whose column is `*`
gives title and description of the whole table. Values are told as "M = male; F = female".
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from typing import IO, Any, Final

from vesalius.deid.tables.reading import TableError, records

HEADER: Final = ("column", "title", "description", "unit", "type", "values", "action")
PUBLISHED: Final = HEADER[:-1]
TYPES: Final = ("text", "code", "integer", "number", "date")
ID, DATE, AGE, KEEP, DROP, DAYS_FROM = "id", "date", "age", "keep", "drop", "days from "
ACTIONS: Final = (ID, DATE, AGE, KEEP, DROP)
WHOLE: Final = "*"
SUFFIX: Final = ".dictionary.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    title: str = ""
    description: str = ""
    unit: str = ""
    type: str = "text"  # of TYPES
    values: tuple[tuple[str, str], ...] = ()  # each allowed value and what it means
    action: str = ""  # of ACTIONS, or "days from COLUMN"; "" where nobody has decided

    @property
    def base(self) -> str:
        """The column whose date the days are counted from; "" for any other action."""
        return self.action.removeprefix(DAYS_FROM) if self.action.startswith(DAYS_FROM) else ""

    def as_published(self) -> dict[str, Any]:
        """The column as the world reads of it: without the action, and as cleaning left it."""
        days = bool(self.base)
        grouped = ("90 stands for 90 and more",) if self.action == AGE else ()
        return {
            "name": self.name,
            "title": self.title,
            "description": "; ".join(filter(None, (self.description, *grouped))),
            "unit": "days" if days else self.unit,
            "type": "integer" if days else self.type,
            "values": [list(pair) for pair in self.values],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Dictionary:
    """All columns of a table, and what the table as a whole is."""

    title: str
    description: str
    columns: tuple[Column, ...]

    @property
    def id_column(self) -> str:
        """The column that names the patient."""
        return next(column.name for column in self.columns if column.action == ID)

    def decided(self, decisions: Mapping[str, str]) -> "Dictionary":
        """The same with what a person decided: any column but the patient's may be left out; of what it says
        nothing may also be taken in, a date only moved.
        """
        named = {column.name: column for column in self.columns}
        for name, action in decisions.items():
            column = named.get(name, Column(name=name))
            if column.action == ID or (column.action and action != DROP):
                continue
            taken = DATE if action == KEEP and column.type == "date" else action
            kind = "date" if taken == DATE else column.type
            named[name] = replace(column, action=taken, type=kind)
        return replace(self, columns=tuple(named.values()))


def read_dictionary(file: IO[bytes]) -> Dictionary:
    """The dictionary in this file; TableError for one that cannot be followed."""
    header, *rows = records(file)
    if "column" not in header.fields or not set(header.fields) <= set(HEADER):
        raise TableError(f"the dictionary has other columns than {', '.join(HEADER)}")
    told = [dict(zip(header.fields, (text.strip() for text in row.fields), strict=True)) for row in rows]
    whole = next((line for line in told if line["column"] == WHOLE), {})
    columns = tuple(_column(line) for line in told if line["column"] != WHOLE)
    names = [column.name for column in columns]
    if len(set(names)) != len(names):
        raise TableError("the dictionary tells of a column twice")
    if sum(column.action == ID for column in columns) != 1:
        raise TableError("the dictionary names one column, and not more, with the action id")
    bases = {column.base for column in columns if column.base}
    if not bases <= {column.name for column in columns if column.type == "date"}:
        raise TableError("the dictionary counts days from a column that is no date")
    return Dictionary(title=whole.get("title", ""), description=whole.get("description", ""), columns=columns)


def _column(line: Mapping[str, str]) -> Column:
    name, kind, action = line["column"], line.get("type") or "text", line.get("action", "")
    if not name:
        raise TableError("the dictionary has a line without a column")
    if kind not in TYPES:
        raise TableError(f"the dictionary knows the types {', '.join(TYPES)}")
    if action and action not in ACTIONS and not action.startswith(DAYS_FROM):
        raise TableError(f"the dictionary knows the actions {', '.join(ACTIONS)} and days from COLUMN")
    if action == AGE and kind == "date":
        raise TableError("the dictionary takes a column of dates for ages")
    if (action == DATE or action.startswith(DAYS_FROM)) and kind != "date":
        raise TableError("the dictionary shifts a column whose type is not date")
    return Column(
        name=name,
        title=line.get("title", ""),
        description=line.get("description", ""),
        unit=line.get("unit", ""),
        type=kind,
        values=_values(line.get("values", "")),
        action=action,
    )


def _values(told: str) -> tuple[tuple[str, str], ...]:
    parts = [part.strip() for part in told.split(";") if part.strip()]
    pairs = [re.split(r"\s*=\s*", part, maxsplit=1) for part in parts]
    return tuple((pair[0], pair[1] if len(pair) > 1 else "") for pair in pairs)


def published_dictionary(title: str, description: str, columns: Iterable[Mapping[str, Any]]) -> bytes:
    """The dictionary as a file for the reader: HEADER without the action."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(PUBLISHED)
    if title or description:
        writer.writerow([WHOLE, title, description, "", "", ""])
    for column in columns:
        writer.writerow([column[name] for name in ("name", "title", "description", "unit", "type")]
                        + [_told(column["values"])])  # fmt: skip
    return out.getvalue().encode()


def _told(values: Iterable[Sequence[str]]) -> str:
    return "; ".join(f"{value} = {meaning}" if meaning else value for value, meaning in values)
