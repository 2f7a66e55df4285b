"""Deliveries and their files."""

from django.db import models

from vesalius.intake.steps import Step


class Submission(models.Model):
    """One delivery of one site to one collection."""

    class Origin(models.TextChoices):
        SITE = "site"  # de-identified there; verified here, never remapped
        IDENTIFIABLE = "identifiable"  # the archive de-identifies
        DERIVED = "derived"  # made from published data; UIDs, IDs and dates are kept and must resolve

    class Kind(models.TextChoices):
        IMAGES = "images"  # DICOM files
        FILES = "files"  # clinical tables, each with its dictionary

    class State(models.TextChoices):
        OPEN = "open"  # files may still come
        CLOSED = "closed"  # delivered; being cleaned
        READY = "ready"  # every file is cleaned, quarantined or a duplicate

    site = models.ForeignKey("intake.Site", on_delete=models.PROTECT, related_name="submissions")
    agreement = models.ForeignKey("intake.Agreement", on_delete=models.PROTECT, null=True)
    collection = models.CharField(max_length=64)  # short title of the holding; no key crosses the wall
    download = models.CharField(max_length=200, default="Images")  # title of the home Download on release
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.IMAGES)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.SITE)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    sent_by = models.CharField(max_length=150)
    source = models.CharField(max_length=64)  # digest of where the sender read from: the same source resumes
    not_cleaned_acknowledged = models.BooleanField(
        default=False
    )  # the sender was told what is not yet cleaned
    opened_at = models.DateTimeField(auto_now_add=True)
    last_file_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    expected_files = models.BigIntegerField(default=0)  # as the sender announced; 0 unknown
    expected_size = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"submission {self.pk}"


class ReceivedBlob(models.Model):
    """Bytes in the intake store, as received, cleaned or packed changes; the store's truth in rows."""

    class Kind(models.TextChoices):
        RECEIVED = "received"
        CLEANED = "cleaned"
        CHANGES = "changes"

    sha256 = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    size = models.BigIntegerField()
    crc32 = models.BigIntegerField()
    destroyed_at = models.DateTimeField(null=True)


class SubmittedFile(models.Model):
    """One received file and where it stands."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=1000)  # as the sender called it; may be PHI
    blob = models.ForeignKey(ReceivedBlob, on_delete=models.PROTECT, related_name="files")
    size = models.BigIntegerField()
    step = models.CharField(max_length=12, choices=Step.choices, default=Step.RECEIVED)
    reason = models.CharField(
        max_length=300, blank=True
    )  # of quarantine, exclusion or duplicate: names the tag
    duplicate_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="duplicates")
    patient = models.ForeignKey(
        "intake.PatientMapping", on_delete=models.SET_NULL, null=True, related_name="files"
    )
    original_series_uid = models.CharField(max_length=64, blank=True)  # PHI
    original_sop_uid = models.CharField(max_length=64, blank=True, db_index=True)  # PHI
    collected = models.JSONField(default=dict)  # what pass 1 found in it; PHI
    cleaned_series = models.ForeignKey(
        "intake.CleanedSeries", on_delete=models.SET_NULL, null=True, related_name="files"
    )
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "path"], name="a_path_once_per_submission")
        ]
        indexes = [models.Index(fields=["submission", "step"])]

    def __str__(self) -> str:
        return f"file {self.pk}"
