"""A synthetic chest: a seed and a build become axial CT slices in Hounsfield units."""

from vesalius.demo.phantom.chest import Build, Chest, Tumour
from vesalius.demo.phantom.slices import Kernel, axial, lung_mask, tumour_mask

__all__ = ["Build", "Chest", "Kernel", "Tumour", "axial", "lung_mask", "tumour_mask"]
