"""Manifests: which series, for programs that fetch; each format is a row of a table."""

from vesalius.deliver.manifests.formats import FORMATS, Format
from vesalius.deliver.manifests.lines import Kind, Line, counts, lines_of

__all__ = ["FORMATS", "Format", "Kind", "Line", "counts", "lines_of"]
