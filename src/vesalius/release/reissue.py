"""Releases that have lost something to a purge: new digests and counts, and the mark that says so."""

from collections.abc import Collection

from django.utils import timezone

from vesalius.catalog.changes import count_change
from vesalius.catalog.models import Release
from vesalius.release.cells import refill_cells
from vesalius.release.publishing import digest_of


def reissue(releases: Collection[Release]) -> None:
    """Tell these releases anew and mark each; inside the transaction that took something out of them."""
    for release in releases:
        release.digest, release.redacted_at = digest_of(release), timezone.now()
        release.save(update_fields=["digest", "redacted_at"])
    refill_cells(releases)
    count_change()
