"""Guides and reference in Markdown, as pages: rendered once per process, with no style or script of their own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from vesalius.errors import NotFound

DOCUMENTS = Path(__file__).parents[1]  # their folders are linked beside the pages
# shelf -> file in its folder -> for whom or of what, and what it tells
SHELVES = {
    "guides": {
        "public": (
            "Patients, relatives and everybody else",
            "what is here, why, and how people are protected",
        ),
        "researcher": ("Researchers", "find, look, download, program, cite"),
        "submitter": ("Sites that send images", "what is asked, how to send, what happens to a file"),
        "curator": ("Curators", "look, decide, release, withdraw"),
        "operator": ("Operators", "set up, run and look after an archive"),
    },
    "reference": {
        "deidentify": ("De-identify at your site", "the commands, what they write, what they hold back"),
        "recipes": ("Recipes", "what is done to each attribute, and how to change it"),
        "identity": ("New names", "keys, lookup tables, corrections, events"),
        "pixels": ("Text in pixels", "how it is found, read and blanked"),
        "proof": ("The proof", "what every cleaned file is held to"),
        "ctp": ("Coming from CTP", "scripts, filters and lookup tables that run as they are"),
        "library": ("The cleaner as a library", "examples in Python"),
        "viewer": ("The viewer", "what it measures, the words of its address, what lies over an image"),
        "search": ("How to ask", "the typed line, its names, the words of an address, files of an answer"),
        "lists": ("Lists, saved searches, feeds, manifests", "what you keep, and what programs take"),
        "index": ("Fronting another index", "series that are found here and fetched elsewhere"),
    },
}
_OTHER_PAGE = re.compile(r"(?:\.\./(guides|reference)/)?(\w+)\.md(#[\w-]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One guide, or one page of the reference, as a page shows it."""

    shelf: str
    name: str
    title: str
    html: str  # of our own making: raw HTML in the Markdown is shown as text
    sections: tuple[tuple[str, str], ...]  # (id, words) of its second-level headings


@cache
def guide(shelf: str, name: str) -> Guide:
    """The page of this name on a shelf; NotFound without it."""
    if name not in SHELVES[shelf]:
        raise NotFound("There is no such guide.")
    markdown = MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer).enable("table")
    tokens = markdown.parse((DOCUMENTS / shelf / f"{name}.md").read_text("utf-8"))
    headings = [
        (token.tag, tokens[at + 1].content) for at, token in enumerate(tokens) if token.type == "heading_open"
    ]
    html = markdown.renderer.render(_after_title(tokens), markdown.options, {"shelf": shelf})
    return Guide(
        shelf=shelf,
        name=name,
        title=next(words for tag, words in headings if tag == "h1"),
        html=html,
        sections=tuple((section_id(words), words) for tag, words in headings if tag == "h2"),
    )


def section_id(words: str) -> str:
    """The anchor of a heading, as GitHub spells it."""
    return re.sub(r"[^\w-]", "", words.lower().replace(" ", "-"))


def _after_title(tokens: list[Token]) -> list[Token]:
    """What follows the first heading: the page says the title itself."""
    return tokens[next(at for at, token in enumerate(tokens) if token.type == "heading_close") + 1 :]


class Renderer(RendererHTML):
    """HTML in the shape of our pages: headings with anchors, tables and code that scroll and can be reached by Tab."""

    def heading_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        """A heading that can be linked to."""
        tokens[at].attrSet("id", section_id(tokens[at + 1].content))
        return self.renderToken(tokens, at, options, env)

    def table_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        """A table in a frame of its own, named after the heading above it."""
        above = [i for i in range(at) if tokens[i].type == "heading_open"]
        name = tokens[above[-1] + 1].content if above else "Table"
        label = f'role="region" tabindex="0" aria-label="{escape(name)}"'
        return f'<div class="table"><div class="scroll wide" {label}><table>\n'

    def table_close(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        """The end of the frame."""
        return "</table></div></div>\n"

    def th_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        """The head of a column."""
        return '<th scope="col">'

    def td_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        """A cell without the style that Markdown would give it: the security policy allows none."""
        return "<td>"

    def fence(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        """Code that can be scrolled by keyboard."""
        code = escape(tokens[at].content)
        return f'<pre class="code" tabindex="0" role="group" aria-label="Code">{code}</pre>\n'

    def link_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        """A link; one to the file of another page leads to that page."""
        if other := _OTHER_PAGE.fullmatch(str(tokens[at].attrGet("href") or "")):
            tokens[at].attrSet("href", f"/help/{other[1] or env['shelf']}/{other[2]}/{other[3] or ''}")
        return self.renderToken(tokens, at, options, env)
