"""Tags that draw: static files, icons, badges, and the frames that hold content of a page."""

import re
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from vesalius.errors import Misconfigured
from vesalius.pages.assets import ASSETS, FOLDER

register = template.Library()

SPRITE = "vendor/icons.svg"
ICONS = frozenset(re.findall(r'<symbol id="([\w-]+)"', (FOLDER / SPRITE).read_text()))
MEANINGS = {  # colour and icon of a meaning; the word always stands beside them
    "good": "circle-check",
    "attention": "triangle-alert",
    "danger": "octagon-alert",
    "limited": "lock",
    "info": "info",
}
LEVELS = {
    "success": "good",
    "warning": "attention",
    "error": "danger",
    "debug": "info",
}  # of Django's messages


@register.simple_tag
def asset(name: str) -> str:
    """The address of a static file: `{% asset "site.css" %}`."""
    return ASSETS.url(name)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon; the words beside it carry the meaning. Misconfigured when it is not in the sprite."""
    if name not in ICONS:
        raise Misconfigured(f"no icon is called {name}; add it to scripts/vendor-front-end")
    return format_html(
        '<svg class="icon" width="20" height="20" aria-hidden="true"><use href="{}#{}"></use></svg>',
        ASSETS.url(SPRITE),
        name,
    )


@register.inclusion_tag("thing/badge.html")
def badge(meaning: str, word: str) -> dict[str, str]:
    """A state in icon, colour and word; meaning is a key of MEANINGS."""
    return {"meaning": meaning, "icon": MEANINGS[meaning], "word": word}


@register.simple_block_tag(takes_context=True)
def notice(context: Context, content: str, meaning: str, title: str, reference: str = "") -> SafeString:
    """What happened (title), why and what to do (content), and a reference number where something went wrong."""
    meaning = LEVELS.get(meaning, meaning)
    shown = {"meaning": meaning, "icon": MEANINGS[meaning], "title": title, "reference": reference}
    return _framed(context, "thing/notice.html", content, shown)


@register.simple_block_tag(takes_context=True)
def table(context: Context, content: str, caption: str, csv: str = "", *, wide: bool = False) -> SafeString:
    """A table around its `<thead>` and `<tbody>`; csv is the address of the same rows; wide scrolls sideways."""
    return _framed(context, "finding/table.html", content, {"caption": caption, "csv": csv, "wide": wide})


@register.simple_block_tag(takes_context=True)
def empty(context: Context, content: str, title: str, icon: str = "inbox") -> SafeString:
    """An empty list: what is not there (title) and what to do about it (content)."""
    return _framed(context, "finding/empty.html", content, {"title": title, "icon": icon})


def _framed(context: Context, name: str, content: str, values: dict[str, Any]) -> SafeString:
    assert context.template is not None
    frame = context.template.engine.get_template(name)
    return frame.render(context.new({**values, "content": content}))
