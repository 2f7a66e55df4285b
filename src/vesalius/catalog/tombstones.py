"""How a tombstone names what it stands for."""

from vesalius.catalog.models import Holding, Patient, Series, Study
from vesalius.catalog.refusal import keyed_digest


def tombstone_name(target: Holding | Patient | Study | Series) -> str:
    """How a tombstone names it: by UID or short title; a patient by a keyed digest of the ID."""
    if isinstance(target, Patient):
        return patient_tombstone(target.holding.short_title, target.patient_id)
    return str(target)


def patient_tombstone(short_title: str, patient_id: str) -> str:
    """How a tombstone names a patient of a collection, who may be gone by now."""
    return f"{short_title}/{keyed_digest(f'{short_title}/{patient_id}')}"
