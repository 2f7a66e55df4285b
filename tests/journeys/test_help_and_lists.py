"""The public site by keyboard alone: lists, help about the open page, themes; and no page is heavy."""

import gzip
import re
import urllib.request
from collections.abc import Callable, Iterator
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.public_site import PublicSite, public_site

pytestmark = pytest.mark.slow
MOST = 60_000  # bytes of HTML, and of JavaScript, as a browser receives them compressed
MODULE = re.compile(r'<script type="module" src="([^"]+)"')
INSIDE = re.compile(r"""(?:from|import)\s*\(?["'](/static/[^"']+)["']""")
OF_VIEWERS = "/static/viewer/"
FOCUSED = "document.activeElement"
SAID = f"""{FOCUSED}.matches("a, button, input, select, summary")
  ? ({FOCUSED}.labels?.[0] ?? {FOCUSED}).textContent.trim() || {FOCUSED}.ariaLabel : "" """


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicSite]:
    with public_site(tmp_path_factory.mktemp("public")) as served:
        yield served


def tab_to(page: Page, words: str, *, most: int = 60) -> None:
    """Press Tab until the focus is on the link, button or field with these words."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if words in page.evaluate(SAID):
            return
    pytest.fail(f"no Tab leads to {words!r}")


def test_a_list_is_searched_filtered_and_sorted_by_keyboard_alone(
    open_page: Callable[..., Page], site: PublicSite, axe: Callable[[Page], None]
) -> None:
    page = open_page()
    page.goto(f"{site.base}/")
    tab_to(page, "Collections")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.base}/collections/")
    expect(page.locator("tbody tr")).to_have_count(2)
    tab_to(page, "Words")
    page.keyboard.type("limited")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    tab_to(page, "limited")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.base}/collections/")
    tab_to(page, "Images")
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Images")
    expect(page.locator("tbody tr").first).to_contain_text("Lung CT")
    tab_to(page, "Limited access")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.base}/collections/?access=Limited+access&sort=-images")
    expect(page.locator("tbody tr")).to_have_count(1)
    axe(page)
    tab_to(page, "Brain MR, limited")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.base}/collections/Brain/")


def test_the_question_mark_opens_help_about_this_page_and_escape_closes_it(
    page: Page,
    site: PublicSite,
    axe: Callable[[Page], None],
    screenshot: Callable,
    fits: Callable[[Page], None],
) -> None:
    page.goto(f"{site.base}/search/")
    page.locator(".drawer > summary, .views a").last.focus()
    before = page.evaluate(f"{FOCUSED}.outerHTML")
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Search")
    expect(help_).to_be_visible()
    expect(help_).to_contain_text("What you asked stands above the answer")
    assert page.evaluate(f"{FOCUSED}.closest('dialog') !== null"), "the focus is inside"
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(f"{FOCUSED} === document.body || {FOCUSED}.closest('dialog') !== null")
    axe(page)
    fits(page)
    screenshot(page, "public-help-dialog")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    assert page.evaluate(f"{FOCUSED}.outerHTML") == before, "the focus is back where it was"
    page.keyboard.press("?")
    expect(help_).to_be_visible()
    help_.get_by_role("button", name="Close").press("Enter")
    expect(help_).to_be_hidden()


def test_a_question_mark_in_a_field_is_a_question_mark(
    open_page: Callable[..., Page], site: PublicSite
) -> None:
    page = open_page()
    page.goto(f"{site.base}/collections/")
    page.get_by_label("Words").focus()
    page.keyboard.press("?")
    expect(page.get_by_label("Words")).to_have_value("?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_help_key_can_be_turned_off_and_on_again(
    open_page: Callable[..., Page], site: PublicSite
) -> None:
    page = open_page()
    page.goto(f"{site.base}/collections/")
    page.keyboard.press("?")
    page.get_by_role("button", name="Turn the ? key off").press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.goto(f"{site.base}/help/")
    page.get_by_role("button", name="Turn the ? key on").press("Enter")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Help", exact=True).last).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_help_and_themes_work_without_javascript(plain_page: Page, site: PublicSite) -> None:
    page = plain_page
    page.goto(f"{site.base}/collections/Lung/")
    page.locator("a[data-help]").click()
    expect(page.get_by_role("heading", name="The page of a dataset")).to_be_visible()
    page.get_by_role("button", name="Dark").click()
    expect(page).to_have_url(f"{site.base}/help/?about=dataset")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_chosen_theme_is_there_at_once_and_stays(open_page: Callable[..., Page], site: PublicSite) -> None:
    page = open_page("desk-light")
    page.goto(f"{site.base}/")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Dark").press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate(background)
    assert dark != light
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    answer = page.goto(f"{site.base}/search/")
    assert 'data-theme="dark"' in answer.text(), "the server draws it: nothing flashes"
    assert page.evaluate(background) == dark
    page.get_by_role("button", name="As the device").press("Enter")
    page.goto(f"{site.base}/")
    assert page.evaluate(background) == light


def test_the_list_is_cards_on_a_phone_and_works_without_javascript(
    open_page: Callable[..., Page], site: PublicSite, fits: Callable[[Page], None]
) -> None:
    page = open_page("phone-light", javascript=False)
    page.goto(f"{site.base}/collections/")
    fits(page)
    page.locator(".drawer > summary").click()
    page.get_by_role("navigation", name="Filters").get_by_role("link", name="Limited access").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Order").select_option("Most images")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(f"{site.base}/collections/?access=Limited+access&q=&sort=-images")


def test_help_guides_and_statements_are_accessible_and_fit(
    page: Page,
    site: PublicSite,
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    screenshot: Callable,
) -> None:
    places = ["?about=series", "usage/", "privacy/", "accessibility/"]
    places += [f"guides/{name}/" for name in ("public", "researcher", "submitter", "curator", "operator")]
    for place in places:
        page.goto(f"{site.base}/help/{place}")
        screenshot(page, f"public-help-{re.sub('[^a-z]+', '-', place).strip('-')}")
        fits(page)
        axe(page)
    for address in (
        "/collections/?modality=PT",
        "/analysis-results/",
        "/collections/?modality=CT&sort=-images&q=lung",
    ):
        page.goto(site.base + address)
        fits(page)
        axe(page)


def test_no_page_is_heavy(site: PublicSite) -> None:
    more = {name: f"/help/{name}/" for name in ("usage", "privacy", "accessibility", "guides/operator")}
    heavy, scripts = [], 0
    for name, address in (site.addresses() | more).items():
        html = received(site.base + address)
        if len(gzip.compress(html)) > MOST:
            heavy.append((name, "HTML", len(gzip.compress(html))))
        modules = all_modules(site.base, html.decode())
        scripts += len(modules)
        size = sum(len(gzip.compress(one)) for address, one in modules.items() if OF_VIEWERS not in address)
        if size > MOST:
            heavy.append((name, "JavaScript", size))
    assert heavy == []
    assert scripts, "the modules were found"


def received(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def all_modules(base: str, html: str) -> dict[str, bytes]:
    """Every module that a page loads, with those that they import."""
    found: dict[str, bytes] = {}
    waiting = MODULE.findall(html)
    while waiting:
        address = urljoin(base, waiting.pop())
        if address not in found:
            found[address] = received(address)
            waiting += INSIDE.findall(found[address].decode())
    return found
