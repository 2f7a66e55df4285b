"""Draw deliveries in processes of their own, ahead of the pipeline that takes them in."""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from vesalius.demo.parcels import Parcel
from vesalius.demo.writing import SEED
from vesalius.jobs.lifeline import end_with_starter

STAMP: Final = 1_542_000_000  # modification time of every file: a delivery that was cut off resumes
_NICE: Final = 5  # visitors and the pipeline come first
Drawn = list[Future[int]]  # one for each patient: how many files


@contextmanager
def drawing(asked: Iterable[tuple[Parcel, Path]], processes: int) -> Iterator[list[Drawn]]:
    """Draw each parcel into its folder, in their order; what is not yet begun is dropped on leaving."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_begin)
    try:
        yield [
            [pool.submit(_draw, parcel.content, patient, folder) for patient in parcel.patients]
            for parcel, folder in asked
        ]
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    os.nice(_NICE)
    end_with_starter()


def _draw(content: str, patient: int, folder: Path) -> int:
    """Write one patient's files; the same ones, if it was done before."""
    count = 0
    for file in import_module(f"vesalius.demo.content.{content}").files(patient, SEED):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        os.utime(path, (STAMP, STAMP))
        count += 1
    return count
