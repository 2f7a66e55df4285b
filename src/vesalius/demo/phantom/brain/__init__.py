"""A synthetic head: a build becomes MR images in several contrasts, and where its tumour is."""

from vesalius.demo.phantom.brain.atlas import Floats
from vesalius.demo.phantom.brain.contrast import CONTRASTS
from vesalius.demo.phantom.brain.head import Build, Head
from vesalius.demo.phantom.brain.lesion import LABELS, Glioma
from vesalius.demo.phantom.brain.scanner import Planes, Reception, Slice, cut, receive

__all__ = [
    "CONTRASTS",
    "LABELS",
    "Build",
    "Floats",
    "Glioma",
    "Head",
    "Planes",
    "Reception",
    "Slice",
    "cut",
    "receive",
]
