"""Contours of RT structure sets for viewers: read once by a job, kept in the derived store as compact JSON."""

import gzip
import json
from typing import Any, Final

from vesalius.catalog.bytes import archive_store
from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.pictures import pictures_of
from vesalius.catalog.visible import revision_contents
from vesalius.deliver.frames import Pending, forget_if_gone, ordered
from vesalius.deliver.outlines import outlines_of
from vesalius.jobs.dispatch import Work, handles
from vesalius.settings.routing import Side
from vesalius.store.derived import write_derived

MODALITY: Final = "RTSTRUCT"
READ: Final = "read-contours"  # kind of job
KEPT: Final = "contours.json.gz"


def contours(revision: SeriesRevision) -> bytes | Pending:
    """What a viewer must know of a structure set, as JSON in gzip; Pending while that is read from the file."""
    try:
        return (pictures_of(revision) / KEPT).read_bytes()
    except FileNotFoundError:
        return ordered(READ, revision, {})


def told_of(revision: SeriesRevision) -> dict[str, Any]:
    """The same as values, once it was read."""
    told: dict[str, Any] = json.loads(gzip.decompress((pictures_of(revision) / KEPT).read_bytes()))
    return told


@handles(READ, Side.ARCHIVE)
def read_contours(work: Work) -> None:
    """Read the contours of a revision for its viewers."""
    revision = SeriesRevision.objects.filter(pk=work.args["revision"]).select_related("series").first()
    if revision is not None:
        read_revision(work, revision)


def read_revision(work: Work, revision: SeriesRevision) -> None:
    """Write down the contours of a revision, once."""
    target = pictures_of(revision) / KEPT
    if target.exists():
        return
    store = archive_store()
    parts = [work.hand(outlines_of, str(store.path(one.blob_id))) for one in revision_contents(revision)]
    told: dict[str, Any] = {"segments": [], "contours": []}
    for part in parts:
        found = part.result()
        for name in told:
            told[name] += found[name]
    text = json.dumps(told, separators=(",", ":"))
    write_derived(target, gzip.compress(text.encode(), mtime=0))
    forget_if_gone(revision)
