"""Days from an event of significance (PS3.3 C.7.2.3, Longitudinal Temporal Offset from Event), from true dates.

A recipe names the event; when it was, a lookup table says, or an attribute of the patient's files.
"""

from datetime import date
from typing import Final

from vesalius.deid.patient.identity import Identity
from vesalius.deid.patient.lookup import Patient, true_date
from vesalius.deid.recipes.recipe import Recipe
from vesalius.dicom import Dataset

OFFSET: Final = 0x00120052
EVENT_TYPE: Final = 0x00120053
# Study, Series, Acquisition, Content Date: the offset is the study's, so its own date comes first.
_DATES: Final = (0x00080020, 0x00080021, 0x00080022, 0x00080023)
_DATE_DIGITS: Final = 8


def days_from_event(root: Dataset, identity: Identity, patient: Patient) -> int | None:
    """Whole days from the patient's event to this file's study; None where either date is unknown."""
    event = identity.event_date(*patient)
    taken = next(filter(None, (_date(root.text(tag)) for tag in _DATES)), None)
    return (taken - event).days if event and taken else None


def date_of_event(root: Dataset, recipe: Recipe) -> date | None:
    """What this file says of the event's date, where the recipe names an attribute for it.

    The earliest over all files of a patient is the event's: `Identity.dated` takes it.
    """
    if not (recipe.event and recipe.event_attribute):
        return None
    return _date(root.text(int(recipe.event_attribute[1:5] + recipe.event_attribute[6:10], 16)))


def _date(text: str) -> date | None:
    """The day of a DA or DT value; None for one that no calendar has."""
    try:
        return true_date(text[:_DATE_DIGITS])
    except ValueError:
        return None
