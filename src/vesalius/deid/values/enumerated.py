"""Enumerated Values of PS3.3: whoever is called like one of them, the value says nothing of anybody."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from vesalius.deid.resources import load_rows


@cache
def allowed() -> Mapping[int, tuple[str, ...]]:
    """The values that an attribute may have, by tag; "" where it may be empty."""
    return MappingProxyType(
        {int(row["tag"], 16): tuple(row["values"].split("|")) for row in load_rows("enumerated.csv")}
    )


def is_enumerated(tag: int, raw: bytes) -> bool:
    """Whether every value of an attribute is one that the standard enumerates for it."""
    values = allowed().get(tag)
    return values is not None and all(
        value.strip(" \0") in values for value in raw.decode("latin-1").split("\\")
    )
