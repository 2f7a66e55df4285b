"""What changed between any two versions of a dataset: on the page, as CSV, as JSON, for the one who asks."""

import csv
from io import StringIO

import pytest
from tests.factories import make_release, make_revisions
from tests.pages.public.atlas import fill

pytestmark = pytest.mark.slow

PAGE = "/collections/Atlas-Lung/versions/compare/"


@pytest.fixture
def atlas(house):
    return fill()


def changes(client, first: int, last: int) -> dict:
    return client.get(f"/collections/Atlas-Lung/versions/compare.json?from={first}&to={last}").json()


def uids(told: dict, change: str) -> list[str]:
    return [row["name"] for row in told["rows"] if (row["change"], row["what"]) == (change, "series")]


def test_any_two_versions_are_compared(client, atlas):
    told = changes(client, 1, 2)
    assert uids(told, "added") == [atlas.added.series.series_instance_uid]
    assert uids(told, "replaced") == [atlas.corrected.series.series_instance_uid]
    assert uids(told, "removed") == [atlas.first[-1].series.series_instance_uid]
    replaced = next(row for row in told["rows"] if row["change"] == "replaced")
    assert (replaced["older_revision"], replaced["newer_revision"]) == (1, 2)
    assert [row["name"] for row in told["rows"] if row["what"] == "file"] == ["clinical.csv"]
    assert told["summary"].startswith("Compared with version 1, version 2 adds 1 series (4 images, ")
    of_both = changes(client, 1, 3)
    assert len(uids(of_both, "added")) == 2
    assert changes(client, 3, 1) == of_both, "the order of the question is none of the answer"
    again = changes(client, 2, 3)
    assert again["counts"]["replaced"]["series"] == again["counts"]["removed"]["series"] == 0


def test_the_page_lists_one_kind_of_change_and_offers_all_as_files(client, atlas):
    text = client.get(f"{PAGE}?from=1&to=2").content.decode()
    assert "Added (1)" in text
    assert "Corrected (1)" in text
    assert "Left out (1)" in text
    uid = atlas.corrected.series.series_instance_uid
    corrected = client.get(f"{PAGE}?from=1&to=2&change=replaced").content.decode()
    assert f'href="/series/{uid}/?version=2"' in corrected
    assert f'href="/series/{uid}/?version=1"' in corrected
    removed = client.get(f"{PAGE}?from=1&to=2&change=removed").content.decode()
    assert f'href="/series/{atlas.first[-1].series.series_instance_uid}/?version=1"' in removed
    table = client.get("/collections/Atlas-Lung/versions/compare.csv?from=1&to=2").content.decode()
    rows = list(csv.DictReader(StringIO(table)))
    assert [row["change"] for row in rows] == ["added", "replaced", "removed", "added"]


def test_without_a_choice_the_newest_is_compared_with_the_one_before(client, atlas):
    told = client.get("/collections/Atlas-Lung/versions/compare.json").json()
    assert (told["from"], told["to"]) == (2, 3)


def test_changes_are_listed_page_by_page(client, atlas):
    kept = [row.revision for row in atlas.lung.current_release.contents.all()]
    make_release(atlas.lung, revisions=[*kept, *make_revisions(atlas.lung, 60, 1, 1, 1)])
    first = client.get(f"{PAGE}?from=3&to=4").content.decode()
    assert "1 to 50 of 60 series" in first
    assert "51 to 60 of 60 series" in client.get(f"{PAGE}?from=3&to=4&page=2").content.decode()


@pytest.mark.parametrize(
    ("question", "status"),
    [("from=1&to=1", 400), ("from=x&to=2", 400), ("from=1&to=9", 404), ("from=1&to=2&change=moved", 400)],
)
def test_what_cannot_be_compared_is_refused(client, atlas, question, status):
    assert client.get(f"{PAGE}?{question}").status_code == status


def test_series_that_may_not_be_found_are_in_no_comparison(client, atlas, sign_in):
    atlas.lung.downloads.filter(title="Scans for partners").update(find="granted")
    assert changes(client, 2, 3)["counts"]["added"]["series"] == 0
    sign_in("Atlas-Lung")
    assert changes(client, 2, 3)["counts"]["added"]["series"] == 1
