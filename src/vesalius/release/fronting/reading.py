"""Read the index of another archive, Parquet or CSV, into batches of one dataset each."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from pydicom.datadict import tag_for_keyword

from vesalius.errors import BadInput
from vesalius.release.fronting.mapping import KEYWORDS, NEEDED, OURS, Described, Mapping

_UID: Final = r"^[0-9][0-9.]{0,63}$"
_WIDTHS: Final = {
    "PatientID": 64, "PatientSex": 16, "PatientAge": 4, "StudyDescription": 64, "SeriesDescription": 64,
    "Modality": 16, "BodyPartExamined": 16, "Manufacturer": 64, "ManufacturerModelName": 64,
    "SoftwareVersions": 200, "ProtocolName": 64, "SOPClassUID": 64, "PixelSpacing": 100, "SliceThickness": 100,
    "Location": 300,
}  # fmt: skip
_DAYS: Final = ("StudyDate", "SeriesDate")
_WHOLE: Final = ("SeriesNumber", "InstanceCount")
_WHOLE_NUMBER: Final = r"^-?[0-9]{1,9}$"
_NAMES: Final = ("Collection", "AnalysisResult")
_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$"  # as HOLDING_NAME, for a library that knows no \Z
_UIDS: Final = ("StudyInstanceUID", "SeriesInstanceUID")


class BadIndex(BadInput):
    """An index that cannot be read."""

    hint = "An index is a Parquet or CSV file with a row for each series; see docs/reference/index.md."


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What the index tells of one collection or analysis result."""

    name: str
    title: str = ""
    abstract: str = ""
    cancer_types: tuple[str, ...] = ()
    cancer_locations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The series of one dataset; each column has a cell for each series."""

    name: str
    analysis_result: bool
    columns: dict[str, list[Any]]  # words of a mapping; text is "" and numbers and days are None where absent
    facts: list[str]  # every other header fact by keyword, as JSON

    def __len__(self) -> int:
        return len(self.facts)


@dataclass(slots=True)
class Index:
    """An index that was read; `left_out` counts by reason the series that cannot be taken."""

    mapping: Mapping
    table: pa.Table
    datasets: dict[str, Dataset]
    left_out: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def batches(self) -> Iterator[Batch]:
        """Collections first, so that an analysis result finds the patients that it speaks of."""
        if not len(self):
            return
        analysis = pc.fill_null(self.table["AnalysisResult"], "").to_numpy(zero_copy_only=False)
        collection = self.table["Collection"].to_numpy(zero_copy_only=False)
        named = analysis != ""
        names, codes = np.unique(np.where(named, analysis, collection).astype(str), return_inverse=True)
        order = np.lexsort((codes, named))
        starts = np.flatnonzero(np.diff(codes[order] * 2 + named[order], prepend=-1))
        ordered = self.table.take(pa.array(order))
        for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
            first = order[start]
            yield self._batch(str(names[codes[first]]), ordered.slice(start, end - start), bool(named[first]))

    def _batch(self, name: str, table: pa.Table, analysis_result: bool) -> Batch:  # noqa: FBT001 - as the field
        told = {word: _cells(word, table[word]) for word in (*OURS, *KEYWORDS) if word in table.column_names}
        absent = {word: None if word in {*_DAYS, *_WHOLE} else "" for word in (*OURS, *KEYWORDS)}
        columns = {word: told.get(word, [value] * table.num_rows) for word, value in absent.items()}
        facts = [word for word in table.column_names if word not in columns]
        return Batch(
            name=name, analysis_result=analysis_result, columns=columns, facts=_as_json(table.select(facts))
        )


def read_index(path: Path, mapping: Mapping) -> Index:
    """Read an index; BadIndex says what is wrong with the file as a whole, `left_out` what is with single series."""
    table = _renamed(_read(path, mapping.series.values()), mapping)
    index = Index(mapping, table, _datasets(path.parent, mapping))
    for reason, fits in _TESTS:
        keep = pc.fill_null(fits(index.table), False)  # noqa: FBT003 - pyarrow's signature
        index.left_out[reason] += pc.sum(pc.invert(keep)).as_py() or 0
        index.table = index.table.filter(keep)
    return index


def _read(path: Path, texts: Iterable[str] = ()) -> pa.Table:
    """The file's table; of a CSV these columns stay as they are written, the others become numbers where all are."""
    try:
        if path.suffix.lower() == ".csv":
            types = dict.fromkeys(texts, pa.string())
            options = pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=True)
            return pyarrow.csv.read_csv(path, convert_options=options)
        return pyarrow.parquet.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise BadIndex(f"The index cannot be read as {path.suffix[1:] or 'Parquet'}.") from error


def _renamed(table: pa.Table, mapping: Mapping) -> pa.Table:
    """The columns that the mapping names, by its words, and every other that is called by a DICOM keyword."""
    absent = [
        f"{word} ({mapping.series[word]})"
        for word in NEEDED
        if mapping.series[word] not in table.column_names
    ]
    if absent:
        raise BadIndex(f"The index has no column for {', '.join(absent)}.")
    found = {word: table[name] for word, name in mapping.series.items() if name in table.column_names}
    others = set(table.column_names) - set(mapping.series.values())
    found |= {name: table[name] for name in sorted(others) if tag_for_keyword(name) is not None}
    renamed = pa.table({word: _normal(word, column) for word, column in found.items()})
    if "AnalysisResult" not in found:
        renamed = renamed.append_column("AnalysisResult", pa.nulls(table.num_rows, pa.string()))
    if "Size" in found:
        size = pc.round(pc.multiply(pc.cast(renamed["Size"], pa.float64()), mapping.size_unit))
        at = renamed.column_names.index("Size")
        renamed = renamed.set_column(at, "Size", pc.cast(size, pa.int64()))
    return renamed


def _normal(word: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    if word == "Size" or (word not in OURS and word not in KEYWORDS):
        return _without_nul(column) if pa.types.is_string(column.type) else column
    text = _without_nul(pc.cast(column, pa.string()))
    if word in _DAYS:
        digits = pc.replace_substring(text, "-", "")
        moment = pc.strptime(digits, format="%Y%m%d", unit="s", error_is_null=True)
        return pc.strftime(moment, format="%Y-%m-%d")
    if word in _WHOLE:
        whole = pc.if_else(pc.match_substring_regex(text, _WHOLE_NUMBER), text, None)
        return pc.cast(whole, pa.int64())
    text = pc.utf8_trim_whitespace(text)
    return pc.utf8_slice_codeunits(text, 0, _WIDTHS[word]) if word in _WIDTHS else text


def _present(word: str) -> Callable[[pa.Table], pa.Array]:
    return lambda table: pc.not_equal(table[word], "")


def _fits(word: str, pattern: str) -> Callable[[pa.Table], pa.Array]:
    return lambda table: pc.match_substring_regex(pc.fill_null(table[word], "absent"), pattern)


def _first_of_its_name(table: pa.Table) -> pa.Array:
    numbered = pa.table({"uid": table["SeriesInstanceUID"], "row": pa.array(range(table.num_rows))})
    first = numbered.group_by("uid").aggregate([("row", "min")])["row_min"]
    keep = np.zeros(table.num_rows, bool)
    keep[pc.cast(first, pa.int64()).to_numpy()] = True
    return pa.array(keep)


def _without_nul(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text without the sign that no database's text may hold; scanners pad values with it."""
    return pc.replace_substring(text, "\0", "")


_TESTS: Final[
    tuple[tuple[str, Callable[[pa.Table], pa.Array]], ...]
] = (  # why a series cannot be taken, which can
    *((f"without {word}", _present(word)) for word in NEEDED if word not in _UIDS),
    *((f"{word} is no UID", _fits(word, _UID)) for word in _UIDS),
    *((f"{word} is no short title of a dataset", _fits(word, _NAME)) for word in _NAMES),
    ("SeriesInstanceUID stands twice", _first_of_its_name),
)


def _cells(word: str, column: pa.ChunkedArray) -> list[Any]:
    """Cells as Python's values, None for absent days and numbers and "" for absent text; equal ones are one object."""
    cells: list[Any]
    if word in _WHOLE or word == "Size":
        cells = column.to_pylist()
        return cells
    coded = (column if word in _DAYS else pc.fill_null(column, "")).combine_chunks().dictionary_encode()
    values = np.array([*coded.dictionary.to_pylist(), None], object)
    codes = coded.indices.to_numpy(zero_copy_only=False)
    cells = values[np.nan_to_num(codes, nan=len(values) - 1).astype(np.int64)].tolist()
    return cells


def _as_json(table: pa.Table) -> list[str]:
    """Each row as a JSON object of what is there; equal values are written once."""
    columns = [_written(name, table[name].to_pylist()) for name in table.column_names]
    if not columns:
        return ["{}"] * table.num_rows
    return ["{" + ", ".join(filter(None, row)) + "}" for row in zip(*columns, strict=True)]


def _written(name: str, values: list[Any]) -> list[str]:
    known: dict[Any, str] = {None: "", "": ""}
    for value in values:
        if value not in known:
            known[value] = f"{json.dumps(name)}: {json.dumps(value, default=str)}"
    return [known[value] for value in values]


def _datasets(folder: Path, mapping: Mapping) -> dict[str, Dataset]:
    """What the files beside the index tell, where they are there."""
    found: dict[str, Dataset] = {}
    for told in (mapping.collections, mapping.analysis_results):
        if told is not None and (folder / told.file).is_file():
            found |= {one.name: one for one in _told(_read(folder / told.file), told)}
    return found


def _told(table: pa.Table, told: Described) -> Iterator[Dataset]:
    columns = {
        word: table[name].to_pylist() for word, name in told.columns.items() if name in table.column_names
    }
    for at, name in enumerate(columns["Name"]):
        row = {word: str(values[at] or "").strip() for word, values in columns.items()}
        yield Dataset(
            name=str(name),
            title=row.get("Title", ""),
            abstract=row.get("Abstract", ""),
            cancer_types=_listed(row.get("CancerTypes", "")),
            cancer_locations=_listed(row.get("CancerLocations", "")),
        )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
