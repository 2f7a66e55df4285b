"""What the children of the tests do: a module that imports nothing of the server."""

import os
import resource
import signal
import sys
import time
from pathlib import Path

from vesalius.errors import BadInput
from vesalius.jobs.child import report
from vesalius.store import open_store


class Unpicklable(Exception):
    def __init__(self, one, two):
        super().__init__("PATIENT^NAME")
        self.hold = lambda: (one, two)


class Runs:
    """Pickled as a call: what a child that was taken over would send."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def echo(value):
    return value


def process(_=None):
    return os.getpid()


def nap(seconds=0.2):
    time.sleep(seconds)
    return seconds


def die(_=None):
    os.kill(os.getpid(), signal.SIGKILL)


def abort():
    os.abort()


def leave():
    os._exit(7)


def stop():
    os.kill(os.getpid(), signal.SIGSTOP)


def spin(seconds=60.0):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return resource.getrlimit(resource.RLIMIT_CPU)[0]


def eat(size):
    return len(bytearray(size))


def write(path, size):
    with Path(path).open("wb") as file:
        file.truncate(size)
    return size


def open_many(count):
    files = [os.open("/dev/null", os.O_RDONLY) for _ in range(count)]
    return len(files)


def modules(names):
    return [name for name in names if name in sys.modules]


def environment():
    return dict(os.environ)


def count_to(total):
    for done in range(1, total + 1):
        report(done, total)
    return total


def count_for_ever(total):
    done = 0
    while True:
        done += 1
        report(done, total)
        time.sleep(0.01)


def refuse():
    raise BadInput("element (0010,0010) cannot be used")


def fail(kind):
    raise kind("no")


def fail_strangely():
    raise Unpicklable(1, 2)


def attack(path):
    return Runs(path)


def keep(folder, content):
    with open_store(Path(folder)).writer() as writer:
        writer.write(content)
        return writer.finish()


def limits():
    return {
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
    }
