"""How the steps are called on pages, and the rail of them."""

from typing import Any

from vesalius.curate.overview import step_counts
from vesalius.intake.models import ReleasePlan, Submission
from vesalius.intake.steps import Step

# step -> meaning of its colour, and its word
STEPS: dict[str, tuple[str, str]] = {
    Step.RECEIVED: ("info", "Received"),
    Step.CLEANED: ("info", "Cleaned"),
    Step.IN_REVIEW: ("attention", "In review"),
    Step.ACCEPTED: ("good", "Accepted"),
    Step.EXCLUDED: ("danger", "Excluded"),
    Step.QUARANTINED: ("danger", "Quarantined"),
    Step.DUPLICATE: ("info", "Duplicate"),
    Step.ADMITTED: ("good", "Released"),
}
SUBMISSION_STATES: dict[str, tuple[str, str]] = {
    Submission.State.OPEN: ("info", "Being received"),
    Submission.State.CLOSED: ("info", "Being cleaned"),
    Submission.State.READY: ("good", "Ready"),
}
ORIGINS: dict[str, str] = {
    Submission.Origin.SITE: "De-identified by the site; checked here",
    Submission.Origin.IDENTIFIABLE: "Identifiable; de-identified here",
    Submission.Origin.DERIVED: "Made from published data",
}
PLAN_STATES: dict[str, tuple[str, str]] = {
    ReleasePlan.State.DRAFT: ("attention", "Draft"),
    ReleasePlan.State.CONFIRMED: ("info", "Being admitted"),
    ReleasePlan.State.ADMITTED: ("attention", "Ready to publish"),
    ReleasePlan.State.PUBLISHED: ("good", "Published"),
    ReleasePlan.State.DROPPED: ("info", "Dropped"),
}
RAIL = (
    (Step.RECEIVED, "Received (files)"),
    (Step.IN_REVIEW, "In review"),
    (Step.ACCEPTED, "Accepted"),
    (Step.EXCLUDED, "Excluded"),
    (Step.QUARANTINED, "Quarantined (files)"),
    (Step.ADMITTED, "Released"),
)


def rail(current: str = "") -> list[dict[str, Any]]:
    """The steps with how much stands at each, for `work/rail.html`."""
    counts = step_counts()
    return [
        {
            "label": label,
            "count": counts.get(step, 0),
            "address": f"/submissions/?step={step.value}",
            "current": step == current,
        }
        for step, label in RAIL
    ]
