"""The staff site in a real browser, on a real server process, over the first demonstration set."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from vesalius.demo.content import limited_ct, planted
from vesalius.demo.writing import HospitalFile
from vesalius.web.ready import wait_until_ready

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("staff-pages")]
PASSWORD = "correct horse battery"
PEOPLE = {
    "curator": ("curator", "phi-reviewer"),
    "releaser": ("releaser",),
    "administrator": ("administrator",),
}


@dataclass(frozen=True)
class Site:
    """A staff site that is running."""

    address: str
    environ: dict[str, str]

    def vesalius(self, *words: str) -> str:
        """Run a command of the archive; its output."""
        command = [sys.executable, "-m", "vesalius.cli.main", *words]
        done = subprocess.run(command, env=self.environ, check=True, capture_output=True, text=True)
        return done.stdout

    def sign_in(self, page: Page, name: str) -> None:
        page.goto(f"{self.address}/account/login/")
        page.get_by_label("Account name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One delivery in review and one released collection, as a hospital and its curators left them."""
    place = tmp_path_factory.mktemp("staff-site")
    port = _free_port()
    environ = {
        **os.environ, "VESALIUS_DATA": str(place / "data"), "VESALIUS_SIDE": "staff", "VESALIUS_STAFF_PORT": str(port),
        "VESALIUS_STAFF_URL": f"http://127.0.0.1:{port}", "VESALIUS_SYNTHETIC": "true",
    }  # fmt: skip
    site = Site(f"http://127.0.0.1:{port}", environ)
    run = [sys.executable, "-m", "vesalius.web.process", "staff"]
    subprocess.run([*run, "prepare"], env=environ, check=True)
    for name, roles in PEOPLE.items():
        flags = [word for role in roles for word in ("--role", role)]
        site.vesalius("user", "create", name, "--site", "staff", *flags, "--password", PASSWORD)
    for name, files in (
        ("Vesalius-Limited-CT", limited_ct.files(1)),
        ("Vesalius-Chest-CT", chain(planted.files(0), planted.files(1))),
    ):
        site.vesalius("collection", "create", name, "--title", name, "--summary", "A demonstration.")
        send = ("--collection", name, "--site", "Havndal", "--origin", "identifiable", "--yes", "--work")
        site.vesalius("submit", str(_written(place / name, files)), *send)
    with (
        subprocess.Popen([*run, "site"], env=environ) as web,
        subprocess.Popen([*run, "work"], env=environ) as work,
    ):
        wait_until_ready("127.0.0.1", port)
        yield site
        for process in (web, work):
            process.terminate()


def _written(folder: Path, files: Iterable[HospitalFile]) -> Path:
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


PAGES = {
    "inbox": "/",
    "submissions": "/submissions/",
    "submission": "/submissions/2/",
    "files": "/submissions/2/files/",
    "quarantined": "/submissions/2/files/?part=quarantined",
    "holdings": "/releases/",
    "holding": "/releases/Vesalius-Limited-CT/",
    "recipe": "/releases/Vesalius-Limited-CT/recipe/",
    "purges": "/purges/",
    "jobs": "/jobs/",
    "audit": "/audit/",
    "people": "/people/",
    "person": "/people/staff/curator/",
    "new-dataset": "/holdings/new/",
    "help": "/help/?about=series",
    "guide": "/help/guides/curator/",
}
ONLY_ADMINISTRATORS = {"people", "person", "new-dataset"}


@pytest.mark.parametrize("person", ["curator", "administrator"])
def test_every_page_is_accessible_and_fits_the_screen(
    page: Page, site: Site, person: str, axe: Callable, fits: Callable, screenshot: Callable
) -> None:
    site.sign_in(page, person)
    for name, address in PAGES.items():
        if (name in ONLY_ADMINISTRATORS) == (person == "administrator"):
            page.goto(site.address + address)
            screenshot(page, f"staff-{name}")
            fits(page)
            axe(page)


def test_the_sign_in_page_is_accessible(
    page: Page, site: Site, axe: Callable, fits: Callable, screenshot: Callable
) -> None:
    page.goto(f"{site.address}/")
    expect(page).to_have_url(re.compile("/account/login/"))
    screenshot(page, "staff-login")
    fits(page)
    axe(page)


def _first_series(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/submissions/2/")
    page.locator("#sheet .film").first.click()
    expect(page.get_by_role("heading", name="Verdict")).to_be_visible()


def test_the_review_screen_is_accessible(
    page: Page, site: Site, axe: Callable, fits: Callable, screenshot: Callable
) -> None:
    site.sign_in(page, "curator")
    _first_series(page, site)
    screenshot(page, "staff-series")
    fits(page)
    axe(page)
    page.get_by_role("link", name="Header of the cleaned file").click()
    screenshot(page, "staff-header")
    fits(page)
    axe(page)


def test_what_may_carry_text_is_shown_large_and_waits_for_the_word(
    page: Page, site: Site, axe: Callable, screenshot: Callable
) -> None:
    site.sign_in(page, "curator")
    page.goto(f"{site.address}/submissions/2/?step=in-review")
    page.locator("#sheet .film", has_text="OT").click()
    expect(page.get_by_label("I looked at every image for text")).to_be_visible()
    assert (
        page.locator(".frames img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1024
    )
    screenshot(page, "staff-series-text")
    axe(page)
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Accept this series")).to_be_visible()


def test_values_before_are_shown_at_a_persons_word(
    page: Page, site: Site, axe: Callable, screenshot: Callable
) -> None:
    site.sign_in(page, "curator")
    _first_series(page, site)
    page.get_by_role("button", name="Show the values before").click()
    expect(page.get_by_role("columnheader", name="Before")).to_be_visible()
    screenshot(page, "staff-values")
    axe(page)


def test_a_series_is_judged_by_keys(open_page: Callable, site: Site) -> None:
    page = open_page()
    site.sign_in(page, "curator")
    _first_series(page, site)
    first = page.url
    page.keyboard.press("j")
    expect(page).not_to_have_url(first)
    page.keyboard.press("k")
    expect(page).to_have_url(first)
    page.keyboard.press("x")
    expect(page.get_by_label("Reason to exclude it")).to_be_focused()
    page.keyboard.type("an axa ju")  # letters of keys are letters here
    page.keyboard.press("Enter")
    expect(page.get_by_text("Excluded. Here is the next series in review.")).to_be_visible()
    page.goto(first)
    expect(page.get_by_text("Excluded by curator")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("The verdict is taken back")).to_be_visible()
    page.get_by_role("button", name="Turn keys off").click()
    page.keyboard.press("j")
    expect(page).to_have_url(first)


def test_keys_pressed_inside_help_judge_nothing(open_page: Callable, site: Site, axe: Callable) -> None:
    page = open_page()
    site.sign_in(page, "curator")
    _first_series(page, site)
    first = page.url
    page.keyboard.press("?")
    told = page.get_by_role("dialog", name="Review of a series")
    expect(told).to_contain_text("accepts the series")
    axe(page)
    told.get_by_text("Both can be undone until the release").click()
    for key in "axujk":
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    expect(told).to_be_hidden()
    expect(page).to_have_url(first)
    expect(page.get_by_role("button", name="Accept this series")).to_be_visible()
    page.keyboard.press("j")
    expect(page).not_to_have_url(first)


def test_from_review_to_release_without_javascript(
    open_page: Callable, plain_page: Page, site: Site, axe: Callable, screenshot: Callable
) -> None:
    page = plain_page
    site.sign_in(page, "curator")
    page.goto(f"{site.address}/submissions/1/")
    page.locator("#sheet .film").first.click()
    page.get_by_role("button", name="Accept this series").click()
    expect(page.get_by_text("No other series of this submission is in review")).to_be_visible()
    page.context.clear_cookies()
    site.sign_in(page, "releaser")
    page.goto(f"{site.address}/releases/Vesalius-Limited-CT/")
    page.get_by_role("button", name="Plan the next version").click()
    expect(page.get_by_role("heading", name="Version 1 of Vesalius-Limited-CT")).to_be_visible()
    plan = page.url
    watching = open_page()
    site.sign_in(watching, "releaser")
    watching.goto(plan)
    screenshot(watching, "staff-plan-draft")
    axe(watching)
    page.get_by_role("button", name="Confirm version 1").click()
    for _ in range(60):
        page.goto(plan)
        if page.get_by_role("button", name="Release version 1 of Vesalius-Limited-CT").is_visible():
            break
        page.wait_for_timeout(500)
    page.get_by_role("button", name="Release version 1 of Vesalius-Limited-CT").click()
    expect(page.get_by_text("Version 1 of Vesalius-Limited-CT is published.")).to_be_visible()
    watching.goto(f"{site.address}/releases/Vesalius-Limited-CT/")
    screenshot(watching, "staff-holding-published")
    axe(watching)
    page.goto(f"{site.address}/releases/Vesalius-Limited-CT/")
    page.get_by_role("link", name=re.compile("^Withdraw the CT")).click()
    page.get_by_label("Why, for the reader").fill("wrong side marked")
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("nothing of it was destroyed")).to_be_visible()
    watching.reload()
    screenshot(watching, "staff-holding-withdrawn")
    axe(watching)
