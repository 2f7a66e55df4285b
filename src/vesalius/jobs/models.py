"""The job table: the truth about what is to be done, being done and done; one table on each side."""

from django.db import models


class State(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"  # gave up after its attempts; a person decides
    CANCELLED = "cancelled"


class Job(models.Model):
    """One durable unit of work. A lease is a time: when it passes, another dispatcher may take the job."""

    kind = models.CharField(max_length=64)  # name of the handler
    key = models.CharField(
        max_length=200, blank=True
    )  # at most one waiting job per kind and key; "" is no key
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    priority = models.SmallIntegerField(default=0)  # higher goes first
    attempts = models.SmallIntegerField(default=0)
    max_attempts = models.SmallIntegerField(default=3)
    run_after = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)  # grows with every lease; only its newest holder may finish
    holder = models.CharField(max_length=100, blank=True)  # host and process of the dispatcher
    done_items = models.BigIntegerField(default=0)
    total_items = models.BigIntegerField(default=0)
    done_bytes = models.BigIntegerField(default=0)
    total_bytes = models.BigIntegerField(default=0)
    error = models.TextField(blank=True)  # the last failure, in words without PHI
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["-priority", "id"],
                name="job_open",
                condition=models.Q(state__in=["waiting", "running"]),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                name="one_waiting_job_per_key",
                condition=models.Q(state="waiting") & ~models.Q(key=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"
