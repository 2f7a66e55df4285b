#!/usr/bin/env python3
"""Draw names that people bear, for the invented patients of the benchmark of de-identification.

Run by hand when the names are to be drawn anew, with Faker 40.54.0 installed:

    python scripts/bearers.py > bench/deid_set/make/names.json

Every name has four letters and more, so that it is part of no other word by chance, and is no word of the phrases that
must stay. Of each group as many are taken as `MOST` says, by their hash.
"""

import csv
import hashlib
import json
import re
from importlib import import_module
from pathlib import Path

PHRASES = Path(__file__).parents[1] / "bench/deid_set/make/phrases"
MOST = 160
GROUPS = {
    "western": ("en_US en_GB de_DE fr_FR es_ES it_IT nl_NL pt_PT sv_SE da_DK fi_FI", "latin-1"),
    "utf8": ("pl_PL tr_TR ro_RO hu_HU cs_CZ hr_HR lt_LT lv_LV", "utf-8"),
    "latin2": ("pl_PL cs_CZ hu_HU hr_HR sk_SK", "iso8859_2"),
    "cyrillic": ("ru_RU bg_BG", "iso8859_5"),
    "greek": ("el_GR", "iso8859_7"),
}
KINDS = {"family": "last_names", "given": "first_names"}
WORD = re.compile(r"[^\W\d_]+")


def phrase_words() -> set[str]:
    with (PHRASES / "descriptions.csv").open(newline="", encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    return {
        word.casefold()
        for word in WORD.findall(" ".join([*texts, (PHRASES / "sentences.json").read_text("utf-8")]))
    }


def order(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def names(locale: str, kind: str) -> set[str]:
    provider = import_module(f"faker.providers.person.{locale}").Provider
    return {name for key in dir(provider) if KINDS[kind] in key for name in getattr(provider, key)}


def drawn(locales: str, encoding: str, kind: str, taken: set[str]) -> list[str]:
    found = set()
    for locale in locales.split():
        for name in names(locale, kind):
            if len(name) >= 4 and WORD.fullmatch(name) and name.casefold() not in taken:
                found.add(name)
    return sorted(
        sorted(
            (name for name in found if name.encode(encoding, "ignore").decode(encoding) == name), key=order
        )[:MOST]
    )


def main() -> None:
    taken = phrase_words()
    pools = {
        group: {kind: drawn(locales, encoding, kind, taken) for kind in KINDS}
        for group, (locales, encoding) in GROUPS.items()
    }
    print(json.dumps(pools, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
