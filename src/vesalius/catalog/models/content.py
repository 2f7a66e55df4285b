"""Patients, studies, series and their revisions: identity apart from content."""

from django.db import models


class Blob(models.Model):
    """Immutable bytes named by SHA-256. A hash is never a permission and stands in no public address."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()  # bytes
    md5 = models.CharField(max_length=32)
    crc32 = models.BigIntegerField()
    stored_at = models.DateTimeField(auto_now_add=True)


class Patient(models.Model):
    """Called "Subject" on pages; unique within a collection; may have no DICOM at all."""

    holding = models.ForeignKey("catalog.Holding", on_delete=models.PROTECT, related_name="patients")
    patient_id = models.CharField(max_length=64)
    patient_name = models.CharField(max_length=250, blank=True)
    sex = models.CharField(max_length=16, blank=True)
    ethnic_group = models.CharField(max_length=16, blank=True)
    species_code = models.CharField(max_length=20, blank=True)
    species = models.CharField(max_length=100, blank=True)
    phantom = models.BooleanField(default=False)

    class Meta:
        ordering = ["patient_id"]
        constraints = [
            models.UniqueConstraint(fields=["holding", "patient_id"], name="a_patient_once_per_collection")
        ]

    def __str__(self) -> str:
        return self.patient_id


class Study(models.Model):
    """A study; its UID is unique in the whole archive."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="studies")
    study_instance_uid = models.CharField(max_length=64, unique=True)
    study_date = models.DateField(null=True)
    study_time = models.CharField(max_length=16, blank=True)
    study_description = models.CharField(max_length=64, blank=True)
    study_id = models.CharField(max_length=16, blank=True)
    admitting_diagnoses_description = models.CharField(max_length=255, blank=True)
    patient_age = models.CharField(max_length=4, blank=True)  # DICOM AS, "061Y"
    longitudinal_event_type = models.CharField(max_length=64, blank=True)
    longitudinal_offset_days = models.FloatField(null=True)

    class Meta:
        ordering = ["study_date", "study_instance_uid"]

    def __str__(self) -> str:
        return self.study_instance_uid


class Series(models.Model):
    """A series; its UID says which series, a revision says which bytes."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="series")
    holding = models.ForeignKey("catalog.Holding", on_delete=models.PROTECT, related_name="series")
    # ^ may differ from the patient's collection: a third party's segmentation
    series_instance_uid = models.CharField(max_length=64, unique=True)
    modality = models.CharField(max_length=16)

    class Meta:
        ordering = ["series_instance_uid"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.series_instance_uid


class Instance(models.Model):
    """The identity of one SOP instance, unique in the whole archive; what it holds is a RevisionInstance."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="instances")
    sop_instance_uid = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.sop_instance_uid


class SeriesRevision(models.Model):
    """Immutable content behind a Series UID. What search asks stands here, copied from the headers."""

    # no index of its own: the constraint on (series, number) has one
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="revisions", db_index=False)
    number = models.IntegerField()  # 1, 2, 3 ... of this series
    digest = models.CharField(max_length=64, unique=True)  # of (SOP UID, SHA-256) in order
    home_download = models.ForeignKey("catalog.Download", on_delete=models.PROTECT, related_name="revisions")
    site = models.CharField(max_length=64, blank=True)  # name of the sending site
    third_party = models.BooleanField(default=False)
    admitted_at = models.DateTimeField(auto_now_add=True)
    first_release = models.ForeignKey(
        "catalog.Release", on_delete=models.PROTECT, null=True, related_name="begun"
    )
    last_release = models.ForeignKey(
        "catalog.Release", on_delete=models.PROTECT, null=True, related_name="ended"
    )
    withdrawn_at = models.DateTimeField(null=True)  # hidden from everybody, kept
    redacted = models.BooleanField(default=False)  # part of it was purged
    held_at = models.CharField(max_length=300, blank=True)  # address of bytes that another archive holds

    image_count = models.IntegerField()
    size = models.BigIntegerField()  # bytes of all its blobs
    modality = models.CharField(max_length=16)
    body_part_examined = models.CharField(max_length=16, blank=True)
    manufacturer = models.CharField(max_length=64, blank=True)
    manufacturer_model_name = models.CharField(max_length=64, blank=True)
    software_versions = models.CharField(max_length=200, blank=True)
    protocol_name = models.CharField(max_length=64, blank=True)
    series_description = models.CharField(max_length=64, blank=True)
    series_number = models.IntegerField(null=True)
    series_date = models.DateField(null=True)
    sop_class_uid = models.CharField(max_length=64)
    pixel_spacing = models.CharField(max_length=100, blank=True)  # mm between rows; distinct values, ", "
    slice_thickness = models.CharField(max_length=100, blank=True)  # mm
    annotated = models.BooleanField(default=False)
    patient_sex = models.CharField(max_length=16, blank=True)
    patient_age = models.CharField(max_length=4, blank=True)
    patient_age_years = models.FloatField(null=True)
    study_date = models.DateField(null=True)
    study_description = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict)  # every other header fact of the first instance, by keyword
    deid_runs = models.JSONField(default=list)  # the ordered chain: by, software, recipe, domain, options, at

    class Meta:
        ordering = ["series_id", "number"]
        constraints = [models.UniqueConstraint(fields=["series", "number"], name="a_revision_number_once")]

    def __str__(self) -> str:
        return f"{self.series} revision {self.number}"


class RevisionInstance(models.Model):
    """One instance of a revision, in its order: which bytes, and where its frames lie in them."""

    revision = models.ForeignKey(SeriesRevision, on_delete=models.CASCADE, related_name="contents")
    position = models.IntegerField()  # 0, 1, 2 ... by slice position, then Instance Number
    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, related_name="contents")
    sop_class_uid = models.CharField(max_length=64)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="used_by")
    instance_number = models.IntegerField(null=True)
    acquisition_number = models.IntegerField(null=True)
    frame_count = models.IntegerField(default=1)
    transfer_syntax_uid = models.CharField(max_length=64)
    offsets = models.JSONField(
        default=dict
    )  # {"pixels": [first byte, length], "frames": [[first byte, length] ...]}

    class Meta:
        ordering = ["revision_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="a_position_once"),
            models.UniqueConstraint(fields=["revision", "instance"], name="an_instance_once_per_revision"),
        ]


class Succession(models.Model):
    """An old UID and what came of it: split, merge or replacement."""

    class Level(models.TextChoices):
        STUDY = "study"
        SERIES = "series"
        INSTANCE = "instance"

    level = models.CharField(max_length=8, choices=Level.choices)
    old_uid = models.CharField(max_length=64, db_index=True)
    new_uid = models.CharField(max_length=64)
    reason = models.CharField(max_length=300)
    release = models.ForeignKey("catalog.Release", on_delete=models.PROTECT)


class Slide(models.Model):
    """A whole-slide image: the pyramid of one DICOM VL Whole Slide Microscopy series."""

    revision = models.OneToOneField(SeriesRevision, on_delete=models.CASCADE, related_name="slide")
    container_identifier = models.CharField(max_length=64, blank=True)
    total_columns = models.BigIntegerField()
    total_rows = models.BigIntegerField()
    pixel_spacing = models.FloatField(null=True)  # mm at the base level
    levels = models.JSONField(default=list)
