"""Frames for the viewer: exact samples, stored ones as they lie, the others decoded once; nothing without a job."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from pydicom.pixels import apply_modality_lut
from tests.factories import make_holding, make_patient, make_release, make_study
from tests.images import corpus, ct_slice, make_images, segmentation

from vesalius.catalog.models import ReleaseRevision, SeriesRevision, Study
from vesalius.catalog.pictures import pictures_of
from vesalius.deliver.answer import read_pieces
from vesalius.deliver.frames import CannotBeShown, Frame, Pending, description, frame_of
from vesalius.errors import NotFound, Unavailable
from vesalius.jobs.dispatch import Dispatcher
from vesalius.jobs.models import Job, State
from vesalius.settings.routing import Side, named

pytestmark = pytest.mark.slow

STORED = [
    "CT_small.dcm", "MR_small.dcm", "MR_small_implicit.dcm", "SC_rgb_small_odd.dcm", "examples_palette.dcm", "liver_1frame.dcm",
]  # fmt: skip
DECODED = [
    "MR_small_bigendian.dcm", "MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm", "MR_small_RLE.dcm", "image_dfl.dcm",
    "SC_rgb_rle_16bit_2frame.dcm", "J2K_pixelrep_mismatch.dcm",
]  # fmt: skip


@pytest.fixture
def study(house) -> Study:
    return make_study(make_patient(make_holding("Lung")))


def released(study: Study, images: list, **columns) -> SeriesRevision:
    revision = make_images(study, images, **columns)
    make_release(revision.series.holding, revisions=[revision])
    return revision


def seen(house, revision: SeriesRevision, number: int = 1) -> tuple[dict, dict, np.ndarray, Frame]:
    """What a viewer gets: the description, the kind of a frame, its modality values or colours, how it was sent."""
    if isinstance(description(revision), Pending):
        house.work()
    told = json.loads(description(revision))
    if isinstance(frame_of(revision, number, None, public=True), Pending):
        house.work()
    sent = frame_of(revision, number, None, public=True)
    raw = b"".join(read_pieces(sent.plan.pieces(0, sent.plan.length)))
    assert len(raw) == sent.plan.length
    raw = gzip.decompress(raw) if sent.encoding else raw
    one = told["frames"][number - 1]
    kind = told["kinds"][one["kind"]]
    return told, kind, as_a_browser_reads(raw, kind, one), sent


def as_a_browser_reads(raw: bytes, kind: dict, one: dict) -> np.ndarray:
    if kind["type"] == "bit":
        samples = np.unpackbits(np.frombuffer(raw, np.uint8), bitorder="little").astype(np.uint8)
    else:
        samples = np.frombuffer(raw, "<" + kind["type"])
        samples = (samples << kind["unused"]) >> kind["unused"]
    shape = (kind["rows"], kind["columns"]) + ((3,) if kind["samples"] == 3 else ())
    samples = samples.reshape(shape)
    return samples if kind["samples"] == 3 else samples * one["slope"] + one["intercept"]


def expected(image, index: int = 0) -> np.ndarray:
    array = image.pixel_array
    array = array[index] if image.get("NumberOfFrames", 1) > 1 else array
    return array if image.SamplesPerPixel == 3 else apply_modality_lut(array, image)


@pytest.mark.parametrize("name", STORED)
def test_a_stored_frame_is_sent_from_its_place_in_the_file(house, study, name):
    image = corpus(name)
    _, _, values, sent = seen(house, released(study, [image]))
    np.testing.assert_array_equal(values, expected(image))
    assert sent.encoding == ""
    assert {one.kind for one in jobs()} == {"describe-frames", "make-thumbnails"}


@pytest.mark.parametrize("name", DECODED)
def test_an_encoded_frame_is_decoded_by_a_job_to_the_values_of_pydicom(house, study, name):
    image = corpus(name)
    _, kind, values, sent = seen(house, released(study, [image]))
    np.testing.assert_array_equal(values, expected(image))
    assert sent.encoding == "gzip"
    assert kind["rows"] == image.Rows


def test_each_frame_of_a_series_is_sent_under_its_number(house, study):
    images = [ct_slice(number) for number in range(3)]
    revision = released(study, images)
    told, kind, _, _ = seen(house, revision)
    assert [one["position"] for one in told["frames"]] == [[-12, -16, 0], [-12, -16, 2.5], [-12, -16, 5]]
    assert (kind["unit"], kind["spacing"], kind["aspect"]) == ("HU", [0.8, 0.5], 1.6)
    assert len(told["kinds"]) == 1
    for number, image in enumerate(images, 1):
        np.testing.assert_array_equal(seen(house, revision, number)[2], expected(image))


def test_the_second_frame_of_a_file_is_decoded_too(house, study):
    image = corpus("SC_rgb_rle_2frame.dcm")
    revision = released(study, [image])
    np.testing.assert_array_equal(seen(house, revision, 2)[2], expected(image, 1))
    assert sum(one.kind == "decode-frames" for one in jobs()) == 1


def test_a_segmentation_tells_its_segments_and_what_each_frame_was_drawn_on(house, study):
    images = released(study, [ct_slice()])
    told, kind, values, _ = seen(house, released(study, [segmentation(images)]), 2)
    assert [(one["number"], one["label"], one["form"]) for one in told["segments"]] == [
        (1, "Lesion", "BINARY"), (2, "Vessel", "BINARY"),
    ]  # fmt: skip
    source = images.contents.get().instance.sop_instance_uid
    assert [(one["segment"], one["source"]) for one in told["frames"]] == [(1, [source, 1]), (2, [source, 1])]
    assert kind["type"] == "bit"
    assert values[8:16, 8:16].all()
    assert values.sum() == 64


def test_a_recommended_colour_is_told_as_a_screen_shows_it(house, study):
    images = released(study, [ct_slice()])
    label = segmentation(images)
    label.SegmentSequence[0].RecommendedDisplayCIELabValue = [
        34888,
        53485,
        50171,
    ]  # sRGB red: L 53.2, a 80.1, b 67.2
    told, *_ = seen(house, released(study, [label]))
    red, other = (one["colour"] for one in told["segments"])
    assert [round(int(red[at : at + 2], 16) / 25.5) for at in (1, 3, 5)] == [10, 0, 0]
    assert other == "#56b4e9"


def test_asking_again_while_a_job_is_open_begins_no_second_one(house, study):
    revision = released(study, [corpus("MR_small_RLE.dcm")])
    assert (
        description(revision)
        == description(revision)
        == frame_of(revision, 1, None, public=True)
        == Pending(0, 0)
    )
    assert sum(one.kind == "describe-frames" for one in jobs()) == 1


def test_a_frame_that_cannot_be_decoded_is_known_to_be_so(house, study):
    image = corpus("MR_small_RLE.dcm")
    image.PixelData = image.PixelData[:100] + bytes(len(image.PixelData) - 100)
    revision = released(study, [image])
    frame_of(revision, 1, None, public=True)
    house.work()
    frame_of(revision, 1, None, public=True)
    house.work()
    with pytest.raises(CannotBeShown):
        frame_of(revision, 1, None, public=True)


def test_a_job_that_gave_up_is_not_begun_again_by_every_reader(house, study):
    revision = released(study, [ct_slice()])
    description(revision)
    blob = revision.contents.get().blob_id
    house.archive.path(blob).rename(house.archive.path(blob).with_suffix(".away"))
    house.work()
    with named(Side.ARCHIVE):
        job = Job.objects.get(kind="describe-frames")
    if job.state == State.WAITING:  # it will be tried again later
        assert description(revision) == Pending(0, 0)
        with named(Side.ARCHIVE):
            Job.objects.filter(pk=job.pk).update(state=State.PARKED, finished_at=job.created_at)
    with pytest.raises(Unavailable):
        description(revision)


@pytest.mark.parametrize("number", [0, 2])
def test_there_is_no_frame_outside_of_the_series(house, study, number):
    revision = released(study, [ct_slice()])
    seen(house, revision)
    with pytest.raises(NotFound):
        frame_of(revision, number, None, public=True)


def test_what_holds_no_image_is_described_as_having_none(house, study):
    revision = released(study, [corpus("test-SR.dcm")])
    description(revision)
    house.work()
    assert json.loads(description(revision))["frames"] == []


class Purging(ThreadPoolExecutor):
    """Hands during whose work the revision goes."""

    def submit(self, task, /, *args, **kwargs):
        ReleaseRevision.objects.all().delete()
        SeriesRevision.objects.all().delete()
        return super().submit(task, *args, **kwargs)


def test_pictures_and_frames_of_a_revision_that_went_meanwhile_are_left_nowhere(house, study):
    folder = pictures_of(released(study, [ct_slice()]))
    with Purging(1) as hands:
        Dispatcher(Side.ARCHIVE, hands, threads=1).run_until_idle()
    assert not folder.exists()


def jobs() -> list[Job]:
    with named(Side.ARCHIVE):
        return list(Job.objects.all())
