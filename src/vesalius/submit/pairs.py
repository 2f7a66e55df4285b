"""Which files of a delivery are clinical tables: CSV or XLSX, told by the dictionary of its name in the same folder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from django.db.models import Q

from vesalius.deid.tables.dictionary import SUFFIX
from vesalius.intake.models import SubmittedFile

WORKBOOK: Final = ".xlsx"
TABLES: Final = Q(path__iendswith=".csv") | Q(path__iendswith=WORKBOOK)
"""Files that are tables or dictionaries by their names."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A table and the dictionary beside it."""

    table: SubmittedFile
    dictionary: SubmittedFile | None
    name: str  # under which it would be published, as CSV


def pairs_of(files: Iterable[SubmittedFile]) -> list[Pair]:
    """Every table that is no dictionary, with its dictionary where there is one.

    Of a CSV file and a workbook of one name the first takes the dictionary: both would be published under it.
    """
    by_path = {file.path: file for file in files}
    return [
        _pair(path, by_path)
        for path in by_path
        if path.lower().endswith((".csv", WORKBOOK)) and not path.lower().endswith(SUFFIX)
    ]


def _pair(path: str, by_path: Mapping[str, SubmittedFile]) -> Pair:
    stem, name = path.rpartition(".")[0], PurePosixPath(path).name
    if not path.lower().endswith(WORKBOOK):
        return Pair(by_path[path], by_path.get(f"{stem}{SUFFIX}"), name)
    beside = None if f"{stem}.csv" in by_path else by_path.get(f"{stem}{SUFFIX}")
    return Pair(by_path[path], beside, f"{PurePosixPath(stem).name}.csv")


def whole(pairs: Iterable[Pair]) -> set[int]:
    """Ids of the files of those tables that have their dictionary beside them."""
    return {
        file.pk for pair in pairs if pair.dictionary is not None for file in (pair.table, pair.dictionary)
    }
