"""Shared lists: made of a choice, fixed to its content, read by whom the owner says, cited, fetched, and followed."""

import hashlib
import io
import re
import zipfile
from urllib.parse import quote

import pytest
from django.test import Client
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study
from tests.pages.public.conftest import OWN

from vesalius.access.people import create_person, grant
from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import Holding, SharedList, SharedListItem, Succession
from vesalius.deliver.lists import keeping
from vesalius.release import withdraw

pytestmark = pytest.mark.slow


@pytest.fixture
def lung(house):
    """Lung with three CT of two patients in version 1, of which somebody made masks."""
    holding = make_holding("Lung", title="Lung CT")
    study, other = make_study(make_patient(holding, "LUNG-1")), make_study(make_patient(holding, "LUNG-2"))
    rows = [make_revision(make_series(one), images=2, real=True) for one in (study, study, other)]
    make_release(holding, rows)
    masks = make_holding("Masks", title="Masks of lungs", kind=Holding.Kind.ANALYSIS_RESULT, spdx="CC0-1.0")
    mask = make_revision(make_series(study, masks, "SEG"), images=1, real=True)
    make_release(masks, [mask])
    return holding, rows, mask


@pytest.fixture
def owner(client, sign_in):
    person = sign_in(name="ana")
    person.full_name = "Ana Kerando"
    person.save()
    return person


def uid(revision) -> str:
    return revision.series.series_instance_uid


def make(client, revisions, name: str = "nodules", **more) -> str:
    form = {"from": "paste", "uids": "\n".join(map(uid, revisions)), "name": name, "title": "Nodules we read"}
    answer = client.post("/lists/new/", form | {"public": "yes"} | more)
    assert answer.status_code == 302, answer.content
    return answer.url


def page(client, address: str = "/lists/nodules/", status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def listed(text: str) -> set[str]:
    return set(re.findall(r'<h2><a href="/series/([0-9.]+)/', text))


def zipped(client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    files = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    return sorted(hashlib.sha256(files.read(n)).hexdigest() for n in files.namelist() if n.endswith(".dcm"))


def blobs(revisions) -> list[str]:
    return sorted(name for one in revisions for name in one.contents.values_list("blob_id", flat=True))


def test_a_list_is_made_of_pasted_identifiers_the_basket_or_an_answer(client, lung, owner):
    _, rows, mask = lung
    assert make(client, rows[:2]) == "/lists/nodules/"
    assert listed(page(client)) == set(map(uid, rows[:2]))
    client.post("/basket/add/", {"series": [uid(mask), uid(rows[2])]})
    assert "It will hold 2 series: what lies in your basket." in page(client, "/lists/new/?from=basket")
    make(client, [], "basket", **{"from": "basket"})
    assert listed(page(client, "/lists/basket/")) == {uid(mask), uid(rows[2])}
    form = f"/lists/new/?from=search&query={quote('modality=SEG')}"
    assert "It will hold 1 series: the answer to Modality: SEG." in page(client, form)
    make(client, [], "answer", **{"from": "search", "query": "modality=SEG"})
    assert listed(page(client, "/lists/answer/")) == {uid(mask)}
    made = make(client, [], "patients", uids="LUNG-1\n")
    assert listed(page(client, made)) == {uid(rows[0]), uid(rows[1]), uid(mask)}


def test_a_list_says_what_it_holds_under_which_licence_and_by_whom(client, lung, owner):
    _, rows, mask = lung
    make(client, [rows[0], mask], description="Read twice.\n\n<b>By two.</b>")
    text = page(client)
    assert "2 series of 1 subject, 1 study: 3 images" in text
    assert "made by Ana Kerando" in text
    assert {"CC-BY-4.0", "CC0-1.0"} <= set(re.findall(r'data-label="Licence"><span><a [^>]+>([^<]+)<', text))
    assert "&lt;b&gt;By two." in text


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": ""}, 400), ({"name": "new"}, 400), ({"name": "a/b"}, 400), ({"name": "-a"}, 400),
        ({"name": "x" * 65}, 400), ({"title": " "}, 400), ({"title": "x" * 301}, 400),
        ({"description": "x" * 5001}, 400), ({"uids": ""}, 404), ({"uids": "2.25.999"}, 404), ({"name": "Taken"}, 409),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_is_refused(client, lung, owner, change, status):
    make(client, lung[1], "taken")
    form = {"from": "paste", "uids": uid(lung[1][0]), "name": "fine", "title": "Fine"} | change
    assert client.post("/lists/new/", form).status_code == status
    assert SharedList.objects.count() == 1


def test_a_list_stays_as_it_was_and_tells_what_became_of_its_series(client, lung, owner):
    holding, rows, mask = lung
    make(client, [*rows, mask])
    before = zipped(client, "/lists/nodules/download/")
    assert before == blobs([*rows, mask])
    assert "What became of these series since" not in page(client)
    corrected = make_revision(rows[0].series, images=2, real=True)
    make_release(holding, [corrected, rows[2]])
    withdraw("series", uid(mask), "wrong subject", "releaser")
    text = page(client)
    assert "1 series was replaced in version 2 of Lung" in text
    assert "1 series was left out of version 2 of Lung" in text
    assert "1 series of Masks was withdrawn" in text
    assert f'/series/{uid(rows[0])}/?version=1"' in text, "what was replaced leads to what the list holds"
    assert "As in version 1 of Lung; not in the newest." in text
    assert zipped(client, "/lists/nodules/download/") == blobs(rows)
    addresses = client.get("/lists/nodules/manifest.txt").content.decode().splitlines()
    assert [one.partition("?")[2] for one in addresses if uid(rows[0]) in one] == ["version=1"]


def test_what_took_another_place_is_named_and_a_new_list_is_made_of_what_is_current(client, lung, owner):
    holding, rows, _ = lung
    make(client, rows)
    halves = [make_revision(make_series(rows[0].series.study)) for _ in range(2)]
    corrected = make_revision(rows[1].series, images=2, real=True)
    release = make_release(holding, [corrected, rows[2], *halves])
    for half in halves:
        Succession.objects.create(
            level="series", old_uid=uid(rows[0]), new_uid=uid(half), reason="split", release=release
        )
    assert "in its place:" in page(client)
    assert "It will hold 4 series" in page(client, "/lists/new/?from=list&list=nodules")
    make(client, [], "nodules-2", **{"from": "list", "list": "nodules"})
    text = page(client, "/lists/nodules-2/")
    assert listed(text) == {uid(one) for one in (*halves, corrected, rows[2])}
    assert "What became of these series since" not in text
    assert "What became of these series since" in page(client)


def test_a_change_makes_a_version_and_leaves_the_one_before(client, lung, owner):
    holding, rows, mask = lung
    make(client, rows[:2])
    change = "/lists/nodules/change/"
    client.post(change, {"deed": "add", "uids": uid(mask)})
    client.post(change, {"deed": "take-out", "uids": uid(rows[0])})
    client.post(change, {"deed": "about", "title": "Nodules, read again"})
    client.post(change, {"deed": "about", "title": "Nodules, read again"})  # changes nothing
    client.post("/basket/add/", {"series": [uid(rows[2])]})
    client.post(change, {"deed": "basket"})
    corrected = make_revision(rows[1].series)
    make_release(holding, [rows[0], corrected, rows[2]])
    client.post(change, {"deed": "current"})
    held = [
        set(SharedListItem.objects.filter(shared_list__version=n).values_list("digest", flat=True))
        for n in range(1, 8)
    ]
    first = {rows[1].digest, mask.digest}
    assert held == [
        {rows[0].digest, rows[1].digest}, {rows[0].digest, *first}, first, first, {*first, rows[2].digest},
        {corrected.digest, mask.digest, rows[2].digest}, set(),
    ]  # fmt: skip
    text = page(client, "/lists/nodules/?version=1")
    assert "A newer version of this list exists" in text
    assert listed(text) == {uid(rows[0]), uid(rows[1])}
    assert page(client, "/lists/nodules/?version=9", 404)
    assert client.post(change, {"deed": "burn"}).status_code == 400


def test_only_the_owner_changes_a_list(client, lung, owner, sign_in):
    make(client, lung[1])
    assert Client().get("/lists/nodules/change/").status_code in {302, 404}
    sign_in(name="stranger")
    assert client.get("/lists/nodules/change/").status_code == 403
    for place, form in (("change", {"deed": "current"}), ("access", {"public": "no"}), ("delete", {})):
        assert client.post(f"/lists/nodules/{place}/", form).status_code == 403
    for deed in (keeping.delete, lambda name, what: keeping.set_public(name, what, public=False)):
        with pytest.raises(keeping.NotAllowed):
            deed("stranger", "nodules")
    assert SharedList.objects.get().public


def test_a_private_list_is_read_by_its_owner_and_by_whom_they_name(client, lung, owner, sign_in):
    create_person("bo", "a long password", side=OWN, by="test")
    make(client, lung[1], public="")
    assert client.post("/lists/nodules/access/", {"reader": "nobody"}).status_code == 404
    client.post("/lists/nodules/access/", {"reader": "bo"})
    assert ">bo</span>" in page(client, "/lists/nodules/change/")
    client.logout()
    nowhere = client.get("/lists/nowhere/")
    hidden = client.get("/lists/nodules/")
    assert (nowhere.status_code, hidden.status_code) == (404, 404)
    assert "Nodules" not in page(client, "/lists/")
    assert client.get("/lists/nodules/manifest.csv").status_code == 404
    sign_in(name="stranger")
    assert client.get("/lists/nodules/").status_code == 404
    client.login(username="bo", password="a long password")
    assert listed(page(client)) == set(map(uid, lung[1]))
    assert "Lists that you may read" in page(client, "/lists/")
    client.force_login(owner)
    client.post("/lists/nodules/access/", {"without": "bo"})
    client.login(username="bo", password="a long password")
    assert client.get("/lists/nodules/").status_code == 404
    client.force_login(owner)
    client.post("/lists/nodules/access/", {"public": "yes"})
    client.logout()
    assert "Nodules we read" in page(client, "/lists/")


def test_a_list_shows_each_reader_what_they_may_find(client, lung, owner, sign_in):
    limited = make_holding("Secret", find="granted", fetch="granted")
    row = make_revision(make_series(make_study(make_patient(limited, "S-1"))), real=True)
    make_release(limited, [row])
    grant("ana", "holding", "Secret", "fetch", side=OWN, by="test")
    make(client, [lung[1][0], row])
    assert "Secret" in page(client)
    client.logout()
    text = page(client)
    assert "1 of them is limited or gone" in text
    for address in ("", "manifest.csv", "citations.txt", "citations.bib"):
        told = client.get(f"/lists/nodules/{address}").content.decode()
        assert "Secret" not in told
        assert uid(row) not in told
    assert zipped(client, "/lists/nodules/download/") == blobs(lung[1][:1])


def test_nobody_puts_into_a_list_what_they_may_not_find(client, lung, owner):
    hidden = make_holding("Hidden", find="granted", fetch="granted")
    row = make_release(hidden, series=1).contents.get().revision
    make(client, [lung[1][0], row])
    assert SharedListItem.objects.get().series_instance_uid == uid(lung[1][0])


def test_a_list_is_cited_with_each_dataset_in_the_version_that_it_draws_from(client, lung, owner):
    holding, rows, mask = lung
    make(client, [rows[0], mask])
    make_release(holding, [make_revision(rows[0].series), *rows[1:]])
    text = client.get("/lists/nodules/citations.txt").content.decode()
    assert re.search(
        r"Kerando.*\(20\d\d\)\. Nodules we read \(Version 1\).*/lists/nodules/[?]version=1", text
    )
    assert "Lung CT (Version 1)" in text
    assert "Masks of lungs (Version 1)" in text
    assert "Version 2" not in text
    bib = client.get("/lists/nodules/citations.bib").content.decode()
    assert bib.count("@misc{") == 3
    ris = client.get("/lists/nodules/citations.ris").content.decode()
    assert ris.count("TY  - DATA\r\n") == ris.count("ER  - \r\n") == 3


def test_a_version_that_keeps_older_content_cites_the_version_that_held_it_last(client, lung, owner):
    holding, rows, mask = lung
    make(client, rows)
    make_release(holding, [make_revision(rows[0].series), *rows[1:]])
    client.post("/lists/nodules/change/", {"deed": "add", "uids": uid(mask)})
    text = client.get("/lists/nodules/citations.txt").content.decode()
    cited = (
        "Nodules we read (Version 2)",
        "Lung CT (Version 1)",
        "Lung CT (Version 2)",
        "Masks of lungs (Version 1)",
    )
    assert [words for words in cited if words in text] == list(cited)
    assert text.count("[Data set]") == 4


def test_a_deleted_list_leaves_a_page_that_says_so(client, lung, owner):
    make(client, lung[1])
    client.post("/lists/nodules/delete/")
    client.logout()
    text = page(client, status=410)
    assert "The list “Nodules we read” was deleted by its owner." in text
    assert client.get("/lists/nodules/manifest.tcia").status_code == 410
    assert "nodules" not in page(client, "/lists/")
    assert not SharedListItem.objects.exists()
    client.force_login(owner)
    form = {"from": "paste", "uids": uid(lung[1][0]), "name": "nodules", "title": "Others"}
    assert client.post("/lists/new/", form).status_code == 409
    deeds = AuditEntry.objects.using("archive").filter(target_kind="list").order_by("pk")
    assert list(deeds.values_list("deed", "person")) == [("list.make", "ana"), ("list.delete", "ana")]


def test_a_list_goes_into_the_basket_as_it_stands_now(client, lung, owner):
    make(client, lung[1])
    client.logout()
    assert client.post("/lists/nodules/basket/").url == "/basket/"
    assert "3 series of 2 subjects" in page(client, "/basket/")


def test_a_list_that_nbia_made_resolves_by_its_name_and_follows_its_series(client, lung):
    holding, rows, _ = lung
    shared = SharedList.objects.create(name="nbia-49121659384603347", owner="someone", series_count=2)
    for row in rows[:2]:
        SharedListItem.objects.create(shared_list=shared, series_instance_uid=uid(row))
    place = client.get("/search/?saved-cart=nbia-49121659384603347").url
    assert place == "/lists/nbia-49121659384603347/"
    assert listed(page(client, place)) == set(map(uid, rows[:2]))
    make_release(holding, [make_revision(rows[0].series), *rows[1:]])
    assert listed(page(client, place)) == set(map(uid, rows[:2]))
    both = client.get("/search/?saved-cart=nbia-49121659384603347&ImageModalityCriteria=CT").url
    assert b"2 series" in client.get(both).content
    SharedList.objects.update(public=False)
    assert client.get(f"{place}").status_code == 404
    assert (
        client.get("/search/?saved-cart=nbia-49121659384603347&ImageModalityCriteria=CT").status_code == 404
    )


def test_a_purge_takes_its_series_out_of_every_list_and_says_so(client, lung, owner):
    make(client, lung[1])
    SharedListItem.objects.filter(series_instance_uid=uid(lung[1][0])).delete()  # as release.mentions does
    assert "1 series was destroyed in every version" in page(client)
