"""Asking in a real browser: typed, clicked and built, by keyboard alone, with and without scripts, on a narrow screen."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.journeys.public_site import PublicSite, public_site

pytestmark = pytest.mark.slow
STATES = {
    "series": "/search/?body_part=CHEST&slice_thickness_to=2000&where=NOT+KVP+present",
    "subjects-open": "/search/?view=subjects&open=Lung%2FLUNG-1",
    "table": "/search/?view=table&columns=PatientID,Modality,Manufacturer,SeriesInstanceUID,ImageType,StudyInstanceUID",
    "summary": "/search/?view=summary",
    "nothing": "/search/?modality=PT&body_part=CHEST",
    "advanced": "/search/advanced/?modality=CT&where=KVP+%3E+100+OR+(lung+AND+Age+%3D+3..4+AND+NOT+Manufacturer+present)",
}
NARROW = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicSite]:
    with public_site(tmp_path_factory.mktemp("asking")) as served:
        yield served


def reach(page: Page, target: Locator, key: str = "Tab", most: int = 120) -> None:
    """Come to a control by the keyboard."""
    for _ in range(most):
        page.keyboard.press(key)
        if target.evaluate("one => document.activeElement === one"):
            return
    raise AssertionError("the keyboard does not come there")


@pytest.mark.parametrize("name", STATES)
def test_every_state_is_accessible_and_fits_a_narrow_screen(
    page: Page, site: PublicSite, axe: Callable, fits: Callable, screenshot: Callable, name: str
) -> None:
    page.goto(site.base + STATES[name])
    screenshot(page, f"asking-{name}")
    axe(page)
    fits(page)
    page.set_viewport_size(NARROW)
    fits(page)


def test_a_question_that_cannot_be_read_is_mended_in_place(
    open_page: Callable, site: PublicSite, axe: Callable
) -> None:
    page = open_page(failing=True)
    page.goto(f"{site.base}/search/")
    line = page.get_by_label("Question", exact=True)
    line.fill("Manufactrer = ACME and thin")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The question cannot be read")).to_be_visible()
    expect(page.locator("#unread")).to_contain_text("Did you mean Manufacturer")
    axe(page)
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    page.get_by_label("Question", exact=True).fill("Manufacturer = acme and thin")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.base}/search/?manufacturer=ACME&text=thin")
    expect(page.locator(".found > li")).to_have_count(1)


def test_filters_without_scripts_a_range_a_list_and_the_way_out_of_nothing(
    plain_page: Page, site: PublicSite
) -> None:
    page = plain_page
    page.goto(f"{site.base}/search/")
    if page.locator(".drawer > summary").is_visible():
        page.locator(".drawer > summary").click()
    page.get_by_text("Slice thickness (mm)").click()
    page.get_by_role("group", name="Slice thickness").get_by_label("to").fill("2")
    page.get_by_role("button", name="Apply these filters").click()
    expect(page).to_have_url(f"{site.base}/search/?slice_thickness_to=2")
    page.get_by_role("link", name="Slice thickness: up to 2 mm").click()
    expect(page.locator(".found > li")).to_have_count(3)
    if page.locator(".drawer > summary").is_visible():
        page.locator(".drawer > summary").click()
    page.get_by_text("List of identifiers").click()
    page.get_by_label("Patient IDs, Study or Series").fill(
        f"nobody\n{site.known['other']}\n" + "\n".join(map(str, range(20)))
    )
    page.get_by_role("button", name="Ask for these").click()
    expect(page.locator(".chip:not(.clear)")).to_contain_text("22 pasted")
    expect(page.locator(".found > li")).to_have_count(1)


def _build(page: Page) -> None:
    """The same steps with and without scripts: a first row, and a group of two."""
    page.locator("#value-1").fill("CT")
    page.get_by_role("button", name="Add a group to the question").click()
    page.locator("#element-3").select_option("body_parts")
    page.get_by_role("button", name="Add a row to group 2").click()
    page.locator("#value-3").fill("chest")
    page.locator("#element-4").select_option("SeriesDescription")
    page.get_by_role("button", name="Count again").click()
    page.locator("#operator-4").select_option("contains")
    page.locator("#value-4").fill("liv")
    page.get_by_role("button", name="Count again").click()
    expect(page.get_by_role("status")).to_contain_text("2 series")
    page.get_by_role("button", name="Show 2 series").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_question_built_by_rows_has_the_same_address_with_and_without_scripts(
    open_page: Callable, site: PublicSite, javascript: bool
) -> None:
    page = open_page(javascript=javascript)
    page.goto(f"{site.base}/search/advanced/")
    _build(page)
    where = "Modality+%3D+CT+AND+%28BodyPartExamined+%3D+chest+OR+SeriesDescription+contains+liv%29"
    expect(page).to_have_url(f"{site.base}/search/?where={where}")
    expect(page.locator(".found > li")).to_have_count(2)


def test_a_part_that_comes_while_a_button_is_pressed_does_not_lose_the_click(
    page: Page, site: PublicSite
) -> None:
    page.goto(f"{site.base}/search/advanced/")
    page.locator("#value-1").fill("CT")
    page.get_by_role("button", name="Show 3 series").hover()
    page.mouse.down()
    with page.expect_response("**/search/advanced/**"):
        page.evaluate("""() => {
          const form = document.querySelector("form[data-part]");
          form.requestSubmit(form.elements.refresh);
        }""")
    page.wait_for_timeout(500)  # in which the part would be replaced
    page.mouse.up()
    expect(page).to_have_url(f"{site.base}/search/?where=Modality+%3D+CT")


def test_the_builder_is_used_by_keyboard_alone_and_keeps_the_focus(
    open_page: Callable, site: PublicSite
) -> None:
    page = open_page()
    page.goto(f"{site.base}/search/advanced/")
    reach(page, page.get_by_role("button", name="Add a row to the question"))
    page.keyboard.press("Enter")
    expect(page.locator("#element-2")).to_be_focused()
    page.keyboard.type("Body part")
    expect(page.locator("#values-2 option[value=CHEST]")).to_be_attached()
    reach(page, page.locator("#value-2"))
    page.keyboard.type("CHEST")
    reach(page, page.get_by_role("button", name="Count again"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 series")
    expect(page.locator("#value-2")).to_have_value("CHEST")
    expect(page.locator("#element-2")).to_have_value("body_parts")


def test_a_subject_opens_in_place_and_the_address_follows(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    page.goto(f"{site.base}/search/?view=subjects")
    reach(page, page.get_by_role("link", name="Studies of LUNG-1"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="THIN LUNG")).to_be_visible()
    expect(page.get_by_role("link", name="Studies of LUNG-1")).to_be_focused()
    assert "open=Lung%2FLUNG-1" in page.url
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="THIN LUNG")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("heading", name="THIN LUNG")).to_be_visible()


def test_pictures_play_under_the_pointer_and_the_focus_but_not_for_those_who_want_less_motion(
    open_page: Callable, site: PublicSite
) -> None:
    page = open_page()
    page.goto(f"{site.base}/search/?text=thin")
    image = page.locator(".film img")
    cover = image.get_attribute("src")
    page.locator(".film").hover()
    page.wait_for_timeout(600)
    assert image.get_attribute("src") == cover
    page.emulate_media(reduced_motion="no-preference")
    page.mouse.move(0, 0)
    page.locator(".film").hover()
    expect(image).not_to_have_attribute("src", cover)
    page.mouse.move(0, 0)
    expect(image).to_have_attribute("src", cover)
    page.get_by_role("link", name="THIN LUNG").focus()
    expect(image).not_to_have_attribute("src", cover)
    page.keyboard.press("Escape")
    expect(image).to_have_attribute("src", cover)


def test_the_columns_of_the_table_are_chosen_sorted_and_taken_along(
    open_page: Callable, site: PublicSite
) -> None:
    page = open_page()
    page.goto(f"{site.base}/search/?view=table")
    page.locator("summary").filter(has_text="Columns").click()
    page.get_by_label("Number of images").check()
    page.get_by_label("Manufacturer", exact=True).uncheck()
    page.get_by_role("button", name="Show these columns").click()
    page.get_by_role("columnheader", name="Number of images").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Number of images")).to_have_attribute(
        "aria-sort", "ascending"
    )
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV", exact=True).click()
    head = download.value.path().read_text().splitlines()[0]
    assert "NumberOfImages" in head
    assert "Manufacturer," not in head
