"""The answer key as MIDI-B hands it out: one row for each instance in a SQLite table `answer_data`."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.deid_set.planting import Answer, Planted, action_text, burned_text

_COLUMNS: Final = (
    "Modality", "SOPClassUID", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID",
)  # fmt: skip
_CATEGORIES: Final = ("HIPAA", "DICOM-P15", "DICOM-IOD", "TCIA-PTKB", "TCIA-P15", "TCIA-REV")


@dataclass(frozen=True)
class Row:
    """The answers for one instance, and what the scorer needs beside NCI's columns."""

    instance: str
    patient: str
    path: str
    answers: list[dict[str, Any]]


def write_key(path: Path, files: Iterable[Planted]) -> None:
    """Write the key of a set; `path` may not exist."""
    with closing(sqlite3.connect(path)) as base, base:
        columns = ", ".join(f'"{name}" TEXT' for name in (*_COLUMNS, "Digest", "AnswerData", "Path"))
        base.execute(f'CREATE TABLE answer_data ("index" INTEGER, "group" INTEGER, {columns})')
        for index, file in enumerate(files):
            base.execute(f"INSERT INTO answer_data VALUES ({', '.join('?' * 11)})", _row(index, file))


def read_key(path: Path) -> Iterator[Row]:
    """Every row of a key."""
    with closing(sqlite3.connect(path)) as base:
        rows = base.execute("SELECT SOPInstanceUID, PatientID, Path, AnswerData FROM answer_data")
        for instance, patient, where, data in rows.fetchall():
            yield Row(instance, patient, where, list(json.loads(data).values()))


def _row(index: int, file: Planted) -> tuple[object, ...]:
    said = [str(file.dataset.get(name, "")) for name in _COLUMNS]
    digest = hashlib.md5(file.dataset.get("PixelData", b"")).hexdigest()
    answers = [_answer(answer) for answer in file.answers]
    if "PixelData" in file.dataset:
        if file.burned:
            answers += [_pixels("pixels_hidden", "HIPAA-A", burned_text(word)) for word in file.burned]
        else:
            answers.append(_pixels("pixels_retained", "TCIA-P15-PIX-K", digest))
    numbered = {str(at): answer for at, answer in enumerate(answers)}
    return (index, 1, *said, digest, json.dumps(numbered), file.path)


def _answer(answer: Answer) -> dict[str, Any]:
    tag, check = f"{answer.tag}", answer.check
    return _fields(tag, answer.name, answer.value, check.action, action_text(answer), check.category)


def _pixels(action: str, category: str, text: str) -> dict[str, Any]:
    return _fields("<(7fe0,0010)>", "PixelData", "", action, text, category)


def _fields(tag: str, name: str, value: str, action: str, text: str, category: str) -> dict[str, Any]:
    if action in {"date_shifted", "uid_changed"}:
        value = text  # NCI's script looks for the old value in the new one
    return {
        "scope": "<Instance>",
        "tag": tag,
        "tag_ds": tag,
        "tag_name": f"<{name}>",
        "value": f"<{value}>",
        "action": f"<{action}>",
        "action_text": f"<{text}>",
        "answer_category": f"<{category}>",
        "answer_category_v2": _second_categories(category),
    }


def _second_categories(category: str) -> dict[str, Any]:
    kind, _, rest = category.partition("-")
    empty: dict[str, Any] = {
        "hipaa": {"z": None, "m": None},
        "dicom": {"p15": None, "iod": None, "safe": None},
        "tcia": {"ptkb": None, "p15": None, "rev": None},
    }
    name, _, value = rest.partition("-")
    empty[kind.lower()]["z" if kind == "HIPAA" else name.lower()] = value or name
    return empty | {"prev_cat": category}
