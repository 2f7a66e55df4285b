"""Where the bytes of the archive side lie."""

from functools import cache

from django.conf import settings

from vesalius.store import FolderStore, open_store


@cache
def archive_store() -> FolderStore:
    """The archive store of this process."""
    return open_store(settings.VESALIUS.archive_blobs)
