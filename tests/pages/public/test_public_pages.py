"""Every public page answers, escapes what it shows, and asks the database a bounded number of times."""

import pytest

from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study
from vesalius.catalog.models import SeriesRevision

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def lung(house):
    """A collection of one real series, drawn."""
    holding = make_holding("Lung", title="Lung CT", summary="Thin slices of the chest.", abstract=HOSTILE)
    patient = make_patient(holding, "LUNG-1", sex="F")
    study = make_study(patient, study_description="CT CHEST")
    revision = make_revision(
        make_series(study), images=3, real=True, body_part_examined="CHEST",
        series_description=f"LUNG {HOSTILE}"[:64], manufacturer="ACME",
    )  # fmt: skip
    make_release(holding, revisions=[revision])
    house.work()
    return revision


def addresses(revision: SeriesRevision) -> list[str]:
    uid, study = revision.series.series_instance_uid, revision.series.study.study_instance_uid
    return [
        "/", "/help/", "/collections/", "/collections/Lung/", "/collections/Lung/versions/1/", "/analysis-results/",
        "/search/", "/search/?view=studies", "/search/?view=subjects", "/search/?modality=CT&sort=-size", "/search/?modality=PT",
        "/patients/Lung/LUNG-1/", f"/studies/{study}/", f"/series/{uid}/", f"/series/{uid}/?version=1",
        f"/series/{uid}/header/", f"/series/{uid}/header/?instance=3", "/basket/", "/account/login/",
    ]  # fmt: skip


def test_every_page_answers_and_escapes_what_it_shows(client, lung):
    for address in addresses(lung):
        answer = client.get(address)
        text = answer.content.decode()
        assert answer.status_code == 200, address
        assert HOSTILE not in text, address
        assert lung.digest not in text, address
        assert "<title>" in text
        assert "style=" not in text, "the content security policy allows no style in a page"
