"""A child process that dies costs its own file and no other."""

import os
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
