"""Tables of the DICOM Standard as data; where each comes from stands in PROVENANCE.md beside them."""

import csv
import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load_json(name: str) -> Any:
    """One table as parsed JSON, read once per process; the caller must not change it."""
    return json.loads((files(__name__) / name).read_text("utf-8"))


@cache
def load_rows(name: str) -> tuple[dict[str, str], ...]:
    """One CSV table as rows keyed by its header line, read once per process."""
    return tuple(csv.DictReader((files(__name__) / name).read_text("utf-8").splitlines()))
