"""A released series cleaned again with a corrected recipe becomes version 2; version 1 stays as it was."""

import io
from dataclasses import replace

import pytest
from pydicom import dcmread, dcmwrite
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from vesalius import release as releases
from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import Instance, Release, RevisionInstance, Series, SeriesRevision
from vesalius.catalog.visible import revision_to_fetch, revisions_of
from vesalius.curate import plan, review
from vesalius.curate import work as _curate  # noqa: F401 - registers the handlers
from vesalius.errors import Conflict
from vesalius.intake.models import CleanedSeries, SubmittedFile
from vesalius.intake.steps import Step
from vesalius.settings.routing import Side, named
from vesalius.store.sources import gather
from vesalius.submit.balance import balance
from vesalius.submit.clean import reclean
from vesalius.submit.receive import close, open_submission, receive
from vesalius.submit.recipes import adopt, current_recipe, of_row

pytestmark = pytest.mark.slow
ROOT = "1.2.826.0.1.3680043.8.498.55"
STATION = 0x00081010


class Everything:
    """One who may find and fetch all."""

    def __init__(self) -> None:
        from vesalius.catalog.models import Download

        self.findable = self.fetchable = frozenset(Download.objects.values_list("pk", flat=True))


@pytest.fixture
def folder(tmp_path):
    """Two images of a patient; the second, in a series of its own, is derived from the first and refers to it."""
    for number in (1, 2):
        image = dcmread(get_testdata_file("CT_small.dcm"))
        image.PatientID, image.PatientName = "HOSP-0815", "Somebody^Some"
        image.StudyInstanceUID, image.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.1.{number}"
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = f"{ROOT}.1.{number}.1"
        image.StationName = "CT-ROOM-7"
        if number == 2:
            source = Dataset()
            source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID = image.SOPClassUID, f"{ROOT}.1.1.1"
            image.SourceImageSequence = [source]
        dcmwrite(tmp_path / f"{number}.dcm", image, enforce_file_format=True)
    return tmp_path


def _accept_all() -> None:
    for one in CleanedSeries.objects.filter(step=Step.IN_REVIEW, superseded_by=None):
        review.accept(one.pk, person="curator", saw=one.digest, pixels_clean=True)


def _release(house, collection) -> Release:
    _accept_all()
    row = plan.draft(collection.short_title, person="releaser")
    plan.confirm(row.pk, person="releaser")
    house.work()
    release = releases.publish(Release.objects.get(deed_id=row.deed_id).pk, "releaser")
    plan.published(row.pk, person="releaser")
    return release


@pytest.fixture
def first(house, delivery, collection, folder) -> Release:
    """Version 1: both series, with the name of the scanner's station kept."""
    sources = gather([folder])
    submission = open_submission(delivery, sources)
    receive(submission, sources)
    close(submission, delivery.person)
    house.work()
    return _release(house, collection)


def _correct(collection) -> None:
    """The corrected recipe empties Station Name, which the first one kept."""
    now = of_row(current_recipe(collection.short_title))
    adopt(collection.short_title, replace(now, options=now.options - {"retain_device_identity"}), "curator")


def _reclean(house, *, all_series: bool = True) -> None:
    for one in CleanedSeries.objects.filter(superseded_by=None).order_by("pk")[: None if all_series else 1]:
        reclean(one, "curator")
    house.work()


def _files(house, release: Release) -> dict[str, bytes]:
    """SOP Instance UID -> bytes of every image of a release."""
    found = RevisionInstance.objects.filter(revision__in=revisions_of(release)).select_related("instance")
    return {one.instance.sop_instance_uid: house.archive.path(one.blob_id).read_bytes() for one in found}


def _references(files: dict[str, bytes]) -> set[str]:
    images = [dcmread(io.BytesIO(content)) for content in files.values()]
    return {
        item.ReferencedSOPInstanceUID for image in images for item in image.get("SourceImageSequence", [])
    }


def _deeds(side: Side, deed: str) -> int:
    with named(side):
        return AuditEntry.objects.filter(deed=deed).count()


def test_a_corrected_series_is_version_2_and_version_1_is_fetched_byte_for_byte(house, first, collection):
    before = _files(house, first)
    assert len(before) == 2
    _correct(collection)
    _reclean(house)
    assert _files(house, first) == before, "nothing changes before the next release"
    second = _release(house, collection)
    collection.refresh_from_db()
    assert (second.number, collection.current_release) == (2, second)
    assert _files(house, first) == before
    after = _files(house, second)
    assert after.keys() == before.keys(), "the same images under the same UIDs"
    assert all(after[uid] != before[uid] for uid in after)
    for files, kept in ((before, True), (after, False)):
        assert {bool(dcmread(io.BytesIO(one)).get("StationName")) for one in files.values()} == {kept}
    for deed, count in (("series.reclean", 2), ("recipe.adopt", 2), ("release.admit", 2)):
        assert _deeds(Side.INTAKE, deed) == count
    assert _deeds(Side.ARCHIVE, "release.publish") == 2


def test_both_versions_are_listed_and_each_gives_its_own_bytes(house, first, collection):
    _correct(collection)
    _reclean(house)
    second = _release(house, collection)
    everything = Everything()
    listed = releases.versions(collection, everything)
    assert [(one.release.number, one.series_count) for one in listed] == [(2, 2), (1, 2)]
    for uid in Series.objects.values_list("series_instance_uid", flat=True):
        old, new = (revision_to_fetch(uid, everything, number) for number in (1, 2))
        assert (old.number, new.number) == (1, 2)
        assert revision_to_fetch(uid, everything) == new, "a bare UID means its newest revision"
    changes = releases.compare(second, first, everything)
    assert len(changes.replaced.uids()) == 2
    assert not changes.added.series_count
    assert not changes.removed.series_count


def test_references_resolve_in_both_versions(house, first, collection):
    _correct(collection)
    _reclean(house)
    second = _release(house, collection)
    for release in (first, second):
        files = _files(house, release)
        references = _references(files)
        assert references
        assert references <= files.keys()
        assert Instance.objects.filter(sop_instance_uid__in=references).count() == len(references)


def test_what_was_not_cleaned_again_is_carried_over(house, first, collection):
    _correct(collection)
    _reclean(house, all_series=False)
    assert CleanedSeries.objects.filter(step=Step.IN_REVIEW).count() == 1
    second = _release(house, collection)
    assert sorted(revisions_of(second).values_list("number", flat=True)) == [1, 2]
    files = _files(house, second)
    assert _references(files) <= files.keys()


def test_the_same_recipe_changes_nothing(house, first):
    rows = list(CleanedSeries.objects.values())
    _reclean(house)
    assert list(CleanedSeries.objects.values()) == rows
    assert set(SubmittedFile.objects.values_list("step", flat=True)) == {Step.ADMITTED}
    assert SeriesRevision.objects.count() == 2


def test_going_back_to_the_first_options_is_a_new_revision_too(house, first, collection):
    begun = of_row(current_recipe(collection.short_title))
    _correct(collection)
    _reclean(house)
    adopt(collection.short_title, begun, "curator")
    _reclean(house)
    now = CleanedSeries.objects.filter(superseded_by=None)
    assert set(now.values_list("step", flat=True)) == {Step.IN_REVIEW}
    assert {one.runs.get().recipe_name for one in now} == {"Test-Chest 3"}, "the stamps name the version"
    assert CleanedSeries.objects.count() == 6


def test_the_equation_holds_while_released_files_are_cleaned_again(house, first, collection):
    submission = SubmittedFile.objects.first().submission
    _correct(collection)
    for one in CleanedSeries.objects.all():
        reclean(one, "curator")
    assert balance(submission).open == 2
    house.work()
    found = balance(submission)
    assert found.holds
    assert (found.received, found.open) == (2, 2)


def test_a_series_that_was_cleaned_again_is_not_the_one_to_clean_again(house, first, collection):
    old = CleanedSeries.objects.first()
    _correct(collection)
    _reclean(house)
    old.refresh_from_db()
    with pytest.raises(Conflict):
        reclean(old, "curator")
