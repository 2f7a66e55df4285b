"""A pool of long-lived child processes: one that dies or overreaches fails its own task and is replaced."""

import multiprocessing
import multiprocessing.process
import pickle
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from vesalius.jobs import child
from vesalius.jobs.answers import NotAnAnswer, load_answer
from vesalius.jobs.limits import ChildDied, Limited, OutOfMemory, TaskFailed, TaskLimits, TookTooLong

Result = TypeVar("Result")

_CONTEXT = multiprocessing.get_context("forkserver")  # never a fork of a process that has threads
_BOOKS = threading.Lock()  # multiprocessing's register of children is not made for many threads
_LARGEST_ANSWER = 256 << 20  # bytes; facts are small, and blobs go to a store
_START = 60.0  # seconds that a loaded machine may take to start a child
_LAST_BREATH = 1.0  # seconds between the end of a pipe and the end of its process


@dataclass(frozen=True, slots=True)
class _Task:
    """A function with its limits set, and where its result is awaited."""

    future: Future[Any]
    limited: Limited
    limits: TaskLimits
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def message(self) -> bytes:
        """What the child is sent; the listener to its progress stays here."""
        return pickle.dumps((self.limited.function, self.limits, self.args, self.kwargs))


class _Child:
    """One child process and the pipe to it; used by one thread."""

    def __init__(self) -> None:
        self.done = 0  # tasks answered
        self.is_spent = False  # not to be given another task
        self._status: int | None = None  # as of the process, once it was seen out
        self._pipe, theirs = _CONTEXT.Pipe()
        their_lifeline, self._lifeline = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=child.serve, args=(theirs, their_lifeline), daemon=True)
        with _BOOKS:
            self._process.start()
            # At exit multiprocessing joins every child in its register, without our lock, while a thread of ours may
            # be closing it: that wait would never end. Ours leave by their lifeline, so they need not stand there.
            multiprocessing.process._children.discard(self._process)  # type: ignore[attr-defined]  # noqa: SLF001
        theirs.close()
        their_lifeline.close()
        self._await_start()

    def _await_start(self) -> None:
        """Wait for the child's first word, so that no task pays with its own time for the start."""
        try:
            if self._pipe.poll(_START) and self._pipe.recv_bytes(_LARGEST_ANSWER) == child.READY:
                return
        except (EOFError, OSError):
            pass
        self.end()
        raise ChildDied("A child process did not start.")

    def is_alive(self) -> bool:
        """Tell whether the process still runs."""
        with _BOOKS:
            return self._process.is_alive()

    def run(self, task: _Task) -> Any:
        """Send one task and wait; raises what the task raised, or the reason why there is no answer."""
        message = task.message()
        self.is_spent = True  # until its answer is here, whole and in time
        late = threading.Event()
        clock = threading.Timer(task.limits.seconds, self._end_late, (late,))
        clock.daemon = True
        clock.start()
        try:
            answer = self._exchange(message, task.limited)
        except (EOFError, OSError):
            raise self._obituary(task.limits, late=late.is_set()) from None
        finally:
            clock.cancel()
            clock.join()  # or it might end the child during its next task
        self.is_spent = late.is_set()
        self.done += 1
        return self._opened(answer)

    def _exchange(self, message: bytes, limited: Limited) -> tuple[Any, ...]:
        """The answer of the child; EOFError or OSError mean that it has ended."""
        self._pipe.send_bytes(message)
        while True:
            answer: tuple[Any, ...] = load_answer(self._pipe.recv_bytes(_LARGEST_ANSWER))
            if answer[0] != "progress":
                return answer
            if limited.on_progress is not None:
                _, done, total = answer
                _listen(limited.on_progress, done, total)

    def _opened(self, answer: tuple[Any, ...]) -> Any:
        """The result of a task, or its error."""
        *head, pickled = answer
        try:
            outcome = load_answer(pickled)
        except Exception as error:  # noqa: BLE001 - a class that may not cross, or one that cannot be rebuilt
            kind = error if isinstance(error, NotAnAnswer) else type(error).__name__
            what = f"an error ({head[1]})" if head[0] == "failed" else f"a result ({kind})"
            raise TaskFailed(f"The task ended with {what} that may not cross from a child process.") from None
        if head[0] == "failed":
            self.is_spent |= isinstance(outcome, OutOfMemory)  # its memory may be in pieces
            raise outcome
        return outcome

    def _end_late(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def _obituary(self, limits: TaskLimits, *, late: bool) -> ChildDied | TookTooLong:
        code = self.end()
        if late:
            return TookTooLong(f"The task gave no answer in {limits.seconds:g} s.")
        if code == -signal.SIGXCPU:
            return TookTooLong(f"The task used more than {limits.cpu_seconds} s of processor time.")
        how = signal.Signals(-code).name if code < 0 else f"status {code}"
        return ChildDied(f"The child process of the task ended with {how}.")

    def end(self) -> int:
        """Close the pipe, at which an idle child leaves by itself, and see the process out; its status."""
        if self._status is None:
            self._pipe.close()
            with _BOOKS:
                self._process.join(_LAST_BREATH)
                if self._process.is_alive():
                    self._process.kill()
                    self._process.join()
                self._lifeline.close()
                self._status = self._process.exitcode or 0
                self._process.close()
        return self._status


class _ListenerFailed(Exception):
    """The listener to a task's progress raised an error, which ends the task: not an error of the pipe."""


def _listen(on_progress: Callable[[int, int], None], done: int, total: int) -> None:
    try:
        on_progress(done, total)
    except Exception as error:
        raise _ListenerFailed from error


class ChildPool(Executor):
    """An Executor of `count` child processes, each with limits, none with Django, secrets or a database.

    limits: of each task, unless `with_limits` gives it its own;
    tasks_per_child: after so many a child is replaced, for libraries that leak.
    """

    def __init__(
        self, count: int = 1, *, limits: TaskLimits | None = None, tasks_per_child: int | None = None
    ) -> None:
        _CONTEXT.set_forkserver_preload([child.__name__])  # and not __main__, which may be a server
        self._limits = limits or TaskLimits()
        self._tasks_per_child = tasks_per_child
        self._queue: SimpleQueue[_Task | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_shut = False
        self._threads = [
            threading.Thread(target=self._look_after, name=f"hand-{n}", daemon=True) for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, function: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:
        """Have a child call a function of an importable module; see `with_limits` and `child.report`."""
        future: Future[Result] = Future()
        limited = function if isinstance(function, Limited) else Limited(function, None, None)
        task = _Task(future, limited, limited.limits or self._limits, args, kwargs)
        with self._lock:
            if self._is_shut:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._queue.put(task)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002
        """Take no more tasks; those begun or waiting are finished first, unless the waiting are cancelled."""
        with self._lock:
            self._is_shut = True
            if cancel_futures:
                self._cancel_waiting()
            for _ in self._threads:
                self._queue.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _cancel_waiting(self) -> None:
        with suppress(Empty):
            while True:
                if (task := self._queue.get_nowait()) is not None:
                    task.future.cancel()

    def _look_after(self) -> None:
        """One thread for one child: the thread never dies, the child may."""
        hand: _Child | None = None
        while (task := self._queue.get()) is not None:
            if task.future.set_running_or_notify_cancel():
                hand = self._do(task, hand)
        if hand is not None:
            hand.end()

    def _do(self, task: _Task, hand: _Child | None) -> _Child | None:
        """Do a task with this child, or a new one; the child for the next task, None where it must be new."""
        try:
            if hand is None or not hand.is_alive():  # it may have ended while it had nothing to do
                hand = self._replace(hand)
            result = hand.run(task)
        except _ListenerFailed as error:
            task.future.set_exception(error.__cause__)
        except BaseException as error:  # noqa: BLE001 - every error belongs to the task's future
            task.future.set_exception(error)
        else:
            task.future.set_result(result)
        if hand is not None and (hand.is_spent or hand.done == self._tasks_per_child):
            hand.end()
            return None
        return hand

    @staticmethod
    def _replace(hand: _Child | None) -> _Child:
        if hand is not None:
            hand.end()
        return _Child()
