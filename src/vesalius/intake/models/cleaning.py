"""What de-identification decided, did and made."""

from django.db import models

from vesalius.intake.steps import Step


class Recipe(models.Model):
    """All decisions of a holding, versioned and hashed; never changed, only followed by another."""

    name = models.CharField(max_length=64)
    version = models.IntegerField()
    digest = models.CharField(max_length=64, unique=True)
    content = models.JSONField()
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="a_recipe_version_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Disposition(models.Model):
    """A holding's decision for one element."""

    collection = models.CharField(max_length=64)
    element_path = models.CharField(max_length=300)
    vr = models.CharField(max_length=2, blank=True)
    action = models.CharField(max_length=8)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=150)
    decided_at = models.DateTimeField(auto_now_add=True)


class CleanedSeries(models.Model):
    """A series as de-identification left it: what curators look at, and what becomes a SeriesRevision."""

    submission = models.ForeignKey("intake.Submission", on_delete=models.CASCADE, related_name="series")
    collection = models.CharField(max_length=64)
    patient_id = models.CharField(max_length=64)
    study_instance_uid = models.CharField(max_length=64)
    series_instance_uid = models.CharField(max_length=64, db_index=True)
    digest = models.CharField(max_length=64)  # of (SOP UID, SHA-256) in order; the same as the revision's
    step = models.CharField(max_length=12, choices=Step.choices, default=Step.CLEANED)
    superseded_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="supersedes")
    modality = models.CharField(max_length=16, blank=True)
    image_count = models.IntegerField()
    size = models.BigIntegerField()
    pixel_text = models.BooleanField(default=False)  # may carry text in pixels: waits for a person
    pixel_digest = models.CharField(max_length=64, blank=True)  # of the pixel data alone, in order
    facts = models.JSONField(default=dict)  # header facts of the first instance, by keyword
    # What was done to each file, packed, one record for each in their order; before-values, so PHI.
    changes = models.ForeignKey(
        "intake.ReceivedBlob", on_delete=models.PROTECT, null=True, related_name="changes_of"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["submission", "step"])]
        constraints = [
            models.UniqueConstraint(fields=["submission", "digest"], name="a_cleaned_content_once")
        ]

    def __str__(self) -> str:
        return self.series_instance_uid


class CleanedInstance(models.Model):
    """One cleaned file: its bytes, and where in the series it stands."""

    series = models.ForeignKey(CleanedSeries, on_delete=models.CASCADE, related_name="instances")
    position = models.IntegerField()
    file = models.ForeignKey("intake.SubmittedFile", on_delete=models.CASCADE, related_name="cleaned")
    sop_instance_uid = models.CharField(max_length=64)
    sop_class_uid = models.CharField(max_length=64)
    blob = models.ForeignKey("intake.ReceivedBlob", on_delete=models.PROTECT, related_name="cleaned")
    facts = models.JSONField(default=dict)  # header facts by keyword
    offsets = models.JSONField(default=dict)

    class Meta:
        ordering = ["series_id", "position"]
        constraints = [models.UniqueConstraint(fields=["series", "position"], name="a_cleaned_position_once")]


class DeidRun(models.Model):
    """One pass over one series; a revision has an ordered chain of them."""

    class By(models.TextChoices):
        SITE = "site"
        ARCHIVE = "archive"
        CURATOR = "curator"

    series = models.ForeignKey(CleanedSeries, on_delete=models.CASCADE, related_name="runs")
    position = models.IntegerField(default=0)
    by = models.CharField(max_length=7, choices=By.choices)
    software = models.CharField(max_length=100)
    recipe_digest = models.CharField(max_length=64, blank=True)
    recipe_name = models.CharField(max_length=64, blank=True)
    domain_fingerprint = models.CharField(max_length=64, blank=True)
    context_digest = models.CharField(max_length=64, blank=True)
    content_digest = models.CharField(max_length=64, blank=True)  # of what went in
    # of what else decided: the true date of the patient's event, and whether text in pixels was read
    conditions_digest = models.CharField(max_length=64, blank=True)
    options = models.JSONField(default=list)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["series_id", "position"]


class ChangeValue(models.Model):
    """One distinct thing that the run of a series did, with how often; PHI review groups them by collection."""

    series = models.ForeignKey(CleanedSeries, on_delete=models.CASCADE, related_name="values")
    collection = models.CharField(max_length=64)
    element_path = models.CharField(max_length=300)  # item numbers left out: "(0008,1140)[].(0008,1155)"
    vr = models.CharField(max_length=2)
    action = models.CharField(max_length=8)
    before = models.TextField(blank=True)  # PHI; only for identifiable submissions
    after = models.TextField(blank=True)
    count = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["collection", "element_path"])]


class Edit(models.Model):
    """An ordered rule of a curator, replayed after each re-run."""

    collection = models.CharField(max_length=64)
    position = models.IntegerField()
    rule = models.JSONField()
    reason = models.CharField(max_length=300)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
