"""The viewer of a series in a real browser: exact values, scrolling, windows, labels, keys, fingers, addresses."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.public_site import PublicSite
from tests.journeys.viewer_archive import POINTS
from tests.journeys.viewing.stage import WAIT, colour, colour_of, description, shown, spot, until, view

pytestmark = pytest.mark.slow
KINDS = {  # and how far two decoders may lie apart
    "signed": 0, "rescaled": 0, "MONOCHROME1": 0, "RGB": 0, "JPEG-LS": 0, "JPEG 2000": 0, "two frames": 0, "palette": 0,
    "YBR": 1, "YBR in JPEG": 2, "YBR in JPEG 2000": 0, "thirty frames": 2, "PET": 0,
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_the_value_under_the_cursor_is_pydicoms(open_page: Callable, site: PublicSite, name: str) -> None:
    page = open_page()
    known = site.known["kinds"][name]
    stage = view(page, site, known["uid"], "#image=1")
    kind = description(page, site, known["uid"])["kinds"][0]
    pixel = page.locator("[data-part=pixel]")
    assert len(known["points"]) == POINTS
    for x, y, value in known["points"]:
        page.mouse.move(*spot(stage, kind["columns"], kind["rows"], kind["aspect"], x, y))
        expect(pixel).to_contain_text(f"x {x}, y {y}")
        said = [float(one) for one in (pixel.get_attribute("data-value") or "").split()]
        assert said == pytest.approx(value if isinstance(value, list) else [value], abs=KINDS[name])


def test_the_readout_names_unit_and_place(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=3")
    page.mouse.move(*spot(stage, 48, 32, 1.6, 10, 4))
    expect(page.locator("[data-part=pixel]")).to_have_text(
        re.compile(r"x 10, y 4 · −7\.0, −12\.8, 5\.0 mm · −?\d+ HU")
    )
    assert [
        page.locator(f"[data-part={edge}]").text_content() for edge in ("left", "right", "top", "bottom")
    ] == list("RLAP")
    expect(page.locator("[data-part=scaleWords]")).to_have_text(re.compile(r"^\d+ (mm|cm)$"))


def test_the_wheel_the_slider_and_keys_turn_the_images(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=5")
    stage.hover()
    page.mouse.wheel(0, 40)
    shown(stage, 6)
    page.mouse.wheel(0, -40)
    shown(stage, 5)
    page.get_by_role("slider", name="Image", exact=True).fill("9")
    shown(stage, 9)
    stage.focus()
    for key, number in [
        ("ArrowUp", 8),
        ("ArrowRight", 9),
        ("Home", 1),
        ("PageDown", 11),
        ("End", 12),
        ("ArrowDown", 12),
    ]:
        page.keyboard.press(key)
        shown(stage, number)
    expect(page.locator("[data-part=number]")).to_have_text("Image 12 of 12")


def test_windows_are_chosen_dragged_and_inverted(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=1")
    window = page.locator("[data-part=window]")
    choice = page.locator("[data-part=preset]")
    choice.select_option(label="2  Lung")
    expect(window).to_have_text("C −600 W 1500")
    before = colour(stage, 0.5, 0.5)[0]
    page.get_by_role("button", name="Invert").click()
    expect(page.get_by_role("button", name="Invert")).to_have_attribute("aria-pressed", "true")
    until(lambda: abs(colour(stage, 0.5, 0.5)[0] - (255 - before)) <= 1)
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 230, box["y"] + 110)
    page.mouse.up()
    expect(window).to_have_text("C −550 W 1800")
    expect(choice).to_have_value("own")
    page.get_by_role("button", name="Reset").click()
    expect(window).to_have_text("C 40 W 400")


def test_monochrome1_is_shown_with_low_values_bright(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    known = site.known["kinds"]["MONOCHROME1"]
    stage = view(page, site, known["uid"])
    dark = min(known["points"], key=lambda point: point[2])
    bright = max(known["points"], key=lambda point: point[2])
    low, high = (colour_of(stage, 64, 64, 1, *point[:2])[0] for point in (dark, bright))
    assert low > high + 50


def test_the_address_brings_back_the_exact_view(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=7&window=100,300&zoom=2&centre=20,10&inverted=1")
    shown(stage, 7)
    expect(page.locator("[data-part=window]")).to_have_text("C 100 W 300")
    expect(page.get_by_role("button", name="Invert")).to_have_attribute("aria-pressed", "true")
    box = stage.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2 + 1, box["y"] + box["height"] / 2 + 1)
    expect(page.locator("[data-part=pixel]")).to_contain_text("x 20, y 10")
    stage.focus()
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile(r"#image=7&window=100,300&zoom=2\.5&centre=20,10&inverted=1$"))
    page.evaluate("location.hash = '#image=2'")
    shown(stage, 2)


def test_zoom_keeps_the_point_under_the_cursor(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=1")
    page.mouse.move(*spot(stage, 48, 32, 1.6, 30, 9))
    pixel = page.locator("[data-part=pixel]")
    expect(pixel).to_contain_text("x 30, y 9")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    page.mouse.move(*(at + 0.5 for at in spot(stage, 48, 32, 1.6, 30, 9)))
    expect(pixel).to_contain_text("x 30, y 9")
    expect(page).to_have_url(re.compile(r"zoom=1\.\d"))


def test_a_segmentation_of_another_dataset_lies_over_its_image(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=1")
    legend = page.get_by_role("region", name="Labels over the images")
    expect(legend).to_contain_text("Lesion", timeout=WAIT)
    expect(legend).to_contain_text("Lesions", timeout=WAIT)

    lesion = page.get_by_role("checkbox", name="Lesion tissue, manual")

    def grey() -> bool:
        return len(set(colour_of(stage, 48, 32, 1.6, 4, 4))) == 1

    until(lambda: not grey())
    red, green, blue = colour_of(stage, 48, 32, 1.6, 4, 4)
    assert red > green > blue, "the first segment is orange"
    assert len(set(colour_of(stage, 48, 32, 1.6, 20, 4))) == 1, "it ends where it was drawn"
    lesion.uncheck()
    until(grey)
    lesion.check()
    until(lambda: not grey())
    stage.focus()
    page.keyboard.press("o")
    expect(page.get_by_label("Show labels")).not_to_be_checked()
    until(grey)
    page.keyboard.press("End")
    shown(stage, 12)
    page.get_by_role("button", name="Show Lesion, image 1").click()
    shown(stage, 1)


def test_a_mask_that_names_no_single_image_lies_where_its_place_says(
    open_page: Callable, site: PublicSite
) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=1")
    page.get_by_role("button", name="Show Placed, image 7").click(timeout=WAIT)
    shown(stage, 7)
    until(lambda: len(set(colour_of(stage, 48, 32, 1.6, 4, 4))) > 1)
    stage.focus()
    for key in ("ArrowUp", "PageDown"):
        page.keyboard.press(key)
        until(lambda: len(set(colour_of(stage, 48, 32, 1.6, 4, 4))) == 1)


def test_a_header_is_searched_while_one_types(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    page.goto(f"{site.base}/series/{site.known['stack']}/header/")
    box = page.get_by_role("search", name="Search this header").get_by_role("searchbox")
    box.fill("rescaleslope")
    expect(page.locator("#header-rows tr:visible")).to_have_count(1)
    expect(page.locator("#header-rows tr:visible")).to_contain_text("Multiplied with each number")
    box.press("Enter")
    expect(page).to_have_url(re.compile("q=rescaleslope"))
    expect(page.locator("#header-rows tr")).to_have_count(1)
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("#header-rows tr").nth(10)).to_be_visible()


def test_a_label_leads_to_its_images_and_back(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    page.goto(f"{site.base}/series/{site.known['stack']}/")
    page.get_by_role("region", name="Labels on this series").get_by_role("link", name="Two labels").click()
    expect(page).to_have_url(f"{site.base}/series/{site.known['label']}/")
    page.get_by_role("region", name="Drawn on").get_by_role("link", name="MADE FOR TESTS").click()
    expect(page).to_have_url(f"{site.base}/series/{site.known['stack']}/")


def test_a_file_says_how_fast_it_is_played(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    view(page, site, site.known["kinds"]["thirty frames"]["uid"])
    expect(page.get_by_label("Images a second")).to_have_value("30")
    view(page, site, site.known["stack"])
    expect(page.get_by_label("Images a second")).to_have_value("10")


def test_playing_goes_round_and_stops_at_a_touch(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=12")
    page.get_by_label("Images a second").fill("30")
    page.get_by_label("Images a second").press("Tab")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.wait_for_function("() => Number(document.querySelector('[data-part=stage]').dataset.shown) < 12")
    stage.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    rest = stage.get_attribute("data-shown")
    page.wait_for_timeout(300)
    assert stage.get_attribute("data-shown") == rest


def test_everything_is_reached_by_keys_alone(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=1")
    page.locator("body").press("Tab")
    for _ in range(40):
        if stage.evaluate("stage => stage === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(stage).to_be_focused()
    page.keyboard.press("ArrowDown")
    shown(stage, 2)
    page.keyboard.press("2")
    expect(page.locator("[data-part=window]")).to_have_text("C −600 W 1500")
    page.keyboard.press("c")
    pixel = page.locator("[data-part=pixel]")
    expect(pixel).to_contain_text("x 24, y 16")
    for key in "lljh":
        page.keyboard.press(key)
    expect(pixel).to_contain_text("x 25, y 17")
    expect(pixel).to_have_attribute("aria-live", "polite")
    page.keyboard.press("Tab")
    expect(page.get_by_role("slider", name="Image", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    shown(stage, 3)
    reached = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.part"))
    assert {
        "preset",
        "invert",
        "play",
        "rate",
        "tool",
        "farther",
        "closer",
        "reset",
        "full",
        "header",
    } <= reached


def test_fingers_scroll_and_pinch_on_a_phone(open_page: Callable, site: PublicSite) -> None:
    page = open_page("phone-dark")
    stage = view(page, site, site.known["stack"], "#image=1")
    box = stage.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    touch("touchStart", middle)
    touch("touchMove", (middle[0], middle[1] + 33))
    touch("touchEnd")
    shown(stage, 5)
    apart = [(middle[0] - 30, middle[1]), (middle[0] + 30, middle[1])]
    touch("touchStart", *apart)
    for wide in (40, 50, 60):
        touch("touchMove", (middle[0] - wide, middle[1]), (middle[0] + wide, middle[1]))
    touch("touchEnd")
    expect(page).to_have_url(re.compile(r"image=5&zoom=(1\.9|2)"))


def test_a_picture_of_the_strip_opens_in_the_viewer(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"])
    page.locator("a[data-image='10']").click()
    shown(stage, 10)
    expect(stage).to_be_focused()
    header = page.get_by_role("link", name="Header of this image")
    expect(header).to_have_attribute("href", re.compile(r"/header/\?instance=10$"))


def test_an_image_that_cannot_be_had_is_told_and_asked_for_again(
    open_page: Callable, site: PublicSite
) -> None:
    page = open_page(failing=True)
    refuse = "**/frames/12/**"
    page.route(refuse, lambda route: route.fulfill(status=422, json={"sentence": "It cannot be decoded."}))
    stage = view(page, site, site.known["stack"], "#image=1")
    stage.focus()
    page.keyboard.press("End")
    expect(page.get_by_role("alert")).to_contain_text("It cannot be decoded.")
    page.unroute(refuse)
    page.get_by_role("button", name="Try again").click()
    shown(stage, 12)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_without_javascript_the_cover_and_the_strip_are_there(plain_page: Page, site: PublicSite) -> None:
    plain_page.goto(f"{site.base}/series/{site.known['stack']}/")
    expect(plain_page.locator("figure.cover img")).to_be_visible()
    expect(plain_page.locator("[data-viewer]")).to_be_hidden()
    plain_page.locator("a[data-image='3']").click()
    expect(plain_page).to_have_url(re.compile(r"/header/\?instance=3$"))


def test_the_viewer_is_accessible_and_fits_every_screen(
    page: Page, site: PublicSite, axe: Callable, fits: Callable, screenshot: Callable
) -> None:
    view(page, site, site.known["stack"], "#image=1")
    expect(page.get_by_role("region", name="Labels over the images")).to_contain_text("Lesion", timeout=WAIT)
    page.locator(".viewer summary").click()
    screenshot(page, "viewer-stack")
    fits(page)
    axe(page)
    page.goto(f"{site.base}/series/{site.known['stack']}/header/?q=image")
    screenshot(page, "viewer-header")
    fits(page)
    axe(page)


def test_only_the_page_of_a_series_loads_the_viewer(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in ("/", "/search/", "/collections/Kinds/"):
        page.goto(site.base + address)
    assert not [one for one in asked if "/viewer/" in one]
    view(page, site, site.known["stack"])
    assert [one for one in asked if "/viewer/series.bundle." in one]


def test_the_scripts_stay_small() -> None:
    scripts = Path(__file__).parents[3] / "src/vesalius/pages/static/viewer"
    assert sum(one.stat().st_size for one in scripts.rglob("*.js")) < 120_000
