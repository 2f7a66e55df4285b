"""Who sends, and what was agreed with them."""

from django.db import models


class Site(models.Model):
    """An institution that sends."""

    name = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Agreement(models.Model):
    """What was agreed with a site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="agreements")
    parties = models.TextField()
    legal_basis = models.TextField(blank=True)
    origins_allowed = models.JSONField(default=list)  # of Submission.Origin
    retention_days = models.IntegerField(default=30)  # originals are kept so long after their release
    signed_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)


class Proposal(models.Model):
    """What a site asks to publish."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SENT = "sent"
        ACCEPTED = "accepted"
        REFUSED = "refused"

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="proposals")
    title = models.CharField(max_length=300)
    short_title = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    answers = models.JSONField(default=dict)
    sent_by = models.CharField(max_length=150)
    sent_at = models.DateTimeField(null=True)
    judged_by = models.CharField(max_length=150, blank=True)
    judged_at = models.DateTimeField(null=True)


class Receipt(models.Model):
    """Proof to a site that originals, before-values and quarantine of a submission were destroyed."""

    submission = models.ForeignKey("intake.Submission", on_delete=models.PROTECT, related_name="receipts")
    file_count = models.BigIntegerField()
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)  # over the sorted SHA-256 of what was destroyed
    destroyed_at = models.DateTimeField(auto_now_add=True)
