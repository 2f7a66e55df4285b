"""A small archive whose every value is known, and a client for NBIA's addresses."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.test import Client, override_settings
from tests.conftest import House
from tests.factories import make_holding, make_patient, make_release, make_revision

from vesalius.catalog.models import Holding, License, Patient, Release, Series, SeriesRevision, Study

RICH, PLAIN, SECRET = "1.2.3.1", "1.2.3.2", "1.2.3.9"  # Series Instance UIDs


@pytest.fixture
def client_of_the_site(house: House) -> Iterator[Client]:
    """A client of the public site."""
    with override_settings(ROOT_URLCONF="vesalius.web.public_side"):
        yield Client()


@pytest.fixture
def ask(client_of_the_site: Client):
    """Ask one address below services/ of the public site."""

    def ask_one(path, *, token="", method="get", **parameters):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        given = (parameters,) if parameters or method == "post" else ()
        return getattr(client_of_the_site, method)(f"/nbia-api/services/{path}", *given, headers=headers)

    return ask_one


def series_of(holding: Holding, patient: str, number: int, **columns) -> SeriesRevision:
    """One series with UIDs that are known."""
    visit = Study.objects.create(patient=make_patient(holding, patient), study_instance_uid=f"1.2.{number}")
    series = Series.objects.create(
        study=visit, holding=holding, series_instance_uid=f"1.2.3.{number}", modality=columns["modality"]
    )
    return make_revision(series, real=True, **columns)


@pytest.fixture
def world(house: House) -> SimpleNamespace:
    """Collection "Lung" with a rich and a plain series, and "Secret", which nobody may find without a grant."""
    License.objects.create(
        spdx="CC-BY-3.0",
        title="Creative Commons Attribution 3.0 Unported License",
        short_title="CC BY 3.0",
        url="http://creativecommons.org/licenses/by/3.0/",
    )
    lung = make_holding("Lung", spdx="CC-BY-3.0", concept_doi="10.5072/Lung.1")
    rich = series_of(
        lung, "L-1", 1,
        modality="CT", body_part_examined="Chest", manufacturer="Acme, Ltd", manufacturer_model_name="One",
        software_versions="V1/2", protocol_name="Routine", series_description="Größe 1/2", series_number=500,
        series_date=date(2006, 9, 8), study_date=date(2006, 9, 7), study_description='Thorax "A/B" <1>',
        patient_sex="F", patient_age="061Y", pixel_spacing="0.878906", slice_thickness="3.000000, 5.000000",
        site="Ward", third_party=False, annotated=True,
    )  # fmt: skip
    plain = series_of(lung, "L-2", 2, modality="MR")
    make_release(lung, [rich, plain])
    secret = make_holding("Secret", find="granted", fetch="granted")
    hidden = series_of(secret, "S-1", 9, modality="PT", body_part_examined="BRAIN", manufacturer="Hidden Inc")
    make_release(secret, [hidden])
    # Publication writes the rows of patients and studies anew from header facts, of which these files have few.
    Patient.objects.filter(patient_id="L-1").update(patient_name="L-1", sex="F", ethnic_group="1")
    Study.objects.filter(study_instance_uid="1.2.1").update(
        study_date=date(2006, 9, 7), study_description='Thorax "A/B" <1>', study_id="S7", patient_age="061Y",
        admitting_diagnoses_description="Nodule & cough", longitudinal_event_type="DIAGNOSIS",
        longitudinal_offset_days=12.0,
    )  # fmt: skip
    Release.objects.update(published_at=datetime(2016, 10, 19, 8, 30, 15, tzinfo=UTC))
    SeriesRevision.objects.update(admitted_at=datetime(2015, 7, 20, 1, 2, 3, tzinfo=UTC))
    return SimpleNamespace(rich=rich, plain=plain, hidden=hidden)
