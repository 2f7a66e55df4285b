"""Series of one subject side by side, linked by place in the body where their files tell it."""

import io
import re
from base64 import b64decode
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from tests.journeys.public_site import PublicSite
from tests.journeys.viewing.stage import WAIT, shown, spot

pytestmark = pytest.mark.slow
PATIENT = "/patients/Kinds/KIND-2/compare/"


def beside(page: Page, site: PublicSite, *which: int, fragment: str = "") -> list[Locator]:
    """Open the scans of these numbers; their stages, once each shows an image."""
    asked = "&".join(f"series={site.known['over_time'][one]}" for one in which)
    page.goto(f"{site.base}{PATIENT}?{asked}{fragment}")
    stages = [page.locator("[data-part=stage]").nth(at) for at in range(len(which))]
    for stage in stages:
        expect(stage).to_have_attribute("data-shown", re.compile(r"\d+"), timeout=WAIT)
    return stages


def test_series_of_one_space_scroll_by_place(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    base, again = beside(page, site, 0, 1)
    expect(page.get_by_text("They lie in one frame of reference")).to_be_visible()
    base.focus()
    page.keyboard.press("Home")
    shown(again, 1)
    for key, (here, there) in {"End": (12, 6), "PageUp": (2, 1), "ArrowDown": (3, 2)}.items():
        page.keyboard.press(key)
        shown(base, here)
        if here != 2:  # as near to the one as to the other
            shown(again, there)
    again.focus()
    page.keyboard.press("End")
    shown(base, 11)


def test_series_of_different_spaces_scroll_by_share_or_step_by_step(
    open_page: Callable, site: PublicSite
) -> None:
    page = open_page()
    base, later = beside(page, site, 0, 2)
    expect(page.get_by_text("Their frames of reference differ")).to_be_visible()
    base.focus()
    page.keyboard.press("End")
    shown(later, 23)
    page.keyboard.press("Home")
    shown(later, 1)
    page.get_by_label("Scroll together").select_option(label="each alone")
    later.focus()
    page.keyboard.press("PageDown")
    shown(later, 11)
    shown(base, 1)
    page.get_by_label("Scroll together").select_option(label="step by step")
    base.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    shown(base, 3)
    shown(later, 13)


def test_window_zoom_and_turn_are_the_same_until_unlinked(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    base, again = beside(page, site, 0, 1)
    windows = page.locator("[data-part=window]")
    base.focus()
    for key in ("2", "t", "+"):
        page.keyboard.press(key)
    expect(windows.nth(1)).to_have_text("C −600 W 1500")
    expect(page).to_have_url(
        re.compile(r"#image=\d+&preset=2?1?.*zoom=1\.25.*rotate=90/image=\d+.*zoom=1\.25.*rotate=90")
    )
    page.get_by_label("Same window").uncheck()
    base.focus()
    page.keyboard.press("3")
    expect(windows.nth(0)).to_have_text("C 300 W 1500")
    expect(windows.nth(1)).to_have_text("C −600 W 1500")
    assert again.is_visible()


def test_the_address_brings_back_all_views(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    base, later = beside(
        page, site, 0, 2, fragment="#image=4&window=40,400/image=9&distance=9,0,0,10,0&rotate=90"
    )
    shown(base, 4)
    shown(later, 9)
    expect(page.locator("[data-found]")).to_have_count(1)
    later.focus()
    page.keyboard.press("m")
    expect(page).to_have_url(re.compile(r"#image=4&window=40,400/image=9&distance=9,0,0,10,0&rotate=90$"))


def test_pointing_at_a_place_marks_it_in_the_other_series(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    base, again = beside(page, site, 0, 1)

    def accents() -> int:
        """Pixels of the crosshair's colour."""
        told = again.locator("canvas").evaluate("canvas => canvas.toDataURL()")
        picture = np.asarray(Image.open(io.BytesIO(b64decode(told.partition(",")[2]))).convert("RGB")).astype(
            int
        )
        return int((picture[..., 2] - picture[..., 0] > 60).sum())

    assert accents() == 0
    base.scroll_into_view_if_needed()
    page.mouse.move(*spot(base, 48, 32, 1.6, 10, 8))
    page.wait_for_timeout(300)
    assert accents() > 5


def test_series_are_chosen_by_time_without_javascript(plain_page: Page, site: PublicSite) -> None:
    plain_page.goto(site.base + PATIENT)
    expect(plain_page.get_by_role("img", name="The studies by time")).to_contain_text("+365 d")
    for name in ("BASE", "LATER"):
        plain_page.get_by_role("checkbox", name=re.compile(name)).check()
    plain_page.get_by_role("button", name="Show side by side").click()
    expect(plain_page.locator("figure.cover img")).to_have_count(2)
    expect(plain_page.get_by_role("heading", name=re.compile("BASE .*first study"))).to_be_visible()
    expect(plain_page.get_by_role("heading", name=re.compile("LATER .*365 days later"))).to_be_visible()


def test_a_series_of_somebody_else_is_not_compared(open_page: Callable, site: PublicSite) -> None:
    page = open_page(failing=True)
    answer = page.goto(f"{site.base}{PATIENT}?series={site.known['stack']}")
    assert answer.status == 404


def test_comparing_is_accessible_and_fits_every_screen(
    page: Page, site: PublicSite, axe: Callable, fits: Callable, screenshot: Callable
) -> None:
    beside(page, site, 0, 1, 2, fragment="#image=4&distance=4,1,1,20,20/image=2/image=9")
    expect(page.locator("[data-found]")).to_have_count(1, timeout=WAIT)
    page.get_by_text("Controls", exact=True).first.click()
    screenshot(page, "viewer-beside")
    fits(page)
    axe(page)
    page.set_viewport_size({"width": 320, "height": 640})
    fits(page)
