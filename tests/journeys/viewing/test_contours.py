"""Contours of a structure set over images, where known geometry says that they must lie."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.journeys.public_site import PublicSite
from tests.journeys.viewer_archive import BOTTOM, LEFT, RIGHT, TOP
from tests.journeys.viewing.stage import WAIT, colour_of, shown, spot, until, view
from tests.journeys.viewing.test_views import canvas, snapshot

pytestmark = pytest.mark.slow


def tint(stage: Locator, x: float, y: float) -> int:
    """How much redder than blue the canvas is at a pixel: 0 for grey, more inside of the GTV, most on its line."""
    red, _, blue = colour_of(stage, 48, 32, 1.6, x, y)
    return red - blue


def opened(page: Page, site: PublicSite, fragment: str) -> Locator:
    stage = view(page, site, site.known["stack"], fragment)
    expect(page.get_by_role("checkbox", name="GTV manual")).to_be_visible(timeout=WAIT)
    return stage


def test_contours_lie_on_the_images_that_they_name_and_one_in_another_is_a_hole(
    open_page: Callable, site: PublicSite
) -> None:
    page = open_page()
    stage = opened(page, site, "#image=5")
    until(lambda: tint(stage, LEFT + 4, TOP + 3) > 10)
    assert tint(stage, LEFT, TOP + 10) > 100, "the left line"
    assert tint(stage, RIGHT, TOP + 10) > 100, "the right line"
    assert tint(stage, LEFT + 10, BOTTOM) > 100, "the lower line"
    for x, y in ((LEFT - 2, TOP + 10), (RIGHT + 2, TOP + 10), (LEFT + 10, BOTTOM + 2), (24, 16)):
        assert tint(stage, x, y) == 0, "outside, and in the hole"
    stage.focus()
    for key, number in (("ArrowDown", 6), ("PageUp", 1)):
        page.keyboard.press(key)
        shown(stage, number)
        until(lambda: tint(stage, 34, 4) == 0)


def test_contours_that_name_no_image_lie_where_the_frame_of_reference_says(
    open_page: Callable, site: PublicSite
) -> None:
    page = open_page()
    stage = opened(page, site, "#image=1")
    page.get_by_role("button", name="Show Cord, image 9").click()
    shown(stage, 9)
    until(lambda: tint(stage, LEFT, TOP + 10) < -60)
    page.get_by_role("checkbox", name="Cord manual").uncheck()
    until(lambda: tint(stage, LEFT, TOP + 10) == 0)
    expect(page).to_have_url(re.compile(rf"hide={site.known['plan']},2"))


def test_the_legend_names_regions_and_their_series(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    opened(page, site, "#image=5")
    legend = page.get_by_role("region", name="Labels over the images")
    expect(legend.get_by_role("link", name="Plan contours")).to_have_attribute(
        "href", f"/series/{site.known['plan']}/"
    )
    swatch = legend.locator("li", has_text="GTV").locator(".swatch")
    assert swatch.evaluate("one => getComputedStyle(one).borderColor") == "rgb(255, 0, 0)"


@pytest.mark.parametrize("fragment", ["#image=5", "#image=5&zoom=3&centre=12,8&rotate=270&opacity=100"])
def test_the_picture_of_a_view_has_the_same_contours(
    open_page: Callable, site: PublicSite, fragment: str
) -> None:
    page = open_page()
    stage = opened(page, site, fragment)
    until(lambda: np.ptp(canvas(page).astype(int), axis=2).max() > 100)
    assert stage.get_attribute("data-shown") == "5"
    drawn, seen = snapshot(page).astype(int), canvas(page).astype(int)
    assert np.abs(drawn - seen).mean() < 3
    lines = [np.ptp(picture, axis=2) > 120 for picture in (drawn, seen)]
    assert (lines[0] & lines[1]).sum() > 0.8 * max(lines[0].sum(), lines[1].sum()), "the lines are the same"


def test_a_distance_across_a_contour_is_its_width(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = opened(page, site, "#image=5")
    page.get_by_role("button", name="Distance").click()
    page.mouse.move(*spot(stage, 48, 32, 1.6, LEFT, 16))
    page.mouse.down()
    page.mouse.move(*spot(stage, 48, 32, 1.6, RIGHT, 16))
    page.mouse.up()
    region = page.get_by_role("region", name="Measurements")
    expect(region).to_contain_text(re.compile(r"length 1(3\.99|4\.00|4\.01) mm"))
