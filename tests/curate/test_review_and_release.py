"""From review to release: verdicts can be taken back, a confirmed plan goes through the door whole."""

import hashlib
import zlib

import pytest

from vesalius.audit.models import AuditEntry
from vesalius.catalog.models import Blob, Holding, Release, SeriesRevision
from vesalius.curate import plan, review
from vesalius.curate import work as _handlers  # noqa: F401
from vesalius.curate.gates import gates
from vesalius.errors import BadRequest, Conflict
from vesalius.intake.models import CleanedInstance, CleanedSeries, ReleasePlan, SubmittedFile
from vesalius.intake.steps import Step
from vesalius.release import publish, purge
from vesalius.settings.routing import Side, named
from vesalius.store.sources import gather
from vesalius.submit.receive import close, open_submission, receive

pytestmark = pytest.mark.slow


@pytest.fixture
def series(house, delivery, folder) -> list[CleanedSeries]:
    sources = gather([folder])
    submission = open_submission(delivery, sources)
    receive(submission, sources)
    close(submission, delivery.person)
    house.work()
    return list(CleanedSeries.objects.order_by("pk"))


def _accept(one: CleanedSeries) -> None:
    review.accept(one.pk, person="curator", saw=one.digest, pixels_clean=True)


def _rows() -> list[dict]:
    rows = [dict(row) for row in CleanedSeries.objects.values()]
    return rows + [dict(row) for row in SubmittedFile.objects.values()]


def _deeds(side: Side, deed: str) -> int:
    with named(side):
        return AuditEntry.objects.filter(deed=deed).count()


def test_accept_undo_accept_leaves_equal_rows_and_three_audit_entries(series):
    _accept(series[0])
    after_first = _rows()
    review.undo(series[0].pk, person="curator")
    _accept(series[0])
    assert _rows() == after_first
    assert _deeds(Side.INTAKE, "series.accept") == 2
    assert _deeds(Side.INTAKE, "series.undo") == 1


def test_what_may_carry_text_in_pixels_waits_for_a_person_who_looked(series):
    doubtful = next(one for one in series if one.pixel_text)
    with pytest.raises(BadRequest):
        review.accept(doubtful.pk, person="curator", saw=doubtful.digest)
    doubtful.refresh_from_db()
    assert doubtful.step == Step.IN_REVIEW


def test_a_verdict_is_refused_when_the_content_has_changed_since_it_was_seen(series):
    with pytest.raises(Conflict):
        review.accept(series[0].pk, person="curator", saw="0" * 64, pixels_clean=True)


def test_an_exclusion_needs_a_reason_and_leaves_its_audit_entry(series):
    with pytest.raises(BadRequest):
        review.exclude(series[0].pk, person="curator", saw=series[0].digest, reason=" ")
    review.exclude(series[0].pk, person="curator", saw=series[0].digest, reason="motion")
    assert _deeds(Side.INTAKE, "series.exclude") == 1


def test_a_confirmed_plan_comes_to_stand_on_the_archive_side_and_is_published(house, series, collection):
    for one in series:
        _accept(one)
    row = plan.draft(collection.short_title, person="releaser")
    assert all(gate.passes for gate in gates(row))
    plan.confirm(row.pk, person="releaser")
    house.work()
    row.refresh_from_db()
    assert row.state == ReleasePlan.State.ADMITTED
    assert _deeds(Side.INTAKE, "release.admit") == _deeds(Side.ARCHIVE, "release.admit") == 1
    release = Release.objects.get(deed_id=row.deed_id)
    assert Holding.objects.get().current_release is None, "nothing is seen before it is published"
    publish(release.pk, "releaser")
    assert Holding.objects.get().current_release == release
    assert SeriesRevision.objects.count() == len(series)
    for revision in SeriesRevision.objects.all():
        for content in revision.contents.all():
            assert house.archive.verify(content.blob_id)
    assert _deeds(Side.ARCHIVE, "release.publish") == 1


def test_what_was_copied_before_a_crash_gets_its_row_when_the_job_comes_back(house, series, collection):
    for one in series:
        _accept(one)
    asked = plan.draft(collection.short_title, person="releaser", notes="First.")
    plan.confirm(asked.pk, person="releaser")
    names = list(CleanedInstance.objects.values_list("blob_id", flat=True))
    house.archive.copy_from(house.intake, names[: len(names) // 2])  # and then the machine stopped
    house.work()
    for blob in Blob.objects.filter(pk__in=names):
        with house.archive.open(blob.sha256, size=blob.size) as file:
            content = file.read()
        assert (blob.md5, blob.crc32) == (hashlib.md5(content).hexdigest(), zlib.crc32(content))
    assert set(names) == set(Blob.objects.values_list("pk", flat=True))


def test_a_plan_with_nothing_in_it_cannot_be_confirmed(house, collection):
    row = plan.draft(collection.short_title, person="releaser")
    with pytest.raises(Conflict, match="change nothing"):
        plan.confirm(row.pk, person="releaser")


def test_a_patient_whose_purge_is_asked_for_is_not_released(house, series, collection):
    for one in series:
        _accept(one)
    row = plan.draft(collection.short_title, person="releaser")
    plan.confirm(row.pk, person="releaser")
    house.work()
    publish(Release.objects.get(deed_id=row.deed_id).pk, "releaser")
    plan.published(row.pk, person="releaser")
    purge.ask(collection.short_title, series[0].patient_id, "asked by the patient", "administrator")
    again = plan.draft(collection.short_title, person="releaser")
    CleanedSeries.objects.filter(pk=series[0].pk).update(step=Step.ACCEPTED)
    plan.gather(again)
    assert [gate.name for gate in gates(again) if not gate.passes] == ["purging"]
