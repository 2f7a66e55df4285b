"""Pictures of a revision: evenly spaced, made once, and none where there is no image."""

import io
import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, PositronEmissionTomographyImageStorage, generate_uid
from tests.factories import make_holding, make_patient, make_release, make_revision, make_series, make_study

from vesalius.catalog.models import RevisionInstance, SeriesRevision
from vesalius.catalog.pictures import pictures_of
from vesalius.deliver.drawing import (
    MOST_PICTURES,
    Drawing,
    Drawn,
    draw,
    middle,
    most_telling,
    numbers_to_draw,
)
from vesalius.deliver.pictures import pictures, read_picture
from vesalius.jobs.queue import enqueue
from vesalius.settings.routing import on_archive


@pytest.fixture
def revision(house) -> SeriesRevision:
    holding = make_holding("Lung")
    made = make_revision(make_series(make_study(make_patient(holding))), images=5, real=True)
    make_release(holding, revisions=[made])
    return made


@pytest.mark.parametrize("total", [0, 1, 2, 59, 60, 61, 500, 12_345])
def test_numbers_to_draw_are_few_even_and_reach_both_ends(total):
    numbers = numbers_to_draw(total)
    assert len(numbers) == min(total, MOST_PICTURES) == len(set(numbers))
    assert numbers[:1] + numbers[-1:] == ([1, total] if total else [])
    steps = [after - before for before, after in itertools.pairwise(numbers)]
    assert max(steps, default=0) - min(steps, default=0) <= 1


def test_a_published_revision_gets_small_pictures_and_a_larger_cover_of_its_middle(house, revision):
    assert pictures(revision) is None
    house.work()
    found = pictures(revision)
    assert [one.number for one in found.drawn] == [1, 2, 3, 4, 5]
    assert found.cover.number == middle([1, 2, 3, 4, 5]) == 3
    sizes = [Image.open(io.BytesIO(read_picture(revision, number))).size for number in (None, 1, 5)]
    assert sizes == [(512, 512), (256, 256), (256, 256)]
    assert read_picture(revision, 6) is None


def test_drawing_again_changes_nothing(house, revision):
    house.work()
    before = {path: path.stat().st_mtime_ns for path in pictures_of(revision).iterdir()}
    with on_archive():
        enqueue("make-thumbnails", {"revision": revision.pk})
    assert house.work() == 1
    assert {path: path.stat().st_mtime_ns for path in pictures_of(revision).iterdir()} == before


def test_an_image_that_cannot_be_decoded_is_left_out_and_the_rest_is_drawn(house, revision):
    broken = house.archive.put(b"no DICOM file").sha256
    middle = RevisionInstance.objects.select_related("blob").get(revision=revision, position=2)
    middle.blob.pk = broken
    middle.blob.save(force_insert=True)
    RevisionInstance.objects.filter(pk=middle.pk).update(blob=broken)
    house.work()
    assert [one.number for one in pictures(revision).drawn] == [1, 2, 4, 5]
    assert read_picture(revision) is not None, "another image stands as the cover"


def test_a_revision_without_any_image_is_known_to_have_no_picture(house, revision):
    RevisionInstance.objects.filter(revision=revision).delete()
    house.work()
    assert pictures(revision).drawn == ()
    assert pictures(revision).cover is None


def test_the_cover_is_what_tells_most_and_the_middle_where_all_tell_alike():
    alike = [Drawn(number=number, location=None) for number in (1, 2, 3, 4, 5)]
    assert most_telling(alike).number == 3
    told = [
        Drawn(number=number, location=None, telling=much)
        for number, much in enumerate((2.0, 0, 5, 9, 9, 9), 1)
    ]
    assert most_telling(told).number == 5, "the middle one of the best"


def uptake(tmp_path: Path, hot: float) -> str:
    """A PET image, cold but for one pixel."""
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = PositronEmissionTomographyImageStorage
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    image.Modality, image.Units, image.RescaleSlope, image.RescaleIntercept = "PT", "GML", hot / 100, 0
    image.Rows = image.Columns = 8
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 16, 15
    image.PixelRepresentation, image.SamplesPerPixel = 0, 1
    image.PhotometricInterpretation = "MONOCHROME2"
    pixels = np.zeros(64, "<u2")
    pixels[27] = 100
    image.PixelData = pixels.tobytes()
    path = tmp_path / f"{hot}.dcm"
    dcmwrite(path, image, enforce_file_format=True)
    return str(path)


def test_pet_is_drawn_on_black_and_the_hottest_of_the_middle_tells_most(tmp_path):
    target = str(tmp_path / "picture.jpg")
    brain, lesion, liver = (
        draw([Drawing(number=1, source=uptake(tmp_path, hot), frame=0, target=target, central=central)])[0]
        for hot, central in ((15.0, False), (9.0, True), (2.0, True))
    )
    assert (brain.telling, lesion.telling, liver.telling) == (0, 9, 2)
    picture = np.asarray(Image.open(target))
    assert picture[0, 0] < 10, "what takes up nothing is black"
    assert picture[112, 112] == picture.max() > 100, "an uptake of 2 is seen from afar"
