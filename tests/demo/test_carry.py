"""The demonstration goes through the real pipeline: nothing is published that was not sent, cleaned and looked at."""

import json

import pytest
from django.db.models import Q

from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import Blob, Holding, Release, SeriesRevision, SupportingFile
from vesalius.curate import work as _curate  # noqa: F401
from vesalius.demo import holdings
from vesalius.demo.carry import carry
from vesalius.demo.parcels import PARCELS, Parcel
from vesalius.demo.progress import FILE
from vesalius.intake.models import (
    CleanedInstance,
    CleanedSeries,
    CleanedTable,
    ReleasePlan,
    Review,
    Submission,
)
from vesalius.intake.steps import Step
from vesalius.settings.routing import Side, named
from vesalius.submit import work as _submit  # noqa: F401

pytestmark = pytest.mark.slow
FEW = (
    Parcel(content="mammography", patients=(1,), holding=holdings.BREAST, notes="First patient."),
    Parcel(content="limited_ct", patients=(1,), holding=holdings.LIMITED, notes="First version."),
)
ALL_KINDS = (
    *FEW,
    Parcel(content="brain_mr", patients=(2,), holding=holdings.BRAIN, notes="One patient."),
    Parcel(content="clinical", patients=(2,), holding=holdings.BRAIN, kind="files", notes="Clinical data."),
    Parcel(content="analysis", patients=(), holding=holdings.MASKS, origin="derived", notes="Brains."),
)


class Stopped(Exception):
    """The machine was switched off."""


@pytest.fixture
def demo_house(house):
    """An archive in which no earlier demonstration left its marks."""
    for mark in (house.settings.intake_folder / "demo").glob("*.done"):
        mark.unlink()
    (house.settings.data / "demo-accounts.json").unlink(missing_ok=True)
    return house


def test_each_published_byte_has_its_submission_run_review_and_release(demo_house):
    carry(lambda _: None, demo_house.work, ALL_KINDS)
    published = set(SeriesRevision.objects.filter(in_releases__release__state="published"))
    assert len(published) > 8
    accounted = {blob for revision in published for blob in _accounted(revision)}
    accounted |= {_accounted_table(file) for file in SupportingFile.objects.all()}
    assert accounted == set(Blob.objects.values_list("pk", flat=True)) == set(demo_house.archive.names())
    with named(Side.INTAKE):
        accepted = AuditEntry.objects.filter(deed="series.accept")
        assert set(accepted.values_list("person", flat=True)) == {"curator"}
        assert accepted.count() == len(published)


def _accounted(revision: SeriesRevision) -> set[str]:
    """The blobs of a published revision, each of which was sent, cleaned and looked at."""
    series = CleanedSeries.objects.get(digest=revision.digest, superseded_by=None)
    assert series.step == Step.ADMITTED
    assert series.submission.sent_by == "site"
    assert series.submission.origin == ("derived" if revision.third_party else "identifiable")
    assert series.runs.count() == 1
    _looked_at(series.reviews)
    _released(revision.in_releases.earliest("release").release)
    blobs = set(revision.contents.values_list("blob_id", flat=True))
    assert set(series.instances.values_list("blob_id", flat=True)) == blobs
    return blobs


def _accounted_table(file: SupportingFile) -> str:
    """The blob of a published table or of a dictionary."""
    mine = Q(blob_id=file.blob_id) | Q(dictionary_blob_id=file.blob_id)
    table = CleanedTable.objects.get(mine, superseded_by=None)
    assert (table.submission.sent_by, table.step) == ("site", Step.ADMITTED)
    assert table.run
    _looked_at(table.reviews)
    _released(file.in_releases.earliest("release").release)
    return file.blob_id


def _looked_at(reviews) -> None:
    assert reviews.get(verdict=Review.Verdict.ACCEPT, undone_at=None).person == "curator"


def _released(release: Release) -> None:
    assert ReleasePlan.objects.get(deed_id=release.deed_id).confirmed_by == "releaser"


def test_a_demonstration_that_was_cut_off_goes_on_where_it_stopped(demo_house):
    waits = 0

    def work_and_stop() -> None:
        nonlocal waits
        waits += 1
        if waits == 3:  # the second parcel is under way
            raise Stopped
        demo_house.work()

    with pytest.raises(Stopped):
        carry(lambda _: None, work_and_stop, FEW)
    carry(lambda _: None, demo_house.work, FEW)
    once = _standing()
    carry(lambda _: None, demo_house.work, FEW)
    assert _standing() == once
    assert Submission.objects.count() == Release.objects.count() == len(FEW)


def _standing() -> list:
    return [
        list(Release.objects.values_list("holding__short_title", "number", "state")),
        sorted(SeriesRevision.objects.values_list("digest", flat=True)),
        CleanedInstance.objects.count(),
    ]


def test_the_public_hears_of_progress_and_of_no_holding_that_it_cannot_find(demo_house):
    said = []
    carry(said.append, demo_house.work, FEW[1:])
    told = json.loads((demo_house.settings.archive_folder / FILE).read_text())
    assert told == {"done": 1, "total": 1, "now": "", "collections": {}}
    assert any("released" in line for line in said)
    limited = Holding.objects.get(short_title=holdings.LIMITED)
    assert {one.find for one in limited.downloads.all()} == {"granted"}


def test_every_holding_of_the_demonstration_gets_a_delivery():
    delivered = {parcel.holding for parcel in PARCELS}
    assert delivered == {one.short_title for one in holdings.HOLDINGS}
