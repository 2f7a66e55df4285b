"""De-identification on a new set of planted identifiers, against the tools of the field; then speed and memory.

The set is made from `--seed`, which is printed; its answer key is in MIDI-B's format. Every tool cleans the same
files in this one run. Speed: series of CT of 512 x 512, the whole command with its start, both passes, text cleaning
and leak scan; beside it the seconds of processors, which a loaded machine changes less. Memory: all processes of a run
together, over that series and over one sparse multi-frame file.
Run: python -m bench.deid
"""

import argparse
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.deid_peers import PEERS, Peer, flat, install, unfold
from bench.deid_set.make.whole import make_set
from bench.deid_set.score.actions import ACTIONS, Verdict
from bench.deid_set.score.cleaned import Maps
from bench.deid_set.score.scoring import CHECKS, rates, score, score_of
from bench.deid_speed import OURS, TWO, peak, run_ours, speed
from bench.harness import Figures, last_line, print_table, ratio

KINDS: Final = ("standard", "hard")


@dataclass(frozen=True)
class Scored:
    """One tool on one kind of set."""

    tool: str
    kind: str
    verdicts: list[Verdict]


def score_all(folder: Path, peers: list[Peer], *, seed: int, subjects: int) -> list[Scored]:
    """Make both kinds of set, let every tool clean them, and hold the outputs to the key."""
    found = []
    for kind in KINDS:
        made = folder / kind
        make_set(made, seed=seed, subjects=subjects, hard=kind == "hard")
        run_ours(made / "files", made / "ours", made / "maps")
        found.append(Scored(OURS, kind, score(made, made / "ours", Maps.read(made / "maps"))))
        source = flat(made / "files", made / "flat")
        for peer in peers:
            output = made / "out" / peer.name
            peer.clean(source, output)
            unfold(output)
            found.append(Scored(peer.name, kind, score(made, output)))
    return found


def print_scores(scored: list[Scored], kind: str) -> None:
    """Rates by action and extended check, a column for each tool."""
    of_kind = [one for one in scored if one.kind == kind]
    tables = {one.tool: rates(one.verdicts) for one in of_kind}
    print(f"\n{kind} set, passed %{'':19}" + "".join(f"{tool[:16]:>17}" for tool in tables))
    for check in CHECKS:
        counts = [table.get(check) for table in tables.values()]
        if any(counts):
            cells = "".join(
                f"{100 * count[0] / count[1]:17.2f}" if count else f"{'-':>17}" for count in counts
            )
            print(f"{check:28} {max(count[1] for count in counts if count):6}{cells}")
    print(f"{'all ten actions':35}" + "".join(f"{score_of(one.verdicts):17.2f}" for one in of_kind))


def print_failures(scored: list[Scored], limit: int = 12) -> None:
    """Our own failures, by action and place; no value is printed, the seed makes the set again."""
    for one in scored:
        failed = [verdict for verdict in one.verdicts if not verdict.passed] if one.tool == OURS else []
        for verdict in failed[:limit]:
            print(f"  {one.kind}: {verdict.action} {verdict.path} {verdict.tag}")
        if len(failed) > limit:
            print(f"  {one.kind}: and {len(failed) - limit} more")


def measure(folder: Path, args: argparse.Namespace) -> None:
    """Score, then speed, then memory; then the machine's line."""
    print(f"seed {args.seed}: python -m bench.deid --seed {args.seed} makes this set again")
    install()
    peers = [peer for peer in PEERS if not peer.absent()]
    for peer in PEERS:
        if peer.absent():
            print(f"skipped: {peer.name}, {peer.absent()}")
    scored = score_all(folder, peers, seed=args.seed, subjects=args.subjects)
    for kind in KINDS:
        print_scores(scored, kind)
    print_failures(scored)
    mine = [verdict for one in scored if one.tool == OURS for verdict in one.verdicts]
    percent = {name: 100 * passed / count for name, (passed, count) in rates(mine).items()}
    figures, work = speed(folder, peers, args.slices, args.rounds)
    title = f"CT 512 x 512, {args.slices} files, {args.rounds} rounds"
    print_table(title, "files/s", figures)
    print_table(title, "seconds of all processors", work)
    last_line(
        vs_dicognito=_against(figures, "dicognito"),
        vs_gdcmanon=_against(figures, "gdcmanon"),
        vs_ctp=_against(figures, "ctp"),
        two_processes=ratio(figures, TWO, OURS),
        work_of_dicognito=_against(work, "dicognito"),
        work_of_gdcmanon=_against(work, "gdcmanon"),
        score=score_of(mine),
        worst_action=round(min(percent[action] for action in ACTIONS if action in percent), 3),
        worst_extended=round(
            min(percent[check] for check in CHECKS if check in percent and check not in ACTIONS), 3
        ),
        peak_mb=round(peak(folder, args.gigabytes)),
        seed=args.seed,
    )


def _against(figures: Figures, peer: str) -> float | None:
    return ratio(figures, OURS, peer) if peer in figures else None


def main() -> None:
    """Parse, and measure in a folder that is removed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="of the set; a new one each run unless given")
    parser.add_argument(
        "--subjects", type=int, default=6, help="patients in each kind of set; about eight files each"
    )
    parser.add_argument("--slices", type=int, default=400, help="files of the series whose cleaning is timed")
    parser.add_argument("--rounds", type=int, default=3, help="counted rounds; odd")
    parser.add_argument(
        "--gigabytes", type=float, default=4.0, help="size of the large multi-frame file, below 4.29"
    )
    parser.add_argument("--keep", type=Path, help="work in this new folder and leave it")
    args = parser.parse_args()
    args.seed = secrets.randbelow(10**6) if args.seed is None else args.seed
    if args.keep:
        args.keep.mkdir(parents=True)
        measure(args.keep, args)
        return
    with tempfile.TemporaryDirectory(prefix="bench-deid-") as folder:
        measure(Path(folder), args)


if __name__ == "__main__":
    main()
