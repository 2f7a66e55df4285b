"""The body from the thighs to the crown as shapes of tissues, each with a density for CT and an uptake for PET.

The chest is `vesalius.demo.phantom.chest`'s; this adds what lies above and below it, coarsely: whole-body scans are
made with a low dose and big pixels. Millimetres of the standard body, see `anatomy`.
"""

from vesalius.demo.phantom.whole.dose import low_dose
from vesalius.demo.phantom.whole.plane import Plane

__all__ = ["Plane", "low_dose"]
