"""A purged patient is gone: no byte of it in either store, database or picture, and it cannot come back."""

import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from django.test import Client, override_settings
from pydicom import dcmread, dcmwrite
from pydicom.data import get_testdata_file

from vesalius import release
from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import Patient, Purge, Release, SeriesRevision
from vesalius.curate import plan, review
from vesalius.curate import work as _curate  # noqa: F401 - registers the handlers
from vesalius.curate.forget import forget_patient
from vesalius.curate.gates import gates
from vesalius.deid import LookupTable
from vesalius.deliver import pictures as _pictures  # noqa: F401 - registers the handlers
from vesalius.intake.models import CleanedInstance, CleanedSeries, PatientMapping, SubmittedFile
from vesalius.settings.routing import Side, named, on_intake
from vesalius.store.sources import gather
from vesalius.submit import domains
from vesalius.submit.receive import close, open_submission, receive

pytestmark = pytest.mark.slow
NAME, ID, STAYS = "Canarius^Zebedee", "CANARY-77312", "STAYING-4711"
PIXELS = bytes(np.random.default_rng(7).integers(0, 256, 64, np.uint8))  # a square that nothing else holds


def _write(path: Path, name: str, patient_id: str, number: int) -> bytes:
    image = dcmread(get_testdata_file("CT_small.dcm"))
    image.PatientName, image.PatientID = name, patient_id
    root = f"1.2.826.0.1.3680043.8.498.{patient_id[-4:]}"
    image.StudyInstanceUID, image.SeriesInstanceUID = f"{root}.1", f"{root}.1.{1 + number // 2}"
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = f"{root}.2.{number}"
    image.InstanceNumber = number
    if patient_id == ID:
        image.PixelData = PIXELS + image.PixelData[len(PIXELS) :]
    path.parent.mkdir(parents=True, exist_ok=True)
    dcmwrite(path, image, enforce_file_format=True)
    return path.read_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four images of the patient to be purged, one of another; a damaged file and a letter that name the first."""
    place = tmp_path / "delivery"
    for number in range(4):
        whole = _write(place / NAME / f"{number}.dcm", NAME, ID, number)
    (place / "again.dcm").write_bytes(whole)
    (place / "cut.dcm").write_bytes(_write(place / "whole.dcm", NAME, ID, 9)[:-1000])
    (place / "whole.dcm").unlink()
    (place / "letter.txt").write_text(f"about {ID}, and so on")
    (place / "other letter.txt").write_text(f"about {ID}9, who is somebody else")
    _write(place / "other.dcm", "Stayer^Ann", STAYS, 1)
    return place


def _deliver(house, delivery, folder: Path) -> None:
    sources = gather([folder])
    submission = open_submission(delivery, sources)
    receive(submission, sources)
    close(submission, delivery.person)
    house.work()


def _release(house, collection) -> None:
    for one in CleanedSeries.objects.filter(step="in-review"):
        review.accept(one.pk, person="curator", saw=one.digest, pixels_clean=True)
    row = plan.draft(collection.short_title, person="releaser")
    plan.confirm(row.pk, person="releaser")
    house.work()
    release.publish(Release.objects.get(deed_id=row.deed_id).pk, "releaser")
    plan.published(row.pk, person="releaser")
    house.work()


@pytest.fixture
def published(house, delivery, collection, folder) -> PatientMapping:
    """Both patients released, with their pictures; the one that is to go."""
    _deliver(house, delivery, folder)
    _release(house, collection)
    return PatientMapping.objects.get(original_id=ID)


def _purge(house, patient: PatientMapping) -> Purge:
    purge = release.purge.ask("Test-Chest", patient.patient_id, "asked by the site", "first")
    with on_intake():
        forget_patient("Test-Chest", patient.patient_id, person="second", deed_id=str(purge.deed_id))
        release.purge.confirm(purge.pk, "second")
    house.work()
    purge.refresh_from_db()
    return purge


def _traces(patient: PatientMapping) -> dict[str, bytes]:
    """Everything by which the patient could be known: what it is -> the bytes to look for."""
    texts = {"name": NAME, "a part of the name": "Zebedee", "ID": ID, "new ID": patient.patient_id}
    series = CleanedSeries.objects.filter(files__patient=patient).distinct()
    for place, one in enumerate(series):
        texts[f"study {place}"] = one.study_instance_uid
        texts[f"series {place}"] = one.series_instance_uid
        texts[f"content {place}"] = one.digest
    for place, file in enumerate(patient.files.all()):
        texts[f"original SOP {place}"] = file.original_sop_uid
        texts[f"original series {place}"] = file.original_series_uid
        texts[f"received bytes {place}"] = file.blob_id
    for place, one in enumerate(CleanedInstance.objects.filter(file__patient=patient)):
        texts[f"SOP {place}"] = one.sop_instance_uid
        texts[f"cleaned bytes {place}"] = one.blob_id
    return {what: text.encode() for what, text in texts.items()} | {"pixels": PIXELS}


def _found(folder: Path, traces: dict[str, bytes]) -> set[str]:
    """Which traces any file of the data folder holds, in its name or its bytes, packed or not."""
    found = set()
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes()
        with suppress(zlib.error):
            content += zlib.decompress(path.read_bytes())
        found |= {what for what, trace in traces.items() if trace in content}
    return found


def test_nothing_of_a_purged_patient_remains_anywhere(house, published):
    traces = _traces(published)
    assert len(traces) > 20
    data = house.settings.data
    assert _found(data, traces) == traces.keys(), "the search finds what is there"
    stays = {"the other patient": STAYS.encode(), "somebody else's letter": f"{ID}9".encode()}
    traces["ID"] = f"{ID},".encode()  # as the letter says it; the other letter's ID begins alike
    purge = _purge(house, published)
    assert purge.state == Purge.State.DONE
    assert _found(data, traces) == set()
    assert _found(data, stays) == stays.keys(), "nothing else is gone"
    assert [one.patient_id for one in Patient.objects.all()] != []
    assert SeriesRevision.objects.count() == 1


def test_all_ids_of_one_person_are_purged_together(house, delivery, collection, folder):
    domain = domains.domain_at(delivery.site, delivery.collection)
    text = f"id_old,id_new,event,same_as,reason\n{ID},CASE-1,2004-01-09,,\n{STAYS},,,{ID},registered twice\n"
    domains.take_lookup(domain, LookupTable.read("x.csv", text), "curator")
    _deliver(house, delivery, folder)
    _release(house, collection)
    assert _purge(house, PatientMapping.objects.get(original_id=STAYS)).state == Purge.State.DONE
    assert not PatientMapping.objects.exists()
    domain.refresh_from_db()
    assert (domain.lookup, domain.corrections, domain.events) == ({}, {}, {})
    assert _found(house.settings.data, {"name": NAME.encode(), "the other name": b"Stayer^Ann"}) == set()


def test_the_deeds_stay_without_a_name(house, published):
    with named(Side.INTAKE):
        before = AuditEntry.objects.count()
    purge = _purge(house, published)
    with named(Side.INTAKE):
        assert AuditEntry.objects.count() == before + 1
        entry = AuditEntry.objects.get(deed="patient.forget")
    assert (entry.person, entry.deed_id) == ("second", purge.deed_id)
    assert entry.detail["files"] == 7, "four images, one sent twice, the damaged one and the letter"


def test_pages_and_nbia_know_the_patient_no_more(house, published):
    uid = CleanedSeries.objects.filter(files__patient=published).first().series_instance_uid
    new_id = published.patient_id
    asked = [
        "/nbia-api/services/v1/getPatient?Collection=Test-Chest",
        "/nbia-api/services/v1/getSeries?Collection=Test-Chest",
    ]
    with override_settings(ROOT_URLCONF="vesalius.web.public_side"):
        client = Client()
        assert all(new_id in client.get(one).content.decode() for one in asked)
        assert client.get(f"/nbia-api/services/v1/getImage?SeriesInstanceUID={uid}").status_code == 200
        _purge(house, published)
        for one in asked:
            told = client.get(one).content.decode()
            assert new_id not in told
            assert uid not in told
        assert client.get(f"/nbia-api/services/v1/getImage?SeriesInstanceUID={uid}").status_code != 200


def test_forgetting_twice_ends_the_same(house, published):
    purge = _purge(house, published)
    left = sorted(house.intake.names())
    forget_patient("Test-Chest", published.patient_id, person="second", deed_id=str(purge.deed_id))
    house.work()
    assert sorted(house.intake.names()) == left
    with named(Side.INTAKE):
        assert AuditEntry.objects.filter(deed="patient.forget").count() == 1


def test_purged_content_does_not_come_back(house, published, delivery, collection, folder):
    _purge(house, published)
    (folder / "one more.txt").write_text("so that this is another delivery")
    _deliver(house, delivery, folder)
    returned = CleanedSeries.objects.filter(step="in-review")
    assert returned.exists()
    for one in returned:
        review.accept(one.pk, person="curator", saw=one.digest, pixels_clean=True)
    row = plan.draft(collection.short_title, person="releaser")
    shut = [gate.name for gate in gates(row) if not gate.passes]
    assert shut == ["purged"]


def test_a_purge_between_the_word_and_the_door_shuts_the_door(house, published, delivery, collection, folder):
    (folder / "one more.txt").write_text("so that this is another delivery")
    _write(folder / NAME / "late.dcm", NAME, ID, 7)
    _deliver(house, delivery, folder)
    for one in CleanedSeries.objects.filter(step="in-review"):
        review.accept(one.pk, person="curator", saw=one.digest, pixels_clean=True)
    row = plan.draft(collection.short_title, person="releaser")
    plan.confirm(row.pk, person="releaser")
    release.purge.ask("Test-Chest", published.patient_id, "asked by the site", "first")
    house.work()
    row.refresh_from_db()
    assert row.state == "draft"
    assert [gate.name for gate in gates(row) if not gate.passes] == ["purging"]
    assert not Release.objects.filter(deed_id=row.deed_id).exists()
    with named(Side.INTAKE):
        assert AuditEntry.objects.filter(deed="release.give-back", deed_id=row.deed_id).exists()


def test_files_that_others_use_are_kept(house, published):
    patient = SubmittedFile.objects.get(patient__original_id=STAYS)
    _purge(house, published)
    assert house.intake.has(patient.blob_id)
