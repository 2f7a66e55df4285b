"""Derived counts: disposable, rebuilt by one command."""

import uuid

from django.db import models


class Cell(models.Model):
    """One cell of the cube: a distinct combination of facet values in one release, and how much has it."""

    release = models.ForeignKey("catalog.Release", on_delete=models.CASCADE, related_name="cells")
    download = models.ForeignKey("catalog.Download", on_delete=models.CASCADE)
    collection = models.CharField(max_length=64)  # the patient's collection
    modality = models.CharField(max_length=16)
    body_part_examined = models.CharField(max_length=16)
    manufacturer = models.CharField(max_length=64)
    manufacturer_model_name = models.CharField(max_length=64)
    patient_sex = models.CharField(max_length=16)
    species = models.CharField(max_length=100)
    third_party = models.BooleanField()
    series_count = models.BigIntegerField()
    image_count = models.BigIntegerField()
    size = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "release", "download", "collection", "modality", "body_part_examined", "manufacturer",
                    "manufacturer_model_name", "patient_sex", "species", "third_party",
                ],
                name="a_combination_once",
            )
        ]  # fmt: skip


class Counter(models.Model):
    """Counts changes of what is published; whoever maps derived files or caches pages compares it."""

    name = models.CharField(max_length=32, primary_key=True)
    value = models.BigIntegerField(default=0)


class PublishedChange(models.Model):
    """One change of what is published and whose series it touched; derived files are brought up by it."""

    number = models.BigIntegerField(primary_key=True)  # what the counter said after it
    token = models.UUIDField(default=uuid.uuid4)  # tells it from another change that came to the same number
    patients = models.JSONField(null=True)  # ids; NULL where anything may have changed


class DownloadCount(models.Model):
    """How often a series was fetched on one day, in which way."""

    day = models.DateField()
    series_instance_uid = models.CharField(max_length=64)
    way = models.CharField(max_length=16)  # "page", "v1API", "v4API", "manifest"
    count = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "series_instance_uid", "way"], name="a_day_and_way_once")
        ]


class FileDownloadCount(models.Model):
    """How often a supporting file was fetched on one day, in which way."""

    day = models.DateField()
    file = models.ForeignKey(
        "catalog.SupportingFile", on_delete=models.CASCADE, related_name="download_counts"
    )
    way = models.CharField(max_length=16)  # "page", "zip"
    count = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "file", "way"], name="a_day_file_and_way_once")]


class DecodedFrames(models.Model):
    """How much the decoded frames of a revision take in the derived store, and when somebody last looked at them."""

    revision = models.OneToOneField(
        "catalog.SeriesRevision", on_delete=models.CASCADE, related_name="decoded_frames"
    )
    size = models.BigIntegerField(default=0)  # bytes
    used_at = models.DateTimeField()
