#!/usr/bin/env python3
"""Draw the words of published vocabularies that free text may keep: `src/vesalius/deid/data/words/standard.txt`.

Run by hand when the list is to be made anew, never at install; `DESCRIPTIONS` is the list of dicom-dre 1.4.2
(`dicom_dre/resources/allow_lists/default.csv` of its wheel, Apache-2.0):

    python scripts/medical_words.py DESCRIPTIONS > src/vesalius/deid/data/words/standard.txt

Three sources, each word once: code meanings of PS3.16 and names of attributes of PS3.6 as pydicom carries them, and
the words of descriptions that a hospital's scanners wrote. Words that are names of people are left out, and so are
breeds of animals, which are places. See PROVENANCE.md beside the list.
"""

import re
import sys
import textwrap
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from pydicom._dicom_dict import DicomDictionary
from pydicom.sr._concepts_dict import concepts

DATA = Path(__file__).parents[1] / "src/vesalius/deid/data"
BREEDS = {7480, 7481, 7482, 7483, 7484, 7485, 7486}
WORD = re.compile(r"[^\W\d_]+")
SHORTEST = {"meanings": 2, "attributes": 3, "descriptions": 4}
HEAD = """\
# Words of published vocabularies in plain letters, made by scripts/medical_words.py; sources and licences stand in
# PROVENANCE.md. Names of people are left out: those that are terms too stand in companions.csv.
"""


def plain(word: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(sign))


def meanings() -> Iterator[str]:
    """Words of code meanings that are written small somewhere, or lead a meaning and are no name."""
    for scheme in concepts.values():
        for codes in scheme.values():
            for meaning, groups in codes.values():
                if not set(groups) & BREEDS:
                    yield from WORD.findall(meaning)


def attributes() -> Iterator[str]:
    for _vr, _vm, name, _retired, _keyword in DicomDictionary.values():
        yield from WORD.findall(name)


def descriptions(path: str) -> Iterator[str]:
    lines = Path(path).read_text("utf-8").splitlines()
    yield from (line.strip() for line in lines if re.fullmatch(r"[a-z]+", line.strip()))


def words_of(path: Path) -> set[str]:
    lines = path.read_text("utf-8").splitlines()
    return {plain(word) for line in lines if not line.startswith("#") for word in line.replace(",", " ").split()}


def main() -> None:
    names = words_of(DATA / "words/names.txt") | words_of(Path(__file__).with_suffix(".names.txt"))
    names |= {line.split(",")[0] for line in (DATA / "words/companions.csv").read_text("utf-8").splitlines()[1:]}
    own = set((DATA / "words.txt").read_text("utf-8").split())
    found = {
        word
        for source, words in (
            ("meanings", meanings()),
            ("attributes", attributes()),
            ("descriptions", descriptions(sys.argv[1])),
        )
        for word in map(plain, words)
        if len(word) >= SHORTEST[source] and word.isascii()
    }
    print(HEAD + textwrap.fill(" ".join(sorted(found - names - own)), 118, break_long_words=False))


if __name__ == "__main__":
    main()
