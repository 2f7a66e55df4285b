"""A mask alone says little: its picture lies over that of the image it was drawn on, for whoever may have both."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from tests.factories import make_holding, make_patient, make_release, make_study
from tests.images import ct_slice, make_images, segmentation

from vesalius.catalog.models import Download, SeriesRevision
from vesalius.deliver.pictures import make_thumbnails, pictures, read_picture

pytestmark = pytest.mark.slow

assert make_thumbnails  # registers the handler


@pytest.fixture
def masked(house) -> tuple[SeriesRevision, SeriesRevision]:
    """Five slices, and a segmentation of the second in an analysis result of its own; all drawn."""
    lung = make_holding("Lung")
    stack = make_images(make_study(make_patient(lung, "P1")), [ct_slice(number) for number in range(5)])
    make_release(lung, revisions=[stack])
    derived = make_holding("Masks", kind="analysis-result")
    mask = make_images(stack.series.study, [segmentation(stack, on=1)], holding=derived, third_party=True)
    make_release(derived, revisions=[mask])
    house.work()
    return stack, mask


def beneath(client, address: str) -> list[str]:
    page = client.get(address).content.decode()
    return re.findall(r'<img class="beneath" src="([^"]+)"', page)


@pytest.mark.parametrize("page", ["/analysis-results/", "/analysis-results/Masks/"])
def test_a_mask_is_shown_over_the_image_that_it_was_drawn_on(client, masked, page):
    stack, _ = masked
    found = beneath(client, page)
    assert found
    assert set(found) == {f"/series/{stack.series.series_instance_uid}/thumbnail/2/"}
    assert client.get(found[0]).status_code == 200


@pytest.mark.parametrize("page", ["/analysis-results/", "/analysis-results/Masks/"])
def test_nothing_lies_beneath_a_mask_for_who_may_not_have_the_image(client, masked, page):
    Download.objects.filter(holding__short_title="Lung").update(fetch="granted")
    assert beneath(client, page) == []


def test_a_mask_is_drawn_in_the_colour_of_its_segment(masked):
    _, mask = masked
    drawn = pictures(mask).drawn
    assert [one.on for one in drawn] == [masked[0].contents.get(position=1).instance.sop_instance_uid] * 2
    first, second = (
        np.asarray(Image.open(io.BytesIO(read_picture(mask, one.number)))).reshape(-1, 3) for one in drawn
    )
    brightest = [pixels[pixels.sum(axis=1).argmax()] for pixels in (first, second)]
    assert np.abs(brightest[0].astype(int) - brightest[1]).max() > 60, "two segments, two colours"
    assert all(np.ptp(colour.astype(int)) > 60 for colour in brightest), "and neither is grey"
