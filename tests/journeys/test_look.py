"""Every part of the look on one page, under the product's content security policy, in a real browser."""

import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sink() -> Iterator[str]:
    """The address of a server of the kitchen sink."""
    program = Path(__file__).with_name("kitchen_sink.py")
    with subprocess.Popen(
        [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        server.stdin.close()


@pytest.mark.parametrize("site", ["", "staff"])
def test_every_part_is_accessible_and_fits_the_screen(
    page: Page, sink: str, site: str, axe: Callable, fits: Callable, screenshot: Callable
) -> None:
    page.goto(f"{sink}/{site}")
    screenshot(page, f"sink-{site or 'public'}")
    fits(page)
    axe(page)


def test_what_was_just_done_is_said_above_the_page(open_page: Callable, sink: str) -> None:
    page = open_page()
    page.goto(sink)
    expect(page.locator(".notice.good").first).to_have_text("12 series added to the basket")


def test_icons_are_drawn_from_the_sprite(open_page: Callable, sink: str) -> None:
    page = open_page()
    with page.expect_response(re.compile(r"/static/vendor/icons\.[0-9a-f]{8}\.svg$")) as sprite:
        page.goto(sink)
    assert sprite.value.ok
    box = page.locator(".badge.good use").bounding_box()
    assert box is not None
    assert box["width"] > 5, "the icon has a drawing"


def test_titles_are_set_in_the_vendored_serif(open_page: Callable, sink: str) -> None:
    page = open_page()
    page.goto(sink)
    assert (
        page.evaluate(
            "document.fonts.ready.then(() => [...document.fonts].filter(f => f.status == 'loaded').length)"
        )
        == 2
    )


def test_without_javascript_menus_and_filters_open_and_no_copy_button_shows(
    open_page: Callable, sink: str
) -> None:
    page = open_page("phone-light", javascript=False)
    page.goto(sink)
    expect(page.get_by_role("button", name="Copy DOI")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    page.locator(".menu > summary").click()
    expect(
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Collections")
    ).to_be_visible()
    page.locator(".menu > summary").click()
    page.locator(".drawer > summary").click()
    expect(
        page.get_by_role("navigation", name="Filters").get_by_role("link", name=re.compile("^CT"))
    ).to_be_visible()


def test_open_menus_are_accessible(
    open_page: Callable, sink: str, axe: Callable, screenshot: Callable
) -> None:
    for look, summaries in {
        "phone-dark": [".menu", ".account", ".drawer"],
        "desk-light": [".account"],
    }.items():
        page = open_page(look)
        page.goto(sink)
        for summary in summaries:
            page.locator(f"{summary} > summary").click()
        axe(page)
        screenshot(page, f"sink-open-{look}")


def test_a_copy_button_copies_and_says_so(open_page: Callable, sink: str) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(sink)
    page.get_by_role("button", name="Copy DOI").click()
    expect(page.get_by_role("status").first).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "10.5072/vesalius.chest-ct-demo"


def test_the_first_key_of_a_keyboard_skips_to_the_content(open_page: Callable, sink: str) -> None:
    page = open_page()
    page.goto(sink)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_static_file_is_kept_for_a_year_and_answers_304(sink: str) -> None:
    with urllib.request.urlopen(sink) as answer:
        address = re.search(r"/static/site\.[0-9a-f]{8}\.css", answer.read().decode())[0]
    with urllib.request.urlopen(sink + address) as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        etag = answer.headers["ETag"]
    again = urllib.request.Request(sink + address, headers={"If-None-Match": etag})
    with pytest.raises(urllib.error.HTTPError) as kept:
        urllib.request.urlopen(again)
    assert kept.value.code == 304
    kept.value.close()


@pytest.mark.parametrize(
    "path", ["site.css", "site.00000000.css", "vendor/README.md", "../assets.py", "%2e%2e/assets.py", ""]
)
def test_what_is_not_an_indexed_static_file_is_not_found(sink: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(f"{sink}/static/{path}")
    assert missing.value.code == 404
    missing.value.close()
