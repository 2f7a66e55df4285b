"""Every step of every task that help tells is done in a real browser, with the names that readers and screen readers know."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.journeys.public_site import PublicSite, public_site

from vesalius.pages.help.topics import Step, Task
from vesalius.pages.public.help.topics import TOPICS

pytestmark = pytest.mark.slow
TASKS = {f"{name}: {task.title}": task for name, topic in TOPICS.by_name.items() for task in topic.tasks}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicSite]:
    with public_site(tmp_path_factory.mktemp("steps")) as served:
        yield served


def named(site: PublicSite) -> dict[str, str]:
    """What stands for {words} in a step."""
    return {
        "collection": "Lung", "patient": "LUNG-1", "title": "LIVER", "series": site.known["series"],
        "other": site.known["other"], "account": "collaborator",
    }  # fmt: skip


def control(page: Page, step: Step, words: dict[str, str]) -> Locator:
    """The first control of this role whose name holds these words, seen by the reader."""
    role, _, name = step.control.partition(" ")
    name = name.format_map(words)
    if role == "summary":
        return page.locator("summary", has_text=re.compile(re.escape(name))).first
    found = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    if not found.count():
        found = page.get_by_role(role, name=name)  # type: ignore[arg-type]
    return found.first


def do(page: Page, step: Step, words: dict[str, str]) -> None:
    target, value = control(page, step, words), step.value.format_map(words)
    match step.deed:
        case "press" | "open":
            target.click()
        case "type":
            target.fill(value)
        case "choose":
            target.select_option(value)
        case "mark":
            target.check()
        case _:
            raise AssertionError(f"nobody knows how to {step.deed}")
    if step.place:
        expect(page).to_have_url(re.compile(re.escape(step.place)))
    if step.then:
        expect(page.locator("main").get_by_text(step.then).first).to_be_visible()


def sign_in(page: Page, site: PublicSite) -> None:
    page.goto(f"{site.base}/account/login/")
    page.get_by_label("Name").fill("collaborator")
    page.get_by_label("Password").fill(site.known["password"])
    page.get_by_role("button", name="Sign in").click()


def test_the_pages_that_readers_do_things_on_tell_how() -> None:
    told = {name for name, topic in TOPICS.by_name.items() if topic.tasks}
    assert {"search", "searches", "basket", "lists"} <= told
    assert all(task.steps for task in TASKS.values())


@pytest.mark.parametrize("name", TASKS)
def test_each_step_does_what_help_says(open_page: Callable[..., Page], site: PublicSite, name: str) -> None:
    task: Task = TASKS[name]
    page, words = open_page(), named(site)
    if task.account:
        sign_in(page, site)
    page.goto(site.base + task.start.format_map(words))
    for step in task.steps:
        do(page, step, words)


@pytest.mark.parametrize("about", [name for name, topic in TOPICS.by_name.items() if topic.tasks])
def test_help_shows_the_steps_and_is_accessible(
    page: Page,
    site: PublicSite,
    axe: Callable[[Page], None],
    fits: Callable[[Page], None],
    screenshot: Callable,
    about: str,
) -> None:
    page.goto(f"{site.base}/help/?about={about}")
    for task in TOPICS.by_name[about].tasks:
        expect(page.get_by_role("heading", name=task.title)).to_be_visible()
    expect(page.locator("ol.steps li").first).to_be_visible()
    screenshot(page, f"help-steps-{about}")
    axe(page)
    fits(page)
