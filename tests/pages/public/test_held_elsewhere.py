"""Series that another archive holds: every page says so, leads there, and offers nothing that cannot be had here."""

import re

import pytest
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study
from tests.pages.public.conftest import OWN

from vesalius.access.tokens import create_token
from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import Download

DOI = "https://doi.org/10.7937/abcd"
BUCKET = "s3://idc-open-data/uuid/*"


@pytest.fixture
def fronted(house):
    """Lung of this archive, and a dataset as `vesalius index load` makes it."""
    lung = make_holding("Lung")
    here = make_revision(make_series(make_study(make_patient(lung, "LUNG-1"))))
    make_release(lung, [here])
    other = make_holding("Elsewhere", fetch="nobody", summary="Found here, fetched from the Commons.")
    Download.objects.filter(holding=other).update(kind="link", url=DOI)
    away = make_revision(make_series(make_study(make_patient(other, "AWAY-1"))), held_at=BUCKET)
    make_release(other, [away])
    return {"here": here, "away": away}


def uid(revision) -> str:
    return revision.series.series_instance_uid


def page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_the_page_of_a_series_leads_to_the_archive_that_holds_it(client, fronted):
    text = page(client, f"/series/{uid(fronted['away'])}/")
    assert "Another archive holds these images" in text
    assert f'href="{DOI}"' in text
    assert BUCKET in text
    assert "Outside this archive" in text
    for absent in (
        "viewer/series.js",
        "thumbnail/",
        "download/",
        "Limited access",
        "manifest.tcia",
        "/header/",
    ):
        assert absent not in text, absent
    assert "Another archive holds" not in page(client, f"/series/{uid(fronted['here'])}/")


def test_rows_of_an_answer_a_subject_and_a_study_say_who_holds_them(client, fronted):
    series = fronted["away"].series
    for address in (
        "/search/?collection=Elsewhere", "/patients/Elsewhere/AWAY-1/", f"/studies/{series.study.study_instance_uid}/",
    ):  # fmt: skip
        text = page(client, address)
        assert "Held by another archive" in text, address
        assert "Limited access" not in text, address
        assert "thumbnail/" not in text, address


def test_the_basket_says_what_cannot_be_fetched_here_and_what_can_be_done(client, fronted):
    client.post("/basket/add/", {"series": [uid(fronted["here"]), uid(fronted["away"])]})
    text = page(client, "/basket/")
    assert "1 of them can be found here and not fetched here" in text
    assert "may find and not download" not in text
    assert f'href="{DOI}"' in text
    assert "names 1 series and leaves out 1" in text
    told = client.get("/basket/manifest.s5cmd").content.decode()
    assert re.search(r"^cp 's3://idc-open-data/uuid/\*' Elsewhere/AWAY-1/", told, re.MULTILINE)
    assert f"# {uid(fronted['here'])}" in told
    assert uid(fronted["away"]) not in client.get("/basket/manifest.tcia").content.decode()
    assert BUCKET in client.get("/basket/manifest.csv").content.decode()


def test_a_basket_of_nothing_else_offers_what_can_name_it(client, fronted):
    client.post("/basket/add/", {"series": [uid(fronted["away"])]})
    text = page(client, "/basket/")
    assert "manifest.s5cmd" in text
    assert "manifest.tcia" not in text
    answer = client.get("/basket/manifest.tcia")
    assert answer.status_code == 404
    assert "can name none of these series" in answer.content.decode()


def test_an_answer_and_a_version_have_manifests(client, fronted):
    assert uid(fronted["here"]) in client.get("/search/manifest.tcia?collection=Lung").content.decode()
    assert client.get("/search/manifest.s5cmd?collection=Lung").status_code == 404
    assert "cp '" in client.get("/search/manifest.s5cmd").content.decode()
    told = client.get("/collections/Lung/versions/1/manifest.aria2").content.decode()
    assert f"/series/{uid(fronted['here'])}/download/?version=1\n  out=Lung/LUNG-1/" in told
    assert client.get("/collections/Lung/versions/2/manifest.aria2").status_code == 404


def test_addresses_of_limited_series_are_fetched_with_a_token_in_the_header(client, house, sign_in):
    limited = make_holding("Limited", fetch="granted")
    row = make_revision(make_series(make_study(make_patient(limited))), real=True)
    make_release(limited, [row])
    sign_in("Limited")
    secret = create_token("collaborator", side=OWN, by="test")
    (address,) = client.get("/search/manifest.txt").content.decode().split()
    assert secret not in address
    client.logout()
    assert client.get("/search/manifest.txt").status_code == 404
    place = address.partition("//")[2].partition("/")[2]
    assert client.get(f"/{place}").status_code == 403
    assert client.get(f"/{place}", headers={"authorization": "Bearer vsl_wrong"}).status_code == 401
    answer = client.get(f"/{place}", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    entry = AuditEntry.objects.using("archive").get(deed="series.fetch")
    assert entry.person == "collaborator"
