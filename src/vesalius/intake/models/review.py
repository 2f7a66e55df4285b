"""Doubts and verdicts."""

from django.db import models


class Finding(models.Model):
    """One doubt, about a file, a series or a table; names the tag or column, never the value."""

    class Kind(models.TextChoices):
        NOT_DICOM = "not_dicom"
        STRUCTURE = "structure"  # the strict check refused it
        QUARANTINE = "quarantine"  # nothing here can clean it
        PIXEL_TEXT = "pixel_text"  # may carry text in pixels
        STRUCTURED_CONTENT = "structured_content"
        IDENTITY = "identity"  # a UID or patient ID is claimed twice
        LOOKUP = "lookup"  # the lookup table names patients, and not this one
        NOT_REMOVED = "not_removed"  # a site's file still holds what the profile removes
        NOT_EMPTIED = "not_emptied"
        NOT_CLEANED = "not_cleaned"
        STAMP_MISSING = "stamp_missing"
        REFERENCE = "reference"  # derived data refer to what is not published
        LEAK = "leak"  # an identifier or an old UID stands in the cleaned file
        CONFORMANCE = "conformance"  # cleaning would make the file worse than it came
        TEXT = "text"  # words that neither identify anybody nor are known
        FACE = "face"  # a surface could be drawn by which the patient is recognised
        EVENT = "event"  # nobody told when the event was from which the recipe counts days
        LATE_IDENTIFIER = "late_identifier"  # found after a release that was cleaned without knowing it
        TABLE = "table"  # a table or its dictionary cannot be read
        COLUMN_UNDECLARED = "column_undeclared"  # nobody has decided about a column of a table
        COLUMN_TEXT = "column_text"  # free text
        COLUMN_VALUES = "column_values"  # values that its dictionary does not allow
        WORKBOOK = "workbook"  # what a spreadsheet held beside the table, and was left out
        UNKNOWN_PATIENT = "unknown_patient"  # rows of patients whom the collection does not know

    class Verdict(models.TextChoices):
        """How a face was dealt with; other doubts are settled by a reason alone."""

        DEFACED = "defaced"  # the face was taken out of the images before they came
        LIMITED = "limited"  # only people who have signed may fetch them
        ACCEPTED = "accepted"  # published with the face, for the reason that is stated

    submission = models.ForeignKey("intake.Submission", on_delete=models.CASCADE, related_name="findings")
    file = models.ForeignKey(
        "intake.SubmittedFile", on_delete=models.CASCADE, null=True, related_name="findings"
    )
    series = models.ForeignKey(
        "intake.CleanedSeries", on_delete=models.CASCADE, null=True, related_name="findings"
    )
    table = models.ForeignKey(
        "intake.CleanedTable", on_delete=models.CASCADE, null=True, related_name="findings"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    element_path = models.CharField(max_length=300, blank=True)  # of a table, the name of the column
    sentence = models.CharField(max_length=400)
    blocks = models.BooleanField(default=True)  # a release cannot pass while it is open
    raised_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=150, blank=True)
    settlement = models.CharField(max_length=300, blank=True)
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True)

    class Meta:
        ordering = ["id"]


class Review(models.Model):
    """A person's verdict, bound to what was seen; undone, never deleted."""

    class Verdict(models.TextChoices):
        ACCEPT = "accept"
        EXCLUDE = "exclude"

    series = models.ForeignKey(
        "intake.CleanedSeries", on_delete=models.CASCADE, null=True, related_name="reviews"
    )
    table = models.ForeignKey(
        "intake.CleanedTable", on_delete=models.CASCADE, null=True, related_name="reviews"
    )
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.CharField(max_length=300, blank=True)
    person = models.CharField(max_length=150)
    saw_content = models.CharField(max_length=64)  # digest of the series or table that was looked at
    saw_pixels = models.CharField(
        max_length=64, blank=True
    )  # digest of its pixels: survives header corrections
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(series__isnull=False) ^ models.Q(table__isnull=False),
                name="a_review_is_of_one_thing",
            )
        ]


class Snapshot(models.Model):
    """An immutable set of digests of a submission at one moment of curation (Posda calls it timepoint)."""

    submission = models.ForeignKey("intake.Submission", on_delete=models.CASCADE, related_name="snapshots")
    digest = models.CharField(max_length=64)
    series_digests = models.JSONField()
    taken_by = models.CharField(max_length=150)
    taken_at = models.DateTimeField(auto_now_add=True)
