"""Search and basket: each state a URL, the same answer in every form, a choice that outlives a sign-in."""

import csv
import io
import re

import pytest
from django.conf import settings
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study

from vesalius.access.people import create_person
from vesalius.access.tokens import create_token, person_with
from vesalius.settings.routing import Side

pytestmark = pytest.mark.slow


@pytest.fixture
def two(house):
    """Two collections: three CT series of the chest, two MR series of the head."""
    for name, modality, part, number in (("Lung", "CT", "CHEST", 3), ("Brain", "MR", "HEAD", 2)):
        holding = make_holding(name)
        patient = make_patient(holding, f"{name.upper()}-1")
        rows = [
            make_revision(
                make_series(make_study(patient), modality=modality),
                body_part_examined=part,
                series_description=f"{name} {at}",
            )
            for at in range(number)
        ]
        make_release(holding, revisions=rows)


def uids(client, query: str) -> list[str]:
    return [row["series_instance_uid"] for row in client.get(f"/search.json?{query}").json()["rows"]]


def manifest(client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer["Content-Type"] == "application/x-nbia-manifest-file"
    return answer.content.decode().split("\n")[6:-1]


def test_page_csv_and_json_tell_the_same_answer(client, two):
    told = client.get("/search.json?modality=CT").json()
    assert told["totals"] == {
        "subject_count": 1, "study_count": 3, "series_count": 3, "image_count": 6, "size": told["totals"]["size"],
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(client.get("/search.csv?modality=CT").content.decode())))
    assert [row["series_instance_uid"] for row in rows] == uids(client, "modality=CT")
    page = client.get("/search/?modality=CT").content.decode()
    assert set(re.findall(r'<h2><a href="/series/([0-9.]+)/"', page)) == set(uids(client, "modality=CT"))


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("CT chest", "modality=CT&body_part=CHEST"),
        ("lung", "collection=Lung"),
        ("BRAIN-1", "patient=BRAIN-1"),
        ("mr nodule", "modality=MR&text=nodule"),
        ("", ""),
    ],
)
def test_free_words_lead_to_the_question_in_them(client, two, text, question):
    answer = client.get("/search/", {"q": text})
    assert (answer.status_code, answer["Location"]) == (302, f"/search/?{question}".rstrip("?"))


def test_a_uid_leads_to_its_page(client, two):
    uid = uids(client, "")[0]
    assert client.get("/search/", {"q": uid})["Location"] == f"/series/{uid}/"


@pytest.mark.parametrize(
    "query", ["colour=red", "page=0", "page=x", "sort=colour", "view=x", "annotated=maybe", "size=-1"]
)
def test_what_the_search_does_not_know_is_refused_in_a_sentence(client, two, query):
    assert client.get(f"/search/?{query}").status_code == 400


def test_pages_of_an_answer_hold_each_series_once(client, two):
    seen = []
    for page in (1, 2, 3):
        text = client.get(f"/search/?size=2&page={page}").content.decode()
        seen += re.findall(r'<h2><a href="/series/([0-9.]+)/"', text)
    assert len(seen) == len(set(seen)) == 5


def test_a_cell_that_a_spreadsheet_would_calculate_is_made_text(client, house):
    holding = make_holding("Lung")
    row = make_revision(make_series(make_study(make_patient(holding))), series_description="=1+1")
    make_release(holding, revisions=[row])
    assert "'=1+1" in client.get("/search.csv").content.decode()


def test_a_basket_without_an_account_becomes_a_manifest(client, two):
    chosen = uids(client, "modality=MR")
    client.post("/basket/add/", {"series": chosen})
    client.post("/basket/add/", {"series": chosen[:1]})
    assert manifest(client, "/basket/manifest.tcia") == chosen
    first = client.get("/basket/manifest.tcia").content.decode().split("\n")[0]
    assert first == f"downloadServerUrl={settings.VESALIUS.public_url}/nbia-download/servlet/DownloadServlet"
    assert "2 series" in client.get("/help/").content.decode(), "the header counts it on every page"
    client.post("/basket/remove/", {"series": chosen[:1]})
    assert manifest(client, "/basket/manifest.tcia") == chosen[1:]
    client.post("/basket/remove/", {"all": "yes"})
    assert client.get("/basket/manifest.tcia").status_code == 404


def test_all_that_answers_a_question_goes_into_the_basket_at_once(client, two):
    client.post("/basket/add/", {"query": "modality=CT"})
    assert sorted(manifest(client, "/basket/manifest.tcia")) == sorted(uids(client, "modality=CT"))


def test_signing_in_takes_the_basket_along(client, two, sign_in):
    sign_in()
    client.logout()
    client.post("/basket/add/", {"series": uids(client, "modality=MR")})
    entered = client.post("/account/login/", {"username": "collaborator", "password": "a long password"})
    assert entered.status_code == 302
    assert manifest(client, "/basket/manifest.tcia") == uids(client, "modality=MR")


def test_a_basket_holds_nothing_that_may_not_be_found_and_its_manifest_nothing_that_may_not_be_fetched(
    client, two
):
    secret = make_release(make_holding("Secret", find="granted", fetch="granted")).contents.get().revision
    limited = make_release(make_holding("Limited", fetch="granted")).contents.get().revision
    hidden = client.post("/basket/add/", {"series": [secret.series.series_instance_uid]})
    unknown = client.post("/basket/add/", {"series": ["1.2.3"]})
    assert hidden.status_code == unknown.status_code == 404
    client.post(
        "/basket/add/", {"series": [limited.series.series_instance_uid, *uids(client, "modality=MR")]}
    )
    assert manifest(client, "/basket/manifest.tcia") == uids(client, "modality=MR")


@pytest.mark.parametrize(
    "place", ["https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)"]
)
def test_a_form_leads_back_to_this_site_alone(client, two, place):
    answer = client.post("/basket/add/", {"series": uids(client, "modality=MR"), "next": place})
    assert answer["Location"] == "/basket/"


def test_a_token_is_made_once_shown_once_and_revoked(client, sign_in, house):
    person = sign_in()
    page = client.post("/account/tokens/", {"label": "laboratory", "days": "30"}).content.decode()
    secret = re.search(r"vsl_[\w-]+", page)[0]
    assert person_with(secret) == person
    assert secret not in client.get("/account/").content.decode()
    client.post(f"/account/tokens/{person.tokens.get().pk}/revoke/")
    assert person_with(secret) is None


def test_nobody_revokes_the_token_of_another(client, sign_in, house):
    owner = create_person("owner", "a long password", side=Side.INTAKE, by="administrator")
    create_token("owner", side=Side.INTAKE, by="owner")
    sign_in()
    assert client.post(f"/account/tokens/{owner.tokens.get().pk}/revoke/").status_code == 404
    assert owner.tokens.get().revoked_at is None


def test_an_account_page_is_for_its_owner(client, house):
    answer = client.get("/account/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/account/")
