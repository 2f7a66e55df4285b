"""A child process that dies costs its own file and no other."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace

import pytest

from vesalius.site.work.hands import Hands, TookTooLong, limited

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Words:
    words: tuple[str, ...]

    def single(self):
        return [replace(self, words=(word,)) for word in self.words]


def spell(task: Words) -> list[str]:
    for word in task.words:
        if word == "die":
            os._exit(9)
    return [word.upper() for word in task.words]


def lost(task: Words) -> list[str]:
    return [f"lost {word}" for word in task.words]


def test_those_beside_a_task_that_ends_its_process_are_done_all_the_same():
    tasks = [
        Words(("a", "b")),
        Words(("c", "die", "d")),
        Words(("e",)),
        *(Words((f"x{n}",)) for n in range(20)),
    ]
    with Hands(2) as hands:
        done = [word for result in hands.results(spell, lost, tasks) for word in result]
    assert sorted(done) == sorted(["A", "B", "C", "lost die", "D", "E", *(f"X{n}" for n in range(20))])


def test_what_takes_too_long_is_ended():
    began = time.monotonic()
    with pytest.raises(TookTooLong), limited(1):
        while time.monotonic() - began < 30:
            time.sleep(0.01)
    assert time.monotonic() - began < 10


def test_the_tool_is_loaded_where_a_system_lacks_what_posix_has():
    """As far as it can be told here: what Windows lacks is taken away before anything is imported."""
    lacking = "import os, signal, sys; sys.modules |= dict.fromkeys(['fcntl', 'resource', 'pwd', 'grp', 'termios'])\n"
    less = "del signal.SIGALRM, signal.SIGKILL, signal.alarm, os.fchmod, os.O_DIRECTORY\n"
    names = (
        "cli.deidentify_display",
        "cli.inspect_display",
        "site.run",
        "site.passes.supporting",
        "site.survey.run",
    )
    load = "\n".join(f"import vesalius.{name}" for name in names)
    done = subprocess.run(
        [sys.executable, "-c", lacking + less + load], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
