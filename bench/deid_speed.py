"""How fast a folder is cleaned by each tool, how much work of processors that is, and how much memory ours takes."""

import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import psutil
import pydicom
from bench.deid_peers import Peer, flat, ours
from bench.deid_set.make.images import large_ct
from bench.deid_set.make.people import people
from bench.deid_set.make.subject import Subject
from bench.deid_set.make.whole import write_file
from bench.harness import Figures, alternate
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from vesalius.deid import Recipe

OURS: Final = "vesalius"
TWO: Final = "vesalius, two processes"
UNREAD: Final = "vesalius, pixels not read"
_FRAME: Final = 512 * 512 * 2
_MEGABYTE: Final = 1_000_000
_OFTEN, _SELDOM = 0.03, 0.1  # seconds between two looks


@dataclass
class Spent:
    """What the processes below this one used while they were watched."""

    memory: float = 0.0  # MB, the most of all together; shared pages count once
    _processors: dict[int, float] = field(default_factory=dict)

    @property
    def processors(self) -> float:
        """Seconds of all processors together."""
        return sum(self._processors.values())

    def look(self, *, memory: bool) -> None:
        """Look at every process once."""
        below = psutil.Process().children(recursive=True)
        for process in below:
            with suppress(psutil.Error):
                times = process.cpu_times()
                self._processors[process.pid] = times.user + times.system
        if memory:
            self.memory = max(self.memory, sum(map(_proportional, below)) / _MEGABYTE)


@contextmanager
def watched(every: float, *, memory: bool = False) -> Iterator[Spent]:
    """Look at the processes below this one every so many seconds; what one used since the last look is lost."""
    spent, over = Spent(), threading.Event()

    def watch() -> None:
        while not over.wait(every):
            spent.look(memory=memory)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield spent
    finally:
        over.set()
        watcher.join()


def _proportional(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def run_ours(source: Path, output: Path, maps: Path, workers: int = 1, recipe: str = "tcia") -> float:
    """Clean a folder as a hospital does; seconds."""
    begun = time.perf_counter()
    run = subprocess.run(
        ours(source, output, maps, workers, recipe), capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - begun
    if run.returncode not in {0, 3}:  # 3: something was held back, which the score counts
        raise RuntimeError(f"vesalius deidentify ended with {run.returncode}: {run.stderr[-800:]}")
    return took


_OF_AN_IMAGE: Final = {
    tag_for_keyword(keyword)
    for keyword in ("SOPInstanceUID", "InstanceNumber", "ImagePositionPatient", "ImageComments", "PixelData")
}


def write_series(folder: Path, slices: int) -> Path:
    """A series of CT of 512 x 512 with everything that the set's CT has.

    As in every series, its images have one patient, study and series in common (PS3.3 A.1.2) and differ in the rest.
    """
    rng = np.random.default_rng(512)
    subject = Subject(rng, people(rng, 1, hard=False)[0], 0, hard=False)
    common: Dataset | None = None
    for file in large_ct(subject, slices):
        if common is None:
            common = Dataset({tag: file.dataset[tag] for tag in file.dataset.keys() - _OF_AN_IMAGE})
        file.dataset.update(common)
        write_file(file, folder)
    return folder


def speed(folder: Path, peers: list[Peer], slices: int, rounds: int) -> tuple[Figures, Figures]:
    """Files a second of each tool, and the seconds of processors that it took for all."""
    source = write_series(folder / "series", slices)
    links = flat(source, folder / "series-flat")
    unread = folder / "unread.toml"
    recipe = Recipe.builtin("tcia")
    unread.write_text(replace(recipe, options=recipe.options - {"clean_pixel_data"}).to_toml())
    work: Figures = {}

    def by_us(name: str, workers: int, recipe: str) -> float:
        with tempfile.TemporaryDirectory(dir=folder) as scratch, watched(_OFTEN) as spent:
            took = run_ours(source, Path(scratch, "out"), Path(scratch, "maps"), workers, recipe)
        work.setdefault(name, []).append(spent.processors)
        return slices / took

    def by_peer(peer: Peer) -> float:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            begun = time.perf_counter()
            with watched(_OFTEN) as spent:
                peer.clean(links, Path(scratch, "out"))
            took = time.perf_counter() - begun
            if len(list(Path(scratch, "out").iterdir())) < slices:
                raise RuntimeError(f"{peer.name} lost files of a plain CT series")
        work.setdefault(peer.name, []).append(spent.processors)
        return slices / took

    runs = ((OURS, 1, "tcia"), (TWO, 2, "tcia"), (UNREAD, 1, str(unread)))
    cases = {run[0]: partial(by_us, *run) for run in runs}
    figures = alternate(cases | {peer.name: partial(by_peer, peer) for peer in peers}, rounds)
    return figures, {name: values[1:] for name, values in work.items()}  # the first round does not count


def peak(folder: Path, gigabytes: float) -> float:
    """The most memory in MB over the series, and over one sparse multi-frame file of so many GB."""
    with watched(_SELDOM, memory=True) as small:
        run_ours(folder / "series", folder / "peak", folder / "peak-maps")
    source = folder / "large"
    source.mkdir()
    write_sparse(source / "large.dcm", int(gigabytes * 1e9) // _FRAME)
    with watched(_SELDOM, memory=True) as large:
        took = run_ours(source, folder / "large-out", folder / "large-maps")
    came = "it came out" if list((folder / "large-out").rglob("*.dcm")) else "it was held back"
    print(f"\nmost memory: {small.memory:.0f} MB over the series, ", end="")
    print(f"{large.memory:.0f} MB over one file of {gigabytes} GB in {took:.0f} s ({came})")
    return max(small.memory, large.memory)


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
