"""Releases: immutable sets of revisions and supporting files of a holding."""

from django.db import models


class Release(models.Model):
    """One version of a holding; a correction is a new Release."""

    class State(models.TextChoices):
        ADMITTED = "admitted"  # its content stands on the archive side, seen by nobody
        PUBLISHED = "published"

    holding = models.ForeignKey("catalog.Holding", on_delete=models.PROTECT, related_name="releases")
    number = models.IntegerField()  # 1, 2, 3 ... as printed on the page
    state = models.CharField(max_length=9, choices=State.choices, default=State.ADMITTED)
    doi = models.CharField(max_length=100, blank=True)  # "" until DataCite has answered
    notes = models.TextField(blank=True)  # what changed, for the reader
    digest = models.CharField(max_length=64, blank=True)  # over the digests of its revisions and files
    deed_id = models.UUIDField()  # of the plan that made it; the same on the intake side
    admitted_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)
    redacted_at = models.DateTimeField(null=True)  # something in it was purged and its manifest reissued

    class Meta:
        ordering = ["holding_id", "number"]
        constraints = [models.UniqueConstraint(fields=["holding", "number"], name="a_version_number_once")]

    def __str__(self) -> str:
        return f"{self.holding} version {self.number}"


class ReleaseRevision(models.Model):
    """A revision that stands in a release."""

    # no index of its own: the constraint on (release, revision) has one
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="contents", db_index=False)
    revision = models.ForeignKey(
        "catalog.SeriesRevision", on_delete=models.CASCADE, related_name="in_releases"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "revision"], name="a_revision_once_per_release")
        ]


class ReleaseFile(models.Model):
    """A supporting file that stands in a release."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey("catalog.SupportingFile", on_delete=models.CASCADE, related_name="in_releases")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "file"], name="a_file_once_per_release")]
