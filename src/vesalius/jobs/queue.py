"""Put work into the table, lease it, renew, finish and fail it; every call works on the named side."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from vesalius.errors import Conflict
from vesalius.jobs.models import Job, State
from vesalius.settings.routing import connection_of, named_side, on, require_transaction

RETRY_SECONDS = (2, 15, 60)  # pause after the first, second and any further failure


class LeaseLost(Conflict):
    """Another dispatcher holds the job by now; what this one did is undone with its transaction."""


def enqueue(
    kind: str,
    args: Mapping[str, Any] | None = None,
    *,
    key: str = "",
    priority: int = 0,
    max_attempts: int = 3,
    total_items: int = 0,
    delay: timedelta | None = None,
) -> Job:
    """Add a job on the named side, inside the transaction that makes it necessary.

    key: a waiting job of the same kind and key is returned instead of a second one; one that has begun may have
    read the rows before this transaction changed them, so it does not count. delay: not before so long.
    SideNotNamed outside a transaction.
    """
    require_transaction(named_side())
    if key:
        existing = Job.objects.filter(kind=kind, key=key, state=State.WAITING).first()
        if existing is not None:
            return existing
    return Job.objects.create(
        kind=kind,
        key=key,
        args=dict(args or {}),
        priority=priority,
        max_attempts=max_attempts,
        total_items=total_items,
        run_after=timezone.now() + delay if delay else None,
    )


def enqueue_many(kind: str, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """Add a job per key on the named side, in a few statements; keys with an open job of this kind are left out.

    wanted: key -> args. SideNotNamed outside a transaction.
    """
    require_transaction(named_side())
    jobs = (Job(kind=kind, key=key, args=dict(args)) for key, args in wanted.items())
    Job.objects.bulk_create(jobs, batch_size=500, ignore_conflicts=True)


def lease(kinds: Collection[str], count: int, *, seconds: float, holder: str) -> list[Job]:
    """Take up to `count` open jobs of these kinds whose lease is free or has passed, best first."""
    side = named_side()
    now = timezone.now()
    free = Q(state=State.WAITING) & (Q(run_after=None) | Q(run_after__lte=now))
    left = Q(state=State.RUNNING, leased_until__lt=now)
    with on(side):
        wanted = Job.objects.filter(free | left, kind__in=kinds).order_by("-priority", "id")
        if connection_of(side).features.has_select_for_update_skip_locked:
            wanted = wanted.select_for_update(skip_locked=True)
        jobs = list(wanted[:count])
        for job in jobs:
            _take(job, now, seconds, holder)
    return [job for job in jobs if job.state == State.RUNNING]


def _take(job: Job, now: datetime, seconds: float, holder: str) -> None:
    if job.attempts >= job.max_attempts:  # its holders died each time
        job.state, job.finished_at = State.PARKED, now
        job.error = job.error or "every attempt ended with the death of its process"
        job.save(update_fields=["state", "finished_at", "error"])
        return
    job.state, job.holder, job.started_at = State.RUNNING, holder, now
    job.attempts += 1
    job.fence += 1
    job.leased_until = now + timedelta(seconds=seconds)
    job.save(update_fields=["state", "holder", "started_at", "attempts", "fence", "leased_until"])


def _held(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, fence=job.fence, state=State.RUNNING)


def require_held(job: Job) -> None:
    """Refuse, with its whole transaction, the result of a job that is no longer ours."""
    require_transaction(named_side())
    if not _held(job).exists():
        raise LeaseLost("the lease of this job has passed to another dispatcher")


def renew(job: Job, *, seconds: float) -> bool:
    """Hold the job for `seconds` from now; False when it is no longer ours."""
    return bool(_held(job).update(leased_until=timezone.now() + timedelta(seconds=seconds)))


def report(job: Job, *, items: int, total_items: int, bytes_: int = 0, total_bytes: int = 0) -> None:
    """Show how far the job is."""
    _held(job).update(done_items=items, total_items=total_items, done_bytes=bytes_, total_bytes=total_bytes)


def finish(job: Job) -> None:
    """Mark the job done, inside the transaction that holds its results; LeaseLost undoes them all."""
    require_transaction(named_side())
    done = _held(job).update(
        state=State.DONE, finished_at=timezone.now(), leased_until=None, error="", done_items=F("total_items")
    )
    if not done:
        raise LeaseLost("the lease of this job has passed to another dispatcher")


def fail(job: Job, reason: str, *, final: bool = False) -> None:
    """Give the job back to be tried again later, or park it after its last attempt.

    reason: in words, without any element's value.
    """
    now = timezone.now()
    if final or job.attempts >= job.max_attempts:
        _held(job).update(state=State.PARKED, finished_at=now, leased_until=None, error=reason)
        return
    if job.key and Job.objects.filter(kind=job.kind, key=job.key, state=State.WAITING).exists():
        _held(job).update(state=State.CANCELLED, finished_at=now, leased_until=None, error=reason)
        return  # the same work waits already
    pause = RETRY_SECONDS[min(job.attempts, len(RETRY_SECONDS)) - 1]
    _held(job).update(
        state=State.WAITING, leased_until=None, error=reason, run_after=now + timedelta(seconds=pause)
    )


def retry(job_id: int) -> bool:
    """Open a parked job once more, as a person asks; False when it is not parked."""
    parked = Job.objects.filter(pk=job_id, state=State.PARKED)
    return bool(parked.update(state=State.WAITING, attempts=0, finished_at=None, run_after=None))


def cancel(job_id: int) -> bool:
    """Take a waiting job out of the queue; False when it has begun or ended."""
    waiting = Job.objects.filter(pk=job_id, state=State.WAITING)
    return bool(waiting.update(state=State.CANCELLED, finished_at=timezone.now()))
