"""Free text cleaned and not erased (PS3.15 E.3.5): what identifies goes, what tells of the images stays."""

from vesalius.deid.text.cleaning import CleanText, UnknownWords, clean_text, is_harmless, without_identifiers

__all__ = ["CleanText", "UnknownWords", "clean_text", "is_harmless", "without_identifiers"]
