"""The lists of collections and of analysis results: found, filtered, sorted, as pages and as files."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.factories import (
    make_holding,
    make_license,
    make_patient,
    make_release,
    make_revision,
    make_series,
    make_study,
    make_table,
)

from vesalius import release as releases
from vesalius.catalog.models import Blob, Download, Holding, SupportingFile

pytestmark = pytest.mark.slow

ROWS = re.compile(r'<a class="title" href="/(?:collections|analysis-results)/([^/"]+)/">')


def shelve(name: str, modality: str = "CT", *, patients: int = 1, images: int = 2, **columns) -> Holding:
    """A published holding with one series of each patient."""
    holding = make_holding(name, **columns)
    revisions = [
        make_revision(make_series(make_study(make_patient(holding)), modality=modality), images=images)
        for _ in range(patients)
    ]
    make_release(holding, revisions)
    return holding


@pytest.fixture
def shelf(house) -> dict[str, Holding]:
    """Three collections and one analysis result of the first."""
    lung = shelve(
        "Lung", patients=3, images=4, title="Chest CT of two visits", summary="Nodules of the lung.",
        cancer_types=["Lung cancer"], cancer_locations=["Lung"], complete=True,
    )  # fmt: skip
    brain = shelve(
        "Brain", "MR", patients=2, images=9, title="MR of glioma", cancer_types=["Glioma"], cancer_locations=["Brain"],
        fetch="granted", spdx="CC-BY-NC-4.0",
    )  # fmt: skip
    mice = shelve("Mice", "MR", title="Rodents under MR", species="Mus musculus", cancer_locations=["Brain"])
    labels = shelve("Labels", "SEG", title="Outlines of nodules", kind=Holding.Kind.ANALYSIS_RESULT)
    labels.derived_from.add(lung)
    return {"Lung": lung, "Brain": brain, "Mice": mice, "Labels": labels}


def listed(client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return ROWS.findall(answer.content.decode())


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("", ["Lung", "Brain", "Mice"]),  # by title
        ("?q=mr", ["Brain", "Mice"]),
        ("?q=MR+glioma", ["Brain"]),
        ("?q=nodules", ["Lung"]),
        ("?q=mus", ["Mice"]),
        ("?modality=MR", ["Brain", "Mice"]),
        ("?modality=MR&modality=CT", ["Lung", "Brain", "Mice"]),
        ("?modality=MR&location=Brain&species=Homo+sapiens", ["Brain"]),
        ("?cancer_type=Glioma", ["Brain"]),
        ("?species=Mus+musculus", ["Mice"]),
        ("?status=Complete", ["Lung"]),
        ("?access=Limited+access", ["Brain"]),
        ("?license=CC-BY-NC-4.0", ["Brain"]),
        ("?supporting=Analyses+by+others", ["Lung"]),
        ("?modality=PT", []),
        ("?q=absent", []),
        ("?q=%00%3Cscript%3E", []),
    ],
)
def test_words_and_filters_choose_among_the_datasets(client, shelf, question, found):
    assert listed(client, f"/collections/{question}") == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("title", ["Lung", "Brain", "Mice"]),
        ("-title", ["Mice", "Brain", "Lung"]),
        ("-subjects", ["Lung", "Brain", "Mice"]),
        ("subjects", ["Mice", "Brain", "Lung"]),
        ("-images", ["Brain", "Lung", "Mice"]),
        ("-released", ["Mice", "Brain", "Lung"]),
        ("released", ["Lung", "Brain", "Mice"]),
    ],
)
def test_a_list_is_sorted_by_any_column(client, shelf, sort, found):
    assert listed(client, f"/collections/?sort={sort}") == found
    if sort != "title":
        page = client.get(f"/collections/?sort={sort}").content.decode()
        assert page.count("aria-sort=") == 1


def test_the_head_of_a_column_turns_the_order_round_and_keeps_the_choice(client, shelf):
    page = client.get("/collections/?modality=MR&sort=-images").content.decode()
    assert 'href="/collections/?modality=MR&amp;sort=images"' in page
    assert 'href="/collections/?modality=MR&amp;sort=-subjects"' in page
    assert 'href="/collections/?modality=MR"' in page, "by title, which is the order without a name"


def test_filters_count_what_one_would_see(client, shelf):
    facets = client.get("/collections.json?location=Brain").json()["facets"]
    counts = {name: {one["value"]: one["datasets"] for one in values} for name, values in facets.items()}
    assert counts["modality"] == {"MR": 2}
    assert counts["location"] == {"Brain": 2, "Lung": 1}, "a filter is counted without itself"
    assert counts["species"] == {"Homo sapiens": 1, "Mus musculus": 1}
    for name, values in counts.items():
        for value, count in values.items():
            rows = client.get("/collections.json", {"location": "Brain", name: value}).json()["rows"]
            if name != "location":
                assert len(rows) == count, (name, value)


def test_csv_json_and_page_hold_the_same_rows(client, shelf):
    question = "?modality=MR&sort=-images"
    rows = client.get(f"/collections.json{question}").json()["rows"]
    table = list(csv.DictReader(io.StringIO(client.get(f"/collections.csv{question}").content.decode())))
    assert (
        [row["name"] for row in rows]
        == [row["name"] for row in table]
        == listed(client, f"/collections/{question}")
    )
    assert (
        rows[0] | {"subjects": 2, "images": 18, "series": 2, "modalities": ["MR"], "status": "Ongoing"}
        == rows[0]
    )
    assert (table[0]["subjects"], table[0]["images"], table[0]["access"]) == ("2", "18", "Limited access")
    page = client.get(f"/collections/{question}").content.decode()
    for form in ("csv", "json"):
        assert f"/collections.{form}?modality=MR&amp;sort=-images" in page


def test_analysis_results_have_a_list_of_their_own(client, shelf):
    assert listed(client, "/analysis-results/") == ["Labels"]
    rows = client.get("/analysis-results.json").json()["rows"]
    assert [(row["name"], row["supporting_data"]) for row in rows] == [("Labels", ["Annotations"])]
    assert listed(client, "/analysis-results/?modality=CT") == []


def test_supporting_data_are_named_by_what_they_are(client, shelf):
    lung = shelf["Lung"]
    release = lung.current_release
    for number, media_type in enumerate(("text/csv", "application/pdf")):
        blob = Blob.objects.create(sha256=f"{number}" * 64, size=9, md5="0" * 32, crc32=0)
        file = SupportingFile.objects.create(
            holding=lung,
            home_download=lung.downloads.get(),
            name=f"file-{number}",
            media_type=media_type,
            blob=blob,
        )
        file.in_releases.create(release=release)
    Download.objects.create(
        holding=lung, title="Slides", kind="link", url="https://example.org/", license=make_license()
    )
    (row,) = client.get("/collections.json?q=nodules").json()["rows"]
    assert row["supporting_data"] == ["Analyses by others", "Links to other sites", "Other files", "Tables"]


def test_what_may_not_be_found_is_neither_listed_nor_counted(client, sign_in, shelf):
    soon = timezone.now() + timedelta(days=9)
    shelve(
        "Secret",
        "PT",
        find="granted",
        fetch="granted",
        cancer_types=["Hidden disease"],
        species="Felis catus",
    )
    shelve("Later", "PT", embargo_until=soon, cancer_types=["Hidden disease"])
    secret = shelve("Labels of Lung", "SEG", find="granted", kind=Holding.Kind.ANALYSIS_RESULT)
    secret.derived_from.add(shelf["Brain"])
    for address in ("/", "/collections/", "/collections.csv", "/collections.json", "/analysis-results/"):
        text = client.get(address).content.decode()
        for word in ("Secret", "Later", "Hidden disease", "PT", "Felis", "Labels of Lung"):
            assert not re.search(rf"\b{word}\b", text), (address, word)
    brain = client.get("/collections.json?q=glioma").json()["rows"]
    assert brain[0]["supporting_data"] == []
    sign_in("Secret")
    assert "Secret" in listed(client, "/collections/?species=Felis+catus")


@pytest.mark.parametrize("question", ["?colour=red", "?sort=colour", "?page=2"])
def test_a_list_refuses_what_it_does_not_know(client, shelf, question):
    for place in ("/collections/", "/collections.csv", "/collections.json"):
        assert client.get(place + question).status_code == 400


def test_a_list_of_many_asks_no_more_questions_than_a_list_of_one(client, house):
    def questions(address: str) -> int:
        client.get(address)  # once after each release the columns of the search are made
        with CaptureQueriesContext(connections["archive"]) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    shelve("First")
    one = {address: questions(address) for address in ("/", "/collections/", "/collections.json")}
    for number in range(8):
        shelve(f"More {number}", "MR", patients=2, cancer_types=[f"Type {number}"])
    many = {address: questions(address) for address in one}
    assert all(many[address] <= one[address] for address in one), (one, many)
    assert max(many.values()) <= 22


def test_an_empty_list_and_an_empty_choice_say_what_to_do(client, shelf):
    empty = client.get("/collections/?modality=PT").content.decode()
    assert "Nothing here fits what you chose" in empty
    assert "show all 3" in empty
    Holding.objects.update(current_release=None)
    assert "Nothing is listed here yet" in client.get("/collections/").content.decode()


def test_what_owners_write_is_escaped(client, house):
    hostile = "<script>alert(1)</script>"
    shelve(
        "Hostile",
        title=hostile,
        summary=hostile,
        cancer_types=[hostile],
        cancer_locations=["=1+1"],
        species=hostile,
    )
    for address in ("/", "/collections/", "/collections/?q=%3Cscript%3E"):
        text = client.get(address).content.decode()
        assert hostile not in text
    table = list(csv.DictReader(io.StringIO(client.get("/collections.csv").content.decode())))
    assert table[0]["cancer_sites"] == "'=1+1", "a spreadsheet calculates nothing"


def test_tables_of_a_withdrawn_dataset_are_not_told_of(client, shelf):
    make_table(shelf["Lung"].current_release)
    chosen = "/collections.json?supporting=Tables"
    assert [row["name"] for row in client.get(chosen).json()["rows"]] == ["Lung"]
    releases.withdraw("holding", "Lung", "asked by the site", "releaser")
    assert client.get(chosen).json()["rows"] == []
