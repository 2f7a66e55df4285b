"""Patients and studies told anew from the headers of their current revisions."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import CharField, Model, QuerySet

from vesalius.catalog.models import Patient, Release, SeriesRevision, Study
from vesalius.catalog.visible import current_revisions

PATIENT_FACTS = {  # column -> DICOM keyword in the facts of a revision
    "patient_name": "PatientName",
    "ethnic_group": "EthnicGroup",
    "species": "PatientSpeciesDescription",
}
STUDY_FACTS = {
    "study_time": "StudyTime",
    "study_id": "StudyID",
    "admitting_diagnoses_description": "AdmittingDiagnosesDescription",
    "longitudinal_event_type": "LongitudinalTemporalEventType",
    "longitudinal_offset_days": "LongitudinalTemporalOffsetFromEvent",
}
BATCH = 200


def refresh_rows(release: Release) -> set[int]:
    """Rewrite the Patient and Study rows that a release, current by now, speaks of.

    Returns the ids of the patients whose species changed: cells of other holdings may count by it. The newest
    revision of the patient's own collection decides; a third party's only where there is no other.
    """
    patients = Patient.objects.filter(studies__series__revisions__in_releases__release=release)
    revisions = _newest_last(patients)
    by_study = {revision.series.study: revision for revision in revisions}
    by_patient = {revision.series.study.patient: revision for revision in revisions}
    changed = {patient.pk for patient, told in by_patient.items() if _tell_patient(patient, told)}
    for study, told in by_study.items():
        _tell_study(study, told)
    Patient.objects.bulk_update(
        by_patient, ["sex", "phantom", "species_code", *PATIENT_FACTS], batch_size=BATCH
    )
    columns = ["study_date", "study_description", "patient_age", *STUDY_FACTS]
    Study.objects.bulk_update(by_study, columns, batch_size=BATCH)
    return changed


def _newest_last(patients: QuerySet[Patient]) -> list[SeriesRevision]:
    found = current_revisions().filter(series__study__patient__in=patients)
    return list(found.select_related("series__study__patient__holding").order_by("-third_party", "pk"))


def _tell_patient(patient: Patient, told: SeriesRevision) -> bool:
    """Returns whether the species changed."""
    before = patient.species
    patient.sex = told.patient_sex
    patient.phantom = told.facts.get("QualityControlSubject") == "YES"
    _copy(patient, told.facts, PATIENT_FACTS)
    patient.species_code = ""
    if not patient.species:
        patient.species, patient.species_code = patient.holding.species, patient.holding.species_code
    return patient.species != before


def _tell_study(study: Study, told: SeriesRevision) -> None:
    study.study_date = told.study_date
    study.study_description = told.study_description
    study.patient_age = told.patient_age
    _copy(study, told.facts, STUDY_FACTS)


def _copy(row: Model, facts: Mapping[str, Any], columns: Mapping[str, str]) -> None:
    for column, keyword in columns.items():
        setattr(row, column, _fitting(row, column, facts.get(keyword)))


def _fitting(row: Model, column: str, value: Any) -> Any:
    """The value as the column takes it: text cut to its width, numbers as numbers, nothing as nothing."""
    field = row._meta.get_field(column)  # noqa: SLF001 - Django's documented meta API
    if isinstance(field, CharField):
        return ("" if value is None else _joined(value))[: field.max_length]
    return _number(value)


def _joined(value: Any) -> str:
    return "\\".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def releases_of(patients: Iterable[int]) -> QuerySet[Release]:
    """Every release, published or not, in which a series of these patients stands."""
    return Release.objects.filter(contents__revision__series__study__patient__in=list(patients)).distinct()
