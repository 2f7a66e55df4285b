"""Where the pages of things are, for those that lead to them."""

from urllib.parse import quote

from vesalius.catalog.models import Patient


def patient_address(patient: Patient) -> str:
    """The page of a patient."""
    return f"/patients/{quote(patient.holding.short_title)}/{quote(patient.patient_id, safe='')}/"
