"""The tables that stay at the site: old and new UIDs and Patient IDs, every file, and what waits for a person."""

import csv
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from vesalius.deid.patient.lookup import PATIENT_KEYS
from vesalius.errors import BadRequest
from vesalius.site.kept.journal import Journal, Verdict, key_of
from vesalius.site.out.naming import Telling
from vesalius.site.places import Maps, secret_file
from vesalius.store.sources import Source

MAP: Final = ("id_old", "id_new")
FILES: Final = ("code", "file", "state", "out", "reason")
WAITING: Final = ("file", "seen", "kind", "element", "reason", "decision")
ACCEPT: Final = "accept"
GONE: Final = "gone"  # a state beside those of the files of IN


class BadDecisions(BadRequest):
    """The table of what waits cannot be read."""

    hint = (
        "Keep the columns as they were written, and put the word accept in the column decision, or nothing."
    )


def write_maps(maps: Maps, journal: Journal, telling: Telling, sources: Mapping[str, Source]) -> None:
    """Write every table anew from what the journal knows."""
    uids: dict[str, str] = {}
    patients: set[tuple[str, str]] = set()
    for record in journal.records(also_gone=True):
        told = json.loads(zlib.decompress(record))
        uids.update(told["uids"])
        patients.add(tuple(told["patient"]))
    _write(maps.uids, MAP, sorted(uids.items()))
    _write(maps.patients, MAP, sorted(patients))
    _write(maps.files, FILES, _files(journal, telling))
    _write(maps.waiting, WAITING, _waiting(journal, sources))


def write_missing(maps: Maps, patients: Iterable[tuple[str, str]], keys: Iterable[tuple[str, str]]) -> None:
    """The patients, as (issuer, ID), and a script's other keys, as (type, original), that the lookup table lacks.

    A person fills in what stands for them, and gives the table back.
    """
    types = sorted({key_type for key_type, _ in keys} - {PATIENT_KEYS})
    rows = {(original, issuer) for issuer, original in patients} | {(original, "") for _, original in keys}
    if rows:
        blank = [""] * (1 + len(types))
        _write(maps.missing, ("id_old", "issuer", "id_new", *types), [(*row, *blank) for row in sorted(rows)])
        return
    with suppress(FileNotFoundError):
        maps.missing.unlink()


def decisions(maps: Maps, sources: Mapping[str, Source]) -> dict[str, frozenset[str]]:
    """By file the kinds of findings that a person accepted, while the file is what the person saw.

    Raises BadDecisions.
    """
    accepted: dict[str, set[str]] = {}
    try:
        with maps.waiting.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                source = sources.get(row["file"])
                word = row["decision"].strip().lower()
                if word not in {"", ACCEPT}:
                    raise BadDecisions(f"{maps.waiting.name} holds a decision that is not the word {ACCEPT}.")
                if word and source is not None and row["seen"] == _mark(source):
                    accepted.setdefault(row["file"], set()).add(row["kind"])
    except FileNotFoundError:
        return {}
    except (KeyError, AttributeError, UnicodeDecodeError, csv.Error):
        raise BadDecisions(f"{maps.waiting.name} is not the table that was written.") from None
    return {name: frozenset(kinds) for name, kinds in accepted.items()}


def _files(journal: Journal, telling: Telling) -> Iterator[tuple[str, ...]]:
    for one in journal.verdicts():
        yield telling.code(one.name), one.name, one.state, one.out, _reason(one)
    for name, out in journal.gone():
        yield telling.code(name), name, GONE, out, "the file is no longer in IN"


def _reason(one: Verdict) -> str:
    return one.findings[0][2] if one.state != "written" and one.findings else ""


def _waiting(journal: Journal, sources: Mapping[str, Source]) -> Iterator[tuple[str, ...]]:
    """A line for each kind of doubt about each file; what was accepted stays on the list."""
    accepted = journal.accepted()
    for one in journal.verdicts("waiting", "written"):
        kinds = {kind: (path, sentence) for kind, path, sentence in reversed(one.findings)}
        wanted = accepted.get(one.name, frozenset())
        for kind, (path, sentence) in sorted(kinds.items()):
            if one.state == "waiting" or kind in wanted:
                word = ACCEPT if kind in wanted else ""
                yield one.name, _mark(sources[one.name]), kind, path, sentence, word


def _mark(source: Source) -> str:
    """Another one when the file is another one."""
    told = f"{key_of(source)}\0{source.size}\0{source.stamp}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with secret_file(path) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)
