"""Vesalius: an archive of cancer images that any institution can run."""

__version__ = "0.1.0"
