"""The pictures of a series on one sheet and one after the other, with and without JavaScript."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.public_site import PublicSite
from tests.journeys.viewing.stage import WAIT

pytestmark = pytest.mark.slow


def whole(page: Page, number: int) -> None:
    """The picture of this image stands on the page, once it is drawn."""
    picture = page.get_by_role("img", name=f"Image {number} of 12", exact=True)
    expect(picture).to_be_visible(timeout=WAIT)
    expect(picture).to_have_js_property("naturalWidth", 640)


def test_images_are_turned_without_javascript(plain_page: Page, site: PublicSite) -> None:
    page = plain_page
    page.goto(f"{site.base}/series/{site.known['stack']}/sheet/")
    expect(page.locator(".sheet img")).to_have_count(12)
    page.get_by_role("link", name="Image 3, at 5.0 mm").click()
    expect(page.get_by_role("img", name="Image 3 of 12")).to_be_visible(timeout=WAIT)
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("img", name="Image 4 of 12")).to_be_visible(timeout=WAIT)
    page.get_by_role("link", name="Last").click()
    expect(page.get_by_role("img", name="Image 12 of 12")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("link", name="Next")).to_have_count(0)
    page.get_by_role("link", name="This image in the viewer").click()
    expect(page).to_have_url(re.compile(r"#image=12$"))


def test_the_reel_plays_and_stops_at_an_image(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    page.goto(f"{site.base}/series/{site.known['stack']}/cine/?image=2")
    whole(page, 2)
    page.get_by_label("Images a second").fill("20")
    page.get_by_role("button", name="Play").click()
    expect(page.locator("[data-reel=told]")).to_have_text(re.compile(r"Image [5-9]"))
    page.get_by_role("button", name="Stop").click()
    expect(page).to_have_url(re.compile(r"\?image=\d+$"))
    number = int(page.url.rpartition("=")[2])
    whole(page, number)


def test_an_image_beyond_the_last_is_not_found(open_page: Callable, site: PublicSite) -> None:
    page = open_page(failing=True)
    assert page.goto(f"{site.base}/series/{site.known['stack']}/cine/?image=13").status == 404


def test_both_pages_are_accessible_and_fit_every_screen(
    page: Page, site: PublicSite, axe: Callable, fits: Callable, screenshot: Callable
) -> None:
    for name, address in {"sheet": "sheet/", "cine": "cine/?image=2"}.items():
        page.goto(f"{site.base}/series/{site.known['stack']}/{address}")
        if name == "cine":
            whole(page, 2)
        screenshot(page, f"viewer-{name}")
        fits(page)
        axe(page)
        page.set_viewport_size({"width": 320, "height": 640})
        fits(page)
