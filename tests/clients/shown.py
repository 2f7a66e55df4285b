"""What the clients are shown."""

from datetime import date

from tests.factories import (
    make_holding,
    make_patient,
    make_release,
    make_revision,
    make_series,
    make_study,
)

from vesalius.catalog.models import SeriesRevision


def lung(name: str = "Lung", **rules: str) -> list[SeriesRevision]:
    """A collection of three series of two patients, with real files."""
    holding = make_holding(name, concept_doi=f"10.5072/Vesalius.{name}", **rules)
    revisions = []
    for number, (age, count) in enumerate((("061Y", 2), ("007M", 1))):
        patient = make_patient(holding, f"{name}-{number}", patient_name=f"{name}-{number}", sex="F")
        study = make_study(patient, study_date=date(1998, 7, 8 + number), study_description="Chest/abdomen")
        revisions += [
            make_revision(
                make_series(study),
                real=True,
                images=3,
                body_part_examined="CHEST",
                manufacturer="Acme, Ltd" if at else "Acme",
                manufacturer_model_name="One",
                series_number=at + 1,
                series_description="Axial 1/2",
                study_date=study.study_date,
                patient_age=age,
                patient_sex="F",
                site="Ürün",
            )
            for at in range(count)
        ]
    make_release(holding, revisions)
    return revisions
