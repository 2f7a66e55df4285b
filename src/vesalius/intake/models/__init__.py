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
from vesalius.intake.models.plans import PlannedSeries, PlannedTable, ReleasePlan
from vesalius.intake.models.review import Finding, Review, Snapshot
from vesalius.intake.models.senders import Agreement, Proposal, Receipt, Site
from vesalius.intake.models.submissions import ReceivedBlob, Submission, SubmittedFile
from vesalius.intake.models.tables import CleanedTable

__all__ = [
    "Agreement",
    "ChangeValue",
    "CleanedInstance",
    "CleanedSeries",
    "CleanedTable",
    "DeidRun",
    "Disposition",
    "Edit",
    "Finding",
    "IdentityDomain",
    "PatientContext",
    "PatientMapping",
    "PlannedSeries",
    "PlannedTable",
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
