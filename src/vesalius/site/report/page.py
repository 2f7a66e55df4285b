"""A page of HTML that needs nothing else: no script, no address, its look within."""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Final

_DATA: Final = files("vesalius.site.report") / "data"
_MARK: Final = (
    '<svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true"><rect width="32" height="32" rx="6" '
    'fill="#0B6470"/><path d="M7 8h6M19 8h6M10 8l6.5 17L23 8" fill="none" stroke="#FBFAF7" stroke-width="2.5" '
    'stroke-linecap="round" stroke-linejoin="round"/></svg>'
)


def page(title: str, lead: str, sections: Iterable[str]) -> str:
    """A whole page; sections are HTML."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{(_DATA / 'report.css').read_text('utf-8')}</style></head><body>"
        f'<header>{_MARK}<span>Vesalius</span></header><main><h1>{escape(title)}</h1><p class="lead">{escape(lead)}</p>'
        f"{''.join(sections)}</main></body></html>\n"
    )


def section(title: str, *parts: str) -> str:
    """A heading and what belongs to it."""
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def paragraph(text: str) -> str:
    """A paragraph."""
    return f"<p>{escape(text)}</p>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values, side by side."""
    return (
        "<dl>"
        + "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs)
        + "</dl>"
    )


def table(
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: frozenset[int] = frozenset(),
) -> str:
    """A table; cells are text, or HTML where `Html` says so. `numbers` are columns that stand right."""
    head = "".join(
        f'<th scope="col"{_right(place, numbers)}>{escape(name)}</th>' for place, name in enumerate(header)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{_right(place, numbers)}>{_cell(cell)}</td>" for place, cell in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def values(shown: Iterable[str]) -> Html:
    """Values one below the other, as they stand in a file."""
    return Html("<br>".join(f"<code>{escape(value)}</code>" for value in shown))


def state(word: str, kind: str) -> Html:
    """A word with its mark, of kind good, attention or danger; never a colour alone."""
    marks = {"good": "✓", "attention": "◔", "danger": "✕"}
    return Html(f'<span class="{kind}"><span aria-hidden="true">{marks[kind]}</span> {escape(word)}</span>')


def _right(place: int, numbers: frozenset[int]) -> str:
    return ' class="number"' if place in numbers else ""


def _cell(cell: str) -> str:
    return cell if isinstance(cell, Html) else escape(cell)
