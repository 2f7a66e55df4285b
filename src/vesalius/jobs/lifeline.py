"""A process of the archive ends with the one that started it, however that one ended: no orphan keeps a port."""

import multiprocessing
import os
import signal
import threading
import time
from typing import Final

STARTER: Final = "VESALIUS_STARTER"  # environment: the process id of the supervisor
_LOOK_SECONDS: Final = 0.5
_GRACE_SECONDS: Final = 30


def end_with_starter() -> None:
    """Watch, in a thread, for the end of the process that started this one; then end as if told to by SIGTERM.

    The starter's id is taken from itself, so that one that ended while we started is noticed too.
    """
    parent = multiprocessing.parent_process()
    told = os.environ.pop(STARTER, "")  # our own children have another starter
    starter = parent.pid if parent else int(told or os.getppid())
    threading.Thread(target=_watch, args=(starter,), name="lifeline", daemon=True).start()


def _watch(starter: int | None) -> None:
    while os.getppid() == starter:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
