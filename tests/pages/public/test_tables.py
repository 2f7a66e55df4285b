"""The page of a clinical table: browsed, filtered, sorted, told as CSV and JSON; and what hangs on it elsewhere."""

import csv

import pytest
from tests.factories import make_holding, make_release, make_table

from vesalius.catalog.making import NewDownload, add_download
from vesalius.catalog.models import Download, Patient, Release
from vesalius.errors import BadInput, Conflict, NotFound

pytestmark = pytest.mark.slow

PAGE = "/collections/Lung/tables/clinical.csv/"


@pytest.fixture
def release(house) -> Release:
    holding = make_holding("Lung")
    made = make_release(holding, patients=3)
    ids = [one.patient_id for one in Patient.objects.order_by("patient_id")]
    rows = [(ids[0], "F", "10"), (ids[1], "M", "9.5"), (ids[2], "F", ""), (ids[0], "F", "=1+1")]
    make_table(made, rows)
    return made


def _scores(client, question: str = "") -> list[str]:
    text = client.get(f"{PAGE}rows.csv{question}").content.decode()
    return [row["score"] for row in csv.DictReader(text.splitlines())]


def test_each_row_leads_to_its_subject_and_the_dictionary_tells_what_it_means(client, release):
    page = client.get(PAGE).content.decode()
    patient = Patient.objects.order_by("patient_id").first()
    assert f'<a href="/patients/Lung/{patient.patient_id}/">{patient.patient_id}</a>' in page
    assert "Score (mm)" in page
    assert "<code>F</code> female" in page
    assert "4 rows" in page


def test_rows_are_filtered_and_sorted_by_number_with_the_empty_last(client, release):
    assert _scores(client) == ["10", "9.5", "", "'=1+1"]
    assert _scores(client, "?sort=score") == ["9.5", "10", "'=1+1", ""]
    assert _scores(client, "?sort=-score")[-1] == ""
    assert _scores(client, "?q=m") == ["9.5"]
    page = client.get(f"{PAGE}?sort=score&q=f").content.decode()
    assert 'aria-sort="ascending"' in page
    assert "sort=-score" in page
    assert "3 rows" in page
    assert client.get(f"{PAGE}?sort=weight").status_code == 400
    assert "No row holds this" in client.get(f"{PAGE}?q=nothing").content.decode()


def test_the_rows_are_told_as_json_with_their_dictionary(client, release):
    told = client.get(f"{PAGE}rows.json?q=9.5").json()
    assert told["count"] == 1
    assert told["rows"][0]["score"] == "9.5"
    assert [column["name"] for column in told["columns"]] == ["subject", "sex", "score"]


def test_the_file_itself_is_sent_as_it_was_released(client, release):
    answer = client.get("/collections/Lung/files/clinical.csv")
    assert b"".join(answer.streaming_content).endswith(b"F,=1+1\n")


def test_the_pages_of_dataset_subject_and_version_show_it(client, release):
    assert f'href="{PAGE}"' in client.get("/collections/Lung/").content.decode()
    assert f'href="{PAGE}?version=1"' in client.get("/collections/Lung/versions/1/").content.decode()
    patient = Patient.objects.order_by("patient_id").first()
    page = client.get(f"/patients/Lung/{patient.patient_id}/").content.decode()
    assert "<dt>Sex</dt><dd>F (female)</dd>" in page
    assert "<dt>Score (mm)</dt><dd>=1+1</dd>" in page


def test_a_long_table_comes_in_pages(client, house):
    made = make_release(make_holding("Long"))
    patient = Patient.objects.get()
    make_table(made, [(patient.patient_id, "F", str(number)) for number in range(120)])
    page = client.get("/collections/Long/tables/clinical.csv/?page=3&sort=score").content.decode()
    assert "101 to 120 of 120 rows" in page
    assert "page=2&amp;sort=score" in page


def test_a_link_outside_stands_among_the_data(client, release):
    wanted = NewDownload(title="Genomics", kind="link", url="https://example.org/genomics")
    add_download("Lung", wanted, person="administrator")
    page = client.get("/collections/Lung/").content.decode()
    assert 'href="https://example.org/genomics"' in page
    download = Download.objects.get(title="Genomics")
    assert (download.find, download.fetch, download.license.spdx) == ("anyone", "anyone", "CC-BY-4.0")


@pytest.mark.parametrize(
    "wanted",
    [
        NewDownload(title="Genomics", kind="link"),
        NewDownload(title="Genomics", kind="link", url="http://example.org/"),
        NewDownload(title="Genomics", kind="link", url="javascript:alert(1)"),
        NewDownload(title="Genomics", kind="files", url="https://example.org/"),
        NewDownload(title=" ", kind="files"),
        NewDownload(title="Genomics", kind="tape"),
        NewDownload(title="Genomics", license="MINE"),
        NewDownload(title="Genomics", access="mine"),
    ],
)
def test_a_row_of_data_access_that_cannot_be_is_refused(release, wanted):
    with pytest.raises(BadInput):
        add_download("Lung", wanted, person="administrator")
    assert Download.objects.count() == 1


def test_a_row_of_data_access_has_a_title_of_its_own_and_a_dataset(release):
    with pytest.raises(Conflict):
        add_download("Lung", NewDownload(title="images"), person="administrator")
    with pytest.raises(NotFound):
        add_download("Nowhere", NewDownload(title="Clinical data"), person="administrator")


def test_a_further_row_of_a_limited_dataset_is_limited_unless_told_otherwise(house):
    make_holding("Limited", find="granted", fetch="granted")
    row = add_download("Limited", NewDownload(title="Clinical data"), person="administrator")
    assert (row.find, row.fetch) == ("granted", "granted")
    other = add_download("Limited", NewDownload(title="Paper", access="public"), person="administrator")
    assert (other.find, other.fetch) == ("anyone", "anyone")
