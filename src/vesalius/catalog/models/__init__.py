"""Rows of the archive side, by noun."""

from vesalius.catalog.models.content import (
    Blob,
    Instance,
    Patient,
    RevisionInstance,
    Series,
    SeriesRevision,
    Slide,
    Study,
    Succession,
)
from vesalius.catalog.models.counts import (
    Cell,
    Counter,
    DecodedFrames,
    DownloadCount,
    FileDownloadCount,
    PublishedChange,
)
from vesalius.catalog.models.holdings import (
    Citation,
    Download,
    Holding,
    License,
    SupportingFile,
    SupportingFileLink,
)
from vesalius.catalog.models.lists import (
    Basket,
    BasketItem,
    Manifest,
    SavedSearch,
    SearchHistory,
    SharedList,
    SharedListItem,
)
from vesalius.catalog.models.releases import Release, ReleaseFile, ReleaseRevision
from vesalius.catalog.models.removal import Purge, RefusedContent, Tombstone

__all__ = [
    "Basket",
    "BasketItem",
    "Blob",
    "Cell",
    "Citation",
    "Counter",
    "DecodedFrames",
    "Download",
    "DownloadCount",
    "FileDownloadCount",
    "Holding",
    "Instance",
    "License",
    "Manifest",
    "Patient",
    "PublishedChange",
    "Purge",
    "RefusedContent",
    "Release",
    "ReleaseFile",
    "ReleaseRevision",
    "RevisionInstance",
    "SavedSearch",
    "SearchHistory",
    "Series",
    "SeriesRevision",
    "SharedList",
    "SharedListItem",
    "Slide",
    "Study",
    "Succession",
    "SupportingFile",
    "SupportingFileLink",
    "Tombstone",
]
