"""A reader's way through the public site, in a real browser, against a real public process."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.public_site import PublicSite, public_site

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicSite]:
    with public_site(tmp_path_factory.mktemp("public")) as served:
        yield served


def test_every_page_is_accessible_and_fits_the_screen(
    page: Page, site: PublicSite, axe: Callable, fits: Callable, screenshot: Callable
) -> None:
    for name, address in site.addresses().items():
        page.goto(site.base + address)
        screenshot(page, f"public-{name}")
        fits(page)
        axe(page)


def test_from_words_to_a_manifest_without_javascript(plain_page: Page, site: PublicSite) -> None:
    page = plain_page
    page.goto(site.base)
    page.get_by_role("search", name="Search the collections").get_by_role("searchbox").fill("CT lung chest")
    page.keyboard.press("Enter")
    expect(page.locator(".chip:not(.clear)")).to_have_count(3)
    expect(page.locator(".cohort")).to_contain_text("1 subject · 1 study · 1 series")
    page.get_by_role("link", name="THIN LUNG").click()
    page.get_by_role("button", name="Add to basket").click()
    expect(page.locator(".notice.good")).to_contain_text("1 series added to the basket")
    page.locator("a.basket").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download manifest of 1 series").click()
    lines = Path(download.value.path()).read_text().split("\n")
    assert lines[0] == f"downloadServerUrl={site.base}/nbia-download/servlet/DownloadServlet"
    assert lines[6:] == [site.known["series"], ""]
    page.get_by_role("button", name="Take out Lung").click()
    expect(page.get_by_role("heading", name="The basket is empty")).to_be_visible()


@pytest.mark.parametrize(("query", "blobs"), [("", "blobs"), ("?version=1", "old_blobs")])
def test_a_downloaded_zip_holds_the_bytes_of_its_version(
    open_page: Callable, site: PublicSite, query: str, blobs: str
) -> None:
    page = open_page()
    page.goto(f"{site.base}/series/{site.known['series']}/{query}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download ZIP").click()
    with zipfile.ZipFile(download.value.path()) as files:
        names = files.namelist()
        assert names[0] == "LICENSE"
        assert [hashlib.sha256(files.read(name)).hexdigest() for name in names[1:]] == site.known[blobs]


def test_filters_narrow_an_answer_and_chips_take_them_back(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    page.goto(f"{site.base}/search/")
    page.get_by_role("navigation", name="Filters").get_by_role("link", name="Abdomen").click()
    expect(page).to_have_url(f"{site.base}/search/?body_part=ABDOMEN")
    expect(page.locator(".found > li")).to_have_count(1)
    page.get_by_role("link", name="Remove Body part").click()
    expect(page.locator(".found > li")).to_have_count(3)


def test_the_drawer_of_filters_opens_on_a_phone_without_javascript(
    open_page: Callable, site: PublicSite
) -> None:
    page = open_page("phone-light", javascript=False)
    page.goto(f"{site.base}/search/")
    filters = page.get_by_role("navigation", name="Filters")
    expect(filters).to_be_hidden()
    page.locator(".drawer > summary").click()
    filters.get_by_role("link", name="Lung").click()
    expect(page).to_have_url(f"{site.base}/search/?collection=Lung")


def test_limited_images_are_seen_and_fetched_after_signing_in(
    open_page: Callable, site: PublicSite, axe: Callable
) -> None:
    page = open_page()
    page.goto(f"{site.base}/series/{site.known['limited']}/")
    expect(page.get_by_role("link", name="Download ZIP")).to_have_count(0)
    expect(page.get_by_role("group", name="Viewer")).to_have_count(0)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Name").fill("collaborator")
    page.get_by_label("Password").fill(site.known["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".account > summary")).to_contain_text("collaborator")
    page.goto(f"{site.base}/series/{site.known['limited']}/")
    expect(page.get_by_role("group", name="Viewer")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download ZIP").click()
    with zipfile.ZipFile(download.value.path()) as files:
        assert len(files.namelist()) == 5
    page.goto(f"{site.base}/account/")
    axe(page)
    page.get_by_label("Name").fill("laboratory")
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator(".secret")).to_contain_text("vsl_")
    axe(page)
    page.get_by_role("button", name="Revoke laboratory").click()
    expect(page.get_by_role("heading", name="No tokens")).to_be_visible()


def test_the_filter_of_the_header_is_an_enhancement(
    open_page: Callable, plain_page: Page, site: PublicSite
) -> None:
    address = f"{site.base}/series/{site.known['series']}/header/?instance=2"
    plain_page.goto(address)
    expect(plain_page.locator("#filter")).to_be_visible()
    page = open_page()
    page.goto(address)
    page.locator("#filter").fill("transfer syntax")
    expect(page.locator(".header-rows tr:visible")).to_have_count(1)
    page.get_by_label("Image", exact=True).fill("12")
    page.get_by_role("button", name="Show its header").click()
    expect(page.locator(".lede")).to_contain_text("image 12 of 12")


def test_a_wrong_password_is_said_without_telling_which_part_was_wrong(
    open_page: Callable, site: PublicSite, axe: Callable
) -> None:
    page = open_page()
    page.goto(f"{site.base}/account/login/")
    page.get_by_label("Name").fill("collaborator")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("The name or the password is not right")).to_be_visible()
    axe(page)


def test_what_is_not_there_is_said_on_a_page(open_page: Callable, site: PublicSite, axe: Callable) -> None:
    page = open_page(failing=True)
    assert page.goto(f"{site.base}/series/1.2.3/").status == 404
    expect(page.get_by_text("There is no such series.")).to_be_visible()
    axe(page)
