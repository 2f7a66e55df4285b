"""Where a submitted file stands, and what may follow what."""

from django.db.models import TextChoices

from vesalius.errors import Conflict


class Step(TextChoices):
    """Steps of a file; a series is where its files are."""

    RECEIVED = "received"
    CLEANED = "cleaned"
    IN_REVIEW = "in-review"
    ACCEPTED = "accepted"
    EXCLUDED = "excluded"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"
    ADMITTED = "admitted"


NEXT: dict[Step, frozenset[Step]] = {
    Step.RECEIVED: frozenset({Step.CLEANED, Step.QUARANTINED, Step.DUPLICATE}),
    Step.CLEANED: frozenset({Step.IN_REVIEW, Step.QUARANTINED, Step.RECEIVED}),
    Step.IN_REVIEW: frozenset({Step.ACCEPTED, Step.EXCLUDED, Step.QUARANTINED, Step.RECEIVED}),
    Step.ACCEPTED: frozenset({Step.IN_REVIEW, Step.ADMITTED}),  # back: undo until release
    Step.EXCLUDED: frozenset({Step.IN_REVIEW}),
    Step.QUARANTINED: frozenset({Step.RECEIVED, Step.EXCLUDED}),
    Step.ADMITTED: frozenset({Step.RECEIVED}),  # cleaned again by a better recipe: a new revision
    Step.DUPLICATE: frozenset(),
}

# The parts of the equation: received = accepted + excluded + duplicate + quarantined + open.
PART: dict[Step, str] = {
    Step.RECEIVED: "open",
    Step.CLEANED: "open",
    Step.IN_REVIEW: "open",
    Step.ACCEPTED: "accepted",
    Step.ADMITTED: "accepted",
    Step.EXCLUDED: "excluded",
    Step.QUARANTINED: "quarantined",
    Step.DUPLICATE: "duplicate",
}


class StepNotAllowed(Conflict):
    """A file cannot go from where it stands to where it was told to go."""


def require_next(now: str, then: Step) -> None:
    """Refuse a step that may not follow; StepNotAllowed names both."""
    if then not in NEXT[Step(now)]:
        raise StepNotAllowed(f"{then.value} may not follow {now}")
