"""The colours of the stylesheet are legible together, and nothing outside the tokens sets a colour."""

import re
from itertools import product

import pytest

from vesalius.pages.assets import FOLDER
from vesalius.pages.templatetags.look import ICONS, MEANINGS

TEMPLATES = FOLDER.parent / "templates"
CSS = (FOLDER / "site.css").read_text()
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\);", CSS)
}
TEXT = ("ink", "muted", "accent", "good", "attention", "danger", "limited")
PAIRS = [
    *product(TEXT, ("paper", "surface")),
    ("ink", "accent-soft"),
    ("accent", "accent-soft"),
    ("on-accent", "accent"),
]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("text", "ground"), PAIRS)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(text: str, ground: str, theme: int) -> None:
    brighter, darker = sorted(
        (luminance(TOKENS[text][theme]), luminance(TOKENS[ground][theme])), reverse=True
    )
    assert (brighter + 0.05) / (darker + 0.05) >= 4.5


def test_only_tokens_set_a_colour() -> None:
    rules = CSS.split("/* ---- ground")[1]
    assert not re.findall(r"#[0-9A-Fa-f]{3,8}\b(?![^{]*\{)", rules)


def test_no_template_has_an_inline_style_or_script() -> None:
    for template in TEMPLATES.rglob("*.html"):
        assert not re.search(
            r"""\sstyle=|<style|\son\w+=|<script(?![^>]*\s(?:src=|type="application/ld\+json"))""",
            template.read_text(),
        ), template.name


def test_the_sprite_holds_every_icon_that_is_used_and_no_other() -> None:
    drawn = {
        name
        for template in TEMPLATES.rglob("*.html")
        for name in re.findall(r'icon "([\w-]+)"', template.read_text())
    }
    assert drawn | set(MEANINGS.values()) | {"inbox"} == ICONS
