"""Whose identity is replaced by what; lives where de-identification happens and never crosses the wall."""

from django.db import models


class IdentityDomain(models.Model):
    """(site, collection) with one random key, in a file of the key folder; of a `site` submission its print alone."""

    site = models.ForeignKey("intake.Site", on_delete=models.PROTECT, related_name="domains")
    collection = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)  # of the key
    key_name = models.CharField(
        max_length=64, blank=True
    )  # file in intake/keys; "" where the site holds the key
    lookup = models.JSONField(default=dict)  # original patient ID -> ID to use, where the owners named them
    # original patient ID -> {"same_as": the one that stands for the person, "reason", "by"}
    corrections = models.JSONField(default=dict)
    events = models.JSONField(default=dict)  # original patient ID -> true date of the recipe's event
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "collection"], name="a_domain_per_site_and_collection")
        ]


class PatientMapping(models.Model):
    """One patient of a domain: what the hospital calls them, and what the archive does."""

    domain = models.ForeignKey(IdentityDomain, on_delete=models.PROTECT, related_name="patients")
    issuer = models.CharField(max_length=64, blank=True)
    original_id = models.CharField(max_length=255)  # PHI
    patient_id = models.CharField(max_length=64)
    # another ID of the same person, by a correction; both have one new ID
    same_as = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="others")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain", "issuer", "original_id"], name="an_original_once"),
            models.UniqueConstraint(
                fields=["domain", "patient_id"], condition=models.Q(same_as=None), name="a_new_id_once"
            ),
        ]


class PatientContext(models.Model):
    """What is known of one patient while cleaning, frozen as a digest; a late file makes a new one."""

    patient = models.ForeignKey(PatientMapping, on_delete=models.CASCADE, related_name="contexts")
    digest = models.CharField(max_length=64)
    content = models.JSONField()  # PHI: identifiers collected, references
    frozen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "digest"], name="a_context_once")]
