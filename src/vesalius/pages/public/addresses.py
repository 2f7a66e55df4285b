"""Where the pages of things are, for those that lead to them."""

from urllib.parse import quote

from vesalius.catalog.models import Holding, Patient


def address_of(holding: Holding) -> str:
    """The page of a holding."""
    place = "collections" if holding.kind == Holding.Kind.COLLECTION else "analysis-results"
    return f"/{place}/{quote(holding.short_title)}/"


def patient_address(patient: Patient) -> str:
    """The page of a patient."""
    return f"/patients/{quote(patient.holding.short_title)}/{quote(patient.patient_id, safe='')}/"
