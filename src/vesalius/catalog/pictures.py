"""Where the pictures of a revision lie in the derived store of the archive side."""

from pathlib import Path

from django.conf import settings

from vesalius.catalog.models import SeriesRevision


def pictures_of(revision: SeriesRevision) -> Path:
    """The folder of all pictures made of this revision; disposable, and gone with a purge."""
    root: Path = settings.VESALIUS.archive_pictures
    return root / revision.digest[:2] / revision.digest
