"""A real browser for tests of pages: Debian's Chromium, two widths, light and dark, with and without JavaScript."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SCREENS = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
LOOKS = [
    "desk-light",
    "phone-dark",
]  # each screen and each theme once: the other two pairs add time, not findings
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
PICTURES = Path(__file__).parents[2] / "build" / "screens"

ALL_IMAGES = (
    "Promise.all([...document.images].map(image => { image.loading = 'eager'; return image.decode(); }))"
)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages; `look` is one of LOOKS. What a page complains of on its console fails the test.

    A browser reports each answer of 400 and above there too: a test that wants one says `failing=True`.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(f"{message.text} ({message.location.get('url')})")

    def open_one(look: str = "desk-light", *, javascript: bool = True, failing: bool = False) -> Page:
        screen, theme = look.split("-")
        context = browser.new_context(
            viewport=SCREENS[screen],
            color_scheme=theme,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            has_touch=screen == "phone",
        )
        contexts.append(context)
        page = context.new_page()
        if not failing:
            page.on("console", heard)
            page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints, "the browser complained:\n" + "\n".join(complaints)


@pytest.fixture(params=LOOKS)
def page(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    """A page in each look."""
    return open_page(request.param)


@pytest.fixture
def plain_page(open_page: OpenPage) -> Page:
    """A page of a browser without JavaScript."""
    return open_page(javascript=False)


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Asserts that a page breaks no rule of WCAG 2.0 to 2.2, levels A and AA, that a program can check."""

    def check(page: Page) -> None:
        page.evaluate(AXE)
        report = page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
            AXE_TAGS,
        )
        assert report["passes"], "axe found nothing to check"
        broken = [
            f"{rule['id']}: {rule['help']}\n    {node['html'][:200]}\n    {node['failureSummary']}"
            for rule in report["violations"]
            for node in rule["nodes"]
        ]
        assert not broken, f"{page.url} is not accessible:\n" + "\n".join(broken)

    return check


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """Asserts that a page does not scroll sideways."""

    def check(page: Page) -> None:
        wide, seen = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= seen, f"{page.url} is {wide} px wide on a screen of {seen} px"

    return check


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Page, str], Path]:
    """A broken image fails; with VESALIUS_SCREENS set, keeps a picture of the whole page under build/screens."""

    def take(page: Page, name: str) -> Path:
        look = getattr(request.node, "callspec", None)
        suffix = f"-{look.params['page']}" if look and "page" in look.params else ""
        path = PICTURES / f"{name}{suffix}.png"
        page.evaluate(ALL_IMAGES)
        if "VESALIUS_SCREENS" in os.environ:
            path.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=path, full_page=True)
        return path

    return take
