"""What is left of what was taken away."""

from django.db import models


class Tombstone(models.Model):
    """Says that something stood here and is hidden or gone; holds no value of it."""

    class Kind(models.TextChoices):
        WITHDRAWN = "withdrawn"  # hidden and kept
        PURGED = "purged"  # destroyed

    kind = models.CharField(max_length=9, choices=Kind.choices)
    level = models.CharField(max_length=8)  # holding, patient, study, series, instance
    name = models.CharField(max_length=200, db_index=True)  # UID or "short title/digest of the patient ID"
    holding = models.ForeignKey("catalog.Holding", on_delete=models.PROTECT, related_name="tombstones")
    reason = models.CharField(max_length=300)  # for the reader; no value
    at = models.DateTimeField(auto_now_add=True)
    lifted_at = models.DateTimeField(null=True)  # a withdrawal that was taken back
    deed_id = models.UUIDField()


class Purge(models.Model):
    """The one deed that destroys: asked by one person, confirmed by another."""

    class State(models.TextChoices):
        ASKED = "asked"  # hidden at once, nothing destroyed
        CONFIRMED = "confirmed"
        DONE = "done"
        TAKEN_BACK = "taken-back"

    holding = models.ForeignKey("catalog.Holding", on_delete=models.PROTECT, related_name="purges")
    patient = models.ForeignKey("catalog.Patient", on_delete=models.SET_NULL, null=True)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.CharField(max_length=150, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)  # blobs, series, pictures ... destroyed
    deed_id = models.UUIDField()


class RefusedContent(models.Model):
    """A keyed digest of purged content: its return is refused without keeping what it was."""

    digest = models.CharField(max_length=64, primary_key=True)
    purge = models.ForeignKey(Purge, on_delete=models.PROTECT, related_name="refused")
