"""A head that comes in waits until a person has said how its face is dealt with; a release asks for the same."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file

from vesalius.catalog.models import Download
from vesalius.curate import plan as planning
from vesalius.curate import review
from vesalius.curate.gates import gates
from vesalius.errors import BadRequest, Conflict
from vesalius.intake.models import Finding, Submission
from vesalius.settings.routing import on_archive
from vesalius.store.sources import gather
from vesalius.submit.clean import reclean
from vesalius.submit.receive import close, open_submission, receive

pytestmark = pytest.mark.slow

CT = Path(get_testdata_file("CT_small.dcm"))
SIZE = 64  # samples of 4 mm


def _head(folder: Path, part: str) -> None:
    """Forty slices of 5 mm: an upright block with a straight front, which a face may be; lying on its back."""
    for number in range(40):
        dataset = dcmread(CT)
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.4.5.{number}"
        dataset.BodyPartExamined, dataset.SeriesDescription = part, "AXIAL"
        dataset.StudyDescription = dataset.ProtocolName = part
        dataset.Rows = dataset.Columns = SIZE
        dataset.PixelSpacing = [4, 4]
        dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        dataset.ImagePositionPatient = [0, 0, 5 * number]
        dataset.InstanceNumber = number + 1
        dataset.RescaleIntercept, dataset.RescaleSlope = -1024, 1
        values = np.zeros((SIZE, SIZE), "<i2")
        values[8:56, 12:52] = 1064
        dataset.PixelData = values.tobytes()
        dataset.save_as(folder / f"{number}.dcm")


def _send(delivery, folder: Path) -> Submission:
    sources = gather([folder])
    submission = open_submission(delivery, sources)
    receive(submission, sources)
    close(submission, delivery.person)
    return submission


@pytest.fixture
def series(house, delivery, tmp_path):
    _head(tmp_path, "HEAD")
    submission = _send(delivery, tmp_path)
    house.work()
    return submission.series.get()


def _settle_others(series) -> None:
    for finding in series.findings.filter(settled_at=None).exclude(kind__in=["face", "pixel_text"]):
        review.settle(finding.pk, person="curator", settlement="looked at")


def test_a_face_blocks_until_a_person_says_how_it_is_dealt_with(series):
    face = series.findings.get(kind=Finding.Kind.FACE)
    assert face.blocks
    _settle_others(series)
    with pytest.raises(Conflict):
        review.accept(series.pk, person="curator", saw=series.digest, pixels_clean=True)
    for settlement, verdict in (("because", ""), ("because", "blurred"), ("", "accepted")):
        with pytest.raises(BadRequest):
            review.settle(face.pk, person="curator", settlement=settlement, verdict=verdict)
    review.settle(face.pk, person="curator", settlement="", verdict="defaced")
    face.refresh_from_db()
    assert (face.verdict, face.settled_by, bool(face.settlement)) == ("defaced", "curator", True)
    review.accept(series.pk, person="curator", saw=series.digest, pixels_clean=True)


def test_no_other_doubt_takes_a_verdict_about_a_face(series):
    other = series.findings.create(
        submission=series.submission, kind="structured_content", sentence="a doubt"
    )
    with pytest.raises(BadRequest):
        review.settle(other.pk, person="curator", settlement="read", verdict="accepted")


def test_a_face_that_few_may_fetch_is_not_released_into_open_data_access(series):
    face = series.findings.get(kind=Finding.Kind.FACE)
    review.settle(face.pk, person="curator", settlement="", verdict="limited")
    _settle_others(series)
    review.accept(series.pk, person="curator", saw=series.digest, pixels_clean=True)
    plan = planning.draft(series.collection, person="releaser", notes="First.")
    assert "faces" in {gate.name for gate in gates(plan) if not gate.passes}
    with on_archive():
        Download.objects.update(fetch=Download.Rule.GRANTED)
    assert "faces" not in {gate.name for gate in gates(plan) if not gate.passes}


def test_what_was_said_of_the_same_pixels_still_holds_after_another_cleaning(house, series):
    face = series.findings.get(kind=Finding.Kind.FACE)
    review.settle(face.pk, person="curator", settlement="a phantom", verdict="accepted")
    reclean(series, "curator")
    house.work()
    current = series.submission.series.get(superseded_by=None)
    assert current.findings.get(kind=Finding.Kind.FACE).verdict == "accepted"


def test_a_chest_raises_no_doubt_about_a_face(house, delivery, tmp_path):
    _head(tmp_path, "CHEST")
    submission = _send(delivery, tmp_path)
    house.work()
    assert not submission.findings.filter(kind=Finding.Kind.FACE).exists()
