"""A delivery comes in whole: nothing is lost, nothing twice, and every file is accounted for."""

from vesalius.audit.models import AuditEntry
from vesalius.intake.models import CleanedSeries, Submission
from vesalius.intake.steps import Step
from vesalius.settings.routing import Side, named
from vesalius.store.sources import gather
from vesalius.submit.balance import balance
from vesalius.submit.receive import close, open_submission, receive


def _deliver(delivery, folder) -> Submission:
    sources = gather([folder])
    submission = open_submission(delivery, sources)
    receive(submission, sources)
    close(submission, delivery.person)
    return submission


def test_every_received_file_is_accounted_for(house, delivery, folder):
    submission = _deliver(delivery, folder)
    house.work()
    submission.refresh_from_db()
    assert submission.state == Submission.State.READY
    found = balance(submission)
    assert found.holds
    assert (found.received, found.open, found.duplicate, found.quarantined) == (5, 2, 1, 2)
    held_back = submission.findings.filter(blocks=False)
    assert sorted(held_back.values_list("kind", flat=True)) == ["not_dicom", "structure"]
    assert {series.step for series in CleanedSeries.objects.all()} == {Step.IN_REVIEW}
    with named(Side.INTAKE):
        deeds = list(AuditEntry.objects.values_list("deed", flat=True))
    assert deeds.count("series.clean") == 2
    assert deeds[0] != deeds[-1] == "submission.ready"


def test_the_same_folder_sent_twice_is_one_submission(house, delivery, folder):
    first = _deliver(delivery, folder)
    house.work()
    again = open_submission(delivery, gather([folder]))
    assert again == first
    assert Submission.objects.count() == 1
