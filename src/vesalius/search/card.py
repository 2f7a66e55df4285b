"""The data card of a holding: what its current series are, chart by chart, counted from the columns."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from vesalius.catalog.changes import Change, latest_change
from vesalius.catalog.models import Holding
from vesalius.catalog.relations import LABELS
from vesalius.catalog.visible import Judged
from vesalius.search.answers.columns import Selection
from vesalius.search.conditions import Compare, Not, Operator
from vesalius.search.elements import BY_NAME
from vesalius.search.facets import count_facet
from vesalius.search.find import selection, total
from vesalius.search.query import Query

NO_LABELS: Final = Not(Compare("modalities", Operator.ANY_OF, tuple(sorted(LABELS))))
MOST_BARS: Final = 8
REMEMBERED: Final = 128  # cards, of different holdings and of askers who may find different things
AGES: Final = tuple(range(0, 101, 10))  # years at which a bar begins; the last has no end
SPACINGS: Final = (0, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3)  # mm
THICKNESSES: Final = (0, 1, 1.5, 2, 3, 4, 5, 7.5, 10)  # mm
STUDIES: Final = 5  # per subject; from so many on they are counted together
INTERVALS: Final = {  # days from one study to the next -> in words
    0: "Up to 1 month", 31: "1 to 3 months", 92: "3 to 6 months", 183: "6 to 12 months", 366: "1 to 2 years",
    731: "Over 2 years",
}  # fmt: skip
_NUMBER = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One value, or one range of values, and how many have it."""

    label: str
    count: int
    query: Query | None = None  # the search that shows them, where there is such a filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart: bars of values, the most frequent first, or of ranges in their order."""

    name: str
    title: str
    unit: str  # what is counted: "series", "subjects", "pairs of studies"
    bars: tuple[Bar, ...]
    edges: tuple[float, ...] = ()  # of a histogram: where each bar begins
    more: int = 0  # values beyond the bars shown
    missing: int = 0  # of which nothing is known
    whole: int = 0  # of how many, where the bars are parts of it
    note: str = ""


def card(holding: Holding, visible: Judged) -> tuple[Chart, ...]:
    """Every chart of a published holding that has something to show, of what the asker may find.

    Counted once per process until something is published or withdrawn.
    """
    return _counted(holding.pk, holding.short_title, frozenset(visible.findable), latest_change())


@dataclass(frozen=True, slots=True)
class _May:
    """What an asker may find, as a value to remember by."""

    findable: frozenset[int]
    fetchable: frozenset[int] = frozenset()


@lru_cache(maxsize=REMEMBERED)
def _counted(holding_id: int, name: str, findable: frozenset[int], change: Change) -> tuple[Chart, ...]:
    del name, change  # they tell one state of one dataset from another
    return tuple(chart for chart in _charts(Holding.objects.get(pk=holding_id), _May(findable)) if chart.bars)


def _charts(holding: Holding, visible: Judged) -> Iterator[Chart]:
    query = Query(holdings=(holding.short_title,))
    rows = selection(query, visible)
    yield _facet("modalities", "Modalities", query, visible)
    yield _scanners(query, visible)
    yield _facet("body_parts", "Body parts", query, visible)
    yield _ages(rows)
    yield _sexes(query, visible)
    yield _labels(holding, visible)
    yield from _time_points(rows)
    smallest, thinnest = "The smallest spacing in each series.", "The thinnest slice of each series."
    yield _millimetres(rows, "pixel_spacing", "Pixel spacing (mm)", SPACINGS, smallest)
    yield _millimetres(rows, "slice_thickness", "Slice thickness (mm)", THICKNESSES, thinnest)


def _facet(name: str, title: str, query: Query, visible: Judged) -> Chart:
    """Series per value."""
    values = count_facet(BY_NAME[name], query, visible).values
    bars = [Bar(label=one.label, count=one.count, query=one.toggled) for one in values if one.value]
    missing = sum(one.count for one in values if not one.value)
    return _cut(Chart(name=name, title=title, unit="series", bars=tuple(bars), missing=missing))


def _scanners(query: Query, visible: Judged) -> Chart:
    """Series of images per manufacturer and model: software that labels is no scanner."""
    images = selection(replace(query, where=NO_LABELS), visible)
    counted = images.combinations(BY_NAME["manufacturers"].path, BY_NAME["models"].path)
    told = [
        Bar(
            label=" › ".join(filter(None, (maker, model))),
            count=count,
            query=replace(query, manufacturers=(maker,), models=(model,)),
        )
        for (maker, model), count in counted.items()
        if maker or model
    ]
    bars = tuple(sorted(told, key=lambda bar: (-bar.count, bar.label)))
    return _cut(
        Chart(name="scanners", title="Scanners", unit="series", bars=bars, missing=counted.get(("", ""), 0))
    )


def _cut(chart: Chart) -> Chart:
    """The most frequent values alone, and how many there are beyond."""
    return replace(chart, bars=chart.bars[:MOST_BARS], more=max(0, len(chart.bars) - MOST_BARS))


def _sexes(query: Query, visible: Judged) -> Chart:
    counted = {one.value: one.patients for one in count_facet(BY_NAME["sexes"], query, visible).values}
    missing = counted.pop("", 0)
    bars = [
        Bar(label=str(value), count=counted[value], query=replace(query, sexes=(str(value),)))
        for value in sorted(counted, key=lambda value: (-counted[value], value))
    ]
    return Chart(name="sexes", title="Sex", unit="subjects", bars=tuple(bars), missing=missing)


def _ages(rows: Selection) -> Chart:
    """Subjects per decade of their age, each at the youngest."""
    ages: list[float] = []
    for (column, codes), patients in zip(
        rows.column(BY_NAME["age"].path), rows.units("patient"), strict=True
    ):
        distinct, places = np.unique(patients, return_inverse=True)
        youngest = np.full(len(distinct), np.nan)
        np.fmin.at(youngest, places, column.measures[codes])
        ages += youngest.tolist()
    known = [age for age in ages if not np.isnan(age)]
    return Chart(
        name="ages",
        title="Age (years)",
        unit="subjects",
        bars=_histogram(Counter(known), AGES),
        edges=AGES,
        missing=len(ages) - len(known),
        note="Each subject at the first study.",
    )


def _millimetres(rows: Selection, column: str, title: str, edges: tuple[float, ...], note: str) -> Chart:
    """Series per range of a length; the least of the distinct values that a series tells."""
    found: Counter[float] = Counter()
    missing = 0
    for (told,), count in rows.combinations(column).items():
        numbers = [float(number[0]) for number in _NUMBER.finditer(told)]
        if numbers:
            found[min(numbers)] += count
        else:
            missing += count
    return Chart(
        name=column, title=title, unit="series", bars=_histogram(found, edges), edges=edges,
        missing=missing, note=note,
    )  # fmt: skip


def _histogram(found: Counter[float], edges: Sequence[float]) -> tuple[Bar, ...]:
    """A bar for each range; none where nothing is known."""
    counts = Counter[int]()
    for value, count in found.items():
        counts[max(0, bisect_right(edges, value) - 1)] += count
    if not counts:
        return ()
    ranges = zip(edges, [*edges[1:], None], strict=True)
    return tuple(Bar(label=_range(start, end), count=counts[at]) for at, (start, end) in enumerate(ranges))


def _range(start: float, end: float | None) -> str:
    return f"{start:g} and more" if end is None else f"{start:g} to under {end:g}"


def _labels(holding: Holding, visible: Judged) -> Chart:
    """Subjects that have each kind of label, whoever made it; of an analysis result those of its own."""
    own = Query(holdings=(holding.short_title,))
    derived = holding.kind == Holding.Kind.ANALYSIS_RESULT
    query = own if derived else Query(collections=(holding.short_title,))
    all_of = total(own, visible).subject_count
    counted = [
        (str(one.value), one.patients, one.count)
        for one in count_facet(BY_NAME["modalities"], query, visible).values
        if one.value in LABELS
    ]
    bars = [
        Bar(
            label=f"{modality} ({series} series)",
            count=subjects,
            query=replace(query, modalities=(modality,)),
        )
        for modality, subjects, series in sorted(counted, key=lambda row: (-row[1], row[0]))
    ]
    subjects_are = "1 subject" if all_of == 1 else f"{all_of} subjects"
    note = f"Of {subjects_are}{'' if derived else '; labels made by third parties are counted too'}."
    return Chart(
        name="labels", title="Label coverage", unit="subjects", bars=tuple(bars), whole=all_of, note=note
    )


def _time_points(rows: Selection) -> Iterator[Chart]:
    """Studies per subject, and how long from one study to the next."""
    counts: Counter[int] = Counter()
    found: Counter[int] = Counter()
    starts = tuple(INTERVALS)
    for patients, days in rows.studies():
        per_patient = np.bincount(patients)
        counts.update(np.minimum(per_patient[per_patient > 0], STUDIES).tolist())
        dated = ~np.isnan(days)
        order = np.lexsort((days[dated], patients[dated]))
        patient, day = patients[dated][order], days[dated][order]
        gaps = np.diff(day)[np.diff(patient) == 0]
        found.update(starts[bisect_right(starts, gap) - 1] for gap in gaps.tolist())
    studies = tuple(Bar(label=_studies(number), count=counts[number]) for number in sorted(counts))
    yield Chart(name="studies", title="Time points", unit="subjects", bars=studies)
    bars = tuple(Bar(label=INTERVALS[start], count=found[start]) for start in starts if start in found)
    yield Chart(
        name="intervals", title="From one study to the next", unit="pairs of studies", bars=bars,
        note="Dates are moved by whole days for each subject; the days between studies stay as they were.",
    )  # fmt: skip


def _studies(number: int) -> str:
    if number == STUDIES:
        return f"{number} studies and more"
    return f"{number} study" if number == 1 else f"{number} studies"
