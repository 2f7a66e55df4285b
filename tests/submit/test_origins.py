"""Where data come from decides what is done: verified, cleaned or kept; and what a later file changes."""

import shutil
import zipfile
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file

from vesalius.intake.models import CleanedInstance, CleanedSeries, DeidRun, Finding, Submission
from vesalius.intake.steps import Step
from vesalius.store.sources import gather
from vesalius.submit.receive import close, open_submission, receive

pytestmark = pytest.mark.slow

CT = Path(get_testdata_file("CT_small.dcm"))


def _send(delivery, *places: Path) -> Submission:
    sources = gather(places)
    submission = open_submission(delivery, sources)
    if submission.state == Submission.State.OPEN:
        receive(submission, sources)
        close(submission, delivery.person)
    return submission


def _another(path: Path, **attributes: str) -> Path:
    """Another instance of the same series, with these attributes."""
    dataset = dcmread(CT)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4.5"
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path)
    return path


def test_a_zip_gives_what_its_folder_gives(house, delivery, folder, tmp_path):
    archive = tmp_path / "delivery.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in folder.iterdir():
            packed.write(path, path.name)
    submission = _send(delivery, archive)
    house.work()
    assert sorted(submission.files.values_list("path", flat=True)) == sorted(p.name for p in folder.iterdir())
    for file in submission.files.all():
        with house.intake.open(file.blob_id) as stored:
            assert stored.read() == (folder / file.path).read_bytes()
    assert submission.series.count() == 2


def test_a_sites_file_is_verified_and_never_changed(house, delivery_as):
    submission = _send(delivery_as(Submission.Origin.SITE), CT)
    house.work()
    instance = CleanedInstance.objects.get()
    assert house.intake.path(instance.blob_id).read_bytes() == CT.read_bytes()
    original = dcmread(CT)
    series = submission.series.get()
    assert series.patient_id == original.PatientID
    assert series.series_instance_uid == original.SeriesInstanceUID
    assert series.runs.get().by == DeidRun.By.SITE
    kinds = set(submission.findings.filter(blocks=True).values_list("kind", flat=True))
    assert {Finding.Kind.NOT_EMPTIED, Finding.Kind.STAMP_MISSING} & kinds
    start, length = instance.offsets["pixels"]
    assert CT.read_bytes()[start : start + length] == original.PixelData


def test_derived_data_keep_their_names_and_dates(house, delivery_as):
    submission = _send(delivery_as(Submission.Origin.DERIVED), CT)
    house.work()
    original, instance = dcmread(CT), CleanedInstance.objects.get()
    cleaned = dcmread(house.intake.path(instance.blob_id))
    for keyword in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "StudyDate"):
        assert cleaned[keyword].value == original[keyword].value, keyword
    assert cleaned.PatientIdentityRemoved == "YES"
    assert submission.series.get().patient_id == original.PatientID


def test_where_the_pixels_lie_in_a_cleaned_file_is_known(house, delivery, tmp_path):
    folder = tmp_path / "delivery"
    folder.mkdir()
    for name in ("CT_small.dcm", "MR_small_RLE.dcm", "JPEG2000.dcm"):
        shutil.copy(get_testdata_file(name), folder)
    _send(delivery, folder)
    house.work()
    assert CleanedInstance.objects.count() == 3
    for instance in CleanedInstance.objects.all():
        path = house.intake.path(instance.blob_id)
        start, length = instance.offsets["pixels"]
        pixels = dcmread(path).PixelData
        assert path.read_bytes()[start : start + length].startswith(pixels)
        for first, size in instance.offsets.get("fragments", []):
            assert pixels[first - start - 8 : first - start - 4] == b"\xfe\xff\x00\xe0"
            assert int.from_bytes(pixels[first - start - 4 : first - start], "little") == size


def test_a_late_file_with_a_new_identifier_has_the_unreleased_cleaned_again(house, delivery, tmp_path):
    first = _send(delivery, CT)
    house.work()
    before = first.series.get().runs.get()
    late = _another(tmp_path / "late.dcm", SeriesInstanceUID="1.2.3.4", PatientName="Zebra^Wanda")
    _send(delivery, late)
    house.work()
    runs = DeidRun.objects.filter(series__files__submission=first, series__superseded_by=None)
    last = runs.order_by("-pk").first()
    assert last.context_digest != before.context_digest
    assert last.content_digest == before.content_digest
    assert not Finding.objects.filter(kind=Finding.Kind.LATE_IDENTIFIER).exists()


def test_a_late_file_that_brings_nothing_new_changes_nothing(house, delivery, tmp_path):
    first = _send(delivery, CT)
    house.work()
    _send(delivery, _another(tmp_path / "late.dcm", SeriesInstanceUID="1.2.3.4"))
    house.work()
    assert first.series.get().runs.count() == 1


@pytest.mark.parametrize(("name", "doubts"), [("Zebra^Wanda", 1), ("", 0)])
def test_a_late_identifier_raises_a_finding_on_what_is_released(house, delivery, tmp_path, name, doubts):
    first = _send(delivery, CT)
    house.work()
    series = first.series.get()
    series.files.update(step=Step.ADMITTED)
    CleanedSeries.objects.filter(pk=series.pk).update(step=Step.ADMITTED)
    attributes = {"PatientName": name} if name else {}
    _send(delivery, _another(tmp_path / "late.dcm", SeriesInstanceUID="1.2.3.4", **attributes))
    house.work()
    found = Finding.objects.filter(kind=Finding.Kind.LATE_IDENTIFIER)
    assert [one.series_id for one in found] == [series.pk] * doubts
    series.refresh_from_db()
    assert (series.superseded_by, series.runs.count()) == (None, 1)
