"""What machines are told of a holding: one neutral record, and each format written from it.

describe(release, visible, page_of) -> Record; FORMATS[name].write(record) -> text
"""

from vesalius.release.records.describing import describe
from vesalius.release.records.formats import FORMATS, Format
from vesalius.release.records.record import Record, Work

__all__ = ["FORMATS", "Format", "Record", "Work", "describe"]
