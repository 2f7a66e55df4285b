"""The room's own tables, read once per process from `data/`."""

import csv
import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

_DATA: Final = files("vesalius.deid") / "data"


@cache
def load_text(name: str) -> str:
    """A text as it stands."""
    return (_DATA / name).read_text("utf-8")


@cache
def load_json(name: str) -> Any:
    """A table as parsed JSON; the caller must not change it."""
    return json.loads((_DATA / name).read_text("utf-8"))


@cache
def load_rows(name: str) -> tuple[dict[str, str], ...]:
    """A CSV table as rows keyed by its header line."""
    return tuple(csv.DictReader((_DATA / name).read_text("utf-8").splitlines()))


@cache
def load_words(name: str) -> frozenset[str]:
    """The words of a text file, case-folded; lines that begin with # say what follows."""
    lines = (_DATA / name).read_text("utf-8").splitlines()
    return frozenset(word.casefold() for line in lines if not line.startswith("#") for word in line.split())
