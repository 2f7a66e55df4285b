"""Measuring in the viewer: what it says of an image is what pydicom and numpy say of the same pixels."""

import json
import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from pydicom.pixels import apply_modality_lut
from tests.images import SPACING, corpus, ct_slice
from tests.journeys.public_site import PublicSite
from tests.journeys.viewing.stage import WAIT, shown, spot, view

pytestmark = pytest.mark.slow
AROUND = (6, 3, 30, 21)  # left, top, right, bottom of an area, in pixels


def rows(page: Page) -> Locator:
    return page.get_by_role("region", name="Measurements").locator("tbody tr")


def found(page: Page, row: int = 0) -> dict:
    """What the table says in full precision, once it is there."""
    line = rows(page).nth(row)
    expect(line).to_have_attribute("data-found", re.compile("{"), timeout=WAIT)
    return json.loads(line.get_attribute("data-found"))


def inside(kind: str, shape: tuple[int, int]) -> np.ndarray:
    """The pixels whose middle lies in AROUND, by a reckoning of our own."""
    left, top, right, bottom = AROUND
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    u, v = (x - (left + right) / 2) / ((right - left) / 2), (y - (top + bottom) / 2) / ((bottom - top) / 2)
    return (u**2 + v**2 <= 1) if kind == "ellipse" else (abs(u) <= 1) & (abs(v) <= 1)


@pytest.mark.parametrize("kind", ["rectangle", "ellipse"])
@pytest.mark.parametrize("image", [1, 7])
def test_the_values_in_an_area_are_numpys(
    open_page: Callable, site: PublicSite, kind: str, image: int
) -> None:
    page = open_page()
    view(page, site, site.known["stack"], f"#image=1&{kind}={image},{','.join(map(str, AROUND))}")
    source = ct_slice(image - 1)
    values = apply_modality_lut(source.pixel_array, source)[inside(kind, (32, 48))]
    told = found(page)
    area = 24 * SPACING[1] * 18 * SPACING[0] * (np.pi / 4 if kind == "ellipse" else 1)
    assert (told["pixels"], told["unit"], told["areaUnit"]) == (values.size, "HU", "mm²")
    assert (told["least"], told["most"]) == (values.min(), values.max())
    assert [told["mean"], told["sd"], told["area"]] == pytest.approx(
        [values.mean(), values.std(), area], rel=1e-12
    )
    expect(rows(page).first).to_contain_text(f"{values.mean():.1f} HU".replace("-", "−"))


def test_a_distance_and_an_angle_are_drawn_by_mouse(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=3")

    def at(x: int, y: int) -> tuple[float, float]:
        return spot(stage, 48, 32, 1.6, x, y)

    page.get_by_role("button", name="Distance").click()
    page.mouse.move(*at(4, 4))
    page.mouse.down()
    page.mouse.move(*at(34, 12))
    page.mouse.up()
    assert found(page)["length"] == pytest.approx(np.hypot(30 * SPACING[1], 8 * SPACING[0]), abs=0.02)
    page.get_by_role("button", name="Angle", exact=True).click()
    for point in ((10, 5), (10, 25), (40, 25)):
        page.mouse.click(*at(*point))
    assert found(page, 1)["angle"] == pytest.approx(90, abs=0.2)
    expect(rows(page)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"#image=3&distance=3,4\.\d+,4\.\d+,34\.\d+,12\.\d+&angle=3,"))
    address = page.url
    again = open_page()
    again.goto(address)
    assert found(again) == found(page)
    assert found(again, 1) == found(page, 1)


def test_a_handle_moves_a_point_and_buttons_show_and_delete(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=5&distance=5,4.5,4.5,24.5,4.5&distance=2,0,0,10,0")
    page.mouse.move(*spot(stage, 48, 32, 1.6, 24, 4))
    page.mouse.down()
    page.mouse.move(*spot(stage, 48, 32, 1.6, 34, 4))
    page.mouse.up()
    assert found(page)["length"] == pytest.approx(30 * SPACING[1], abs=0.02)
    page.get_by_role("button", name="Show Distance 2, image 2").click()
    shown(stage, 2)
    page.get_by_role("button", name="Delete Distance 1").click()
    expect(rows(page)).to_have_count(1)
    assert found(page)["length"] == 10 * SPACING[1]
    stage.focus()
    page.keyboard.press("Delete")
    expect(page.get_by_role("region", name="Measurements")).to_be_hidden()


def test_everything_is_measured_by_keys_alone_and_said_aloud(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    stage = view(page, site, site.known["stack"], "#image=1")
    stage.focus()
    for key in ("m", "c", "Enter", *"llllll", *"jj", "Enter"):
        page.keyboard.press(key)
    length = np.hypot(6 * SPACING[1], 2 * SPACING[0])
    assert found(page)["length"] == pytest.approx(length, rel=1e-12)
    expect(page.locator("[data-part=told]")).to_have_text(f"Distance 1: length {length:.2f} mm")
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Ellipse")).to_have_attribute("aria-pressed", "true")
    for key in ("Enter", *"hhhh", *"kkkk", "Enter"):
        page.keyboard.press(key)
    assert found(page, 1)["area"] == pytest.approx(4 * SPACING[1] * 4 * SPACING[0] * np.pi / 4)


def test_lengths_of_a_projection_are_said_to_be_those_at_the_detector(
    open_page: Callable, site: PublicSite
) -> None:
    page = open_page()
    uid = site.known["kinds"]["MONOCHROME1"]["uid"]
    view(page, site, uid, "#image=1&distance=1,0,0,10,0")
    across = float(corpus("MR_small.dcm").PixelSpacing[1])
    assert found(page) == {"length": pytest.approx(10 * across), "unit": "mm"}
    expect(rows(page)).to_contain_text("mm at the detector")
    expect(page.get_by_text("Lengths and areas are those at the detector")).to_be_visible()


def test_without_a_spacing_lengths_are_in_pixels_and_colours_have_no_mean(
    open_page: Callable, site: PublicSite
) -> None:
    page = open_page()
    uid = site.known["kinds"]["palette"]["uid"]
    view(page, site, uid, "#image=1&distance=1,0,0,3,4&rectangle=1,0,0,2,2")
    assert found(page) == {"length": 5, "unit": "px"}
    assert found(page, 1) == {"pixels": 4, "unit": "", "area": 4, "areaUnit": "px²"}
    expect(page.get_by_text("The file does not say how large a pixel is")).to_be_visible()


def test_uptake_is_told_where_the_header_says_enough(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    known = site.known["kinds"]["PET"]
    view(page, site, known["uid"], f"#image=1&rectangle=1,{','.join(map(str, AROUND))}")
    told = found(page)
    one = 3.7e8 * 2 ** (-3600 / 6586.2) / 70_000  # Bq/ml: the dose, an hour later, over the weight
    assert [told["meanSuv"], told["mostSuv"]] == pytest.approx([told["mean"] / one, told["most"] / one])
    assert told["unit"] == "BQML"


def test_padding_is_not_counted(open_page: Callable, site: PublicSite) -> None:
    page = open_page()
    view(page, site, site.known["kinds"]["padded"]["uid"], "#image=1&rectangle=1,0,0,48,32")
    values = np.delete(np.arange(32 * 48) % 1800 - 600, 0) * 2 - 24
    told = found(page)
    assert (told["pixels"], told["least"]) == (values.size, values.min())
    assert told["mean"] == pytest.approx(values.mean())


def test_the_table_of_measurements_is_accessible(
    page: Page, site: PublicSite, axe: Callable, fits: Callable, screenshot: Callable
) -> None:
    shapes = "distance=7,4.5,4.5,34.5,12.5&angle=7,10.5,5.5,10.5,25.5,40.5,25.5&ellipse=7,6,3,30,21&rectangle=2,1,1,9,9"
    view(page, site, site.known["stack"], f"#image=7&{shapes}")
    found(page, 3)
    screenshot(page, "viewer-measures")
    fits(page)
    axe(page)


def test_a_phone_of_320_pixels_is_wide_enough(open_page: Callable, site: PublicSite, fits: Callable) -> None:
    page = open_page("phone-dark")
    page.set_viewport_size({"width": 320, "height": 640})
    view(page, site, site.known["stack"], "#image=7&ellipse=7,6,3,30,21")
    found(page)
    fits(page)
