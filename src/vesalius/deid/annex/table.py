"""PS3.15 Table E.1-1, Application Level Confidentiality Profile Attributes: the whole table, as data."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from vesalius.dicom.standard import load_json

_FILE: Final = "ps3.15_e1-1.json"
# Patterns of the table as (mask, value): the even repeating groups (PS3.5 7.6) and every private element.
_PATTERNS: Final = {
    "(50xx,xxxx)": (0xFF010000, 0x50000000),
    "(60xx,3000)": (0xFF01FFFF, 0x60003000),
    "(60xx,4000)": (0xFF01FFFF, 0x60004000),
    "(gggg,eeee) where gggg is odd": (0x00010000, 0x00010000),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the Basic Profile's code and those of the option columns that say anything."""

    name: str
    basic: str
    options: Mapping[str, str]

    def under(self, chosen: Collection[str]) -> str:
        """The code that holds under the chosen options: clean wins over retain, retain over basic."""
        cells = {code for option, code in self.options.items() if option in chosen}
        return next((code for code in ("C", "K") if code in cells), self.basic)


@cache
def edition() -> str:
    """Edition of the standard that the table was taken from, such as 2026d."""
    return str(load_json(_FILE)["edition"])


@cache
def options() -> frozenset[str]:
    """Names of the ten option columns."""
    return frozenset(option for row in load_json(_FILE)["rows"] for option in row["options"])


@cache
def rows() -> Mapping[int, Row]:
    """Rows of single attributes by tag."""
    return {
        int(row["tag"][1:5] + row["tag"][6:10], 16): _row(row)
        for row in load_json(_FILE)["rows"]
        if row["tag"] not in _PATTERNS
    }


@cache
def patterns() -> tuple[tuple[int, int, Row], ...]:
    """Rows of many attributes as (mask, value, row)."""
    return tuple(
        (*_PATTERNS[row["tag"]], _row(row)) for row in load_json(_FILE)["rows"] if row["tag"] in _PATTERNS
    )


def row_of(tag: int) -> Row | None:
    """The row that speaks of `tag`, or None."""
    single = rows().get(tag)
    if single is not None:
        return single
    return next((row for mask, value, row in patterns() if tag & mask == value), None)


def _row(row: Mapping[str, object]) -> Row:
    options_of_row = row["options"]
    assert isinstance(options_of_row, dict)
    return Row(str(row["name"]), str(row["basic_profile"]), options_of_row)
