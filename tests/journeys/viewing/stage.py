"""Reading a viewer from outside: which image stands on the stage, and where on the page its pixels lie."""

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect
from tests.journeys.public_site import PublicSite

WAIT = 30_000  # ms: a job may have to decode first


def view(page: Page, site: PublicSite, uid: str, fragment: str = "") -> Locator:
    """Open a series; the stage, once an image is on it."""
    page.goto(f"{site.base}/series/{uid}/{fragment}")
    stage = page.locator("[data-part=stage]")
    expect(stage).to_have_attribute("data-shown", re.compile(r"\d+"), timeout=WAIT)
    stage.scroll_into_view_if_needed()
    return stage


def shown(stage: Locator, number: int) -> None:
    expect(stage).to_have_attribute("data-shown", str(number), timeout=WAIT)


def spot(stage: Locator, columns: int, rows: int, aspect: float, x: int, y: int) -> tuple[float, float]:
    """Where on the page the middle of a pixel lies, by a reckoning of our own: the image fits, and is in the middle."""
    box = stage.bounding_box()
    assert box
    across = min(box["width"] / columns, box["height"] / (rows * aspect))
    left = box["x"] + box["width"] / 2 - columns * across / 2
    top = box["y"] + box["height"] / 2 - rows * aspect * across / 2
    return left + (x + 0.5) * across, top + (y + 0.5) * across * aspect


def description(page: Page, site: PublicSite, uid: str) -> dict[str, Any]:
    return page.request.get(f"{site.base}/series/{uid}/frames/").json()


def colour(stage: Locator, x: float, y: float) -> list[int]:
    """Red, green and blue of the canvas at a share of its width and height."""
    return stage.locator("canvas").evaluate(
        """(canvas, [x, y]) => {
          const copy = new OffscreenCanvas(1, 1).getContext("2d");
          copy.drawImage(canvas, Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1, 0, 0, 1, 1);
          return [...copy.getImageData(0, 0, 1, 1).data].slice(0, 3);
        }""",
        [x, y],
    )


def colour_of(stage: Locator, columns: int, rows: int, aspect: float, x: int, y: int) -> list[int]:
    """The same at a pixel of an image that fits."""
    box = stage.bounding_box()
    assert box
    left, top = spot(stage, columns, rows, aspect, x, y)
    return colour(stage, (left - box["x"]) / box["width"], (top - box["y"]) / box["height"])


def until(true: Callable[[], bool]) -> None:
    """The canvas is drawn with the next frame of the screen, and a mask must be fetched first."""
    end = time.monotonic() + WAIT / 1000
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
