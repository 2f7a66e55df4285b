"""Clinical tables as cleaning left them."""

from django.db import models

from vesalius.intake.models.submissions import Submission
from vesalius.intake.steps import Step

CLINICAL = "Clinical data"  # title of the row of data access of tables that come with images


class CleanedTable(models.Model):
    """A table and its dictionary, cleaned: what curators look at, and what becomes a SupportingFile."""

    submission = models.ForeignKey("intake.Submission", on_delete=models.CASCADE, related_name="tables")
    file = models.ForeignKey("intake.SubmittedFile", on_delete=models.CASCADE, related_name="tables")
    dictionary_file = models.ForeignKey(
        "intake.SubmittedFile", on_delete=models.SET_NULL, null=True, related_name="dictionary_of"
    )
    collection = models.CharField(max_length=64)
    name = models.CharField(max_length=100)  # as it is published: "clinical.csv"
    title = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    step = models.CharField(max_length=12, choices=Step.choices, default=Step.IN_REVIEW)
    superseded_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="supersedes")
    digest = models.CharField(max_length=64)  # of table and dictionary
    blob = models.ForeignKey("intake.ReceivedBlob", on_delete=models.PROTECT, related_name="tables")
    dictionary_blob = models.ForeignKey(
        "intake.ReceivedBlob", on_delete=models.PROTECT, related_name="dictionaries"
    )
    columns = models.JSONField(
        default=list
    )  # of the published dictionary: name, title, unit, type, values ...
    actions = models.JSONField(default=dict)  # column as it came -> what was done; "": left out, undecided
    summary = models.JSONField(default=dict)  # column -> how many values, how many distinct, the commonest
    patient_ids = models.JSONField(default=list)  # as published, each once
    row_count = models.IntegerField()
    run = models.JSONField(default=dict)  # by whom, software, digests, domain, time: as the world may know it
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["collection", "step"])]

    def __str__(self) -> str:
        return self.name

    @property
    def download(self) -> str:
        """Title of the home Download on release; beside images a table has a home of its own."""
        own = self.submission.kind == Submission.Kind.FILES
        return self.submission.download if own else CLINICAL
