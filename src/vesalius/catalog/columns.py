"""What search asks of a revision, copied from header facts into columns; which fact goes where is a table."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from vesalius.catalog.models import SeriesRevision

YEARS = {"Y": 1.0, "M": 1 / 12, "W": 1 / 52.18, "D": 1 / 365.25}


def day(value: Any) -> date | None:
    """A DA value, "YYYYMMDD" (PS3.5 Table 6.2-1), as a date; None for any other form."""
    if not isinstance(value, str) or not re.fullmatch("[0-9]{8}", value):
        return None
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return None


def years(value: Any) -> float | None:
    """An AS value, "061Y" (PS3.5 Table 6.2-1), in years; None for any other form."""
    if not isinstance(value, str) or not re.fullmatch("[0-9]{3}[DWMY]", value):
        return None
    return round(int(value[:3]) * YEARS[value[3]], 3)


def _text(value: Any) -> str:
    return "\\".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) else None


# column -> (DICOM keyword, how the fact becomes the column's value); text is cut to the column's width
COLUMNS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "modality": ("Modality", _text),
    "body_part_examined": ("BodyPartExamined", _text),
    "manufacturer": ("Manufacturer", _text),
    "manufacturer_model_name": ("ManufacturerModelName", _text),
    "software_versions": ("SoftwareVersions", _text),
    "protocol_name": ("ProtocolName", _text),
    "series_description": ("SeriesDescription", _text),
    "series_number": ("SeriesNumber", _number),
    "series_date": ("SeriesDate", day),
    "sop_class_uid": ("SOPClassUID", _text),
    "patient_sex": ("PatientSex", _text),
    "patient_age": ("PatientAge", _text),
    "patient_age_years": ("PatientAge", years),
    "study_date": ("StudyDate", day),
    "study_description": ("StudyDescription", _text),
}


def revision_columns(facts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Column values of a revision from the facts of its instances, in their order; the first one speaks for most."""
    columns = {name: _fitting(name, form(facts[0].get(keyword))) for name, (keyword, form) in COLUMNS.items()}
    columns["pixel_spacing"] = _distinct(facts, "PixelSpacing")
    columns["slice_thickness"] = _distinct(facts, "SliceThickness")
    return columns


def _distinct(facts: Sequence[dict[str, Any]], keyword: str) -> str:
    """Distinct values of all instances joined by ", ", as NBIA shows them; of a list its first."""
    found: list[Any] = [one.get(keyword) for one in facts]
    firsts = (value[0] if isinstance(value, list) else value for value in found if value not in (None, []))
    return ", ".join(f"{value:.6f}" for value in sorted({float(value) for value in firsts}))[:100]


def _fitting(name: str, value: Any) -> Any:
    width = getattr(SeriesRevision._meta.get_field(name), "max_length", None)  # noqa: SLF001 - Django's meta API
    return value[:width] if isinstance(value, str) and width else value
