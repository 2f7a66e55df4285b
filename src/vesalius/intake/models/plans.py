"""Releases as they are planned."""

import uuid

from django.db import models


class ReleasePlan(models.Model):
    """What the next release of a holding will be, and how far it has come."""

    class State(models.TextChoices):
        DRAFT = "draft"
        CONFIRMED = "confirmed"
        ADMITTED = "admitted"
        PUBLISHED = "published"
        DROPPED = "dropped"

    holding = models.CharField(max_length=64)  # short title
    number = models.IntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    deed_id = models.UUIDField(default=uuid.uuid4, unique=True)
    notes = models.TextField(blank=True)
    removed_series_uids = models.JSONField(default=list)  # stand in the current release and not in this one
    planned_by = models.CharField(max_length=150)
    planned_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.CharField(max_length=150, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["holding"],
                name="one_plan_at_a_time",
                condition=models.Q(state__in=["draft", "confirmed", "admitted"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.holding} version {self.number}"


class PlannedSeries(models.Model):
    """A cleaned series that the plan brings in; what the current release holds besides is carried over."""

    plan = models.ForeignKey(ReleasePlan, on_delete=models.CASCADE, related_name="series")
    series = models.ForeignKey("intake.CleanedSeries", on_delete=models.PROTECT, related_name="plans")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "series"], name="a_series_once_per_plan")]


class PlannedTable(models.Model):
    """A cleaned table that the plan brings in; it takes the place of a published file of its name."""

    plan = models.ForeignKey(ReleasePlan, on_delete=models.CASCADE, related_name="tables")
    table = models.ForeignKey("intake.CleanedTable", on_delete=models.PROTECT, related_name="plans")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "table"], name="a_table_once_per_plan")]
