"""Charts of the data card as SVG: each bar in pixels down and per cent across, so that it fits any width."""

from dataclasses import dataclass
from typing import Any, Final

from vesalius.pages.public.wording import value_word
from vesalius.pages.templatetags.words import count
from vesalius.search.card import Bar, Chart

ROW, BAR_TOP, BAR_HEIGHT = 40, 20, 8  # px of one horizontal bar with its words above it
COLUMNS_HEIGHT, COLUMNS_TOP = 112, 18  # px of the tallest column, and of its number above it
LONGEST_LABEL: Final = 36  # letters
FEWEST: Final = 7  # columns: fewer would be blocks
LEAST: Final = 0.6  # per cent: what is counted is seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One bar, drawn."""

    label: str
    short: str  # where the label is too long for the picture
    count: int
    address: str  # of the search that shows it; or nothing
    x: float  # per cent
    y: int  # px
    width: float  # per cent
    height: int  # px
    words_y: int  # px


def drawn(chart: Chart) -> dict[str, Any]:
    """A chart as its template takes it."""
    draw = _columns if chart.edges else _rows
    bars = draw(chart)
    height = COLUMNS_TOP + COLUMNS_HEIGHT + 20 if chart.edges else ROW * len(bars)
    return {
        "chart": chart,
        "bars": bars,
        "height": height,
        "base": COLUMNS_TOP + COLUMNS_HEIGHT,
        "said": _said(chart),
    }


def _rows(chart: Chart) -> list[Drawn]:
    most = chart.whole or max(bar.count for bar in chart.bars)
    return [
        _bar(
            chart, bar, x=0.0, y=at * ROW + BAR_TOP, width=max(LEAST, 100 * bar.count / most), height=BAR_HEIGHT,
            words_y=at * ROW + 14,
        )
        for at, bar in enumerate(chart.bars)
    ]  # fmt: skip


def _columns(chart: Chart) -> list[Drawn]:
    """A column for each range, its label where the range begins."""
    held = [at for at, bar in enumerate(chart.bars) if bar.count]
    shown = _wide_enough(held[0], held[-1], len(chart.bars))
    most, step = max(bar.count for bar in chart.bars), 100 / len(shown)
    found = []
    for place, at in enumerate(shown):
        bar = chart.bars[at]
        height = max(round(COLUMNS_HEIGHT * bar.count / most), 2 if bar.count else 0)
        top = COLUMNS_TOP + COLUMNS_HEIGHT - height
        found.append(
            _bar(
                chart, bar, x=place * step, y=top, width=step * 0.92, height=height, words_y=top - 5,
                short=f"{chart.edges[at]:g}",
            )
        )  # fmt: skip
    return found


def _wide_enough(first: int, last: int, count: int) -> range:
    """The ranges from the first to the last that hold something, and empty ones beside them up to FEWEST."""
    while last - first + 1 < min(FEWEST, count):
        if last + 1 < count:
            last += 1
        if first > 0 and last - first + 1 < FEWEST:
            first -= 1
    return range(first, last + 1)


def _bar(
    chart: Chart, bar: Bar, *, x: float, y: int, width: float, height: int, words_y: int, short: str = ""
) -> Drawn:
    label = value_word(chart.name, bar.label)
    cut = label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
    view = "&view=subjects" if chart.unit == "subjects" else ""
    return Drawn(
        label=label,
        short=short or cut,
        count=bar.count,
        address=f"/search/?{bar.query.url()}{view}" if bar.query else "",
        x=round(x, 2),
        y=y,
        width=round(width, 2),
        height=height,
        words_y=words_y,
    )


def _said(chart: Chart) -> str:
    """The chart in words."""
    told = [f"{value_word(chart.name, bar.label)}: {count(bar.count)}" for bar in chart.bars if bar.count]
    return f"{chart.title}, {chart.unit}. {'; '.join(told)}"
