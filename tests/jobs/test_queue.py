"""The job table: leases end, fences hold, attempts are counted, nothing is done twice with two results."""

from datetime import timedelta

import pytest
from django.utils import timezone

from vesalius.audit.models import AuditEntry
from vesalius.audit.trail import record
from vesalius.errors import ArchiveError, BadInput
from vesalius.jobs import queue
from vesalius.jobs.dispatch import Dispatcher, Work, handles
from vesalius.jobs.models import Job, State
from vesalius.settings.routing import Side, named, on

SIDES = pytest.mark.parametrize("side", list(Side))
KIND = "test-work"


def _add(side: Side, **options) -> Job:
    with on(side):
        return queue.enqueue(KIND, **options)


def _lease(side: Side, *, seconds: float = 60, holder: str = "one", count: int = 1) -> list[Job]:
    with named(side):
        return queue.lease([KIND], count, seconds=seconds, holder=holder)


def _now(side: Side, job: Job) -> Job:
    with named(side):
        return Job.objects.get(pk=job.pk)


@SIDES
def test_a_leased_job_is_given_to_nobody_else(house, side):
    _add(side)
    assert len(_lease(side)) == 1
    assert _lease(side, holder="two") == []


@SIDES
def test_a_lease_that_has_passed_is_given_to_the_next_and_the_first_can_no_longer_finish(house, side):
    _add(side)
    first = _lease(side, seconds=-1)[0]
    second = _lease(side, holder="two")[0]
    assert second.pk == first.pk
    assert second.fence > first.fence
    with pytest.raises(queue.LeaseLost), on(side):
        record("test.deed", person="one", target_kind="test", target="1")
        queue.finish(first)
    with named(side):
        assert not AuditEntry.objects.exists(), "what the loser did is undone with its transaction"
    with on(side):
        queue.finish(second)
    assert _now(side, second).state == State.DONE


@SIDES
def test_a_lease_can_be_renewed_by_its_holder_alone(house, side):
    _add(side)
    first = _lease(side, seconds=-1)[0]
    with named(side):
        assert queue.renew(first, seconds=60)
    assert _lease(side, holder="two") == []


@SIDES
def test_a_job_whose_holders_die_is_parked_after_its_attempts(house, side):
    job = _add(side, max_attempts=2)
    assert _lease(side, seconds=-1)
    assert _lease(side, seconds=-1)
    assert _lease(side) == []
    assert _now(side, job).state == State.PARKED


@SIDES
def test_jobs_go_by_priority_and_then_by_age(house, side):
    late = _add(side)
    urgent = _add(side, priority=5)
    assert [job.pk for job in _lease(side, count=2)] == [urgent.pk, late.pk]


@SIDES
def test_a_delayed_job_waits_for_its_time(house, side):
    job = _add(side, delay=timedelta(hours=1))
    assert _lease(side) == []
    with named(side):
        Job.objects.filter(pk=job.pk).update(run_after=timezone.now() - timedelta(seconds=1))
    assert len(_lease(side)) == 1


@SIDES
def test_the_same_key_waits_once_and_again_once_it_has_begun(house, side):
    first = _add(side, key="a")
    assert _add(side, key="a") == first
    assert _lease(side)
    assert _add(side, key="a") != first, "one that has begun may not have seen what is new"


@SIDES
def test_a_failed_job_waits_and_is_parked_at_its_last_attempt_and_a_person_opens_it_again(house, side):
    job = _add(side, max_attempts=2)
    for expected in (State.WAITING, State.PARKED):
        held = _lease(side)[0]
        with named(side):
            queue.fail(held, "it rained")
            Job.objects.filter(pk=job.pk, state=State.WAITING).update(run_after=None)
        assert _now(side, job).state == expected
    with named(side):
        assert queue.retry(job.pk)
        assert not queue.retry(job.pk)
    assert _now(side, job).attempts == 0


@SIDES
def test_only_a_waiting_job_can_be_cancelled(house, side):
    job = _add(side)
    with named(side):
        assert queue.cancel(job.pk)
    other = _add(side)
    _lease(side)
    with named(side):
        assert not queue.cancel(other.pk)


@SIDES
def test_progress_is_seen_while_a_job_runs(house, side):
    job = _add(side)
    held = _lease(side)[0]
    with named(side):
        queue.report(held, items=3, total_items=10, bytes_=5, total_bytes=50)
    seen = _now(side, job)
    assert (seen.done_items, seen.total_items, seen.done_bytes, seen.total_bytes) == (3, 10, 5, 50)


def _explode(work: Work) -> None:
    raise ERRORS[work.args["how"]]


ERRORS = {
    "odd": ValueError("Doe^John"),
    "bad": BadInput("the file names no patient"),
    "down": ArchiveError("later"),
}
handles("test-explode", Side.INTAKE)(_explode)


@pytest.mark.parametrize(
    ("how", "state", "error"),
    [
        ("odd", State.WAITING, "ValueError"),
        ("bad", State.PARKED, "BadInput: the file names no patient"),
        ("down", State.WAITING, "ArchiveError: later"),
    ],
)
def test_a_handler_that_fails_leaves_a_reason_without_any_value(house, hands, how, state, error):
    with on(Side.INTAKE):
        job = queue.enqueue("test-explode", {"how": how})
    Dispatcher(Side.INTAKE, hands, threads=1).run_until_idle()
    seen = _now(Side.INTAKE, job)
    assert (seen.state, seen.error) == (state, error)
