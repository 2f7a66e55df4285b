"""The answer: subjects with their studies, a table of chosen columns, what hangs on a series, and files of all of it."""

import csv
import io
import re

import pytest
from pyarrow import parquet

from vesalius.pages.public.finding import files
from vesalius.search.query import Query

pytestmark = pytest.mark.slow


def rows_of(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def whole(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_subject_opens_to_its_studies_and_their_series_and_the_address_keeps_it(client, found):
    closed = client.get("/search/?view=subjects").content.decode()
    opening = re.search(r'href="([^"]*open=Lung%2FL-1[^"]*)"', closed)[1].replace("&amp;", "&")
    page = client.get(opening).content.decode()
    assert page.count('aria-expanded="true"') == 1
    inside = page[page.index('class="inside"') :]
    assert inside.index("AX THIN LUNG") < inside.index("AX THICK")
    assert "9 Jan 2020" in inside
    assert "T2 FLAIR" not in inside
    narrowed = client.get(f"{opening}&modality=PT").content.decode()
    assert "AX THIN LUNG" not in narrowed[narrowed.index('class="inside"') :], (
        "only what answers the question"
    )


def test_labels_and_what_they_were_made_from_are_told_both_ways(client, found):
    image = client.get("/search/?description=thin").content.decode()
    assert re.search(rf'Labels on it: <a href="/series/{found["mask"].series}/">SEG of Masks</a>', image)
    label = client.get("/search/?modality=SEG").content.decode()
    assert re.search(rf'Made from: <a href="/series/{found["ct"].series}/">CT of Lung</a>', label)
    assert "Labels on it" not in label


def test_what_hangs_on_a_series_and_may_not_be_found_is_not_told(client, found):
    type(found["mask"].home_download).objects.filter(pk=found["mask"].home_download_id).update(find="granted")
    assert "Labels on it" not in client.get("/search/?description=thin").content.decode()


def test_the_table_shows_the_chosen_columns_and_sorts_by_any_of_them(client, found):
    query = "view=table&columns=PatientID,SliceThickness,KVP,WindowCenter&modality=CT&id=L-1"
    page = client.get(f"/search/?{query}").content.decode()
    heads = re.findall(r'<th scope="col"[^>]*><a [^>]*>([^<]+)', page)
    assert [head.strip() for head in heads] == [
        "Subject",
        "Slice thickness (mm)",
        "Tube voltage (kV)",
        "Window Center",
    ]
    thin = client.get(f"/search/?{query}&sort=SliceThickness").content.decode()
    thick = client.get(f"/search/?{query}&sort=-SliceThickness").content.decode()
    assert thin.index("1.250000") < thin.index("5.000000")
    assert thick.index("5.000000") < thick.index("1.250000")
    assert 'aria-sort="descending"' in thick


def test_chosen_columns_of_the_form_become_a_short_address(client, found):
    answer = client.get("/search/?view=table&columns=Modality&columns=KVP&columns=StationName, WindowCenter")
    assert answer["Location"] == "/search/?view=table&columns=Modality%2CKVP%2CStationName%2CWindowCenter"
    assert client.get("/search/?view=table&columns=Colour").status_code == 400


def test_the_charts_count_subjects_within_the_question(client, found):
    page = client.get("/search/?view=summary&modality=CT").content.decode()
    assert 'aria-label="Modality, subjects. CT: 2"' in page
    assert 'aria-label="Collection, subjects. Lung: 2"' in page
    assert "PT" not in re.search(r'aria-label="Modality[^"]*"', page)[0]
    assert "<caption" in page


@pytest.mark.parametrize("view", ["series", "studies", "subjects", "table"])
def test_csv_json_and_parquet_hold_the_same_rows_in_every_view(client, found, view):
    query = f"view={view}&collection=Lung"
    told = client.get(f"/search.json?{query}").json()
    written = rows_of(client.get(f"/search.csv?{query}"))
    table = parquet.read_table(io.BytesIO(whole(client.get(f"/search.parquet?{query}"))))
    assert told["total"] == len(told["rows"]) == len(written) == table.num_rows > 1
    assert list(told["rows"][0]) == list(written[0]) == table.column_names
    key = next(
        name
        for name in ("series_instance_uid", "study_instance_uid", "patient_id", "PatientID")
        if name in written[0]
    )
    assert [row[key] for row in told["rows"]] == [row[key] for row in written] == table[key].to_pylist()


def test_parquet_keeps_numbers_days_and_several_values_as_what_they_are(client, found):
    query = "columns=KVP,SliceThickness,StudyDate,ThirdPartyAnalysis,Modality&view=table&description=thin"
    table = parquet.read_table(io.BytesIO(client.get(f"/search.parquet?{query}").content))
    (row,) = table.to_pylist()
    assert row["KVP"] == 120.0
    assert row["SliceThickness"] == [1.25]
    assert row["StudyDate"].isoformat() == "2020-01-01"
    assert row["ThirdPartyAnalysis"] is False


def test_a_file_has_the_order_of_the_page(client, found):
    for sort in ("-SliceThickness", "SliceThickness"):
        query = f"view=table&columns=SliceThickness&slice_thickness_from=0&sort={sort}"
        told = [row["SliceThickness"] for row in rows_of(client.get(f"/search.csv?{query}"))]
        assert told == sorted(told, reverse=sort.startswith("-"))
        assert len(told) == 2


def test_an_empty_answer_is_a_file_with_its_columns(client, found):
    table = parquet.read_table(io.BytesIO(client.get("/search.parquet?modality=US").content))
    assert table.num_rows == 0
    assert "series_instance_uid" in table.column_names
    assert client.get("/search.csv?modality=US").content.decode().count("\n") == 1


def test_a_long_answer_is_written_to_disk_once_sent_in_ranges_and_gone_with_the_next_release(
    client, found, monkeypatch, house
):
    short = client.get("/search.csv").content
    monkeypatch.setattr(files, "MOST_ROWS", 2)
    answer = client.get("/search.csv")
    assert whole(answer) == short
    assert int(answer["Content-Length"]) == len(short)
    part = client.get("/search.csv", headers={"Range": "bytes=10-19", "If-Range": answer["ETag"]})
    assert (part.status_code, whole(part)) == (206, short[10:20])
    kept = list(house.settings.archive_pictures.rglob(f"*.{files.ANSWER}"))
    assert len(kept) == 1
    assert client.get("/search.csv?modality=CT")["ETag"] != answer["ETag"]


def test_all_of_an_answer_of_any_kind_goes_into_the_basket(client, found):
    page = client.get("/search/?where=KVP+%3E+1&least_studies=2").content.decode()
    query = re.search(r'name="query" value="([^"]*)"', page)[1].replace("&amp;", "&")
    client.post("/basket/add/", {"query": query})
    lines = client.get("/basket/manifest.tcia").content.decode().split("\n")[6:-1]
    assert set(lines) == {str(found[name].series) for name in ("ct", "thick")}
    assert query != Query().url()
