"""The basket in a real browser: filled, thinned, mended and downloaded by keyboard alone."""

import hashlib
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.archives import VESALIUS, environ
from tests.journeys.public_site import PublicSite, public_site

pytestmark = pytest.mark.slow
MOST_TABS = 80


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicSite]:
    with public_site(tmp_path_factory.mktemp("public")) as one:
        yield one


def reach(page: Page, name: str) -> None:
    """Press Tab until the control of this name has the focus, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.textContent.replace(/\\s+/g, ' ')"):
            return
    raise AssertionError(f"no {name} within {MOST_TABS} tabs of {page.url}")


def press(page: Page, name: str) -> None:
    reach(page, name)
    page.keyboard.press("Enter")


def fill(page: Page, site: PublicSite) -> None:
    page.goto(f"{site.base}/search/")
    page.get_by_role("button", name="to basket").first.click()
    expect(page.locator(".notice.good")).to_contain_text("3 series added")


def test_the_basket_is_accessible_and_fits_in_every_state(
    page: Page, site: PublicSite, axe: Callable, fits: Callable, screenshot: Callable
) -> None:
    fill(page, site)
    page.goto(f"{site.base}/basket/")
    expect(page.get_by_text("Some of these series are limited")).to_be_visible()
    screenshot(page, "basket-full")
    fits(page)
    axe(page)
    page.get_by_role("button", name="Take out LIVER").click()
    expect(page.get_by_text("1 series taken out.")).to_be_visible()
    screenshot(page, "basket-undo")
    fits(page)
    axe(page)
    page.get_by_role("button", name="Empty the basket").click()
    expect(page.get_by_role("heading", name="The basket is empty")).to_be_visible()
    screenshot(page, "basket-emptied")
    fits(page)
    axe(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_choice_is_made_changed_and_downloaded_by_keyboard_alone(
    open_page: Callable, site: PublicSite, tmp_path: Path, javascript: bool
) -> None:
    page = open_page(javascript=javascript)
    page.goto(f"{site.base}/patients/Lung/LUNG-1/")
    press(page, "Add")
    page.wait_for_load_state()
    expect(page.locator(".notice.good")).to_contain_text("2 series added to the basket")
    expect(page.locator("a.basket")).to_contain_text("2 series")
    press(page, "Basket:")
    page.wait_for_url("**/basket/")
    press(page, "Take out LIVER")
    expect(page.get_by_text("1 series taken out.")).to_be_visible()
    press(page, "Put it back")
    expect(page.locator(".notice.good")).to_contain_text("1 series put back")
    press(page, "Take out LIVER")
    expect(page.get_by_text("1 series taken out.")).to_be_visible()
    with page.expect_download() as download:
        press(page, "Download one ZIP")
    with zipfile.ZipFile(download.value.path()) as files:
        sent = [hashlib.sha256(files.read(n)).hexdigest() for n in files.namelist() if n.endswith(".dcm")]
    assert sent == site.known["blobs"]
    with page.expect_download() as download:
        press(page, "Download manifest")
    manifest = tmp_path / "basket.tcia"
    download.value.save_as(manifest)
    done = subprocess.run(
        [*VESALIUS, "get", manifest, "--to", tmp_path / "out"],
        capture_output=True, text=True, timeout=60, check=False, env=environ(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    files = sorted((tmp_path / "out" / "Lung").rglob("*.dcm"))
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in files] == site.known["blobs"]
