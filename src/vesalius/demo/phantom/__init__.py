"""A synthetic chest: a seed and a build become axial CT slices in Hounsfield units."""

from vesalius.demo.phantom.chest import Build, Chest, Tumour
from vesalius.demo.phantom.slices import Kernel, axial

__all__ = ["Build", "Chest", "Kernel", "Tumour", "axial"]
