"""The guides in Markdown, as pages: rendered once per process, without a style or a script of their own."""

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

FOLDER = Path(__file__).parents[1] / "guides"
GUIDES = {  # file in docs/guides -> for whom, and what it tells
    "public": ("Patients, relatives and everybody else", "what is here, why, and how people are protected"),
    "researcher": ("Researchers", "find, look, download, program, cite"),
    "submitter": ("Sites that send images", "what is asked, how to send, what happens to a file"),
    "curator": ("Curators", "look, decide, release, withdraw"),
    "operator": ("Operators", "set up, run and look after an archive"),
}
_OTHER_GUIDE = re.compile(r"(\w+)\.md(#[\w-]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One guide as a page shows it."""

    name: str
    title: str
    html: str  # of our own making: raw HTML in the Markdown is shown as text
    sections: tuple[tuple[str, str], ...]  # (id, words) of its second-level headings


@cache
def guide(name: str) -> Guide:
    """The guide of this name; NotFound without it."""
    if name not in GUIDES:
        raise NotFound("There is no such guide.")
    markdown = MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer).enable("table")
    tokens = markdown.parse((FOLDER / f"{name}.md").read_text("utf-8"))
    headings = [
        (token.tag, tokens[at + 1].content) for at, token in enumerate(tokens) if token.type == "heading_open"
    ]
    html = markdown.renderer.render(_after_title(tokens), markdown.options, {})
    return Guide(
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
        """A link; one to another guide's file leads to its page."""
        if other := _OTHER_GUIDE.fullmatch(str(tokens[at].attrGet("href") or "")):
            tokens[at].attrSet("href", f"/help/guides/{other[1]}/{other[2] or ''}")
        return self.renderToken(tokens, at, options, env)
