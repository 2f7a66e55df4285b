"""A third party's masks are made of public images and come in as derived data under the collections' patients."""

import io
from dataclasses import replace

import numpy as np
import pytest
from pydicom import dcmread

from vesalius.catalog.making import NewHolding, make_holding
from vesalius.catalog.models import Holding, Instance, Release, SeriesRevision
from vesalius.curate import plan, review
from vesalius.curate import work as _curate  # noqa: F401 - registers the handlers
from vesalius.curate.gates import gates
from vesalius.demo import headers, masks, third_party
from vesalius.demo.content import analysis, brain_mr
from vesalius.demo.content.brain_mr import MR_BRAIN, PLAN
from vesalius.demo.mr import Series, Volume, images
from vesalius.demo.third_party import Wish
from vesalius.demo.writing import written
from vesalius.dicom import check, read
from vesalius.intake.models import CleanedSeries, Submission
from vesalius.release import publish
from vesalius.store.sources import gather
from vesalius.submit.receive import Delivery, close, open_submission, receive

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("analysis")]
FLAIR = Series(number=5, contrast="FLAIR", description="FLAIR TRA")


@pytest.fixture(scope="module")
def head():
    """One coarse FLAIR series of an identifiable patient."""
    visit = PLAN[1].visits[0]
    planes = replace(brain_mr.planes(visit), rows=128, columns=128, pixel=1.875, slices=10, spacing=13)
    volume = Volume.through(brain_mr.head(PLAN[1], visit, 7), planes, ("FLAIR",))
    study = headers.study(PLAN[1].person, 1, visit.date, visit.time, visit.description, MR_BRAIN)
    return [dcmread(io.BytesIO(written(one, FLAIR.syntax))) for one in images(study, FLAIR, volume, 7)]


def _chest() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A body with two lungs, a windpipe, a vessel in the left lung and a table."""
    z, y, x = np.indices((12, 128, 128), dtype=np.float32)
    volume = np.full(z.shape, -1000, np.float32)
    volume[((x - 64) / 58) ** 2 + ((y - 60) / 44) ** 2 < 1] = 40
    right = ((x - 36) / 20) ** 2 + ((y - 60) / 30) ** 2 + ((z - 6) / 5.5) ** 2 < 1
    left = ((x - 92) / 18) ** 2 + ((y - 60) / 30) ** 2 + ((z - 6) / 5.5) ** 2 < 1
    volume[right | left] = -850
    volume[:, 58:61, 90:93] = np.where(left[:, 58:61, 90:93], 60, volume[:, 58:61, 90:93])
    volume[((x - 64) / 4) ** 2 + ((y - 44) / 4) ** 2 < 1] = -1000
    volume[:, 118:122] = 100
    return volume, right, left


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


@pytest.mark.parametrize("joined", [False, True])
def test_lungs_are_told_apart_even_where_they_touch(joined):
    volume, right, left = _chest()
    if joined:
        volume[5:8, 70:78, 50:80] = -850
    found = masks.lungs(volume, (5.0, 2.5, 2.5))
    assert _overlap(found[0], right) > 0.9
    assert _overlap(found[1], left) > 0.9
    assert not (found[0] | found[1])[:, 44, 64].any(), "the windpipe is no lung"
    assert found[1][6, 59, 91], "a vessel in a lung belongs to it"


def test_where_there_is_no_chest_there_are_no_lungs():
    right, left = masks.lungs(np.full((4, 64, 64), 40, np.float32), (5.0, 1.0, 1.0))
    assert not right.any()
    assert not left.any()


def test_a_segmentation_refers_to_each_image_and_carries_its_patient_and_study(head):
    made = analysis.segment(head)
    again = dcmread(io.BytesIO(written(made)))
    assert [segment.SegmentLabel for segment in again.SegmentSequence] == ["Brain"]
    for keyword in ("PatientID", "StudyInstanceUID", "FrameOfReferenceUID", "StudyDate"):
        assert again[keyword].value == head[0][keyword].value, keyword
    frames = again.PerFrameFunctionalGroupsSequence
    named = [f.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID for f in frames]
    assert set(named) <= {image.SOPInstanceUID for image in head}
    assert again.pixel_array.reshape(len(frames), -1).any(1).all()
    middle = dict(zip(named, again.pixel_array, strict=True))[head[5].SOPInstanceUID]
    assert 0.15 < middle.mean() < 0.6
    assert written(analysis.segment(head)) == written(made), "the same images give the same bytes"
    with read(io.BytesIO(written(made))) as file:
        assert not check(file)


@pytest.fixture
def released(house, delivery, collection, head, tmp_path) -> Holding:
    """The head as a hospital sent it, de-identified and published."""
    for number, image in enumerate(head):
        (tmp_path / f"{number}.dcm").write_bytes(written(image, FLAIR.syntax))
    _send(house, delivery, tmp_path)
    _release(house, collection.short_title)
    return collection


def _send(house, delivery: Delivery, folder) -> Submission:
    sources = gather([folder])
    submission = open_submission(delivery, sources)
    receive(submission, sources)
    close(submission, delivery.person)
    house.work()
    return submission


def _release(house, holding: str) -> Release:
    for one in CleanedSeries.objects.filter(collection=holding, superseded_by=None, step="in-review"):
        review.accept(one.pk, person="curator", saw=one.digest, pixels_clean=True)
    row = plan.draft(holding, person="releaser")
    assert [gate.name for gate in gates(row) if not gate.passes] == []
    plan.confirm(row.pk, person="releaser")
    house.work()
    release = publish(Release.objects.get(deed_id=row.deed_id).pk, "releaser")
    plan.published(row.pk, person="releaser")
    return release


def _derived(house, released, folder) -> Submission:
    kind = Holding.Kind.ANALYSIS_RESULT
    make_holding(NewHolding(short_title="Masks", title="Masks by others", kind=kind), person="maker")
    wish = Wish(holding=released.short_title, modality="MR", words="FLAIR", patients=4)
    assert third_party.write(folder, (wish,)) == 1
    delivery = Delivery(
        site="Others", collection="Masks", origin=Submission.Origin.DERIVED, person="somebody"
    )
    return _send(house, delivery, folder)


def test_masks_of_published_images_hang_on_the_collections_patient(house, released, tmp_path_factory):
    submission = _derived(house, released, tmp_path_factory.mktemp("derived"))
    assert submission.files.count() == submission.series.count() == 1
    assert not submission.findings.filter(blocks=True).exists()
    _release(house, "Masks")
    mask = SeriesRevision.objects.get(modality="SEG")
    image = SeriesRevision.objects.get(modality="MR")
    assert mask.third_party
    assert not image.third_party
    assert mask.series.holding.short_title == "Masks"
    assert mask.series.study == image.series.study
    assert mask.series.study.patient.holding == released
    assert mask.series_description == "SEGMENTATION BRAIN"


def test_the_published_mask_still_refers_to_published_images(house, released, tmp_path_factory):
    _derived(house, released, tmp_path_factory.mktemp("derived"))
    _release(house, "Masks")
    content = SeriesRevision.objects.get(modality="SEG").contents.get()
    mask = dcmread(house.archive.path(content.blob_id))
    referenced = {
        one.ReferencedSOPInstanceUID for one in mask.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    }
    assert referenced == set(
        Instance.objects.filter(series__holding=released).values_list("sop_instance_uid", flat=True)
    )
    assert mask.PatientIdentityRemoved == "YES"
    assert mask.SegmentSequence[0].SegmentLabel == "Brain"
    assert mask.pixel_array.any()


def test_masks_of_images_that_nobody_published_are_not_released(house, delivery, head, collection, tmp_path):
    (tmp_path / "mask.dcm").write_bytes(written(analysis.segment(head)))
    _send(house, replace(delivery, origin=Submission.Origin.DERIVED), tmp_path)
    for one in CleanedSeries.objects.all():
        review.accept(one.pk, person="curator", saw=one.digest, pixels_clean=True)
    row = plan.draft(collection.short_title, person="releaser")
    assert {gate.name for gate in gates(row) if not gate.passes} >= {"sources", "references"}
