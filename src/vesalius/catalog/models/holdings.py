"""Holdings and what stands in their table "Data access"."""

from django.core.validators import RegexValidator
from django.db import models

HOLDING_NAME = RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}\Z", "letters, digits, space, dot, _ and -")


class License(models.Model):
    """The terms under which data may be used."""

    spdx = models.CharField(max_length=40, unique=True)  # "CC-BY-4.0"; LicenseRef-… where SPDX has none
    title = models.CharField(max_length=120)  # "Creative Commons Attribution 4.0 International License"
    short_title = models.CharField(max_length=40)  # "CC BY 4.0"
    url = models.URLField(max_length=300)
    commercial_use = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.short_title


class Holding(models.Model):
    """A Collection or an AnalysisResult: what has releases, DOIs, downloads and licences."""

    class Kind(models.TextChoices):
        COLLECTION = "collection"
        ANALYSIS_RESULT = "analysis-result"

    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.COLLECTION)
    short_title = models.CharField(max_length=64, unique=True, validators=[HOLDING_NAME])
    title = models.CharField(max_length=300)
    summary = models.CharField(max_length=300, blank=True)  # the one-sentence promise
    abstract = models.TextField(blank=True)
    detail = models.TextField(blank=True)  # how the data were made and what is in them; paragraphs of text
    authors = models.JSONField(
        default=list, blank=True
    )  # in order: {"family", "given", "orcid", "affiliation"} of a person, {"name", "affiliation"} of a group
    species_code = models.CharField(max_length=20, default="337915000")  # SNOMED CT
    species = models.CharField(max_length=100, default="Homo sapiens")
    cancer_types = models.JSONField(default=list)
    cancer_locations = models.JSONField(default=list)
    concept_doi = models.CharField(max_length=100, blank=True)
    complete = models.BooleanField(default=False)  # no further images are awaited
    synthetic = models.BooleanField(default=False)
    derived_from = models.ManyToManyField("self", symmetrical=False, related_name="derived", blank=True)
    current_release = models.ForeignKey(
        "catalog.Release", on_delete=models.PROTECT, null=True, related_name="current_of"
    )  # publishing a release flips this one value
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["short_title"]

    def __str__(self) -> str:
        return self.short_title


class Download(models.Model):
    """A row of "Data access"; the home Download of a series gives its licence and its access."""

    class Kind(models.TextChoices):
        SERIES = "series"
        FILES = "files"
        LINK = "link"

    class Rule(models.TextChoices):
        ANYONE = "anyone"
        GRANTED = "granted"
        NOBODY = "nobody"

    holding = models.ForeignKey(Holding, on_delete=models.CASCADE, related_name="downloads")
    title = models.CharField(max_length=200, default="Images")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.SERIES)
    license = models.ForeignKey(License, on_delete=models.PROTECT)
    find = models.CharField(max_length=8, choices=Rule.choices, default=Rule.ANYONE)
    fetch = models.CharField(max_length=8, choices=Rule.choices, default=Rule.ANYONE)
    embargo_until = models.DateTimeField(null=True)
    terms = models.TextField(blank=True)
    url = models.URLField(max_length=500, blank=True)  # of an outside link

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["holding", "title"], name="a_download_title_once")]

    def __str__(self) -> str:
        return f"{self.holding}/{self.title}"


class SupportingFile(models.Model):
    """Published data that is not DICOM: clinical tables, genomics, annotations, protocols."""

    holding = models.ForeignKey(Holding, on_delete=models.CASCADE, related_name="files")
    home_download = models.ForeignKey(Download, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=300, blank=True)
    media_type = models.CharField(max_length=100, default="application/octet-stream")
    blob = models.ForeignKey("catalog.Blob", on_delete=models.PROTECT)
    description = models.TextField(blank=True)
    columns = models.JSONField(default=list)  # of a table: name, title, description, unit, type, values
    row_count = models.IntegerField(null=True)  # of a table
    site = models.CharField(max_length=64, blank=True)  # name of the sending site
    deid_runs = models.JSONField(default=list)  # the ordered chain, as of a revision

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_table(self) -> bool:
        """Whether it has columns to be read by, and a patient in every row."""
        return bool(self.columns)

    @property
    def is_text(self) -> bool:
        """Whether its bytes are UTF-8 text."""
        return self.media_type.startswith("text/")


class SupportingFileLink(models.Model):
    """One row of a supporting file and the patient, study or series it speaks of."""

    file = models.ForeignKey(SupportingFile, on_delete=models.CASCADE, related_name="links")
    row = models.IntegerField(null=True)  # 1, 2, 3 ... below the header
    start = models.BigIntegerField(null=True)  # its first byte in the file
    length = models.IntegerField(null=True)  # bytes
    patient = models.ForeignKey("catalog.Patient", on_delete=models.CASCADE, null=True)
    study = models.ForeignKey("catalog.Study", on_delete=models.CASCADE, null=True)
    series = models.ForeignKey("catalog.Series", on_delete=models.CASCADE, null=True)


class Citation(models.Model):
    """A publication about a holding, or one that its users are asked to cite."""

    holding = models.ForeignKey(Holding, on_delete=models.CASCADE, related_name="citations")
    kind = models.CharField(max_length=20)  # "data", "publication", "acknowledgement"
    text = models.TextField()
    doi = models.CharField(max_length=100, blank=True)
    position = models.IntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
