"""What one task may use, and how a child process holds itself to it. Imports nothing of the server."""

import math
import resource
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from vesalius.errors import TooLarge, Unavailable

Result = TypeVar("Result")
Progress = Callable[[int, int], None]  # (done, total), in whatever unit the task counts


class ChildDied(Unavailable):
    """The child process of a task ended without an answer; its neighbours were not touched."""


class TaskFailed(Unavailable):
    """A task raised an error, or gave a result, that may not leave its child process."""


class TookTooLong(TooLarge):
    """A task passed its limit of time or of processor time and was ended."""


class OutOfMemory(TooLarge):
    """A task asked for more memory than its limit."""


class WroteTooMuch(TooLarge):
    """A task wrote a file larger than its limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLimits:
    """What one task may use; the defaults are generous for one series."""

    seconds: float = 600.0  # from the moment a child takes it
    cpu_seconds: int = 600  # processor time, all threads together
    memory: int = 2 << 30  # bytes of address space, the interpreter's own included
    file_size: int = 8 << 30  # bytes of any one file written
    open_files: int = 256


@dataclass(frozen=True, slots=True)
class Limited:
    """A function with limits of its own; called directly it is just the function."""

    function: Callable[..., Any]
    limits: TaskLimits | None  # None: those of the pool
    on_progress: Progress | None  # called in the parent, in order; if it raises, the task is ended with that

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function in this process, where no limit is set."""
        return self.function(*args, **kwargs)


def with_limits(
    function: Callable[..., Result], limits: TaskLimits | None = None, *, on_progress: Progress | None = None
) -> Callable[..., Result]:
    """For `Executor.submit`: the function with limits of its own and a listener to its `report`s."""
    return Limited(function, limits, on_progress)


def hold_to(limits: TaskLimits) -> None:
    """Set this process's limits for its next task; processor time counts on from what earlier tasks used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = math.ceil(usage.ru_utime + usage.ru_stime)
    wanted = {
        resource.RLIMIT_AS: limits.memory,
        resource.RLIMIT_CPU: used + limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,  # a core file would hold the patient's data
    }
    for kind, soft in wanted.items():
        hard = resource.getrlimit(kind)[1]  # left as it is, so that the next task may be given more
        resource.setrlimit(kind, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))
