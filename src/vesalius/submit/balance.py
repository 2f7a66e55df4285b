"""Nothing is lost: received = accepted + excluded + duplicate + quarantined + open, always."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from vesalius.intake.models import Submission
from vesalius.intake.steps import PART, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Files of a submission by where they stand."""

    received: int
    accepted: int
    excluded: int
    duplicate: int
    quarantined: int
    open: int

    @property
    def holds(self) -> bool:
        """Whether every received file is accounted for."""
        return self.received == self.accepted + self.excluded + self.duplicate + self.quarantined + self.open


def balance(submission: Submission) -> Balance:
    """Count the files of a submission; `received` is counted apart from its parts."""
    parts: Counter[str] = Counter(dict.fromkeys(PART.values(), 0))
    for step, count in submission.files.values_list("step").annotate(count=Count("pk")):
        parts[PART[Step(step)]] += count
    return Balance(received=submission.files.count(), **parts)
