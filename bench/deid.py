"""De-identification on a new set of planted identifiers, against the tools of the field; then speed and memory.

The set is made from `--seed`, which is printed; its answer key is in MIDI-B's format. Every tool cleans the same
files in this one run. Speed: series of CT of 512 x 512, the whole command with its start, both passes, text cleaning
and leak scan. Memory: all processes of a run together, over that series and over one sparse multi-frame file.
Run: python -m bench.deid
"""

import argparse
import secrets
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import psutil
import pydicom
from bench.deid_peers import PEERS, Peer, flat, install, ours, unfold
from bench.deid_set.make.images import large_ct
from bench.deid_set.make.people import people
from bench.deid_set.make.subject import Subject
from bench.deid_set.make.whole import make_set, write_file
from bench.deid_set.score.actions import ACTIONS, Verdict
from bench.deid_set.score.cleaned import Maps
from bench.deid_set.score.scoring import CHECKS, rates, score, score_of
from bench.harness import Figures, alternate, last_line, print_table, ratio
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

OURS: Final = "vesalius"
KINDS: Final = ("standard", "hard")
_FRAME: Final = 512 * 512 * 2
_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True)
class Scored:
    """One tool on one kind of set."""

    tool: str
    kind: str
    verdicts: list[Verdict]


def run_ours(source: Path, output: Path, maps: Path, workers: int = 1) -> float:
    """Clean a folder as a hospital does; seconds."""
    begun = time.perf_counter()
    run = subprocess.run(ours(source, output, maps, workers), capture_output=True, text=True, check=False)
    took = time.perf_counter() - begun
    if run.returncode not in {0, 3}:  # 3: something was held back, which the score counts
        raise RuntimeError(f"vesalius deidentify ended with {run.returncode}: {run.stderr[-800:]}")
    return took


@contextmanager
def watched() -> Iterator[list[float]]:
    """The memory of all our children together in MB, looked at ten times a second; shared pages count once."""
    seen, over = [0.0], threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            seen.append(sum(map(_proportional, psutil.Process().children(recursive=True))) / _MEGABYTE)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _proportional(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


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


def write_series(folder: Path, slices: int) -> Path:
    """A series of CT of 512 x 512 with everything that the set's CT has."""
    rng = np.random.default_rng(512)
    subject = Subject(rng, people(rng, 1, hard=False)[0], 0, hard=False)
    for file in large_ct(subject, slices):
        write_file(file, folder)
    return folder


def speed(folder: Path, peers: list[Peer], slices: int, rounds: int) -> Figures:
    """Files a second of each tool, with one and with two processes of ours."""
    source = write_series(folder / "series", slices)
    links = flat(source, folder / "series-flat")

    def by_us(workers: int) -> float:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            return slices / run_ours(source, Path(scratch, "out"), Path(scratch, "maps"), workers)

    def by_peer(peer: Peer) -> float:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            begun = time.perf_counter()
            peer.clean(links, Path(scratch, "out"))
            took = time.perf_counter() - begun
            if len(list(Path(scratch, "out").iterdir())) < slices:
                raise RuntimeError(f"{peer.name} lost files of a plain CT series")
            return slices / took

    cases = {OURS: partial(by_us, 1), "vesalius, two processes": partial(by_us, 2)}
    return alternate(cases | {peer.name: partial(by_peer, peer) for peer in peers}, rounds)


def peak(folder: Path, gigabytes: float) -> float:
    """The most memory in MB over the series, and over one sparse multi-frame file of so many GB."""
    with watched() as small:
        run_ours(folder / "series", folder / "peak", folder / "peak-maps")
    source = folder / "large"
    source.mkdir()
    write_sparse(source / "large.dcm", int(gigabytes * 1e9) // _FRAME)
    with watched() as large:
        took = run_ours(source, folder / "large-out", folder / "large-maps")
    came = "it came out" if list((folder / "large-out").rglob("*.dcm")) else "it was held back"
    print(f"\nmost memory: {max(small):.0f} MB over the series, ", end="")
    print(f"{max(large):.0f} MB over one file of {gigabytes} GB in {took:.0f} s ({came})")
    return max(*small, *large)


def write_sparse(path: Path, frames: int) -> None:
    """A multi-frame file whose pixels are a hole."""
    rng = np.random.default_rng(4)
    subject = Subject(rng, people(rng, 1, hard=False)[0], 0, hard=False)
    dataset = subject.start(CTImageStorage, "CT", subject.uid(), 1).dataset
    dataset.Rows = dataset.Columns = 512
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.NumberOfFrames = (
        1,
        "MONOCHROME2",
        frames,
    )
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.save_as(path, enforce_file_format=True)
    length = frames * _FRAME
    with path.open("ab") as file:
        file.write(bytes.fromhex("e07f1000") + b"OW\0\0" + length.to_bytes(4, "little"))
        file.truncate(file.tell() + length)


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
    figures = speed(folder, peers, args.slices, args.rounds)
    print_table(f"CT 512 x 512, {args.slices} files, {args.rounds} rounds", "files/s", figures)
    last_line(
        vs_dicognito=_against(figures, "dicognito"),
        vs_gdcmanon=_against(figures, "gdcmanon"),
        vs_ctp=_against(figures, "ctp"),
        two_processes=ratio(figures, "vesalius, two processes", OURS),
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
    parser.add_argument("--slices", type=int, default=120, help="files of the series whose cleaning is timed")
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
