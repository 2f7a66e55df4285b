"""The child's side of the pool: take a task, hold to its limits, answer. Imports nothing of the server."""

import contextlib
import ctypes
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
_PR_SET_PDEATHSIG = 1
_parent: list[Connection] = []  # the pipe to the parent; empty outside a child


def report(done: int, total: int) -> None:
    """Tell whoever waits for this task how far it is; outside a child process it does nothing."""
    for pipe in _parent:
        pipe.send_bytes(pickle.dumps(("progress", done, total)))


def serve(pipe: Connection, parent: int) -> None:
    """Do tasks from the pipe until it closes; `parent` is the process whose death ends this one."""
    _die_with(parent)
    _forget_surroundings()
    _parent.append(pipe)
    with contextlib.suppress(EOFError, OSError):  # the parent has closed the pipe, or died
        pipe.send_bytes(READY)
        while task := pipe.recv_bytes():
            pipe.send_bytes(_answer(task))


def _die_with(parent: int) -> None:
    """Have the kernel end this process with the fork server, which itself ends with the pool's process."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if not _is_running(parent):  # it died before the line above
        os._exit(1)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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
