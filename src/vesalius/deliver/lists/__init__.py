"""Shared lists: named sets of series, fixed to their content, that are cited, fetched and followed."""
