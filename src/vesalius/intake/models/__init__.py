"""Rows of the intake side, by noun."""

from vesalius.intake.models.cleaning import (
    ChangeValue,
    CleanedInstance,
    CleanedSeries,
    DeidRun,
    Disposition,
    Edit,
    Recipe,
)
from vesalius.intake.models.identity import IdentityDomain, PatientContext, PatientMapping
from vesalius.intake.models.plans import PlannedSeries, ReleasePlan
from vesalius.intake.models.review import Finding, Review, Snapshot
from vesalius.intake.models.senders import Agreement, Proposal, Receipt, Site
from vesalius.intake.models.submissions import ReceivedBlob, Submission, SubmittedFile

__all__ = [
    "Agreement",
    "ChangeValue",
    "CleanedInstance",
    "CleanedSeries",
    "DeidRun",
    "Disposition",
    "Edit",
    "Finding",
    "IdentityDomain",
    "PatientContext",
    "PatientMapping",
    "PlannedSeries",
    "Proposal",
    "Receipt",
    "ReceivedBlob",
    "Recipe",
    "ReleasePlan",
    "Review",
    "Site",
    "Snapshot",
    "Submission",
    "SubmittedFile",
]
