"""Draw deliveries in child processes, ahead of the pipeline that takes them in."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from vesalius.demo.parcels import Parcel
from vesalius.demo.writing import SEED
from vesalius.jobs.hands import open_hands
from vesalius.jobs.limits import TaskLimits, with_limits

STAMP: Final = 1_542_000_000  # modification time of every file: a delivery that was cut off resumes
_NICE: Final = 5  # visitors and the pipeline come first
_LIMITS: Final = TaskLimits(seconds=3600)  # a busy machine may take its time
Drawn = list[Future[int]]  # one for each patient: how many files


@contextmanager
def drawing(asked: Iterable[tuple[Parcel, Path]], processes: int) -> Iterator[list[Drawn]]:
    """Draw each parcel into its folder, in their order; what is not yet begun is dropped on leaving."""
    with open_hands("processes", processes) as hands:
        draw = with_limits(_draw, _LIMITS)
        try:
            yield [
                [hands.submit(draw, parcel.content, patient, str(folder)) for patient in parcel.patients]
                for parcel, folder in asked
            ]
        finally:
            hands.shutdown(wait=False, cancel_futures=True)


def _draw(content: str, patient: int, folder: str) -> int:
    """Write one patient's files; the same ones, if it was done before."""
    os.setpriority(os.PRIO_PROCESS, 0, _NICE)
    count = 0
    for file in import_module(f"vesalius.demo.content.{content}").files(patient, SEED):
        path = Path(folder) / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        os.utime(path, (STAMP, STAMP))
        count += 1
    return count
