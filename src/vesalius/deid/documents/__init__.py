"""Documents beside the images: pictures, volumes and others, without what they say beside their data."""

from vesalius.deid.documents.cleaning import CleanedDocument, clean_document
from vesalius.deid.documents.form import DocumentError

__all__ = ["CleanedDocument", "DocumentError", "clean_document"]
