"""A CTP anonymizer script over one file: what it decides, written down as edits of the file's bytes."""

from vesalius.deid.scripted.run import Scripted, run

__all__ = ["Scripted", "run"]
