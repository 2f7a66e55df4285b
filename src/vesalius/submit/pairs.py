"""Which files of a delivery are clinical tables: a CSV file, told by the dictionary of its name in the same folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from vesalius.deid.tables.dictionary import SUFFIX
from vesalius.intake.models import SubmittedFile


@dataclass(frozen=True, slots=True)
class Pair:
    """A table and the dictionary beside it."""

    table: SubmittedFile
    dictionary: SubmittedFile | None
    name: str  # under which it would be published


def pairs_of(files: Iterable[SubmittedFile]) -> list[Pair]:
    """Every CSV file that is no dictionary, with its dictionary where there is one."""
    by_path = {file.path: file for file in files if file.path.lower().endswith(".csv")}
    return [
        Pair(file, by_path.get(f"{path[:-4]}{SUFFIX}"), PurePosixPath(path).name)
        for path, file in by_path.items()
        if not path.lower().endswith(SUFFIX)
    ]


def whole(pairs: Iterable[Pair]) -> set[int]:
    """Ids of the files of those tables that have their dictionary beside them."""
    return {
        file.pk for pair in pairs if pair.dictionary is not None for file in (pair.table, pair.dictionary)
    }
