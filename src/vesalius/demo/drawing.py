"""Draw deliveries in child processes, ahead of the pipeline that takes them in."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from vesalius.demo.content import clinical
from vesalius.demo.parcels import Parcel
from vesalius.demo.writing import SEED, HospitalFile, put
from vesalius.jobs.hands import open_hands
from vesalius.jobs.limits import TaskLimits, with_limits

_NICE: Final = 5  # visitors and the pipeline come first
_LIMITS: Final = TaskLimits(seconds=3600)  # a busy machine may take its time
Drawn = list[Future[int]]  # one for each patient: how many files


@contextmanager
def drawing(asked: Iterable[tuple[Parcel, Path]], processes: int) -> Iterator[list[Drawn]]:
    """Draw each parcel into its folder, in their order; what is not yet begun is dropped on leaving."""
    with open_hands("processes", processes) as hands:
        try:
            yield [_asked(hands, parcel, str(folder)) for parcel, folder in asked]
        finally:
            hands.shutdown(wait=False, cancel_futures=True)


def _asked(hands: Executor, parcel: Parcel, folder: str) -> Drawn:
    if parcel.kind == "files":
        return [hands.submit(with_limits(_tabulate, _LIMITS), parcel.holding, parcel.patients, folder)]
    draw = with_limits(_draw, _LIMITS)
    return [hands.submit(draw, parcel.content, patient, folder) for patient in parcel.patients]


def _draw(content: str, patient: int, folder: str) -> int:
    """Write one patient's files; the same ones, if it was done before."""
    os.setpriority(os.PRIO_PROCESS, 0, _NICE)
    return _write(import_module(f"vesalius.demo.content.{content}").files(patient, SEED), folder)


def _tabulate(holding: str, patients: tuple[int, ...], folder: str) -> int:
    """Write the clinical table of these patients, and its dictionary."""
    return _write(clinical.files_for(holding, patients), folder)


def _write(files: Iterable[HospitalFile], folder: str) -> int:
    count = 0
    for count, file in enumerate(files, 1):  # noqa: B007
        put(file, Path(folder))
    return count
