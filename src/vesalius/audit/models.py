"""The audit trail; one table on each side."""

import uuid

from django.db import models


class AuditEntry(models.Model):
    """One deed: never changed, never deleted."""

    id = models.BigAutoField(primary_key=True)  # the order of deeds; clocks may step
    deed_id = models.UUIDField(
        default=uuid.uuid4, db_index=True
    )  # the same on both sides when a deed crosses
    at = models.DateTimeField(auto_now_add=True)
    person = models.CharField(max_length=150)  # name of the account, or "archive" for the archive itself
    deed = models.CharField(max_length=64, db_index=True)  # a verb and its noun, e.g. "series.accept"
    target_kind = models.CharField(max_length=32)  # "series", "holding", "submission" ...
    target = models.CharField(max_length=255)  # its name: a UID, a short title, a number; never PHI
    detail = models.JSONField(default=dict)  # counts, digests, reasons; never an element's value

    class Meta:
        indexes = [models.Index(fields=["target_kind", "target"])]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.deed} {self.target_kind} {self.target}"
