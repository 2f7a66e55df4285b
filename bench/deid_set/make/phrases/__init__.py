"""Phrases that must stay: descriptions of published images, and sentences of a grammar; a half of each is held out.

Nobody who mends a cleaner looks at the held-out half; its rates alone are read.
"""

import csv
import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np

Half: TypeAlias = Literal["develop", "held-out"]
_HERE: Final = Path(__file__).parent
_SLOT: Final = re.compile(r"\{(\w+)\}")
_FEWEST: Final = 20  # descriptions of a modality; with fewer, those of others are taken as well


def description(rng: np.random.Generator, half: Half, level: str, modality: str) -> str:
    """What a study or a series of a modality was called; `level` is `study` or `series`."""
    pools = _descriptions()
    own = pools[half, level, modality]
    pool = own if len(own) >= _FEWEST else own + pools[half, level, "CT"]
    return pool[int(rng.integers(len(pool)))]


def sentence(rng: np.random.Generator, half: Half) -> str:
    """A clinician's remark, composed of terms of one half."""
    grammar = _grammar(half)
    frame = grammar["frames"][int(rng.integers(len(grammar["frames"])))]

    def term(slot: re.Match[str]) -> str:
        pool = grammar[slot[1].rstrip("2")]
        return pool[int(rng.integers(len(pool)))]

    return _SLOT.sub(term, frame)


@cache
def _descriptions() -> dict[tuple[str, str, str], list[str]]:
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    with (_HERE / "descriptions.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["half"], row["level"], row["modality"]].append(row["text"])
    return found


@cache
def _grammar(half: Half) -> dict[str, list[str]]:
    """Frames and terms of one half; small words are common to both."""
    grammar = json.loads((_HERE / "sentences.json").read_text(encoding="utf-8"))
    held_out: dict[str, list[str]] = grammar.pop("held-out")
    return grammar | held_out if half == "held-out" else grammar
