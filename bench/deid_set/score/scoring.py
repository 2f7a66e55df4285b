"""Score one output of one set: every action and every extended check, and the table of the rates."""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from bench.deid_set.key import read_key
from bench.deid_set.score.actions import ACTIONS, Verdict, judge
from bench.deid_set.score.cleaned import CleanedFile, Maps, instances
from bench.deid_set.score.whole import EXTENDED, Pair, extended, maps_of

CHECKS = (*ACTIONS, *EXTENDED)


def score(made: Path, output: Path, maps: Maps | None = None) -> list[Verdict]:
    """Hold the files under `output` to the key of the set under `made`.

    Without maps, files are paired by their relative path, and what stands where the UIDs and IDs stood is the map.
    """
    rows, source = list(read_key(made / "key.db")), made / "files"
    if maps is None:
        found = {row.path: CleanedFile(output / row.path) for row in rows if (output / row.path).is_file()}
    else:
        new = instances(output)
        found = {row.path: new[maps.uids[row.instance]] for row in rows if maps.uids.get(row.instance) in new}
    pairs = [Pair(row, CleanedFile(source / row.path), found[row.path]) for row in rows if row.path in found]
    known = maps or maps_of(pairs)
    verdicts = [verdict for row in rows for verdict in judge(row, found.get(row.path), known, source)]
    return verdicts + extended(pairs, json.loads((made / "traces.json").read_text()))


def rates(verdicts: Iterable[Verdict]) -> dict[str, tuple[int, int]]:
    """Passed and all, for each action and extended check in the order of the table."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for verdict in verdicts:
        counts[verdict.action][0] += verdict.passed
        counts[verdict.action][1] += 1
    return {action: (counts[action][0], counts[action][1]) for action in CHECKS if action in counts}


def score_of(verdicts: Iterable[Verdict]) -> float:
    """MIDI-B's score: passed over all checks of the ten actions, in percent."""
    judged = [verdict.passed for verdict in verdicts if verdict.action in ACTIONS]
    return round(100 * sum(judged) / len(judged), 3)
