"""Publish, withdraw, purge: what the world sees of a holding, version by version."""

from vesalius.catalog.refusal import refused, refused_among
from vesalius.release import destruction, purge
from vesalius.release.cells import fill_cells, refill_cells
from vesalius.release.comparing import compare
from vesalius.release.publishing import publish
from vesalius.release.versions import release_manifest, versions
from vesalius.release.withdrawal import restore, withdraw

__all__ = [
    "compare",
    "destruction",
    "fill_cells",
    "publish",
    "purge",
    "refill_cells",
    "refused",
    "refused_among",
    "release_manifest",
    "restore",
    "versions",
    "withdraw",
]
