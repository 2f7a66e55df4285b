"""Every public page answers, escapes what it shows, and asks the database a bounded number of times."""

import hashlib
import io
import zipfile

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from PIL import Image
from tests.factories import (
    make_holding,
    make_patient,
    make_release,
    make_revision,
    make_revisions,
    make_series,
    make_study,
)

from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import DownloadCount, SeriesRevision
from vesalius.settings.routing import Side, named

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


def test_what_is_hidden_answers_as_what_is_not_there(client, house):
    holding = make_holding("Secret", find="granted", fetch="granted")
    release = make_release(holding, real=True)
    revision = release.contents.get().revision
    house.work()
    uid = revision.series.series_instance_uid
    study = revision.series.study
    hidden = [
        "/collections/Secret/", "/collections/Secret/versions/1/", "/collections/Secret/manifest.tcia",
        "/collections/Secret/versions/1/manifest.json", f"/patients/Secret/{study.patient.patient_id}/",
        f"/studies/{study.study_instance_uid}/", f"/series/{uid}/", f"/series/{uid}/header/",
        f"/series/{uid}/thumbnail/", f"/series/{uid}/thumbnail/1/", f"/series/{uid}/download/", f"/series/{uid}/manifest.tcia",
    ]  # fmt: skip
    for address in hidden:
        refused = client.get(address)
        unknown = client.get(
            address.replace("Secret", "Absent")
            .replace(uid, "1.2.3.4")
            .replace(study.study_instance_uid, "1.2.3.5")
        )
        assert refused.status_code == unknown.status_code == 404, address
        assert refused.content == unknown.content, address
    for address in ("/", "/collections/", "/search/", "/search.csv", "/search.json"):
        text = client.get(address).content.decode()
        assert "Secret" not in text, address
        assert uid not in text, address


def test_limited_data_are_found_with_counts_and_not_fetched(client, house):
    revision = make_release(make_holding("Limited", fetch="granted"), real=True).contents.get().revision
    house.work()
    uid = revision.series.series_instance_uid
    page = client.get("/collections/Limited/").content.decode()
    assert "Limited access" in page
    assert "To ask for access" in page
    assert client.get(f"/series/{uid}/").status_code == 200
    for part in ("download/", "header/", "thumbnail/", "thumbnail/1/", "manifest.tcia"):
        assert client.get(f"/series/{uid}/{part}").status_code == 403, part


def test_a_grant_opens_limited_data_and_each_fetch_is_audited(client, sign_in, house):
    revision = make_release(make_holding("Limited", fetch="granted"), real=True).contents.get().revision
    house.work()
    uid = revision.series.series_instance_uid
    sign_in("Limited")
    answer = client.get(f"/series/{uid}/download/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert client.get(f"/series/{uid}/thumbnail/").status_code == 200
    with named(Side.ARCHIVE):
        entry = AuditEntry.objects.get(deed="series.fetch")
    assert (entry.person, entry.target) == ("collaborator", uid)


def test_a_download_is_the_released_bytes_and_is_counted(client, lung):
    uid = lung.series.series_instance_uid
    for _ in range(2):
        answer = client.get(f"/series/{uid}/download/")
        content = answer.getvalue()
        files = zipfile.ZipFile(io.BytesIO(content))
        assert answer["Content-Length"] == str(len(content))
    hashes = [hashlib.sha256(files.read(name)).hexdigest() for name in files.namelist()[1:]]
    assert hashes == list(lung.contents.order_by("position").values_list("blob_id", flat=True))
    counted = DownloadCount.objects.get(series_instance_uid=uid, way="page")
    assert (counted.count, counted.size) == (2, 2 * lung.size)
    with named(Side.ARCHIVE):
        assert not AuditEntry.objects.filter(deed="series.fetch").exists()
    held = client.get(f"/series/{uid}/download/", headers={"If-None-Match": answer["ETag"]})
    assert held.status_code == 304
    counted.refresh_from_db()
    assert counted.count == 2, "what was not sent is not counted"


def test_an_older_version_is_listed_compared_and_fetched_byte_for_byte(client, lung):
    second = make_revision(lung.series, images=3, real=True)
    new = make_revision(make_series(lung.series.study), real=True)
    make_release(lung.home_download.holding, revisions=[second, new])
    uid = lung.series.series_instance_uid
    answers = {n: client.get(f"/series/{uid}/download/?version={n}").getvalue() for n in (1, 2)}
    for number, revision in {1: lung, 2: second}.items():
        files = zipfile.ZipFile(io.BytesIO(answers[number]))
        hashes = [hashlib.sha256(files.read(name)).hexdigest() for name in files.namelist()[1:]]
        assert hashes == list(revision.contents.order_by("position").values_list("blob_id", flat=True))
    assert client.get(f"/series/{uid}/download/").getvalue() == answers[2]
    changes = client.get("/collections/Lung/versions/2/").content.decode()
    assert "version 2 adds 1 series (2 images, " in changes
    assert "and corrects 1 series (3 images, " in changes
    assert "A newer version of this series exists" in client.get(f"/series/{uid}/?version=1").content.decode()
    assert client.get("/collections/Lung/versions/3/").status_code == 404
    assert client.get(f"/series/{uid}/download/?version=3").status_code == 404


def test_pictures_are_jpegs_and_a_sign_stands_where_none_is_drawn_yet(client, lung):
    uid = lung.series.series_instance_uid
    for address in (f"/series/{uid}/thumbnail/", f"/series/{uid}/thumbnail/3/"):
        answer = client.get(address)
        assert answer["Content-Type"] == "image/jpeg"
        assert Image.open(io.BytesIO(answer.content)).format == "JPEG"
    assert client.get(f"/series/{uid}/thumbnail/4/").status_code == 404
    undrawn = make_release(make_holding("Late"), real=True).contents.get().revision
    answer = client.get(f"/series/{undrawn.series.series_instance_uid}/thumbnail/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "image/svg+xml")
    page = client.get(f"/series/{undrawn.series.series_instance_uid}/").content.decode()
    assert "No picture yet" in page


def test_the_header_shows_every_element_and_counts_bytes_instead_of_showing_them(client, lung):
    uid = lung.series.series_instance_uid
    page = client.get(f"/series/{uid}/header/?instance=2").content.decode()
    instance = lung.contents.get(position=1).instance.sop_instance_uid
    assert instance in page
    assert "(7FE0,0010)" in page
    assert "128 bytes" in page
    assert client.get(f"/series/{uid}/header/?instance=4").status_code == 404
    assert client.get(f"/series/{uid}/header/?instance=x").status_code == 400


@pytest.mark.slow
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_few(client, house):
    holding = make_holding("Lung")
    first = make_release(holding, patients=1, series=2)
    patient = first.contents.first().revision.series.study.patient
    addresses = [
        "/", "/collections/", "/collections/Lung/", "/search/", "/search/?view=studies", "/search/?view=subjects",
        "/search/?view=table", "/search/?view=summary", f"/search/?view=subjects&open=Lung/{patient.patient_id}",
        "/search/advanced/", f"/patients/Lung/{patient.patient_id}/",
    ]  # fmt: skip
    client.get("/search/")  # once after each release the columns of the search are made
    few = {address: queries(client, address) for address in addresses}
    more = [make_revision(make_series(make_study(patient))) for _ in range(6)]
    old = [one.revision for one in first.contents.all()]
    make_release(holding, revisions=[*old, *more, *make_revisions(holding, 5, 1, 3, 2)])
    make_release(make_holding("Other"), patients=3)
    client.get("/search/")
    for address in addresses:
        allowed = (
            3 if address == "/collections/Lung/" else 0
        )  # one count for each version of its table, and little else
        assert queries(client, address) <= few[address] + allowed, address
    assert few.pop("/collections/Lung/") <= 48, (
        "each chart of its data card is a question, once after each change"
    )
    assert max(few.values()) <= 30


def queries(client, address: str) -> int:
    with (
        CaptureQueriesContext(connections["default"]) as own,
        CaptureQueriesContext(connections["archive"]) as archive,
    ):
        assert client.get(address).status_code == 200
    return len(own) + len(archive)


def test_errors_are_a_page_for_people_and_json_for_programs(client, house):
    page = client.get("/series/1.2.3/")
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such series." in page.content.decode()
    told = client.get("/series/1.2.3/", headers={"Accept": "application/json"}).json()
    assert told == {
        "status": 404, "code": "NotFound", "sentence": "There is no such series.",
        "hint": "Check the address, or search for it.",
    }  # fmt: skip
