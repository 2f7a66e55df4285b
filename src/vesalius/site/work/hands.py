"""Child processes that do the work of a run; one that dies or hangs costs its own file and no other."""

import math
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_all_start_methods, get_context, parent_process
from types import FrameType
from typing import Final, Protocol, Self, TypeVar

from vesalius.errors import TooLarge

MEMORY: Final = 3 << 30  # bytes of address space of one child, the interpreter's own included
SECONDS: Final = 300  # of one file, before its child gives it up
_CPU_GRACE: Final = 60  # seconds more, before the system ends a child that does not listen
_AHEAD: Final = 2  # tasks that wait for each child, so that none is idle

_MOST_ELSEWHERE: Final = 61  # children that Windows can wait for at once
_FORKSERVER: Final = "forkserver" in get_all_start_methods()
_PRELOADED: Final = (
    "click",
    "vesalius.site.work.warm",
)  # click is what the child's first look at the command needs
# The C library keeps large blocks that were given back, to give them out again; of models that were read into memory
# that is 50 MB for each child. From this size on it asks the system and returns to it (glibc; unknown to others).
_LARGE_BLOCK: Final = str(5 << 18)
_ALLOCATION: Final = {"MALLOC_MMAP_THRESHOLD_": _LARGE_BLOCK, "MALLOC_TRIM_THRESHOLD_": _LARGE_BLOCK}

Result = TypeVar("Result")


class TookTooLong(TooLarge):
    """One file passed its limit of time."""

    hint = "The file stays where it is; look at it with a viewer, or leave it out."


class Task(Protocol):
    """Work that can be cut into the work on single files."""

    def single(self) -> Sequence[Self]:
        """The same work, one file each."""


AnyTask = TypeVar("AnyTask", bound=Task)


class Hands:
    """The child processes of a run, for one pass after the other: what a child learnt in one it knows in the next.

    A context manager; they end with it.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._end()

    def results(
        self,
        function: Callable[[AnyTask], Result],
        lost: Callable[[AnyTask], Result],
        tasks: Iterable[AnyTask],
    ) -> Iterator[Result]:
        """What became of each task, in the order in which they end. Nothing runs on once the reader stops.

        `lost` makes the result of a task that ended its process.
        """
        broken: list[AnyTask] = []
        waiting = iter(tasks)
        while True:
            yield from self._with(function, waiting, broken)
            if not broken:
                return
            self._end()
            for task in broken:
                yield from _one_by_one(function, lost, task)
            broken.clear()

    def _with(
        self,
        function: Callable[[AnyTask], Result],
        waiting: Iterator[AnyTask],
        broken: list[AnyTask],
    ) -> Iterator[Result]:
        """Results until the tasks or the pool end; what a broken pool held is left in `broken`."""
        pool = self._pool = self._pool or _pool(self._count)
        running: dict[Future[Result], AnyTask] = {}
        try:
            while True:
                while not broken and len(running) < self._count * (1 + _AHEAD):
                    task = next(waiting, None)
                    if task is None:
                        break
                    try:
                        running[pool.submit(function, task)] = task
                    except BrokenProcessPool:
                        broken.append(task)
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    task = running.pop(future)
                    try:
                        result = future.result()
                    except BrokenProcessPool:
                        broken.append(task)
                    else:
                        yield result
        finally:
            if running:
                self._end()

    def _end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _one_by_one(
    function: Callable[[AnyTask], Result], lost: Callable[[AnyTask], Result], task: AnyTask
) -> Iterator[Result]:
    """Each file of a task that a dying process held, in a process of its own."""
    singles = deque(task.single())
    while singles:
        with _pool(1) as pool:
            while singles:
                single = singles.popleft()
                try:
                    result = pool.submit(function, single).result()
                except BrokenProcessPool:
                    yield lost(single)
                    break
                yield result


def make_ready() -> None:
    """Have the server that children come from load what they need, while this process still loads what it needs."""
    for name, value in _ALLOCATION.items():
        os.environ.setdefault(name, value)
    if _FORKSERVER:
        from multiprocessing.forkserver import ensure_running  # noqa: PLC0415 - there is none on other systems

        get_context("forkserver").set_forkserver_preload(list(_PRELOADED))  # once for all children of a run
        ensure_running()


def _pool(count: int) -> ProcessPoolExecutor:
    make_ready()
    context = get_context("forkserver" if _FORKSERVER else "spawn")
    most = count if os.name == "posix" else min(count, _MOST_ELSEWHERE)
    return ProcessPoolExecutor(most, mp_context=context, initializer=_begin)


def _begin() -> None:
    """A child leaves Ctrl-C to its parent, which lets it end its task, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if os.name == "posix":
        import resource  # noqa: PLC0415 - there is none on other systems

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        soft = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the patient's data


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def limited(seconds: int = SECONDS) -> Iterator[None]:
    """Raise TookTooLong in the midst of what takes longer."""
    if os.name != "posix":
        yield
        return
    before = signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _give_up(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise TookTooLong("the file took longer than its limit of time")


def allow_processor_time(files: int) -> None:
    """Have the system end this process where a task of so many files does not listen to its limit of time."""
    if os.name != "posix":
        return
    import resource  # noqa: PLC0415 - there is none on other systems

    seconds = files * SECONDS + _CPU_GRACE
    usage = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = math.ceil(usage.ru_utime + usage.ru_stime) + seconds
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )
