import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, as_completed
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from vesalius.errors import BadInput, Misconfigured
from vesalius.jobs.hands import open_hands
from vesalius.jobs.limits import (
    ChildDied,
    OutOfMemory,
    TaskFailed,
    TaskLimits,
    TookTooLong,
    WroteTooMuch,
    with_limits,
)
from vesalius.jobs.pool import ChildPool
from vesalius.store import BlobFacts, open_store

HERE = Path(__file__).parent
sys.path.append(str(HERE))
import pool_tasks as tasks  # noqa: E402 - children import it by this name

pytestmark = pytest.mark.slow

WAIT = 60  # s; far above what any task here may take


@pytest.fixture(scope="module")
def pool():
    with ChildPool(2) as pool:
        yield pool


@pytest.fixture(scope="module")
def lone():
    """A pool of one, where the same child takes one task after the other."""
    with ChildPool(1) as pool:
        yield pool


def wait_until(is_so, seconds=10.0):
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)
    return is_so()


# -- a plain Executor


def test_a_hundred_quick_tasks_are_answered(pool):
    assert list(pool.map(tasks.echo, range(100), timeout=WAIT)) == list(range(100))


def test_children_live_long_and_are_as_many_as_asked(pool):
    children = {future.result(WAIT) for future in [pool.submit(tasks.process) for _ in range(40)]}
    assert 1 <= len(children) <= 2
    assert os.getpid() not in children


def test_a_child_is_replaced_after_so_many_tasks():
    with ChildPool(1, tasks_per_child=2) as pool:
        a, b, c, d, e = pool.map(tasks.process, range(5), timeout=WAIT)
    assert a == b
    assert c == d
    assert len({a, c, e}) == 3


def test_shutdown_finishes_what_waits():
    pool = ChildPool(2)
    futures = [pool.submit(tasks.nap, 0.05) for _ in range(6)]
    pool.shutdown()
    assert [future.result(0) for future in futures] == [0.05] * 6
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(tasks.echo, 1)


def test_shutdown_cancels_what_waits_when_asked():
    pool = ChildPool(1)
    first = pool.submit(tasks.nap, 0.5)
    waiting = [pool.submit(tasks.echo, n) for n in range(5)]
    assert wait_until(first.running)
    pool.shutdown(cancel_futures=True)
    assert first.result(0) == 0.5
    for future in waiting:
        with pytest.raises(CancelledError):
            future.result(0)


def test_shutdown_leaves_no_child():
    with ChildPool(2) as pool:
        children = {future.result(WAIT) for future in [pool.submit(tasks.process) for _ in range(20)]}
    assert not any(psutil.pid_exists(child) for child in children)


def test_a_pool_may_be_shut_twice():
    pool = ChildPool(1)
    pool.shutdown()
    pool.shutdown(cancel_futures=True)


# -- errors


def test_an_error_of_the_archive_comes_back_as_itself_and_says_where_it_arose(pool):
    with pytest.raises(BadInput, match="0010,0010") as caught:
        pool.submit(tasks.refuse).result(WAIT)
    assert "pool_tasks.py" in "".join(caught.value.__notes__)


@pytest.mark.parametrize("kind", [ValueError, FileNotFoundError, EOFError, BrokenPipeError, KeyError])
def test_a_builtin_error_is_never_taken_for_a_dead_child(lone, kind):
    child = lone.submit(tasks.process).result(WAIT)
    with pytest.raises(kind):
        lone.submit(tasks.fail, kind).result(WAIT)
    assert lone.submit(tasks.process).result(WAIT) == child


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_a_task_that_wants_to_leave_only_fails(lone, kind):
    with pytest.raises(TaskFailed, match=kind.__name__):
        lone.submit(tasks.fail, kind).result(WAIT)
    assert lone.submit(tasks.echo, 1).result(WAIT) == 1


def test_an_error_that_cannot_be_pickled_is_named_by_its_class_alone(pool):
    with pytest.raises(TaskFailed, match=r"pool_tasks\.Unpicklable") as caught:
        pool.submit(tasks.fail_strangely).result(WAIT)
    assert "PATIENT" not in str(caught.value)


def test_a_task_that_cannot_be_sent_fails_alone(pool):
    with pytest.raises((AttributeError, TypeError, __import__("pickle").PicklingError)):
        pool.submit(lambda: 1).result(WAIT)
    assert pool.submit(tasks.echo, 1).result(WAIT) == 1


def test_nothing_that_a_child_sends_is_run_in_the_parent(pool, tmp_path):
    with pytest.raises(TaskFailed, match=r"posix\.system"):
        pool.submit(tasks.attack, str(tmp_path / "taken")).result(WAIT)
    assert not (tmp_path / "taken").exists()


# -- children that die


@pytest.mark.parametrize(
    ("deed", "trace"), [(tasks.die, "SIGKILL"), (tasks.abort, "SIGABRT"), (tasks.leave, "status 7")]
)
def test_a_dead_child_fails_its_own_task_and_its_five_neighbours_finish(pool, deed, trace):
    before = [pool.submit(tasks.nap, 0.1) for _ in range(3)]
    dead = pool.submit(deed)
    after = [pool.submit(tasks.nap, 0.1) for _ in range(2)]
    assert [future.result(WAIT) for future in (*before, *after)] == [0.1] * 5
    with pytest.raises(ChildDied, match=trace):
        dead.result(WAIT)


def test_a_child_killed_while_idle_costs_no_task(lone):
    child = lone.submit(tasks.process).result(WAIT)
    os.kill(child, signal.SIGKILL)
    assert wait_until(lambda: not psutil.pid_exists(child))
    assert lone.submit(tasks.process).result(WAIT) != child


@pytest.mark.slow
def test_a_fork_server_that_is_killed_is_started_again():
    with ChildPool(1) as pool:
        child = pool.submit(tasks.process).result(WAIT)
        os.kill(psutil.Process(child).ppid(), signal.SIGKILL)
        assert wait_until(lambda: pool.submit(tasks.process).result(WAIT) != child)
        assert wait_until(lambda: not psutil.pid_exists(child)), "the old child does not stay behind"


# -- limits


@pytest.mark.parametrize("deed", [tasks.nap, tasks.spin])
def test_a_task_that_hangs_is_ended_at_its_limit(pool, deed):
    began = time.monotonic()
    hanging = pool.submit(with_limits(deed, TaskLimits(seconds=0.5)), 60.0)
    neighbours = [pool.submit(tasks.echo, n) for n in range(5)]
    with pytest.raises(TookTooLong, match=r"0\.5 s"):
        hanging.result(WAIT)
    assert 0.4 < time.monotonic() - began < 10
    assert [future.result(WAIT) for future in neighbours] == list(range(5))


def test_a_child_that_stands_still_is_ended_at_its_limit(lone):
    with pytest.raises(TookTooLong):
        lone.submit(with_limits(tasks.stop, TaskLimits(seconds=0.5))).result(WAIT)
    assert lone.submit(tasks.echo, 1).result(WAIT) == 1


def test_a_memory_bomb_is_an_error_and_the_pool_lives(pool):
    with pytest.raises(OutOfMemory):
        pool.submit(tasks.eat, 8 << 30).result(WAIT)
    assert pool.submit(tasks.eat, 8 << 20).result(WAIT) == 8 << 20


@pytest.mark.slow
def test_processor_time_is_limited(lone):
    with pytest.raises(TookTooLong, match="processor time"):
        lone.submit(with_limits(tasks.spin, TaskLimits(cpu_seconds=1)), 30.0).result(WAIT)
    assert lone.submit(tasks.echo, 1).result(WAIT) == 1


@pytest.mark.slow
def test_processor_time_is_counted_anew_for_each_task_of_a_child():
    with ChildPool(1, limits=TaskLimits(cpu_seconds=1)) as pool:
        child = pool.submit(tasks.process).result(WAIT)
        limits = [pool.submit(tasks.spin, 0.5).result(WAIT) for _ in range(4)]
        assert pool.submit(tasks.process).result(WAIT) == child, "2 s in tasks of 0.5 s pass a limit of 1 s"
    assert limits[0] < limits[-1]


def test_the_size_of_a_file_is_limited(pool, tmp_path):
    small = TaskLimits(file_size=1 << 20)
    with pytest.raises(WroteTooMuch):
        pool.submit(with_limits(tasks.write, small), str(tmp_path / "large"), 2 << 20).result(WAIT)
    assert pool.submit(tasks.write, str(tmp_path / "large"), 2 << 20).result(WAIT) == 2 << 20


def test_open_files_are_limited_and_no_core_is_dumped(pool):
    with pytest.raises(OSError, match="Too many open files"):
        pool.submit(with_limits(tasks.open_many, TaskLimits(open_files=64)), 100).result(WAIT)
    assert pool.submit(tasks.limits).result(WAIT) == {"core": 0, "files": TaskLimits().open_files}


def test_limits_may_be_set_for_one_task(pool):
    with pytest.raises(TookTooLong):
        pool.submit(with_limits(tasks.nap, TaskLimits(seconds=0.3)), 60).result(WAIT)
    assert with_limits(tasks.echo, TaskLimits(seconds=0.3))(5) == 5, (
        "called directly it is the function itself"
    )


# -- progress


def test_progress_arrives_in_order(pool):
    seen = []
    future = pool.submit(
        with_limits(tasks.count_to, on_progress=lambda n, total: seen.append((n, total))), 50
    )
    assert future.result(WAIT) == 50
    assert seen == [(n, 50) for n in range(1, 51)]


def test_progress_that_nobody_listens_to_is_no_error(pool):
    assert pool.submit(tasks.count_to, 5).result(WAIT) == 5


def test_a_listener_that_raises_ends_the_task(pool):
    def stop(done, _total):
        if done == 3:
            raise OSError("interrupted")

    with pytest.raises(OSError, match="interrupted"):
        pool.submit(with_limits(tasks.count_for_ever, on_progress=stop), 9).result(WAIT)
    assert pool.submit(tasks.echo, 1).result(WAIT) == 1


# -- what a child has of the world


def test_a_child_has_nothing_of_django(pool):
    __import__("django.db")  # the parent has it
    assert pool.submit(tasks.modules, ["django", "vesalius.jobs.models"]).result(WAIT) == []
    assert pool.submit(tasks.modules, ["vesalius.jobs.child"]).result(WAIT) == ["vesalius.jobs.child"]


def test_a_child_inherits_no_secret(monkeypatch):
    monkeypatch.setenv("VESALIUS_SECRET_KEY", "canary")
    with ChildPool(1) as pool:
        environment = pool.submit(tasks.environment).result(WAIT)
    assert "canary" not in environment.values()
    assert set(environment) <= {"LANG", "LC_ALL", "LC_CTYPE", "PATH", "TMPDIR", "TZ"} | {
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
    }


def test_a_child_writes_a_blob_that_the_parent_commits(pool, tmp_path):
    store = open_store(tmp_path / "store")
    blob = pool.submit(tasks.keep, str(tmp_path / "store"), b"DICM").result(WAIT)
    assert isinstance(blob, BlobFacts)
    assert not store.has(blob.sha256)
    store.commit([blob])
    assert store.verify(blob.sha256)


# -- the parent's death

PARENT = """
import sys
sys.path.append({here!r})
import pool_tasks
from vesalius.jobs.pool import ChildPool
if {guard}:
    pool = ChildPool(2)
    for future in [pool.submit(pool_tasks.nap, 0.2) for _ in range(4)]:
        future.result()
    busy = [pool.submit(pool_tasks.spin, 600.0), pool.submit(pool_tasks.nap, 600.0)]
    print("ready", flush=True)
    busy[0].result()
"""


@contextmanager
def start_parent(tmp_path, guard):
    script = tmp_path / "parent.py"
    script.write_text(PARENT.format(here=str(HERE), guard=guard))
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as parent:
        try:
            yield parent
        finally:
            parent.kill()


@pytest.mark.slow
def test_a_parent_that_is_killed_leaves_no_child(tmp_path):
    with start_parent(tmp_path, guard="__name__ == '__main__'") as parent:
        assert parent.stdout.readline() == "ready\n"
        family = psutil.Process(parent.pid).children(recursive=True)
        assert len(family) >= 3, "two children and their fork server"
        parent.kill()
        assert wait_until(lambda: not any(one.is_running() and one.status() != "zombie" for one in family))


@pytest.mark.slow
def test_a_script_without_a_guard_is_told_and_starts_no_flood(tmp_path):
    with start_parent(tmp_path, guard="True") as parent:
        _, errors = parent.communicate(timeout=WAIT)
    assert parent.returncode == 1
    assert "A child process did not start" in errors


def test_ctrl_c_in_the_terminal_is_the_parents_to_handle(lone):
    child = lone.submit(tasks.process).result(WAIT)
    os.kill(child, signal.SIGINT)
    assert lone.submit(tasks.process).result(WAIT) == child


def test_many_threads_may_submit_at_once(pool):
    results = []

    def submit_some():
        results.extend(f.result(WAIT) for f in as_completed([pool.submit(tasks.echo, 7) for _ in range(20)]))

    threads = [threading.Thread(target=submit_some) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [7] * 100


# -- hands


def test_hands_are_processes_unless_another_extra_is_installed():
    with open_hands("processes", 1) as hands:
        assert hands.submit(tasks.echo, 1).result(WAIT) == 1
    with pytest.raises(Misconfigured, match="cluster"), open_hands("tcp://127.0.0.1:8786"):
        pass


def test_the_hands_import_nothing_of_the_server():
    asked = "import sys, vesalius.jobs.hands; print([m for m in ('django', 'sqlite3') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
