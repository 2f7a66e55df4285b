#!/usr/bin/env python3
"""Draw the words of published vocabularies that free text may keep, each list in `src/vesalius/deid/data/words/`.

Run by hand when a list is to be made anew, never at install:

    python scripts/medical_words.py standard DESCRIPTIONS > src/vesalius/deid/data/words/standard.txt
    python scripts/medical_words.py terms - > src/vesalius/deid/data/words/terms.csv
    python scripts/medical_words.py english SCOWL > src/vesalius/deid/data/words/english.txt
    python scripts/medical_words.py diseases TABULAR > src/vesalius/deid/data/words/diseases.txt
    python scripts/medical_words.py eponyms TABULAR > src/vesalius/deid/data/words/eponyms.csv
    python scripts/medical_words.py thesaurus WORDNET > src/vesalius/deid/data/words/thesaurus.txt
    python scripts/medical_words.py named WORDNET > src/vesalius/deid/data/words/named.csv
    python scripts/medical_words.py bearers - > src/vesalius/deid/data/words/bearers.txt
    python scripts/medical_words.py drugs DRUGS > src/vesalius/deid/data/words/drugs.txt

`DESCRIPTIONS` is the list of dicom-dre 1.4.2 (`dicom_dre/resources/allow_lists/default.csv` of its wheel), `SCOWL` the
folder of Debian's package scowl (`usr/share/dict/scowl`), `TABULAR` the tabular list of ICD-10-CM as XML (in the wheel
of simple-icd-10-cm), `WORDNET` the folder of Debian's package wordnet-base (`usr/share/wordnet`), `DRUGS` the
dictionary in the wheel of drug-named-entity-recognition 2.0.9 (`drug_ner_dictionary.pkl.bz2`), of which the names that
DrugBank gives are taken. `thesaurus`, `drugs` and `bearers` also want Faker 40.54.0, whose names of people are left
out or taken. `standard` joins code meanings of PS3.16 and names of attributes of PS3.6, as pydicom carries them, with
the words of descriptions that a hospital's scanners wrote. Words that are names of people are left out, and so are
breeds of animals, which are places. See PROVENANCE.md beside the lists.
"""

import bz2
import pickle
import re
import sys
import textwrap
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path

from pydicom._dicom_dict import DicomDictionary
from pydicom.sr._concepts_dict import concepts

from vesalius.deid.language.words import is_known

DATA = Path(__file__).parents[1] / "src/vesalius/deid/data"
BREEDS = {7480, 7481, 7482, 7483, 7484, 7485, 7486}
WORD = re.compile(r"[^\W\d_]+")
BINDING = {"and", "the", "for", "with", "from", "not"}
WORD_ALONE = re.compile(r"^[A-Za-z]+$", re.MULTILINE)
SHORTEST = {"meanings": 2, "attributes": 3, "descriptions": 4, "english": 3}
COMMON = (10, 20, 35)  # SCOWL's sizes, of which the smaller hold the more common words
NOUNS = (
    "disease|syndrome|tumor|sarcoma|lymphoma|anemia|palsy|fracture|cyst|hernia|granulomatosis|arteritis|thyroiditis|"
    "nodes?|contracture|deformity|anomaly|phenomenon|paralysis|chorea|ataxia|purpura|gangrene|esophagus|dementia|"
    "neuralgia|disorder|macroglobulinemia|dystrophy|malformation|dermatitis|ulcer|nephropathy|encephalopathy|retinopathy"
)
# WordNet's files of adjectives, and of nouns of the body, of phenomena, processes, states and substances.
OF_MEDICINE = {"adj": {0, 1, 44}, "noun": {8, 19, 22, 26, 27}}
LOCALES = (
    "en_US", "en_GB", "en_IN", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_PT", "sv_SE", "no_NO", "da_DK", "fi_FI",
    "pl_PL", "cs_CZ", "hu_HU", "ro_RO", "hr_HR", "tr_TR",
)  # fmt: skip
HEAD = """\
# Words of published vocabularies in plain letters, made by scripts/medical_words.py; sources and licences stand in
# PROVENANCE.md. Names of people are left out: those that are terms too stand in companions.csv.
"""


def plain(word: str) -> str:
    return "".join(
        sign for sign in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(sign)
    )


def meanings() -> Iterator[str]:
    """Words of code meanings that are written small somewhere, or lead a meaning and are no name."""
    for words in phrases():
        yield from words


def terms(names: set[str]) -> dict[str, set[str]]:
    """Names of people in code meanings of PS3.16 -> the words right beside which they stand there."""
    beside: dict[str, set[str]] = {}
    for before, after in (pair for meaning in phrases() for pair in pairwise(meaning)):
        for name, other in ((before, after), (after, before)):
            if name in names and other not in names | BINDING and len(other) > 2:
                beside.setdefault(name, set()).add(other)
    return beside


def phrases() -> Iterator[list[str]]:
    """The words of each code meaning, in plain letters."""
    for scheme in concepts.values():
        for codes in scheme.values():
            for meaning, groups in codes.values():
                if not set(groups) & BREEDS:
                    yield [plain(word) for word in WORD.findall(meaning)]


def attributes() -> Iterator[str]:
    for _vr, _vm, name, _retired, _keyword in DicomDictionary.values():
        yield from WORD.findall(name)


def descriptions(path: str) -> Iterator[str]:
    lines = Path(path).read_text("utf-8").splitlines()
    yield from (line.strip() for line in lines if re.fullmatch(r"[a-z]+", line.strip()))


def words_of(path: Path) -> set[str]:
    lines = path.read_text("utf-8").splitlines()
    return {
        plain(word) for line in lines if not line.startswith("#") for word in line.replace(",", " ").split()
    }


def english(folder: str) -> Iterator[str]:
    """Common words of English that are written small and, with a capital, are no proper name."""
    proper = {plain(word) for kind in ("proper-names", "upper") for word in scowl(folder, f"*-{kind}.*")}
    for size in COMMON:
        yield from (
            word for word in scowl(folder, f"*-words.{size}") if word.islower() and word not in proper
        )


def scowl(folder: str, pattern: str) -> Iterator[str]:
    for path in sorted(Path(folder).glob(pattern)):
        yield from WORD_ALONE.findall(path.read_text("latin-1"))


def diseases(path: str) -> Iterator[str]:
    """Words of ICD-10-CM that are written small."""
    yield from re.findall(r"(?<!\w)[a-z]{4,}(?!\w)", texts(path))


def texts(path: str) -> str:
    return re.sub(r"<[^>]+>", "\n", Path(path).read_text("utf-8"))


def eponyms(path: str) -> dict[str, set[str]]:
    """Names of people in terms of ICD-10-CM -> the words beside which they stand there."""
    found: dict[str, set[str]] = {}
    small = {plain(word) for word in diseases(path)}
    for names, noun in re.findall(rf"\b((?:[A-Z]\w{{3,}}-?){{1,3}})(?:['’]s)? ({NOUNS})\b", texts(path)):
        parts = [plain(name) for name in names.strip("-").split("-")]
        for name in parts:
            if name not in small:
                found.setdefault(name, set()).update({noun, *parts} - {name})
    return found


def lemmas(folder: str, kind: str) -> Iterator[str]:
    """Words and terms of WordNet's files of medicine, parts joined by `_`."""
    for line in (Path(folder) / f"data.{kind}").read_text("ascii").splitlines():
        fields = line.split(" ")
        if not line.startswith(" ") and int(fields[1]) in OF_MEDICINE[kind]:
            yield from (re.sub(r"\(\w+\)", "", lemma) for lemma in fields[4 : 4 + 2 * int(fields[3], 16) : 2])


def thesaurus(folder: str) -> Iterator[str]:
    """Words that are written small in WordNet, alone or in a term."""
    for kind in OF_MEDICINE:
        for lemma in lemmas(folder, kind):
            yield from (word for word in lemma.split("_") if re.fullmatch(r"[a-z]{4,}", word))


def named(folder: str) -> dict[str, set[str]]:
    """Names of people in terms of WordNet -> the words beside which they stand there."""
    found: dict[str, set[str]] = {}
    for lemma in lemmas(folder, "noun"):
        parts = re.findall(r"[A-Za-z]{3,}", lemma)
        nouns = [part for part in parts if part.islower()]
        names = [plain(part) for part in parts if part.istitle()]
        for name in names if nouns else ():
            found.setdefault(name, set()).update({*nouns, *names} - {name})
    return found


class Plain(pickle.Unpickler):
    """Reads data alone, no object of any class."""

    def find_class(self, module: str, name: str) -> None:
        """Refuse every class."""
        raise pickle.UnpicklingError(f"{module}.{name}")


def drugs(path: str) -> Iterator[str]:
    """Names of DrugBank's open vocabulary that are one word."""
    with bz2.open(path) as file:
        entries = Plain(file).load()["drug_canonical_to_data"]
    for name, told in entries.items():
        word = str(told.get("name", name)).lower()
        if "drugbank_id" in told and re.fullmatch(r"[a-z]{5,}", word):
            yield word


@cache
def bearers() -> frozenset[str]:
    """Family and given names of people, as Faker has them for languages in Latin letters."""
    found: set[str] = set()
    for locale in LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for name in dir(provider):
            if "first_names" in name or "last_names" in name:
                found.update(plain(one) for one in getattr(provider, name))
    return frozenset(part for name in found for part in WORD.findall(name))


def listed(*files: str) -> set[str]:
    return set().union(*(words_of(DATA / file) for file in files))


def people() -> set[str]:
    named = words_of(DATA / "words/names.txt") | words_of(Path(__file__).with_suffix(".names.txt"))
    return named | {
        row.split(",")[0] for row in (DATA / "words/companions.csv").read_text("utf-8").splitlines()[1:]
    }


def written(words: set[str]) -> str:
    return HEAD + textwrap.fill(" ".join(sorted(words)), 118, break_long_words=False)


def standard_list(path: str) -> str:
    sources = (("meanings", meanings()), ("attributes", attributes()), ("descriptions", descriptions(path)))
    found = {word for source, words in sources for word in map(plain, words) if len(word) >= SHORTEST[source]}
    return written({word for word in found if word.isascii()} - people() - listed("words.txt"))


def english_list(path: str) -> str:
    found = {word for word in english(path) if len(word) >= SHORTEST["english"]}
    return written(found - people() - listed("words.txt", "words/clinical.txt", "words/standard.txt"))


def diseases_list(path: str) -> str:
    known = listed("words.txt", "words/clinical.txt", "words/standard.txt", "words/english.txt")
    return written(set(diseases(path)) - people() - known)


def eponyms_list(path: str) -> str:
    rows = eponyms(path)
    known = people() | listed("words.txt", "words/clinical.txt", "words/standard.txt", "words/english.txt")
    lines = [f"{name},no,{' '.join(sorted(rows[name]))}" for name in sorted(rows) if name not in known]
    return "\n".join(["word,alone,beside", *lines])


def terms_list(_path: str) -> str:
    rows = terms(people() - listed("words.txt", "words/clinical.txt"))
    lines = [f"{name},no,{' '.join(sorted(rows[name]))}" for name in sorted(rows)]
    return "\n".join(["word,alone,beside", *lines])


def thesaurus_list(path: str) -> str:
    return written(set(thesaurus(path)) - people() - bearers() - listed("words.txt", *OTHERS))


def drugs_list(path: str) -> str:
    return written(
        set(drugs(path)) - people() - bearers() - listed("words.txt", *OTHERS, "words/thesaurus.txt")
    )


def bearers_list(_path: str) -> str:
    """Of the names that people bear those that are words here, but not of technique."""
    common = listed("words.txt", "words/clinical.txt", "words/small.txt")
    return written({word for word in bearers() if len(word) > 3 and is_known(word)} - common)


def named_list(path: str) -> str:
    rows, known = named(path), people() | listed("words.txt", *OTHERS, "words/thesaurus.txt")
    lines = [f"{name},no,{' '.join(sorted(rows[name]))}" for name in sorted(rows) if name not in known]
    return "\n".join(["word,alone,beside", *lines])


OTHERS = tuple(f"words/{name}.txt" for name in ("clinical", "standard", "english", "diseases"))
LISTS = {
    "bearers": bearers_list,
    "thesaurus": thesaurus_list,
    "named": named_list,
    "drugs": drugs_list,
    "terms": terms_list,
    "standard": standard_list,
    "english": english_list,
    "diseases": diseases_list,
    "eponyms": eponyms_list,
}

if __name__ == "__main__":
    print(LISTS[sys.argv[1]](sys.argv[2]))
