"""Searches that are kept: under a name, in a history, with what is new in them; and the feed of an answer."""

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study
from tests.pages.public.conftest import OWN

from vesalius.access.tokens import create_token, revoke_token
from vesalius.catalog.models import SavedSearch, SearchHistory
from vesalius.release import withdraw

ATOM = "{http://www.w3.org/2005/Atom}"
NO_TOKEN = {"authorization": "Bearer vsl_nothing"}


@pytest.fixture
def lung(house):
    """Lung with two CT of one patient in version 1."""
    holding = make_holding("Lung")
    patient = make_patient(holding, "LUNG-1")
    study = make_study(patient)
    rows = [make_revision(make_series(study), series_description=f"CHEST {n}") for n in range(2)]
    make_release(holding, rows)
    return holding, patient, rows


def more(lung, *, modality: str = "CT", patient: str = "LUNG-2"):
    """Version 2: one series of another patient, the first one corrected."""
    holding, _, rows = lung
    new = make_revision(make_series(make_study(make_patient(holding, patient)), modality=modality))
    corrected = make_revision(rows[0].series, series_description="CHEST 0")
    make_release(holding, [corrected, rows[1], new])
    return new, corrected


def page(client, address: str = "/searches/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def save(client, query: str, name: str) -> SavedSearch:
    answer = client.post("/searches/save/", {"query": query, "name": name})
    assert answer.status_code == 302, answer.content
    return SavedSearch.objects.get(name=name)


def test_a_search_is_saved_run_renamed_deleted_and_put_back(client, lung, sign_in):
    sign_in()
    assert 'action="/searches/save/"' in page(client, "/search/?modality=CT")
    row = save(client, "modality=CT&text=chest", "Chests")
    assert "Modality: CT, Text: chest" in page(client)
    assert client.get(f"/searches/{row.pk}/").url == "/search/?modality=CT&text=chest"
    client.post(f"/searches/{row.pk}/rename/", {"name": "Chest  scans"})
    assert ">Chest scans</a>" in page(client)
    client.post(f"/searches/{row.pk}/delete/")
    text = page(client)
    assert f'href="/searches/{row.pk}/"' not in text
    assert "“Chest scans” is deleted." in text
    client.post("/searches/undo/")
    assert f'href="/searches/{row.pk}/"' in page(client)


@pytest.mark.parametrize("name", ["", " \n ", "x" * 201, "a\0b"])
def test_a_name_is_one_line(client, lung, sign_in, name):
    sign_in()
    assert client.post("/searches/save/", {"query": "modality=CT", "name": name}).status_code == 400


def test_a_name_is_taken_once_and_free_again_after_deletion(client, lung, sign_in):
    sign_in()
    row = save(client, "modality=CT", "Mine")
    assert client.post("/searches/save/", {"query": "", "name": "Mine"}).status_code == 409
    client.post(f"/searches/{row.pk}/delete/")
    save(client, "modality=MR", "Mine")
    assert SavedSearch.objects.count() == 1


def test_pasted_identifiers_are_kept_with_the_search(client, lung, sign_in):
    sign_in()
    uids = [row.series.series_instance_uid for row in lung[2]] + [f"2.25.{n}" for n in range(300)]
    address = client.post("/search/", {"identifiers": "\n".join(uids)}).url
    row = save(client, address.partition("?")[2], "Pasted")
    SavedSearch.objects.filter(owner="list").delete()
    answer = client.get(client.get(f"/searches/{row.pk}/").url)
    assert b"2 series" in answer.content


def test_searches_are_their_owners_alone(client, lung, sign_in):
    sign_in()
    row = save(client, "modality=CT", "Mine")
    client.logout()
    assert client.get(f"/searches/{row.pk}/").status_code == 302
    sign_in(name="stranger")
    assert ">Mine</a>" not in page(client)
    for place in ("", "new/"):
        assert client.get(f"/searches/{row.pk}/{place}").status_code == 404
    for place in ("rename", "delete", "looked"):
        form = {"name": "Theirs", "until": timezone.now().isoformat()}
        assert client.post(f"/searches/{row.pk}/{place}/", form).status_code == 404
    assert SavedSearch.objects.get() == row


def test_what_was_published_since_the_last_look_is_counted_and_shown_until_it_is_seen(client, lung, sign_in):
    sign_in()
    row = save(client, "modality=CT", "CT")
    assert "Nothing</span>" in page(client), "what stood when it was saved is not new"
    new, corrected = more(lung)
    assert ">2 series</a>" in page(client)
    text = page(client, f"/searches/{row.pk}/new/")
    assert "1 of 1 corrected" in text
    assert set(re.findall(r'<h4><a href="/series/([0-9.]+)/"', text)) == {
        new.series.series_instance_uid, corrected.series.series_instance_uid
    }  # fmt: skip
    until = re.search(r'name="until" value="([^"]+)"', text)[1]
    client.post(f"/searches/{row.pk}/looked/", {"until": until})
    assert "Nothing</span>" in page(client)
    assert "Nothing is new" in page(client, f"/searches/{row.pk}/new/")


def test_what_is_new_respects_the_question_and_who_asks(client, lung, sign_in):
    sign_in()
    save(client, "modality=MR", "MR")
    more(lung, modality="MR")
    limited = make_holding("Limited", find="granted", fetch="granted")
    make_release(limited, [make_revision(make_series(make_study(make_patient(limited)), modality="MR"))])
    assert ">1 series</a>" in page(client)


def test_a_look_is_not_in_the_future(client, lung, sign_in):
    sign_in()
    row = save(client, "modality=CT", "CT")
    for until in ("", "yesterday", "2026-01-01", (timezone.now() + timedelta(days=1)).isoformat()):
        assert client.post(f"/searches/{row.pk}/looked/", {"until": until}).status_code == 400


def test_an_account_remembers_its_last_searches_until_they_are_forgotten_or_unwanted(client, lung, sign_in):
    sign_in()
    for address in ("/search/", "/search/?modality=CT", "/search/?modality=MR", "/search/?modality=CT"):
        page(client, address)
    text = page(client)
    assert re.findall(r'<li><a href="(/search/[?][^"]*)"', text) == [
        "/search/?modality=CT",
        "/search/?modality=MR",
    ]
    client.post("/searches/history/clear/")
    assert "Nothing was asked yet" in page(client)
    client.post("/searches/history/keep/", {"kept": "no"})
    page(client, "/search/?modality=CT")
    assert SearchHistory.objects.get().searches == []
    assert "Your searches are not remembered" in page(client)
    client.post("/searches/history/keep/", {"kept": "yes"})
    page(client, "/search/?modality=CT")
    assert "Modality: CT" in page(client)


def test_nothing_of_a_reader_without_an_account_is_kept(client, lung):
    answer = client.get("/search/?modality=CT")
    assert not [name for name in answer.cookies if not name.endswith("_csrf")]
    assert not SearchHistory.objects.exists()
    assert "this site remembers none of your searches" in page(client)


def feed(client, query: str = "", **headers):
    answer = client.get(f"/search.atom?{query}", headers=headers)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/atom+xml"
    return answer, ET.fromstring(answer.content)


def entries(root) -> dict[str, str]:
    """Title and id of each entry."""
    return {one.find(f"{ATOM}title").text: one.find(f"{ATOM}id").text for one in root.iter(f"{ATOM}entry")}


def test_a_feed_tells_what_each_release_brought_of_each_subject(client, lung):
    before = entries(feed(client)[1])
    assert list(before) == ["Lung LUNG-1: 2 CT in Lung version 1"]
    more(lung)
    _, root = feed(client)
    after = entries(root)
    assert sorted(after) == [
        "Lung LUNG-1: 1 CT in Lung version 1",
        "Lung LUNG-1: 1 CT in Lung version 2",
        "Lung LUNG-2: 1 CT in Lung version 2",
    ]
    assert after["Lung LUNG-1: 1 CT in Lung version 1"] == before["Lung LUNG-1: 2 CT in Lung version 1"]
    assert len(set(after.values())) == 3
    dates = [one.find(f"{ATOM}updated").text for one in root.iter(f"{ATOM}entry")]
    assert dates == sorted(dates, reverse=True)
    assert root.find(f"{ATOM}updated").text == dates[0]
    required = [f"{ATOM}{name}" for name in ("id", "title", "updated", "author")]
    assert all(root.find(name) is not None for name in required)  # RFC 4287 4.1.1
    summary = next(root.iter(f"{ATOM}summary")).text
    assert "http" in summary


def test_a_feed_is_of_its_question_and_found_from_its_page(client, lung):
    more(lung, modality="MR")
    assert list(entries(feed(client, "modality=MR")[1])) == ["Lung LUNG-2: 1 MR in Lung version 2"]
    assert entries(feed(client, "modality=PT")[1]) == {}
    text = page(client, "/search/?modality=MR")
    assert 'type="application/atom+xml"' in text
    assert 'href="/search.atom?modality=MR"' in text
    assert client.get("/search.atom?nothing=known").status_code == 400


def test_a_feed_that_has_not_changed_is_not_sent_again(client, lung):
    answer, _ = feed(client)
    assert client.get("/search.atom", headers={"if-none-match": answer["ETag"]}).status_code == 304
    withdraw("series", lung[2][0].series.series_instance_uid, "wrong laterality", "releaser")
    again, root = feed(client, **{"if-none-match": answer["ETag"]})
    assert again["ETag"] != answer["ETag"]
    assert list(entries(root)) == ["Lung LUNG-1: 1 CT in Lung version 1"]


def test_limited_data_are_in_a_feed_for_a_token_in_the_header_alone(client, lung, sign_in):
    limited = make_holding("Limited", find="granted", fetch="granted")
    make_release(limited, series=1)
    sign_in("Limited")
    secret = create_token("collaborator", side=OWN, by="test")
    client.logout()
    assert not [title for title in entries(feed(Client())[1]) if "Limited" in title]
    assert client.get(f"/search.atom?token={secret}").status_code == 400
    answer, root = feed(Client(), authorization=f"Bearer {secret}")
    assert [title for title in entries(root) if "Limited" in title]
    assert secret not in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-cache"
    assert client.get("/search.atom", headers=NO_TOKEN).status_code == 401
    revoke_token(1, side=OWN, by="test")
    assert client.get("/search.atom", headers={"authorization": f"Bearer {secret}"}).status_code == 401
