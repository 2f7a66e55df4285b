"""The basket's page and what leaves it: sums, removal and its undo, honesty about what changed, one ZIP, citations."""

import csv
import hashlib
import io
import re
import zipfile

import pytest
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study

from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import Basket, BasketItem, DownloadCount, Holding
from vesalius.deliver import many_zip
from vesalius.settings.routing import on_archive

pytestmark = pytest.mark.slow


@pytest.fixture
def shown(house):
    """Lung with two patients, and masks by a third party over the first of them under another licence."""
    lung = make_holding("Lung", title="Lung CT")
    masks = make_holding(
        "Masks", title="Masks of lungs", kind=Holding.Kind.ANALYSIS_RESULT, spdx="CC-BY-NC-4.0"
    )
    first, second = make_patient(lung, "LUNG-1"), make_patient(lung, "LUNG-2")
    study = make_study(first)
    rows = [
        make_revision(make_series(one), images=2, real=True) for one in (study, study, make_study(second))
    ]
    make_release(lung, rows)
    mask = make_revision(make_series(study, masks, "SEG"), images=1, real=True)
    make_release(masks, [mask])
    return {"lung": rows, "mask": mask, "all": [*rows, mask]}


def uid(revision) -> str:
    return revision.series.series_instance_uid


def fill(client, revisions) -> None:
    client.post("/basket/add/", {"series": [uid(one) for one in revisions]})


def page(client) -> str:
    return client.get("/basket/").content.decode()


def listed(client) -> set[str]:
    return set(re.findall(r'<h4><a href="/series/([0-9.]+)/"', page(client)))


def unzipped(client, address: str) -> zipfile.ZipFile:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    body = b"".join(answer.streaming_content)
    assert len(body) == int(answer["Content-Length"])
    return zipfile.ZipFile(io.BytesIO(body))


def held(files: zipfile.ZipFile) -> list[str]:
    return sorted(hashlib.sha256(files.read(n)).hexdigest() for n in files.namelist() if n.endswith(".dcm"))


def blobs(revisions) -> list[str]:
    return sorted(name for one in revisions for name in one.contents.values_list("blob_id", flat=True))


def test_sums_stand_by_series_study_subject_dataset_and_licence(client, shown):
    fill(client, shown["all"])
    text = page(client)
    assert "4 series of 2 subjects: 7 images" in text
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', text)
    cells = [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", row)] for row in rows]
    assert [row[:6] for row in cells] == [
        ["Lung", "CC-BY-4.0", "2", "2", "3", "6"],
        ["Masks", "CC-BY-NC-4.0", "1", "1", "1", "1"],
    ]


@pytest.mark.parametrize(
    ("form", "left"),
    [
        ({"holding": "Masks"}, "Lung"),
        ({"collection": "Lung", "patient": "LUNG-1"}, "LUNG-2"),
        ({"all": "yes"}, ""),
        ({"collection": "Brain", "patient": "LUNG-1"}, "everything"),
        ({"holding": "Nowhere"}, "everything"),
    ],
)
def test_a_removal_takes_what_it_names_and_can_be_undone(client, shown, form, left):
    fill(client, shown["all"])
    stays = {"Lung": shown["lung"], "LUNG-2": shown["lung"][2:], "": [], "everything": shown["all"]}[left]
    client.post("/basket/remove/", form)
    assert listed(client) == {uid(one) for one in stays}
    gone = 4 - len(stays)
    assert (f"{gone} series taken out." in page(client)) is (gone > 0)
    client.post("/basket/undo/")
    assert listed(client) == {uid(one) for one in shown["all"]}
    assert 'action="/basket/undo/"' not in page(client)


def test_only_the_last_removal_is_undone(client, shown):
    fill(client, shown["all"])
    client.post("/basket/remove/", {"series": uid(shown["mask"])})
    client.post("/basket/remove/", {"series": uid(shown["lung"][0])})
    client.post("/basket/undo/")
    assert uid(shown["mask"]) not in listed(client)
    assert uid(shown["lung"][0]) in listed(client)
    fill(client, [shown["mask"]])
    assert listed(client) == {uid(one) for one in shown["all"]}


def test_a_basket_belongs_to_its_owner_alone(client, shown, sign_in):
    fill(client, shown["all"])
    sign_in()
    assert "The basket is empty" in page(client)
    client.post("/basket/remove/", {"all": "yes"})
    client.logout()
    assert BasketItem.objects.filter(removed_at=None).count() == 4


def test_a_basket_outlives_the_session_of_who_signed_in(client, shown, sign_in):
    fill(client, shown["lung"])
    sign_in()
    client.logout()
    fill(client, shown["all"][2:])
    credentials = {"username": "collaborator", "password": "a long password"}
    client.post("/account/login/", credentials)
    client.logout()
    client.post("/account/login/", credentials)
    assert listed(client) == {uid(one) for one in shown["all"][2:]}
    assert Basket.objects.filter(owner__startswith="person:").count() == 1


def test_what_was_corrected_or_withdrawn_since_is_said_until_it_is_settled(client, shown):
    fill(client, shown["all"])
    assert "has changed since" not in page(client)
    first, second, third = shown["lung"]
    corrected = make_revision(first.series, images=2, real=True)
    make_release(first.series.holding, [corrected, second])
    text = page(client)
    assert "1 series has been corrected and stands here in its newest version" in text
    assert "1 series is no longer here" in text
    assert uid(third) not in listed(client)
    assert held(unzipped(client, "/basket/download/")) == blobs([corrected, second, shown["mask"]])
    client.post("/basket/settle/")
    assert "has changed since" not in page(client)
    assert BasketItem.objects.count() == 3
    assert BasketItem.objects.get(series_instance_uid=uid(first)).digest == corrected.digest


def test_one_zip_holds_everything_with_licences_citations_and_a_table(client, shown):
    fill(client, shown["all"])
    files = unzipped(client, "/basket/download/")
    assert files.testzip() is None
    assert held(files) == blobs(shown["all"])
    assert {"LICENSES/CC-BY-4.0.txt", "LICENSES/CC-BY-NC-4.0.txt"} < set(files.namelist())
    cited = files.read("citations.txt").decode()
    assert "Lung CT" in cited
    assert "Masks of lungs" in cited
    rows = list(csv.DictReader(io.StringIO(files.read("metadata.csv").decode())))
    assert {row["series_instance_uid"] for row in rows} == {uid(one) for one in shown["all"]}
    assert {row["license"] for row in rows} == {"CC-BY-4.0", "CC-BY-NC-4.0"}


def test_a_zip_breaks_off_and_goes_on(client, shown):
    fill(client, shown["all"])
    whole = client.get("/basket/download/")
    body, tag = b"".join(whole.streaming_content), whole["ETag"]
    rest = client.get("/basket/download/", headers={"range": "bytes=1000-", "if-range": tag})
    assert (rest.status_code, b"".join(rest.streaming_content)) == (206, body[1000:])
    assert rest["Content-Range"] == f"bytes 1000-{len(body) - 1}/{len(body)}"
    assert client.get("/basket/download/", headers={"if-none-match": tag}).status_code == 304
    assert client.head("/basket/download/")["Content-Length"] == str(len(body))
    client.post("/basket/remove/", {"series": uid(shown["mask"])})
    other = client.get("/basket/download/", headers={"range": "bytes=1000-", "if-range": tag})
    assert other.status_code == 200


def test_a_study_a_subject_a_dataset_and_a_download_of_it_are_zips_too(client, shown):
    lung, mask = shown["lung"], shown["mask"]
    study = lung[0].series.study.study_instance_uid
    assert held(unzipped(client, f"/studies/{study}/download/")) == blobs([*lung[:2], mask])
    assert held(unzipped(client, "/patients/Lung/LUNG-2/download/")) == blobs(lung[2:])
    assert held(unzipped(client, "/collections/Lung/download/")) == blobs(lung)
    assert held(unzipped(client, "/collections/Lung/download/?download=Images")) == blobs(lung)
    assert held(unzipped(client, "/analysis-results/Masks/download/")) == blobs([mask])
    for nothing in (
        "/collections/Lung/download/?download=Slides",
        "/collections/Masks/download/",
        "/basket/download/",
    ):
        assert client.get(nothing).status_code == 404


def test_the_pages_of_a_study_and_a_subject_offer_their_zip_to_who_may_have_it(client, house, sign_in):
    limited = make_holding("Limited", fetch="granted")
    study = make_study(make_patient(limited, "L/1"))
    make_release(limited, [make_revision(make_series(study), real=True)])
    pages = (f"/studies/{study.study_instance_uid}/", "/patients/Limited/L%2F1/")
    for address in pages:
        assert "Download ZIP" not in client.get(address).content.decode()
        assert client.get(f"{address}download/").status_code == 403
    sign_in("Limited")
    for address in pages:
        assert 'href="download/"' in client.get(address).content.decode()
        assert len(unzipped(client, f"{address}download/").namelist()) == 7


def test_limited_series_are_left_out_for_a_stranger_and_audited_for_who_may(client, shown, sign_in):
    limited = make_holding("Limited", fetch="granted")
    revision = make_revision(make_series(make_study(make_patient(limited))), real=True)
    make_release(limited, [revision])
    fill(client, [*shown["lung"], revision])
    assert "may find and not download 1 of them" in page(client)
    assert held(unzipped(client, "/basket/download/")) == blobs(shown["lung"])
    assert client.get("/collections/Limited/download/").status_code == 403
    assert not AuditEntry.objects.using("archive").filter(deed="series.fetch").exists()
    sign_in("Limited")
    fill(client, [*shown["lung"], revision])
    assert held(unzipped(client, "/basket/download/")) == blobs([*shown["lung"], revision])
    entry = AuditEntry.objects.using("archive").get(deed="series.fetch")
    assert entry.detail["series"] == [uid(revision)]
    assert client.get("/basket/download/")["Cache-Control"] == "private, no-store"


def test_each_series_of_a_zip_is_counted_once(client, shown):
    fill(client, shown["all"])
    for _ in range(2):
        unzipped(client, "/basket/download/")
    client.get("/basket/download/", headers={"range": "bytes=0-9"})
    counts = DownloadCount.objects.filter(way="zip")
    assert {row.series_instance_uid: (row.count, row.size) for row in counts} == {
        uid(one): (2, 2 * one.size) for one in shown["all"]
    }


def test_a_hidden_source_is_not_named_by_the_citations_of_what_derives_from_it(client, shown):
    secret = make_holding("Secret", find="granted", fetch="granted")
    patient = make_patient(secret)
    make_release(secret, [make_revision(make_series(make_study(patient)))])
    derived = make_revision(make_series(make_study(patient), shown["mask"].series.holding), real=True)
    make_release(shown["mask"].series.holding, [shown["mask"], derived])
    fill(client, [derived])
    told = client.get("/basket/citations.txt").content.decode()
    assert "Masks of lungs" in told
    assert "Secret" not in told


def test_citations_leave_as_text_and_bibtex(client, shown):
    assert client.get("/basket/citations.txt").status_code == 404
    fill(client, [shown["mask"]])
    text = client.get("/basket/citations.txt").content.decode()
    bib = client.get("/basket/citations.bib").content.decode()
    for told in (text, bib):
        assert "Masks of lungs" in told
        assert "Lung CT" in told, "what it derives from is cited too"
    assert bib.count("@") == 2
    rows = list(csv.DictReader(io.StringIO(client.get("/basket/metadata.csv").content.decode())))
    assert [row["dataset"] for row in rows] == ["Masks"]


def test_too_much_for_one_zip_leads_to_the_retriever(client, shown, monkeypatch):
    monkeypatch.setattr(many_zip, "MOST_FILES", 3)
    fill(client, shown["all"])
    assert 'href="download/"' not in page(client)
    assert "more than one ZIP carries" in page(client)
    refused = client.get("/basket/download/")
    assert refused.status_code == 413
    assert "vesalius get" in refused.content.decode()


def test_a_withdrawn_series_ends_a_download_that_runs(client, shown, house):
    from django.test import RequestFactory

    from vesalius.catalog.models import SeriesRevision
    from vesalius.deliver import answer as answers
    from vesalius.deliver.fetch_many import send_many

    request = RequestFactory().get("/")
    sent = []
    request.META[answers.HANDOFF] = sent.append
    chosen = SeriesRevision.objects.filter(pk__in=[one.pk for one in shown["lung"]])
    send_many(request, chosen, person=None, filename="x.zip", papers={})
    ask = sent[0].plan.still_allowed
    assert ask()
    with on_archive():
        SeriesRevision.objects.filter(pk=shown["lung"][0].pk).update(withdrawn_at="2026-01-01T00:00Z")
    assert not ask()
