"""The hands: whatever does the heavy work of a job, as a standard `Executor`."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from vesalius.errors import Misconfigured
from vesalius.jobs.limits import TaskLimits
from vesalius.jobs.pool import ChildPool


@contextmanager
def open_hands(
    where: str = "processes", count: int = 1, *, limits: TaskLimits | None = None
) -> Iterator[Executor]:
    """`where`: "processes", a pool of `count` children that replaces dead ones; Misconfigured for others."""
    if where != "processes":
        raise Misconfigured('Hands other than "processes" need the extra "cluster", which is not installed.')
    with ChildPool(count, limits=limits) as pool:
        yield pool
