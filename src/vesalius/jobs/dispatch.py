"""The dispatcher of one side: leases jobs, runs their handlers, keeps the leases alive."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import close_old_connections, connections

from vesalius.errors import ArchiveError
from vesalius.jobs import queue
from vesalius.jobs.models import Job
from vesalius.settings.routing import Side, named, on

LEASE_SECONDS = 60.0
POLL_SECONDS = 0.2
log = logging.getLogger(__name__)
Handler = Callable[["Work"], None]
_handlers: dict[Side, dict[str, Handler]] = {Side.ARCHIVE: {}, Side.INTAKE: {}}


def handles(kind: str, side: Side) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of job; capabilities are known to the dispatcher by these names alone."""

    def register(handler: Handler) -> Handler:
        if _handlers[side].setdefault(kind, handler) is not handler:
            raise ValueError(f"two handlers for jobs of kind {kind}")
        return handler

    return register


class Work:
    """One leased job in the hands of its handler."""

    def __init__(self, job: Job, side: Side, hands: Executor) -> None:
        self.job, self.side, self.hands = job, side, hands
        self.finished = False

    @property
    def args(self) -> dict[str, Any]:
        """What was asked for."""
        return dict(self.job.args)

    def hand(self, task: Callable[..., Any], *args: Any) -> "Future[Any]":
        """Give a pure task to a child process."""
        return self.hands.submit(task, *args)

    def report(self, items: int, total_items: int, bytes_: int = 0, total_bytes: int = 0) -> None:
        """Show how far the job is."""
        with named(self.side):
            queue.report(
                self.job, items=items, total_items=total_items, bytes_=bytes_, total_bytes=total_bytes
            )

    @contextmanager
    def saving(self) -> Iterator[None]:
        """A transaction for a part of the results, refused when the lease has passed to another."""
        with on(self.side):
            queue.require_held(self.job)
            yield

    @contextmanager
    def finishing(self) -> Iterator[None]:
        """The transaction of the results: all of them and the job's end together, or nothing."""
        with on(self.side):
            yield
            queue.finish(self.job)
        self.finished = True


class Dispatcher:
    """Runs the jobs of one side until told to stop; several may run at once, on one machine or many."""

    def __init__(
        self, side: Side, hands: Executor, *, threads: int, lease_seconds: float = LEASE_SECONDS
    ) -> None:
        self.side, self.hands, self.threads, self.lease_seconds = side, hands, threads, lease_seconds
        self.holder = f"{socket.gethostname()}:{os.getpid()}"
        self._stop = threading.Event()
        self._running: dict[int, Job] = {}
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Take no further job; those under way are finished."""
        self._stop.set()

    def run(self) -> None:
        """Work until `stop`."""
        renewer = threading.Thread(target=self._renew, name="leases", daemon=True)
        renewer.start()
        with ThreadPoolExecutor(self.threads, "handler") as pool:
            while not self._stop.is_set():
                if not self._lease_into(pool):
                    self._stop.wait(POLL_SECONDS)
        renewer.join(1)
        connections.close_all()

    def run_until_idle(self) -> int:
        """Do every job that can be done now, in this thread; returns how many. For tests and one-off commands."""
        count = 0
        while jobs := self._lease(1):
            self._do(jobs[0])
            count += 1
        return count

    def _lease(self, count: int) -> list[Job]:
        with named(self.side):
            return queue.lease(
                _handlers[self.side].keys(), count, seconds=self.lease_seconds, holder=self.holder
            )

    def _lease_into(self, pool: ThreadPoolExecutor) -> bool:
        with self._lock:
            free = self.threads - len(self._running)
        if free <= 0:
            return False
        try:
            jobs = self._lease(free)
        except Exception:
            log.exception("the job table of the %s side cannot be read", self.side.value)
            close_old_connections()
            return False
        for job in jobs:
            with self._lock:
                self._running[job.pk] = job
            pool.submit(self._do, job).add_done_callback(lambda _, pk=job.pk: self._forget(pk))  # type: ignore[misc]
        return bool(jobs)

    def _forget(self, pk: int) -> None:
        with self._lock:
            self._running.pop(pk, None)

    def _do(self, job: Job) -> None:
        work = Work(job, self.side, self.hands)
        try:
            _handlers[self.side][job.kind](work)
            if not work.finished:
                with work.finishing():
                    pass
        except queue.LeaseLost:
            log.warning("job %s (%s) went to another dispatcher", job.pk, job.kind)
        except Exception as error:  # noqa: BLE001 - whatever it was, the job must be given back
            self._fail(job, error)

    def _fail(self, job: Job, error: Exception) -> None:
        # An ArchiveError's sentence is free of PHI by rule; of any other only the class is safe to keep.
        reason = (
            f"{type(error).__name__}: {error}" if isinstance(error, ArchiveError) else type(error).__name__
        )
        log.error(
            "job %s (%s) failed: %s", job.pk, job.kind, reason, exc_info=error if _debugging() else None
        )
        with named(self.side):
            queue.fail(job, reason, final=isinstance(error, ArchiveError) and error.status < 500)

    def _renew(self) -> None:
        while not self._stop.wait(self.lease_seconds / 3):
            with self._lock:
                jobs = list(self._running.values())
            try:
                with named(self.side):
                    for job in jobs:
                        queue.renew(job, seconds=self.lease_seconds)
            except Exception:
                log.exception("leases of the %s side could not be renewed", self.side.value)
                close_old_connections()


def _debugging() -> bool:
    return bool(
        os.environ.get("VESALIUS_DEBUG")
    )  # tracebacks may hold locals of files that nobody has cleaned
