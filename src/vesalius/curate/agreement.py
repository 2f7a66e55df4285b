"""Proof that both sides agree: what went through the door stands on both."""

from collections.abc import Collection, Iterator

from vesalius.intake.bytes import intake_store
from vesalius.intake.models import ReceivedBlob, ReleasePlan
from vesalius.store import FolderStore


def disagreements(archive_deeds: Collection[str]) -> Iterator[str]:
    """A sentence for each plan and release that stands on one side alone; jobs mend what is still under way."""
    plans = {str(plan.deed_id): plan for plan in ReleasePlan.objects.all()}
    through = (ReleasePlan.State.ADMITTED, ReleasePlan.State.PUBLISHED)
    for deed, plan in plans.items():
        if plan.state in through and deed not in archive_deeds:
            yield f"{plan} counts as admitted, but does not stand on the archive side"
        if plan.state not in through and deed in archive_deeds:
            yield f"{plan} stands on the archive side, but does not count as admitted yet"
    for deed in set(archive_deeds) - set(plans):
        yield f"a release on the archive side has no plan on the intake side (deed {deed})"


def intake_blobs() -> tuple[FolderStore, dict[str, int]]:
    """The intake store, and the size in bytes of each blob that its rows know and that is not destroyed."""
    rows = ReceivedBlob.objects.filter(destroyed_at=None)
    return intake_store(), dict(rows.values_list("sha256", "size"))
