"""A curator looks at a clinical table, decides about its columns and its doubts, and gives a verdict."""

import pytest
from tests.clinical import CT, DICTIONARY, TABLE, accept_all, deliver, of_files, write

from vesalius.intake.models import CleanedTable, Submission
from vesalius.intake.steps import Step

pytestmark = pytest.mark.slow


@pytest.fixture
def table(house, submission, delivery, tmp_path) -> CleanedTable:
    dictionary = DICTIONARY.replace("score,Score,,mm,number,,keep\n", "")
    text = TABLE.replace(f"{CT},F,III", f"{CT},<b>F</b>,III")
    return deliver(house, of_files(delivery), write(tmp_path / "tables", text, dictionary)).tables.get()


def _post(client, table: CleanedTable, deed: str, **form: str):
    return client.post(f"/tables/{table.pk}/{deed}/", form)


def test_the_page_shows_rows_columns_values_and_doubts(curator, table):
    page = curator.get(f"/tables/{table.pk}/").content.decode()
    assert "&lt;b&gt;F&lt;/b&gt;" in page
    assert "<b>F</b>" not in page
    assert table.patient_ids[0] in page
    assert CT not in page
    assert "Marta" not in page, "what was dropped is not told"
    assert "1 value is not what the dictionary says" in page
    assert "Days from diagnosis to the last visit" in page
    assert "Settle the open findings first" in page


def test_an_undecided_column_is_left_out_unless_the_curator_says_otherwise(curator, table):
    page = curator.get(f"/tables/{table.pk}/").content.decode()
    first = page.split('name="column.score">')[1].split("</option>")[0]
    assert first == '<option value="drop">Leave it out'
    kept = page.split('name="column.sex">')[1].split("</select>")[0]
    assert kept.startswith('<option value="">As it is now')
    assert "Take it in" not in kept


def test_a_submission_tells_the_doubts_about_its_tables_until_they_are_excluded(curator, table):
    address = f"/submissions/{table.submission_id}/"
    assert "Column <code>score</code>" in curator.get(address).content.decode()
    _post(curator, table, "verdict", verdict="exclude", saw=table.digest, reason="not theirs")
    assert "Open findings" not in curator.get(address).content.decode()


def test_a_submission_of_tables_lists_them_and_the_inbox_asks_for_them(curator, table):
    page = curator.get(f"/submissions/{table.submission_id}/").content.decode()
    assert f'href="/tables/{table.pk}/"' in page
    assert "No series yet" not in page
    inbox = curator.get("/").content.decode()
    assert f'href="/submissions/{table.submission_id}/#tables"' in inbox
    assert f"/submissions/{table.submission_id}/" in curator.get("/submissions/").content.decode()


def test_from_doubts_to_a_verdict_and_back(house, curator, table):
    answer = _post(curator, table, "decide", **{"column.score": "keep", "column.sex": ""})
    assert answer.headers["Location"] == f"/tables/{table.pk}/?newest"
    meanwhile = curator.get(answer.headers["Location"]).content.decode()
    assert "The table is being cleaned again" in meanwhile
    assert "Accept this table" not in meanwhile
    house.work()
    old = curator.get(f"/tables/{table.pk}/").content.decode()
    table = CleanedTable.objects.get(superseded_by=None)
    assert f'href="/tables/{table.pk}/"' in old
    assert curator.get(answer.headers["Location"]).headers["Location"] == f"/tables/{table.pk}/"
    assert _post(curator, table, "verdict", verdict="accept", saw=table.digest).status_code == 409
    for finding in table.findings.all():
        assert (
            _post(curator, table, "settle", finding=str(finding.pk), settlement="looked at").status_code
            == 302
        )
    assert _post(curator, table, "verdict", verdict="accept", saw=table.digest).status_code == 302
    table.refresh_from_db()
    assert table.step == Step.ACCEPTED
    assert "Take the verdict back" in curator.get(f"/tables/{table.pk}/").content.decode()
    _post(curator, table, "verdict", verdict="undo")
    _post(curator, table, "verdict", verdict="exclude", saw=table.digest, reason="not theirs")
    table.refresh_from_db()
    assert table.step == Step.EXCLUDED
    assert _post(curator, table, "verdict", verdict="burn").status_code == 400


def test_a_plan_shows_the_tables_that_it_brings_in(
    house, releaser, submission, delivery, collection, tmp_path
):
    from vesalius.catalog.making import NewDownload, add_download

    add_download(collection.short_title, NewDownload(title="Clinical data"), person="releaser")
    deliver(house, of_files(delivery), write(tmp_path / "tables"))
    accept_all()
    assert (
        "accepted series and tables" in releaser.get(f"/releases/{collection.short_title}/").content.decode()
    )
    answer = releaser.post(f"/releases/{collection.short_title}/plan/", {"notes": ""})
    page = releaser.get(answer.headers["Location"]).content.decode()
    assert "Tables that it brings in" in page
    assert "clinical.csv" in page
    assert "Shut" not in page
    assert Submission.objects.count() == 2
