"""Clinical tables through the door and into versions; and how a patient who is hidden or purged leaves them."""

import csv
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from tests.clinical import CT, MR, TABLE, accept_all, deliver, of_files, publish_all, release, write

from vesalius import release as releases
from vesalius.access.permit import visible_to
from vesalius.audit.models import AuditEntry
from vesalius.catalog.making import NewDownload, add_download, set_embargo
from vesalius.catalog.models import Blob, Patient, Purge, Release, SupportingFile, SupportingFileLink
from vesalius.catalog.supporting import tables_of
from vesalius.curate import plan
from vesalius.curate import work as _curate  # noqa: F401 - registers the handlers
from vesalius.curate.forget import forget_patient
from vesalius.curate.gates import gates
from vesalius.errors import Conflict
from vesalius.intake.models import CleanedTable, PatientMapping, ReceivedBlob, SubmittedFile
from vesalius.intake.steps import Step
from vesalius.release import destruction as _release  # noqa: F401 - registers the handlers
from vesalius.settings.routing import Side, named, on_intake
from vesalius.submit.balance import balance

pytestmark = pytest.mark.slow
PAGE = "/collections/Test-Chest/"


@pytest.fixture
def clinical(tmp_path):
    return write(tmp_path / "tables")


@pytest.fixture
def first(house, delivery, folder, clinical) -> Release:
    return publish_all(house, delivery, folder, clinical)


@pytest.fixture
def client(house):
    with override_settings(SIDE="public", ROOT_URLCONF="vesalius.web.public_side"):
        yield Client(HTTP_ACCEPT="text/html")


def _fetch(client: Client, address: str, **headers: str) -> bytes:
    answer = client.get(address, headers=headers)
    assert answer.status_code in {200, 206}, answer.status_code
    return b"".join(answer.streaming_content)


def _ids(content: bytes) -> list[str]:
    return [row["mrn"] for row in csv.DictReader(content.decode().splitlines())]


def _new() -> dict[str, str]:
    return dict(PatientMapping.objects.values_list("original_id", "patient_id"))


def test_a_released_table_stands_with_its_dictionary_its_rows_and_its_run(house, first, client):
    table, dictionary = SupportingFile.objects.order_by("name")
    assert (table.name, dictionary.name) == ("clinical.csv", "clinical.dictionary.csv")
    assert (table.is_table, dictionary.is_table) == (True, False)
    assert table.home_download.title == "Clinical data"
    assert (table.row_count, table.site, table.media_type) == (3, "Hospital", "text/csv")
    assert table.deid_runs[0]["by"] == "archive"
    assert [link.patient.patient_id for link in table.links.order_by("row")] == [
        _new()[one] for one in (CT, MR, CT)
    ]
    content = _fetch(client, f"{PAGE}files/clinical.csv")
    assert content == house.archive.path(table.blob_id).read_bytes()
    for link in table.links.all():
        assert content[link.start : link.start + link.length].startswith(link.patient.patient_id.encode())
    assert tables_of(first, visible_to(None).fetchable) == [table]
    manifest = client.get(f"{PAGE}versions/1/manifest.json").json()
    assert ["clinical.csv", table.blob_id, table.blob.size] in manifest["files"]
    assert len(table.blob.md5) == 32
    assert {one.step for one in CleanedTable.objects.all()} == {Step.ADMITTED}
    assert all(balance(one.submission).holds for one in CleanedTable.objects.all())


def test_the_file_is_sent_in_ranges_under_a_tag_that_is_no_hash_of_it(house, first, client):
    whole = client.get(f"{PAGE}files/clinical.csv")
    content = b"".join(whole.streaming_content)
    assert whole["Content-Type"] == "text/csv; charset=utf-8"
    assert whole["Content-Disposition"] == 'attachment; filename="clinical.csv"'
    assert whole["Content-Length"] == str(len(content))
    table = SupportingFile.objects.get(name="clinical.csv")
    assert whole["ETag"].strip('"') not in table.blob_id
    assert _fetch(client, f"{PAGE}files/clinical.csv", range="bytes=10-29") == content[10:30]
    assert (
        client.get(f"{PAGE}files/clinical.csv", headers={"if-none-match": whole["ETag"]}).status_code == 304
    )


def test_a_later_table_takes_the_place_of_an_earlier_and_both_versions_are_fetched(
    house, first, client, delivery, tmp_path
):
    before = _fetch(client, f"{PAGE}files/clinical.csv")
    deliver(house, of_files(delivery), write(tmp_path / "later", TABLE.replace("0.5", "0.75")))
    deliver(house, of_files(delivery), write(tmp_path / "more", TABLE.replace("0.5", "9"), name="more"))
    accept_all()
    release(house, "Test-Chest")
    now = _fetch(client, f"{PAGE}files/clinical.csv")
    assert b"0.75" in now
    assert _fetch(client, f"{PAGE}files/clinical.csv?version=1") == before
    assert client.get(f"{PAGE}files/more.csv?version=1").status_code == 404
    page = client.get(f"{PAGE}versions/1/").content.decode()
    assert f'href="{PAGE}files/clinical.csv?version=1"' in page
    second = Release.objects.get(number=2)
    names = sorted(second.files.values_list("file__name", flat=True))
    assert names == ["clinical.csv", "clinical.dictionary.csv", "more.csv", "more.dictionary.csv"]
    assert second.files.get(file__name="clinical.dictionary.csv").file.in_releases.count() == 2


def test_a_release_without_new_tables_carries_the_old_ones_over(house, first, client, delivery, tmp_path):
    place = write(tmp_path / "other", TABLE.replace("0.5", "5"), name="other")
    deliver(house, of_files(delivery), place)
    accept_all()
    release(house, "Test-Chest")
    names = set(Release.objects.get(number=2).files.values_list("file__name", flat=True))
    assert {"clinical.csv", "clinical.dictionary.csv"} < names
    assert Release.objects.get(number=2).contents.count() == first.contents.count()


def test_two_tables_of_one_name_and_a_table_without_a_home_shut_the_gate(
    house, delivery, folder, clinical, tmp_path
):
    deliver(house, delivery, folder)
    deliver(house, of_files(delivery), clinical)
    deliver(house, of_files(delivery), write(tmp_path / "again", TABLE.replace("0.5", "0.75")))
    accept_all()
    row = plan.draft("Test-Chest", person="releaser")
    assert row.tables.count() == 2
    assert {one.name for one in gates(row) if not one.passes} == {"download", "names"}
    with pytest.raises(Conflict):
        plan.confirm(row.pk, person="releaser")


def test_rows_of_a_withdrawn_patient_are_passed_over_and_come_back(house, first, client):
    whole = _fetch(client, f"{PAGE}files/clinical.csv")
    tag = client.get(f"{PAGE}files/clinical.csv")["ETag"]
    gone = _new()[CT]
    releases.withdraw("patient", f"Test-Chest/{gone}", "asked by the site", "releaser")
    answer = client.get(f"{PAGE}files/clinical.csv")
    content = b"".join(answer.streaming_content)
    assert _ids(content) == [_new()[MR]]
    assert answer["ETag"] != tag
    assert _fetch(client, f"{PAGE}files/clinical.csv", range=f"bytes=5-{len(content) - 3}") == content[5:-2]
    for address in (
        f"{PAGE}tables/clinical.csv/",
        f"{PAGE}tables/clinical.csv/rows.csv",
        f"{PAGE}tables/clinical.csv/rows.json",
    ):
        assert gone not in client.get(address).content.decode()
    releases.restore("patient", f"Test-Chest/{gone}", "a mistake", "releaser")
    assert _fetch(client, f"{PAGE}files/clinical.csv") == whole


def test_files_of_a_withdrawn_dataset_are_gone_until_it_is_restored(house, first, client):
    releases.withdraw("holding", "Test-Chest", "asked by the site", "releaser")
    assert client.get(f"{PAGE}files/clinical.csv").status_code == 404
    assert client.get(f"{PAGE}tables/clinical.csv/").status_code == 404
    releases.restore("holding", "Test-Chest", "a mistake", "releaser")
    assert client.get(f"{PAGE}files/clinical.csv").status_code == 200


def _purge(house, patient_id: str) -> Purge:
    purge = releases.purge.ask("Test-Chest", patient_id, "asked by the patient", "first")
    with on_intake():
        forget_patient("Test-Chest", patient_id, person="second", deed_id=str(purge.deed_id))
    releases.purge.confirm(purge.pk, "second")
    house.work()
    purge.refresh_from_db()
    return purge


def _holding_bytes(house, *words: str) -> list[str]:
    """Which of both stores' blobs hold any of these words."""
    stores = [house.intake, house.archive]
    return [
        name
        for store in stores
        for name in store.names()
        if any(word.encode() in store.path(name).read_bytes() for word in words)
    ]


def test_a_purge_takes_the_rows_out_of_every_version_and_destroys_the_old_bytes(
    house, first, client, delivery, tmp_path
):
    deliver(house, of_files(delivery), write(tmp_path / "later", TABLE.replace("1.25", "1.5")))
    accept_all()
    release(house, "Test-Chest")
    gone, stays = _new()[CT], _new()[MR]
    digests = dict(Release.objects.values_list("number", "digest"))
    asked = releases.purge.ask("Test-Chest", gone, "asked by the patient", "first")
    assert _ids(_fetch(client, f"{PAGE}files/clinical.csv?version=1")) == [stays], "hidden at once"
    releases.purge.take_back(asked.pk, "first")
    purge = _purge(house, gone)
    assert purge.state == Purge.State.DONE
    assert purge.counts["table rows"] == 4
    for number in (1, 2):
        content = _fetch(client, f"{PAGE}files/clinical.csv?version={number}")
        assert _ids(content) == [stays]
        assert b',"I, early",' in content, "what stays is not rewritten"
        row = Release.objects.get(number=number)
        assert row.redacted_at is not None
        assert row.digest != digests[number]
        manifest = client.get(f"{PAGE}versions/{number}/manifest.json").json()
        assert manifest["digest"] == row.digest
    assert not _holding_bytes(house, gone, CT)
    assert not Patient.objects.filter(patient_id=gone).exists()
    for file in SupportingFile.objects.filter(name="clinical.csv"):
        link = file.links.get()
        content = house.archive.path(file.blob_id).read_bytes()
        assert (link.row, file.row_count) == (1, 1)
        assert content[link.start : link.start + link.length].startswith(stays.encode())
    assert set(house.archive.names()) == set(Blob.objects.values_list("sha256", flat=True))
    assert set(house.intake.names()) == set(ReceivedBlob.objects.values_list("sha256", flat=True))
    assert not CleanedTable.objects.exists()
    with named(Side.INTAKE):
        assert AuditEntry.objects.get(deed_id=purge.deed_id).deed == "patient.forget"
        assert not any(gone in str([entry.target, entry.detail]) for entry in AuditEntry.objects.all())


def test_a_purged_table_cannot_come_back_as_it_was(house, first, delivery, clinical, tmp_path):
    gone = _new()[CT]
    _purge(house, gone)
    submission = deliver(house, of_files(delivery, person="another"), write(tmp_path / "again"))
    table = submission.tables.get()
    for finding in table.findings.all():
        finding.settled_at = timezone.now()
        finding.save()
    accept_all()
    row = plan.draft("Test-Chest", person="releaser")
    assert "purged" in {one.name for one in gates(row) if not one.passes}


def test_a_patient_without_images_is_purged_from_tables_too(house, delivery_as, delivery, folder, tmp_path):
    add_download("Test-Chest", NewDownload(title="Clinical data"), person="releaser")
    deliver(house, delivery, folder)
    text = f"subject,sex\nLONE-00417,F\n{_new()[CT]},M\n"
    dictionary = "column,type,values,action\nsubject,,,id\nsex,code,M; F,keep\n"
    table = deliver(
        house, of_files(delivery_as("site")), write(tmp_path / "t", text, dictionary)
    ).tables.get()
    table.findings.update(settled_at=timezone.now())
    accept_all()
    release(house, "Test-Chest")
    assert Patient.objects.filter(patient_id="LONE-00417").exists()
    _purge(house, "LONE-00417")
    assert not _holding_bytes(house, "LONE-00417")
    assert SupportingFileLink.objects.count() == 1
    assert not SubmittedFile.objects.filter(path="clinical.csv").exists()
    with named(Side.INTAKE):
        assert AuditEntry.objects.filter(deed="tables.forget").count() == 1


def test_an_embargoed_file_is_not_there_until_its_day_but_for_a_grant(house, first, client):
    set_embargo("Test-Chest", "Clinical data", timezone.now() + timedelta(days=3), person="releaser")
    for address in ("files/clinical.csv", "tables/clinical.csv/", "tables/clinical.csv/rows.json"):
        assert client.get(f"{PAGE}{address}").status_code == 404
    assert "clinical.csv" not in client.get(PAGE).content.decode()
    assert client.get(f"{PAGE}versions/1/manifest.json").json()["files"] == []
    patient = client.get(f"/patients/Test-Chest/{_new()[MR]}/").content.decode()
    assert "Clinical data" not in patient
    set_embargo("Test-Chest", "Clinical data", timezone.now() - timedelta(seconds=1), person="releaser")
    assert client.get(f"{PAGE}files/clinical.csv").status_code == 200
    assert "Clinical data" in client.get(f"/patients/Test-Chest/{_new()[MR]}/").content.decode()
    with named(Side.ARCHIVE):
        deeds = AuditEntry.objects.filter(target="Test-Chest/Clinical data").values_list("deed", flat=True)
        assert list(deeds) == ["download.add", "download.embargo", "download.embargo"]


def test_a_limited_file_is_found_and_each_fetch_is_written_down(house, delivery, folder, clinical, client):
    from vesalius.access.people import create_person, grant

    add_download("Test-Chest", NewDownload(title="Clinical data", access="listed"), person="releaser")
    deliver(house, delivery, folder)
    deliver(house, of_files(delivery), clinical)
    accept_all()
    release(house, "Test-Chest")
    assert client.get(f"{PAGE}files/clinical.csv").status_code == 403
    page = client.get(f"{PAGE}tables/clinical.csv/").content.decode()
    assert "Day of the diagnosis" in page, "the dictionary is read by all who find it"
    assert _new()[CT] not in page
    person = create_person("collaborator", "a long password", side=Side.INTAKE, by="test")
    grant("collaborator", "download", "Test-Chest/Clinical data", "fetch", side=Side.INTAKE, by="test")
    client.force_login(person)
    assert _ids(_fetch(client, f"{PAGE}files/clinical.csv"))
    with named(Side.ARCHIVE):
        entry = AuditEntry.objects.get(deed="file.fetch")
    assert (entry.person, entry.target) == ("collaborator", "Test-Chest/clinical.csv")
