"""Every file that pydicom ships, good and damaged, under each origin: received, accounted for, and nothing dropped."""

from pathlib import Path

import pydicom
import pytest

from vesalius.intake.models import CleanedInstance, Submission, SubmittedFile
from vesalius.intake.steps import Step
from vesalius.store.sources import gather
from vesalius.submit.balance import balance
from vesalius.submit.receive import close, open_submission, receive
from vesalius.submit.tasks import unpack

SHIPPED = Path(pydicom.__file__).parent / "data" / "test_files"


@pytest.mark.slow
@pytest.mark.parametrize("origin", Submission.Origin)
def test_received_is_accepted_and_excluded_and_duplicate_and_quarantined_and_open(
    house, collection, delivery_as, origin
):
    sources = gather([SHIPPED])
    delivery = delivery_as(origin)
    submission = open_submission(delivery, sources)
    receive(submission, sources)
    close(submission, delivery.person)
    house.work()
    submission.refresh_from_db()
    assert submission.state == Submission.State.READY
    found = balance(submission)
    assert found.holds
    assert found.received == len(sources) == sum(path.is_file() for path in SHIPPED.rglob("*"))
    assert not submission.files.filter(step__in=[Step.RECEIVED, Step.CLEANED]).exists()
    assert found.open == CleanedInstance.objects.filter(series__superseded_by=None).count() > 50
    held_back = submission.files.filter(step=Step.QUARANTINED)
    assert all(file.reason and file.findings.exists() for file in held_back)
    assert {path.name for path in SHIPPED.rglob("README*")} <= {Path(file.path).name for file in held_back}
    _stored_whole(house, submission)
    _told(house, submission)


def _stored_whole(house, submission: Submission) -> None:
    for file in SubmittedFile.objects.filter(submission=submission).exclude(cleaned_series=None):
        assert house.intake.verify(file.blob_id)
    for instance in CleanedInstance.objects.select_related("blob"):
        assert house.intake.size(instance.blob_id) == instance.blob.size


def _told(house, submission: Submission) -> None:
    """Each series has one record of changes for each of its files."""
    for series in submission.series.all():
        with house.intake.open(series.changes_id) as packed:
            assert len(unpack(packed.read())) == series.image_count
