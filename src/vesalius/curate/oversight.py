"""What a person decides about jobs of either side: once more, or not at all."""

from vesalius.audit.trail import record
from vesalius.errors import Conflict
from vesalius.jobs import queue
from vesalius.jobs.models import Job
from vesalius.settings.routing import Side, on


def retry_job(side: Side, job_id: int, *, person: str) -> None:
    """Open a parked job once more; Conflict when it is not parked."""
    with on(side):
        if not queue.retry(job_id):
            raise Conflict("The job is not parked any more.")
        _record("job.retry", job_id, person)


def cancel_job(side: Side, job_id: int, *, person: str) -> None:
    """Take a waiting job out of the queue; Conflict when it has begun or ended."""
    with on(side):
        if not queue.cancel(job_id):
            raise Conflict("The job is not waiting any more.")
        _record("job.cancel", job_id, person)


def _record(deed: str, job_id: int, person: str) -> None:
    kind = Job.objects.get(pk=job_id).kind
    record(deed, person=person, target_kind="job", target=str(job_id), detail={"kind": kind})
