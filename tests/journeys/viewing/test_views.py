"""Turning and flipping, the whole view in its address, and the picture of it that the archive draws."""

import io
import re
import time
from base64 import b64decode
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from tests.journeys.public_site import PublicSite
from tests.journeys.viewing.stage import WAIT, colour, shown, until, view

pytestmark = pytest.mark.slow


def edges(page: Page) -> str:
    return "".join(
        page.locator(f"[data-part={edge}]").text_content() or ""
        for edge in ("left", "top", "right", "bottom")
    )


def snapshot(page: Page) -> np.ndarray:
    """The picture that the link of the viewer leads to, without the words below it."""
    address = page.get_by_role("link", name="Picture of this view").evaluate("link => link.href")
    end = time.monotonic() + WAIT / 1000
    while True:
        answer = page.request.get(address, headers={"Accept": "image/png"})
        if answer.status != 202:
            break
        assert time.monotonic() < end
        time.sleep(0.2)
    assert answer.status == 200, answer.text()
    wide, high = map(int, re.search(r"size=(\d+),(\d+)", address).groups())
    picture = Image.open(io.BytesIO(answer.body()))
    assert picture.height > high, "the citation stands below"
    return np.asarray(picture.convert("RGB"))[:high, :wide]


def canvas(page: Page) -> np.ndarray:
    told = page.locator("[data-part=canvas]").evaluate("canvas => canvas.toDataURL()")
    return np.asarray(Image.open(io.BytesIO(b64decode(told.partition(",")[2]))).convert("RGB"))


def test_an_image_is_turned_and_flipped_with_its_letters(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=1")
    assert edges(page) == "RALP"
    turn, flip = page.get_by_role("button", name="Turn by a quarter"), page.get_by_role("button", name="Flip")
    turn.click()
    until(lambda: edges(page) == "PRAL")
    flip.click()
    expect(flip).to_have_attribute("aria-pressed", "true")
    until(lambda: edges(page) == "PLAR")
    expect(page).to_have_url(re.compile(r"#image=1&rotate=90&flip=1$"))
    stage.focus()
    for _ in range(3):
        page.keyboard.press("t")
    until(lambda: edges(page) == "LARP")
    page.get_by_role("button", name="Reset").click()
    until(lambda: edges(page) == "RALP")


def test_the_pixel_under_the_cursor_stays_the_same_when_turned(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=1&rotate=90&flip=1")
    box = stage.bounding_box()
    across = min(box["width"] / (32 * 1.6), box["height"] / 48)  # columns run upwards or downwards now
    # Flipped first: column x comes to 48 - x; then a quarter clockwise: right becomes down, down becomes left.
    x, y = 10, 4
    right = -(y + 0.5 - 16) * across * 1.6
    down = (24 - x - 0.5) * across
    page.mouse.move(box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2 + down)
    expect(page.locator("[data-part=pixel]")).to_contain_text("x 10, y 4")


@pytest.mark.parametrize(
    "fragment",
    [
        "#image=1",
        "#image=2&window=100,900&zoom=1.5&centre=20,10&rotate=90&flip=1&inverted=1",
        "#image=1&opacity=40&rotate=180",
        "#image=3&labels=0&zoom=0.5&distance=3,4.5,4.5,34.5,12.5&ellipse=3,6,3,30,21&angle=3,10,5,10,25,40,25",
    ],
)
def test_the_picture_of_a_view_shows_what_the_viewer_shows(
    open_page: Callable, site: PublicSite, fragment: str
) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], fragment)
    shown(stage, int(re.search(r"image=(\d+)", fragment)[1]))
    expect(page.get_by_role("region", name="Labels over the images")).to_contain_text("Lesion", timeout=WAIT)
    page.wait_for_timeout(500)  # a mask is fetched and drawn after its image
    drawn, seen = snapshot(page).astype(int), canvas(page).astype(int)
    assert drawn.shape == seen.shape
    assert seen.std() > 20, "there is something to be seen"
    assert np.abs(drawn - seen).mean() < 3
    assert np.quantile(np.abs(drawn - seen), 0.95) < 24


@pytest.mark.parametrize("name", ["MONOCHROME1", "palette", "YBR", "PET"])
def test_pictures_of_other_kinds_of_image_are_like_the_viewers(
    open_page: Callable, site: PublicSite, name: str
) -> None:
    page = open_page()
    view(page, site, site.known["kinds"][name]["uid"])
    drawn, seen = snapshot(page).astype(int), canvas(page).astype(int)
    assert np.abs(drawn - seen).mean() < 3


def test_a_segment_that_is_hidden_stays_hidden_in_the_address_and_in_the_picture(
    open_page: Callable, site: PublicSite
) -> None:
    page = open_page()
    view(page, site, site.known["stack"], "#image=1")
    page.get_by_role("checkbox", name="Lesion tissue, manual").uncheck(timeout=WAIT)
    expect(page).to_have_url(re.compile(rf"hide={site.known['label']},1"))
    assert len(set(snapshot(page)[5, 250])) == 1, "where the lesion was it is grey"
    again = open_page()
    again.goto(page.url)
    expect(again.get_by_role("checkbox", name="Lesion tissue, manual")).not_to_be_checked(timeout=WAIT)


def test_without_a_program_of_its_own_a_browser_gets_the_picture_by_itself(
    open_page: Callable, site: PublicSite
) -> None:
    plain_page = open_page(
        javascript=False, failing=True
    )  # Chromium's own page around an image complains of itself
    plain_page.goto(f"{site.base}/series/{site.known['stack']}/view.png?image=4&zoom=1.7")
    expect(plain_page.locator("img")).to_be_visible(timeout=WAIT)


def test_what_says_nothing_is_told(open_page: Callable, site: PublicSite) -> None:
    page = open_page(failing=True)
    ask = f"{site.base}/series/{site.known['stack']}/view.png"
    for question, words in {
        "window=1": "“window”", "preset=2": "“preset”", "image=0": "“image”", "rotate=45": "“rotate”",
        "distance=1,2": "“distance”", "zoom=nan": "“zoom”", "flip=2": "“flip”",
    }.items():  # fmt: skip
        answer = page.request.get(f"{ask}?{question}", headers={"Accept": "application/json"})
        assert answer.status == 400, question
        assert words in answer.json()["sentence"]
    deadline = time.monotonic() + WAIT / 1000
    while page.request.get(f"{ask}?image=999").status == 202:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert page.request.get(f"{ask}?image=999").status == 404


def test_the_middle_of_the_canvas_is_the_middle_of_the_picture(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["kinds"]["thirty frames"]["uid"], "#image=8")
    shown(stage, 8)
    drawn = snapshot(page)
    high, wide = drawn.shape[:2]
    assert np.abs(drawn[high // 2, wide // 2].astype(int) - colour(stage, 0.5, 0.5)).max() < 30
