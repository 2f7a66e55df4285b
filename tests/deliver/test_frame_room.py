"""Decoded frames have a bound: those that nobody looked at for longest go, and come again when they are asked for."""

import gzip
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone
from tests.factories import make_holding, make_patient, make_release, make_study
from tests.images import corpus, make_images

from vesalius.catalog.models import DecodedFrames, SeriesRevision
from vesalius.catalog.pictures import pictures_of
from vesalius.deliver.answer import read_pieces
from vesalius.deliver.frame_room import NoRoomForFrames, held, make_room, note_size
from vesalius.deliver.frames import Frame, Pending, description, frame_of
from vesalius.deliver.pictures import read_picture

pytestmark = pytest.mark.slow


@pytest.fixture
def revisions(house) -> list[SeriesRevision]:
    """Three series of one encoded image each, which are ready to be viewed."""
    study = make_study(make_patient(make_holding("Lung")))
    made = [make_images(study, [corpus("MR_small_RLE.dcm")]) for _ in range(3)]
    make_release(made[0].series.holding, revisions=made)
    house.work()
    return made


@pytest.fixture
def allow(monkeypatch):
    def told(**changed: int) -> None:
        monkeypatch.setattr(settings, "VESALIUS", replace(settings.VESALIUS, **changed))

    return told


def look(house, revision: SeriesRevision, number: int = 1) -> Frame:
    """What a reader gets who waits for it."""
    if isinstance(frame_of(revision, number, None, public=True), Pending):
        house.work()
    found = frame_of(revision, number, None, public=True)
    assert isinstance(found, Frame)
    return found


def rest(seconds: int = 60) -> None:
    """So much time passes in which nobody looks."""
    for row in DecodedFrames.objects.all():
        row.used_at -= timedelta(seconds=seconds)
        row.save()


def samples(revision: SeriesRevision) -> list:
    return sorted((pictures_of(revision) / "frames").glob("*.gz"))


def sent(frame: Frame) -> bytes:
    return gzip.decompress(b"".join(read_pieces(frame.plan.pieces(0, frame.plan.length))))


def test_past_the_bound_the_series_go_that_nobody_looked_at_for_longest(house, revisions, allow):
    first, second, third = revisions
    look(house, first)
    allow(frames_limit=held() * 5 // 2)
    rest()
    look(house, second)
    rest()
    look(house, first)  # once more: now the second is the older one
    look(house, third)
    assert [len(samples(one)) for one in revisions] == [1, 0, 1]
    assert held() <= settings.VESALIUS.frames_limit
    assert all(read_picture(one) for one in revisions)
    assert not isinstance(description(second), Pending)


def test_a_frame_that_went_is_made_again_for_who_asks(house, revisions, allow):
    first, second, _ = revisions
    whole = sent(look(house, first))
    allow(frames_limit=held() * 3 // 2)
    rest()
    look(house, second)
    assert not samples(first)
    rest()
    assert isinstance(frame_of(first, 1, None, public=True), Pending)
    assert sent(look(house, first)) == whole
    assert not samples(second)


def test_what_is_looked_at_now_does_not_go(house, revisions, allow):
    first, second, _ = revisions
    look(house, first)
    allow(frames_limit=held())
    look(house, second)
    assert samples(first)
    rest()
    make_room(second)
    assert (samples(first), len(samples(second))) == ([], 1)


def test_a_reader_in_the_midst_of_a_frame_gets_the_rest_of_it(house, revisions, allow):
    first, second, _ = revisions
    plan = look(house, first).plan
    blocks = read_pieces(plan.pieces(0, plan.length))
    part = next(blocks)
    allow(frames_limit=1)
    rest()
    make_room(second)
    assert not samples(first)
    assert len(part + b"".join(blocks)) == plan.length


def test_one_series_past_the_bound_loses_its_own_older_frames(house, revisions, allow):
    study = revisions[0].series.study
    large = make_images(study, [corpus("SC_rgb_rle_2frame.dcm") for _ in range(9)])
    make_release(large.series.holding, revisions=[*revisions, large])
    house.work()
    look(house, large)
    assert len(samples(large)) == 16
    allow(frames_limit=held())
    look(house, large, 17)
    left = {int(path.stem) for path in samples(large)}
    assert {17, 18} <= left
    assert len(left) < 18
    assert held() <= settings.VESALIUS.frames_limit


@pytest.mark.parametrize("full", [{"disk_reserve": 1 << 62}, {"frames_limit": 0}])
def test_without_room_a_reader_is_told_so_and_no_job_begun(house, revisions, allow, full):
    allow(**full)
    with pytest.raises(NoRoomForFrames):
        frame_of(revisions[0], 1, None, public=True)
    with override_settings(SIDE="public", ROOT_URLCONF="vesalius.web.public_side"):
        answer = Client().get(f"/series/{revisions[0].series.series_instance_uid}/frames/1/")
    assert answer.status_code == 503
    assert "too full" in answer.content.decode()
    assert house.work() == 0


def test_what_is_decoded_is_shown_from_a_full_disk(house, revisions, allow):
    look(house, revisions[0])
    allow(disk_reserve=1 << 62)
    assert isinstance(frame_of(revisions[0], 1, None, public=True), Frame)


def test_a_disk_that_filled_up_takes_frames_before_it_refuses(house, revisions, allow):
    first, second, _ = revisions
    look(house, first)
    rest()
    allow(disk_reserve=1 << 62)
    make_room(second)
    assert not samples(first)


def test_two_processes_and_a_purge_may_drop_at_once(house, revisions, allow):
    for one in revisions:
        look(house, one)
    allow(frames_limit=1)
    rest()
    failed = []

    def drop() -> None:
        try:
            for one in revisions:
                make_room(one)
        except Exception as error:  # noqa: BLE001 - whatever it is, this thread must not swallow it
            failed.append(error)

    threads = [Thread(target=drop) for _ in range(3)]
    for thread in threads:
        thread.start()
    shutil.rmtree(pictures_of(revisions[1]), ignore_errors=True)
    for thread in threads:
        thread.join()
    assert not failed
    assert not any(samples(one) for one in revisions)


def test_frames_of_a_purged_revision_are_neither_counted_nor_measured_again(house, revisions):
    look(house, revisions[0])
    gone = revisions[0].pk
    revisions[0].delete()
    revisions[0].pk = gone
    note_size(revisions[0])
    assert held() == 0


def test_what_was_half_written_long_ago_goes_with_its_series(house, revisions, allow):
    look(house, revisions[0])
    left = pictures_of(revisions[0]) / "frames" / ".0123456789abcdef"
    left.write_bytes(bytes(100))
    note_size(revisions[0])
    rest()
    allow(frames_limit=1)
    make_room(revisions[1])
    assert left.exists()  # it may be on its way
    old = timezone.now().timestamp() - 7200
    os.utime(left, (old, old))
    note_size(revisions[0])
    rest()
    make_room(revisions[1])
    assert not left.exists()
