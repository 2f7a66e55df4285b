"""Lists, saved searches and series held elsewhere in a real browser: accessible, within the screen, and by keyboard."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.public_site import PublicSite, public_site

pytestmark = pytest.mark.slow
NARROW = {"width": 320, "height": 640}
PLACES = {
    "searches": "/searches/", "searches-new": "/searches/{all_ct}/new/", "lists": "/lists/", "list": "/lists/reading/",
    "list-new": "/lists/new/", "list-of-current": "/lists/new/?from=list&list=reading",
    "list-change": "/lists/reading/change/", "list-private": "/lists/pilot/change/", "series-elsewhere": "/series/{away}/",
    "search-elsewhere": "/search/?collection=Commons", "basket-elsewhere": "/basket/",
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicSite]:
    with public_site(tmp_path_factory.mktemp("kept"), "kept_archive.py") as served:
        yield served


def sign_in(page: Page, site: PublicSite) -> None:
    page.goto(f"{site.base}/account/login/")
    page.get_by_label("Name").fill("collaborator")
    page.get_by_label("Password").fill(site.known["password"])
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("name", PLACES)
def test_every_page_is_accessible_and_fits(
    page: Page, site: PublicSite, axe: Callable, fits: Callable, screenshot: Callable, name: str
) -> None:
    sign_in(page, site)
    page.goto(f"{site.base}/searches/")
    number = page.get_by_role("link", name="All CT", exact=True).get_attribute("href").split("/")[2]
    if name == "basket-elsewhere":
        page.goto(f"{site.base}/search/")
        page.get_by_role("button", name="to basket").first.click()
    page.goto(site.base + PLACES[name].format(all_ct=number, away=site.known["away"]))
    for one in page.locator("main details > summary").all():
        if one.is_visible() and not one.evaluate("one => one.parentElement.open"):
            one.click()
    screenshot(page, f"kept-{name}")
    axe(page)
    fits(page)
    page.set_viewport_size(NARROW)
    fits(page)


def test_a_deleted_list_says_so(open_page: Callable, site: PublicSite, axe: Callable) -> None:
    page = open_page(failing=True)
    sign_in(page, site)
    page.goto(f"{site.base}/lists/new/")
    page.get_by_label("Identifiers").fill("LUNG-1")
    page.get_by_label("Title").fill("Soon gone")
    page.get_by_label("Name in the address").fill("soon-gone")
    page.get_by_role("button", name="Make the list").click()
    page.get_by_role("link", name="Change this list").click()
    page.get_by_role("button", name="Delete this list for good").click()
    answer = page.goto(f"{site.base}/lists/soon-gone/")
    assert answer.status == 410
    expect(page.get_by_role("heading", name="This list is deleted")).to_be_visible()
    axe(page)


def test_without_an_account_the_tab_alone_remembers_what_was_asked(
    open_page: Callable, site: PublicSite, axe: Callable
) -> None:
    page = open_page()
    for address in ("/search/?modality=CT", "/search/?body_part=CHEST", "/search/?modality=CT"):
        page.goto(site.base + address)
    assert not [one for one in page.context.cookies() if not one["name"].endswith("_csrf")]
    page.get_by_role("link", name="Your searches").click()
    links = page.locator("[data-searches] a")
    expect(links).to_have_count(2)
    expect(links.first).to_have_attribute("href", "/search/?modality=CT")
    axe(page)
    page.get_by_role("button", name="Forget these").press("Enter")
    expect(links).to_have_count(0)
    expect(page.get_by_text("this site remembers none of your searches")).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{site.base}/searches/")
    expect(other.locator("[data-searches] a")).to_have_count(0)


def test_a_list_is_read_and_fetched_without_javascript(plain_page: Page, site: PublicSite) -> None:
    page = plain_page
    page.goto(f"{site.base}/lists/")
    page.get_by_role("link", name="Scans of the reading study").click()
    expect(page.get_by_text("1 series was replaced in version 2 of Lung")).to_be_visible()
    page.locator("summary", has_text="Manifests for programs").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="aria2").click()
    text = download.value.path().read_text()
    assert f"/series/{site.known['series']}/download/?version=1\n" in text
    assert f"# {site.known['away']}" in text
