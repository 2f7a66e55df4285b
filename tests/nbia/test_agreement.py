"""Tables agree with a count by hand over random archives and random questions."""

from collections import Counter

import numpy as np
import pytest
from tests.conftest import House
from tests.factories import (
    make_holding,
    make_patient,
    make_release,
    make_revision,
    make_series,
    make_study,
)

from vesalius.catalog.models import SeriesRevision

MODALITIES = ("CT", "ct", "MR", "PT")
PARTS = ("", "CHEST", "Chest", "BRAIN")
MAKERS = ("", "Acme", "ACME", "Umbra")
QUESTIONS = 60


def random_archive(dice: np.random.Generator) -> list[SeriesRevision]:
    """Revisions of four collections of which one is hidden; some are replaced in a second release."""
    shown = []
    for name, rule in (("Lung", "anyone"), ("Liver", "anyone"), ("Brain", "anyone"), ("Hidden", "granted")):
        holding = make_holding(name, find=rule, fetch=rule)
        first = [
            make_revision(make_series(study), images=int(dice.integers(1, 4)), **random_columns(dice))
            for patient in [make_patient(holding) for _ in range(3)]
            for study in [make_study(patient) for _ in range(2)]
            for _ in range(int(dice.integers(1, 4)))
        ]
        make_release(holding, first)
        second = [
            make_revision(one.series, **random_columns(dice)) if dice.random() < 0.3 else one
            for one in first
            if dice.random() < 0.8
        ]
        make_release(holding, second)
        shown += second if rule == "anyone" else []
    return shown


def random_columns(dice):
    return {
        "modality": str(dice.choice(MODALITIES)),
        "body_part_examined": str(dice.choice(PARTS)),
        "manufacturer": str(dice.choice(MAKERS)),
    }


def facts(revision):
    """What NBIA's parameters and columns say of a revision, read row by row."""
    study = revision.series.study
    return {
        "Collection": study.patient.holding.short_title,
        "PatientID": study.patient.patient_id,
        "StudyInstanceUID": study.study_instance_uid,
        "SeriesInstanceUID": revision.series.series_instance_uid,
        "Modality": revision.modality,
        "BodyPartExamined": revision.body_part_examined,
        "Manufacturer": revision.manufacturer,
        "FileSize": sum(content.blob.size for content in revision.contents.all()),
        "ImageCount": revision.contents.count(),
    }


@pytest.mark.slow
def test_random_questions_get_the_rows_that_a_walk_over_everything_finds(house: House, ask):
    dice = np.random.default_rng(10)
    rows = [facts(revision) for revision in random_archive(dice)]
    choices = {
        name: sorted({row[name] for row in rows if row[name]}) for name in rows[0] if "Count" not in name
    }
    del choices["FileSize"]
    for _ in range(QUESTIONS):
        names = dice.choice(sorted(choices), size=int(dice.integers(0, 3)), replace=False)
        asked = {str(name): str(dice.choice([*choices[name], "none"])) for name in names}
        found = [r for r in rows if all(r[n].upper() == v.upper() for n, v in asked.items())]
        check_series(ask, asked, found)
        check_studies(ask, asked, rows)
        check_values(ask, asked, rows)


def rows_of(answer):
    return answer.json() if answer.content else []


def check_series(ask, asked, found):
    told = rows_of(ask("v4/getSeries", **asked))
    assert {one["SeriesInstanceUID"] for one in told} == {row["SeriesInstanceUID"] for row in found}
    assert len(told) == len(found)
    by_uid = {row["SeriesInstanceUID"]: row for row in found}
    for one in told:
        row = by_uid[one["SeriesInstanceUID"]]
        assert {name: one.get(name, "") for name in row} == row
    for row in found[:2]:
        size = ask("v4/getSeriesSize", SeriesInstanceUID=row["SeriesInstanceUID"]).json()
        assert size == [{"TotalSizeInBytes": row["FileSize"], "ObjectCount": row["ImageCount"]}]


def check_studies(ask, asked, rows):
    asked = {n: v for n, v in asked.items() if n in {"Collection", "PatientID", "StudyInstanceUID"}}
    found = [r for r in rows if all(r[n] == v for n, v in asked.items())]
    studies = rows_of(ask("v4/getPatientStudy", **asked))
    assert {one["StudyInstanceUID"]: one["SeriesCount"] for one in studies} == Counter(
        row["StudyInstanceUID"] for row in found
    )
    of_collection = {n: v for n, v in asked.items() if n == "Collection"}
    patients = rows_of(ask("v4/getPatient", **of_collection))
    assert sorted((one["Collection"], one["PatientId"]) for one in patients) == sorted(
        {(r["Collection"], r["PatientID"]) for r in rows if of_collection.items() <= r.items()}
    )


def check_values(ask, asked, rows):
    for endpoint, column, others in (
        ("getModalityValues", "Modality", {"Collection", "BodyPartExamined"}),
        ("getBodyPartValues", "BodyPartExamined", {"Collection", "Modality"}),
        ("getManufacturerValues", "Manufacturer", {"Collection", "Modality", "BodyPartExamined"}),
    ):
        some = {n: v for n, v in asked.items() if n in others}
        values = [one.get(column, "") for one in rows_of(ask(f"v4/{endpoint}", **some))]
        found = [r for r in rows if all(r[n].upper() == v.upper() for n, v in some.items())]
        assert values == sorted({row[column].upper() for row in found})
