"""Rows of the archive side: what is published, or about to be."""
