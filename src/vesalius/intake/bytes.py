"""Where the bytes of the intake side lie."""

from functools import cache

from django.conf import settings

from vesalius.store import FolderStore, open_store


@cache
def intake_store() -> FolderStore:
    """The intake store of this process."""
    return open_store(settings.VESALIUS.intake_blobs, mode=0o700)
