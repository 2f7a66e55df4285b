"""Text in pixels (PS3.15 E.3.1): found by its look, read, judged, and blanked with every other pixel as it was."""

from vesalius.deid.pixels.finding.reader import Reader, Reading, open_reader
from vesalius.deid.pixels.hiding import Hidden, hide
from vesalius.deid.pixels.overlays import Drawn, planes

__all__ = ["Drawn", "Hidden", "Reader", "Reading", "hide", "open_reader", "planes"]
