"""Pictures of views: asked for by anybody, drawn by a job within bounds, never of what one may not have."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from pydicom.encaps import encapsulate
from tests.factories import make_holding, make_patient, make_release, make_study
from tests.images import corpus, ct_slice, make_images, segmentation

from vesalius.catalog.models import SeriesRevision
from vesalius.catalog.pictures import pictures_of
from vesalius.deliver.frames import CannotBeShown, Pending
from vesalius.deliver.view import ordering
from vesalius.deliver.view.asked import Shape, View, view_of
from vesalius.deliver.view.ordering import TooManyViews, picture_of_view
from vesalius.errors import BadRequest, NotFound

pytestmark = pytest.mark.slow
USUAL = View(number=1, hidden={}, size=(480, 512))


@pytest.fixture
def stack(house) -> SeriesRevision:
    revision = make_images(
        make_study(make_patient(make_holding("Lung"))), [ct_slice(number) for number in range(3)]
    )
    make_release(revision.series.holding, revisions=[revision])
    return revision


def drawn(house, revision: SeriesRevision, view: View, labels=(), words=()) -> np.ndarray:
    assert isinstance(picture_of_view(revision, view, labels, words), Pending)
    house.work()
    return np.asarray(Image.open(io.BytesIO(picture_of_view(revision, view, labels, words))))


def test_values_become_the_greys_of_the_window_where_the_view_puts_them(house, stack) -> None:
    view = replace(
        USUAL, window=(0.0, 1000.0, "LINEAR_EXACT"), zoom=8.0, centre=(24.5, 16.5), size=(480, 480)
    )
    picture = drawn(house, stack, view)
    value = ct_slice(0).pixel_array[16, 24] * 2 - 24
    assert picture[240, 240].tolist() == [round((value / 1000 + 0.5) * 255)] * 3


def test_a_flipped_and_turned_view_is_the_plain_one_flipped_and_turned(house, stack) -> None:
    marked = {"size": (512, 512), "window": (0.0, 1500.0, "LINEAR_EXACT")}
    plain = drawn(house, stack, replace(USUAL, **marked)).astype(int)
    other = drawn(house, stack, replace(USUAL, **marked, flipped=True, turned=90)).astype(int)
    middle = slice(100, 412)  # within the letters at the edges
    assert np.abs(np.rot90(plain[:, ::-1], -1) - other)[middle, middle].mean() < 1


def test_only_labels_that_were_given_lie_over_it(house, stack) -> None:
    label = make_images(stack.series.study, [segmentation(stack)])
    with_it, without = drawn(house, stack, USUAL, [label]), drawn(house, stack, USUAL)
    assert np.ptp(with_it.astype(int), axis=2)[20:100, 20:60].max() > 50
    inside = without[20:490, 20:400]
    assert np.ptp(inside.astype(int), axis=2).max() == 0


def test_words_stand_below_it_and_what_the_typeface_lacks_is_written_plainly(house, stack) -> None:
    picture = drawn(house, stack, USUAL, (), ["Łódź 中文 12 mm²"])
    assert picture.shape[0] > 512
    assert picture[512:].max() > 200


def test_a_length_at_the_detector_says_so_below(house) -> None:
    image = ct_slice(0)
    image.Modality, image.ImagerPixelSpacing = "DX", image.PixelSpacing
    revision = make_images(make_study(make_patient(make_holding("Chest"))), [image])
    make_release(revision.series.holding, revisions=[revision])
    shape = Shape(kind="distance", points=((1.0, 1.0), (9.0, 9.0)))
    measured = drawn(house, revision, replace(USUAL, shapes=(shape,)), (), ["Words"])
    plain = drawn(house, revision, USUAL, (), ["Words"])
    assert measured.shape[0] > plain.shape[0]


def test_an_image_that_is_not_there_is_not_found(house, stack) -> None:
    assert isinstance(picture_of_view(stack, replace(USUAL, number=4), (), ()), Pending)
    house.work()
    with pytest.raises(NotFound):
        picture_of_view(stack, replace(USUAL, number=4), (), ())


def test_what_cannot_be_decoded_is_told(house) -> None:
    image = corpus("MR_small_RLE.dcm")
    image.PixelData = encapsulate([bytes(200)])
    revision = make_images(make_study(make_patient(make_holding("Broken"))), [image])
    make_release(revision.series.holding, revisions=[revision])
    assert isinstance(picture_of_view(revision, USUAL, (), ()), Pending)
    house.work()
    with pytest.raises(CannotBeShown):
        picture_of_view(revision, USUAL, (), ())


def test_pictures_lie_among_the_frames_that_make_room_and_are_purged(house, stack) -> None:
    drawn(house, stack, USUAL)
    assert [path.suffix for path in (pictures_of(stack) / "frames").iterdir()] == [".png"]


def test_only_so_many_may_wait(house, stack, monkeypatch) -> None:
    monkeypatch.setattr(ordering, "MOST_WAITING", 2)
    for number in (1, 2):
        picture_of_view(stack, replace(USUAL, number=number), (), ())
    with pytest.raises(TooManyViews):
        picture_of_view(stack, replace(USUAL, number=3), (), ())


@pytest.mark.parametrize(
    "word",
    [
        "image=x",
        "window=1,0",
        "centre=1",
        "size=1",
        "hide=1.2,x",
        "ellipse=1,2,3",
        "opacity=nan",
        "colour=red",
    ],
)
def test_a_word_that_says_nothing_is_named(word: str) -> None:
    name, _, value = word.partition("=")
    with pytest.raises(BadRequest, match=name):
        view_of({name: [value]})


def test_sizes_and_zoom_are_held_within_bounds() -> None:
    view = view_of({"size": ["90000,1"], "zoom": ["1e6"], "distance": ["1,0,0,3,4"]})
    assert (view.size, view.zoom) == ((1600, 64), 40.0)
    assert view.shapes[0].points == ((0, 0), (3, 4))
