"""The supporting files of a Download as one ZIP: exact, resumable, judged by its home, without hidden rows, counted."""

import zlib
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client, override_settings
from tests.factories import make_holding, make_release, make_table

from vesalius import release as releases
from vesalius.access.models import Grant
from vesalius.access.people import create_person, grant
from vesalius.audit.models import AuditEntry
from vesalius.catalog.making import NewDownload, add_download
from vesalius.catalog.models import Download, DownloadCount, FileDownloadCount, Patient, Release
from vesalius.settings.routing import Side, named

pytestmark = pytest.mark.slow

ZIP = "/collections/Lung/download/?download=Clinical+data"
TABLES = ("clinical.csv", "clinical.dictionary.csv")


@pytest.fixture
def client(house):
    with override_settings(SIDE="public", ROOT_URLCONF="vesalius.web.public_side"):
        yield Client(HTTP_ACCEPT="text/html")


def released(**row: str) -> Release:
    """A release of two patients with two files under a Download of their own."""
    release = make_release(make_holding("Lung"), patients=2)
    download = add_download("Lung", NewDownload(title="Clinical data", **row), person="releaser")
    ids = sorted(Patient.objects.values_list("patient_id", flat=True))
    for name in TABLES:
        make_table(release, [(one, "F", name) for one in (*ids, ids[0])], name=name, download=download)
    make_table(release, name="elsewhere.csv")  # under the Download of the images
    return release


def fetched(client: Client, **headers: str) -> bytes:
    answer = client.get(ZIP, headers=headers)
    assert answer.status_code in {200, 206}, answer.status_code
    content = b"".join(answer.streaming_content)
    assert answer["Content-Length"] == str(len(content))
    return content


def unpacked(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as zipped:
        assert zipped.testzip() is None
        return {name: zipped.read(name) for name in zipped.namelist()}


def alone(client: Client, name: str) -> bytes:
    return b"".join(client.get(f"/collections/Lung/files/{name}").streaming_content)


def test_it_holds_the_files_of_that_row_as_each_is_sent_alone_with_licence_and_citations(client, house):
    release = released()
    files = unpacked(fetched(client))
    assert set(files) == {
        "LICENSES/CC-BY-4.0.txt", "citations.txt", "citations.bib", *(f"Lung/{name}" for name in TABLES)
    }  # fmt: skip
    assert all(files[f"Lung/{name}"] == alone(client, name) for name in TABLES)
    assert release.holding.title in files["citations.txt"].decode()
    assert b"- Lung\n" in files["LICENSES/CC-BY-4.0.txt"]
    assert client.get(ZIP)["Content-Disposition"].endswith('filename="Lung-Clinical data.zip"')


def test_any_part_of_it_can_be_fetched_and_its_tag_tells_whether_it_changed(client, house):
    released()
    whole = fetched(client)
    answer = client.get(ZIP)
    tag = answer["ETag"]
    answer.close()
    middle = len(whole) // 2
    assert (
        fetched(client, range=f"bytes=7-{middle}") + fetched(client, range=f"bytes={middle + 1}-")
        == whole[7:]
    )
    assert client.get(ZIP, headers={"If-None-Match": tag}).status_code == 304
    assert client.head(ZIP)["Content-Length"] == str(len(whole))


def test_rows_of_a_withdrawn_patient_are_left_out_and_come_back(client, house):
    released()
    whole, tag = fetched(client), client.head(ZIP)["ETag"]
    gone, stays = sorted(Patient.objects.values_list("patient_id", flat=True))
    releases.withdraw("patient", f"Lung/{gone}", "asked by the site", "releaser")
    less = fetched(client)
    files = unpacked(less)
    for name in TABLES:
        assert files[f"Lung/{name}"] == alone(client, name)
        assert stays in files[f"Lung/{name}"].decode()
    assert gone.encode() not in less
    assert zlib.crc32(files["Lung/clinical.csv"]) != zlib.crc32(unpacked(whole)["Lung/clinical.csv"])
    assert client.head(ZIP)["ETag"] != tag
    assert fetched(client, range="bytes=100-400") == less[100:401]
    releases.restore("patient", f"Lung/{gone}", "a mistake", "releaser")
    assert fetched(client) == whole


@pytest.mark.parametrize(("access", "status"), [("limited", 404), ("listed", 403)])
def test_who_may_not_fetch_the_row_gets_nothing_of_it(client, house, access, status):
    released(access=access)
    assert client.get(ZIP).status_code == status
    page = client.get("/collections/Lung/").content.decode()
    assert "Clinical+data" not in page
    assert not FileDownloadCount.objects.exists()


def test_a_limited_row_is_written_down_file_by_file(client, house):
    released(access="limited")
    person = create_person("reader", "a long password", side=Side.INTAKE, by="test")
    grant("reader", Grant.Scope.HOLDING, "Lung", Grant.Deed.FETCH, side=Side.INTAKE, by="test")
    grant("reader", Grant.Scope.HOLDING, "Lung", Grant.Deed.FIND, side=Side.INTAKE, by="test")
    client.force_login(person)
    answer = client.get(ZIP)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    with named(Side.ARCHIVE):
        entries = list(AuditEntry.objects.filter(deed="file.fetch").order_by("pk"))
    assert [(one.person, one.target) for one in entries] == [("reader", f"Lung/{name}") for name in TABLES]
    assert all(one.detail["way"] == "zip" for one in entries)


def test_what_is_withdrawn_while_it_runs_is_asked_again(client, house):
    from vesalius.deliver.answer import HANDOFF

    released()
    sendings = []
    client.get(ZIP, **{HANDOFF: sendings.append})
    assert sendings[0].plan.still_allowed()
    Download.objects.filter(title="Clinical data").update(fetch=Download.Rule.GRANTED)
    assert not sendings[0].plan.still_allowed()


def test_each_whole_file_is_counted_by_the_way_it_went(client, house):
    released()
    fetched(client)
    fetched(client)
    fetched(client, range="bytes=0-9")
    size = len(alone(client, "clinical.csv"))
    client.head(ZIP)
    counts = FileDownloadCount.objects.order_by("way", "file__name")
    assert list(counts.values_list("file__name", "way", "count", "size")) == [
        ("clinical.csv", "page", 1, size),
        ("clinical.csv", "zip", 2, 2 * size),
        ("clinical.dictionary.csv", "zip", 2, 2 * len(alone(client, "clinical.dictionary.csv"))),
    ]
    assert not DownloadCount.objects.exists()


def test_the_dataset_page_offers_it(client, house):
    released()
    page = client.get("/collections/Lung/").content.decode()
    assert 'href="/collections/Lung/download/?download=Clinical+data"' in page


def test_a_row_without_files_is_no_download(client, house):
    make_release(make_holding("Lung"))
    add_download("Lung", NewDownload(title="Clinical data"), person="releaser")
    assert client.get(ZIP).status_code == 404
    assert client.get(f"{ZIP}x").status_code == 404
