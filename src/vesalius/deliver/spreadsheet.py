"""Values as spreadsheets may have them."""

from typing import Final

FORMULA: Final = ("=", "+", "@", "\t", "\r")  # a spreadsheet would calculate what begins so


def cell(value: object) -> object:
    """A value as a spreadsheet shows it and does not calculate it; nothing for None."""
    if isinstance(value, list | tuple):
        value = "; ".join(map(str, value))
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
