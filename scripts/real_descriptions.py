#!/usr/bin/env python3
"""Draw descriptions that scanners and people wrote into published images, for the benchmark of de-identification.

Run by hand when the sample is to be drawn anew, in the environment of the clients (which `make test` installs):

    .venv-clients/bin/python scripts/real_descriptions.py > bench/deid_set/make/phrases/descriptions.csv

The source is the index of the Imaging Data Commons as the package idc-index-data carries it; only collections under
CC BY are taken, and each line names its collection. A description is taken when every word of it came from at least
three senders: such a word names no hospital and nobody. A sender is a programme, or a collection that stands alone. The
words are split by hash: a description with a word of the held-out part is held out, so that nobody who mends the
cleaner by the other half has seen it.
"""

import csv
import hashlib
import re
import sys
from collections import defaultdict
from pathlib import Path

import duckdb
import idc_index_data

LICENCES = ("CC BY 3.0", "CC BY 4.0")
WORD = re.compile(r"[A-Za-z]+")
LEAST_SENDERS = 3
MOST = 220  # of one modality, level and half
ALONE = "community"
SALT = "2026-11-23 "  # another one draws another sample and parts the words anew
HELD_OUT = 6  # one word of so many
PLANTED = ("midi",)  # programmes whose descriptions were made to hold invented identifiers
SAYS_NOTHING = {"none", "with", "without", "and", "the", "for", "not", "null", "unknown"}
LEVELS = {"series": "SeriesDescription", "study": "StudyDescription"}


def digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{SALT}{text}".encode()).digest()[:8], "big")


def is_held_out(text: str) -> bool:
    return any(digest(word.lower()) % HELD_OUT == 0 for word in WORD.findall(text) if len(word) > 2)


def shape(text: str) -> str:
    """What descriptions have in common that differ in numbers alone."""
    return re.sub(r"\d+", "0", text.lower())


def folder() -> Path:
    return Path(idc_index_data.__file__).parent


def senders() -> dict[str, str]:
    """Collection -> who sent it."""
    index = folder() / "collections_index.parquet"
    told = duckdb.sql(f"SELECT collection_id, program_id FROM '{index}'").fetchall()
    return {collection: collection if program == ALONE else program for collection, program in told}


def read() -> list[tuple[str, str, str, str]]:
    """(modality, level, collection, text) of what the senders themselves described, each once, in order."""
    index = folder() / "idc_index.parquet"
    found = set()
    for level, column in LEVELS.items():
        asked = (
            f"SELECT DISTINCT Modality, '{level}', collection_id, trim({column}, ' _/-^,.*') FROM '{index}' "
        )
        asked += f"WHERE license_short_name IN {LICENCES} AND {column} IS NOT NULL "
        asked += "AND analysis_result_id IS NULL"
        found.update(duckdb.sql(asked).fetchall())
    return sorted(found)


def main() -> None:
    sender, sent = senders(), defaultdict(set)
    rows = [row for row in read() if sender[row[2]] not in PLANTED]
    for _, _, collection, text in rows:
        for word in WORD.findall(text):
            sent[word.lower()].add(sender[collection])

    def is_common(text: str) -> bool:
        words = WORD.findall(text)
        plain = text.isascii() and len(text) <= 48 and not re.search(r"\d{4}", text)
        return (
            plain
            and any(len(word) > 2 and word.lower() not in SAYS_NOTHING for word in words)
            and all(len(sent[word.lower()]) >= LEAST_SENDERS for word in words)
        )

    groups = defaultdict(dict)
    for modality, level, collection, text in sorted(rows, key=lambda row: digest("".join(row))):
        if is_common(text):
            half = "held-out" if is_held_out(text) else "develop"
            groups[modality, level, half].setdefault(shape(text), (collection, text))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("half", "modality", "level", "collection", "text"))
    for (modality, level, half), shapes in sorted(groups.items()):
        for collection, text in list(shapes.values())[:MOST]:
            out.writerow((half, modality, level, collection, text))


if __name__ == "__main__":
    main()
