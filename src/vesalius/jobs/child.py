"""The child's side of the pool: take a task, hold to its limits, answer. Imports nothing of the server."""

import contextlib
import fcntl
import os
import pickle
import signal
import sys
import traceback
from errno import EFBIG
from multiprocessing.connection import Connection
from typing import Any

from vesalius.jobs.limits import OutOfMemory, WroteTooMuch, hold_to

KEPT = frozenset(
    {"LANG", "LC_ALL", "LC_CTYPE", "PATH", "TMPDIR", "TZ"}
)  # all a child keeps of the environment
READY = b"ready"  # a child's first word
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_parent: list[Connection] = []  # the pipe to the parent; empty outside a child


def report(done: int, total: int) -> None:
    """Tell whoever waits for this task how far it is; outside a child process it does nothing."""
    for pipe in _parent:
        pipe.send_bytes(pickle.dumps(("progress", done, total)))


def serve(pipe: Connection, lifeline: Connection) -> None:
    """Do tasks from the pipe until it closes; nothing is ever sent through the lifeline."""
    _die_with(lifeline)
    _forget_surroundings()
    _parent.append(pipe)
    with contextlib.suppress(EOFError, OSError):  # the parent has closed the pipe, or died
        pipe.send_bytes(READY)
        while task := pipe.recv_bytes():
            pipe.send_bytes(_answer(task))


def _die_with(lifeline: Connection) -> None:
    """Have the kernel kill this process, whatever it is doing, once the parent no longer holds the other end.

    The parent-death signal of prctl(2) would follow the fork server, which outlives the pool's process
    as long as it has children.
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if lifeline.poll(0):  # it was let go before the lines above
        os._exit(1)


def _forget_surroundings() -> None:
    """Keep no secret of the environment, and leave Ctrl-C to the parent, which ends its children in order."""
    for name in set(os.environ) - KEPT:
        del os.environ[name]
    os.environ.update(_ONE_THREAD)  # the pool has one child per core
    sys.argv[1:] = []
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _answer(task: bytes) -> bytes:
    try:
        result = _do(task)
        return pickle.dumps(("done", pickle.dumps(result)))
    except MemoryError:
        return _failure(OutOfMemory("The task asked for more memory than its limit."))
    except OSError as error:
        if error.errno == EFBIG:
            return _failure(WroteTooMuch("The task wrote a file larger than its limit."))
        return _failure(error)
    except BaseException as error:  # noqa: BLE001 - whatever a task raises is its answer
        return _failure(error)


def _do(task: bytes) -> Any:
    function, limits, args, kwargs = pickle.loads(task)  # noqa: S301 - written by the parent
    hold_to(limits)
    return function(*args, **kwargs)


def _failure(error: BaseException) -> bytes:
    """The error with the lines it passed, but no values; where it cannot be pickled, only its class."""
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}"
    error.add_note("In the child process:\n" + "".join(traceback.format_tb(error.__traceback__)).rstrip())
    try:
        pickled = pickle.dumps(error)
    except Exception:  # noqa: BLE001 - the reason does not matter: the class still tells
        pickled = b""
    return pickle.dumps(("failed", name, pickled))
