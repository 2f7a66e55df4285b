"""500 CT slices of 0.53 MB: received, checked and de-identified by us, against Orthanc's upload and anonymisation.

Each turn begins with an empty archive and an empty Orthanc; both run as they come. Our time goes from the first look
at the folder to the submission being ready for its curators; Orthanc's from the first POST to the last answer.
Run: make bench-intake
"""

import argparse
import hashlib
import io
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pydicom
from bench.harness import Figures, last_line, print_table
from bench.orthanc import CONNECTIONS, orthanc
from bench.slices import write_slices

PATIENTS, SLICES = 5, 100
FILES = PATIENTS * SLICES
STAGES = ("receive", "inspect", "clean")
OURS, UPLOAD, ANONYMISED = "ours, whole", "Orthanc, upload", "Orthanc, upload and anonymise"
DURABILITY = {
    "ours": "every received and every cleaned file is fsynced, linked, its folder fsynced; then rows, SQLite FULL",
    "Orthanc": "every file is fsynced (SyncStorageArea, its default), folders are not; SQLite index as it comes",
}


@dataclass
class Turns:
    """What each turn of either side took, in files per second, and whether all answers were the same."""

    figures: Figures = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def took(self, name: str, seconds: float) -> None:
        """Note one case of one turn."""
        self.figures.setdefault(name, []).append(FILES / seconds)

    def compare(self, side: str, pixels: Sequence[str], wanted: set[str]) -> None:
        """Hold what arrived against what was sent."""
        if len(pixels) != FILES or set(pixels) != wanted:
            self.differences.append(
                f"{side} holds {len(pixels)} instances, {len(set(pixels) & wanted)} as sent"
            )


def digests(files: Iterable[bytes]) -> list[str]:
    """SHA-256 of the stored pixels of each file."""
    return [hashlib.sha256(pydicom.dcmread(io.BytesIO(file)).PixelData).hexdigest() for file in files]


def our_turn(turns: Turns, source: Path, wanted: set[str]) -> None:
    """One delivery into a fresh archive."""
    with tempfile.TemporaryDirectory(prefix="bench-intake-ours-", dir=source.parent) as data:
        code = f"from bench.intake_ours import main; main({data!r}, {str(source)!r})"
        said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    answer = json.loads(said.stdout)
    turns.took(OURS, answer["seconds"])
    for stage in STAGES:
        turns.took(f"  {stage}", answer[stage])
    turns.compare("ours", answer["pixels"], wanted)
    if not answer["holds"]:
        turns.differences.append("ours does not account for every file")


def orthancs_turn(turns: Turns, source: Path, wanted: set[str]) -> None:
    """One upload into an empty Orthanc, then every patient anonymised."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-intake-orthanc-", dir=source.parent) as folder,
        orthanc(Path(folder)) as server,
    ):
        uploading = server.upload(sorted(source.rglob("*.dcm")), Path(folder))
        originals = server.patients
        patients, anonymising = server.anonymise()
        turns.compare("Orthanc", digests(server.files_of(originals)), wanted)
        turns.compare("Orthanc anonymised", digests(server.files_of(patients)), wanted)
    turns.took(UPLOAD, uploading)
    turns.took(ANONYMISED, uploading + anonymising)


def measure(folder: Path, rounds: int) -> Turns:
    """Both sides in turn; the first round does not count."""
    source = folder / "delivery"
    write_slices(source, PATIENTS, SLICES)
    wanted = set(digests(path.read_bytes() for path in source.rglob("*.dcm")))
    if len(wanted) != FILES:
        sys.exit("two of the slices have the same pixels: the comparison would prove too little")
    turns = Turns()
    for turn in range(rounds + 1):
        our_turn(turns, source, wanted)
        orthancs_turn(turns, source, wanted)
        if not turn:
            turns.figures.clear()
    return turns


def tell(turns: Turns, rounds: int) -> None:
    """The table and the last line; no ratio where the answers differ."""
    if turns.differences:
        print("\n".join(["the answers differ: no ratio is worth printing", *turns.differences]))
        last_line(equal_answers=False)
        sys.exit(1)
    print_table(
        f"{FILES} CT slices of {PATIENTS} patients, medians of {rounds} rounds", "files/s", turns.figures
    )
    print(
        f"\nOrthanc is fed by {CONNECTIONS} curls. We draw no pictures within the time; Orthanc makes none."
    )
    for side, words in DURABILITY.items():
        print(f"Durable: {side}: {words}.")
    ours = statistics.median(turns.figures[OURS])
    last_line(
        intake_vs_orthanc_upload=round(ours / statistics.median(turns.figures[UPLOAD]), 3),
        intake_vs_orthanc_anonymised=round(ours / statistics.median(turns.figures[ANONYMISED]), 3),
        equal_answers=True,
    )


def main() -> None:
    """Parse, check that the peers are installed, measure in a folder that is removed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="counted rounds; odd, at least 3")
    rounds = max(parser.parse_args().rounds, 3)
    absent = [name for name in ("Orthanc", "curl") if not shutil.which(name)]
    if absent:
        sys.exit(f"not installed: {', '.join(absent)} (Debian: apt install orthanc curl)")
    with tempfile.TemporaryDirectory(prefix="bench-intake-") as folder:
        turns = measure(Path(folder), rounds)
    tell(turns, rounds)


if __name__ == "__main__":
    main()
