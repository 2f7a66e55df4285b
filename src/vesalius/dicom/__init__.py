"""What a DICOM file says: a lazy element tree over a seekable source, and the strict structural check."""

from vesalius.dicom.file import DicomFile, read
from vesalius.dicom.parse import Limits
from vesalius.dicom.problem import DicomError, Problem, Reason, tag_text
from vesalius.dicom.structure import check
from vesalius.dicom.tree import Dataset, Element, ElementPath, Item, path_text, walk

__all__ = [
    "Dataset",
    "DicomError",
    "DicomFile",
    "Element",
    "ElementPath",
    "Item",
    "Limits",
    "Problem",
    "Reason",
    "check",
    "path_text",
    "read",
    "tag_text",
    "walk",
]
