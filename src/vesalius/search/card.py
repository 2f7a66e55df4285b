"""The data card of a holding: what its current series are, counted by the database, chart by chart."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Final
from uuid import UUID

from django.db.models import Count, Min, QuerySet, Sum

from vesalius.catalog.changes import change_count
from vesalius.catalog.models import Holding, SeriesRevision
from vesalius.catalog.relations import LABELS
from vesalius.catalog.visible import Judged
from vesalius.search.elements import BY_NAME
from vesalius.search.facets import cells, count_facet
from vesalius.search.find import matching
from vesalius.search.query import Query

PATIENT, STUDY = "series__study__patient", "series__study"
STUDY_DATE = "series__study__study_date"
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

    Counted once per process until something is published or withdrawn; the release's deed tells databases apart.
    """
    release = holding.current_release
    assert release is not None
    return _counted(holding.pk, release.deed_id, frozenset(visible.findable), change_count())


@dataclass(frozen=True, slots=True)
class _May:
    """What an asker may find, as a value to remember by."""

    findable: frozenset[int]
    fetchable: frozenset[int] = frozenset()


@lru_cache(maxsize=REMEMBERED)
def _counted(holding_id: int, deed_id: UUID, findable: frozenset[int], changes: int) -> tuple[Chart, ...]:
    del deed_id, changes
    return tuple(chart for chart in _charts(Holding.objects.get(pk=holding_id), _May(findable)) if chart.bars)


def _charts(holding: Holding, visible: Judged) -> Iterator[Chart]:
    query = Query(holdings=(holding.short_title,))
    rows = matching(query, visible)
    yield _facet("modalities", "Modalities", query, visible)
    yield _scanners(query, visible)
    yield _facet("body_parts", "Body parts", query, visible)
    yield _ages(rows)
    yield _sexes(query, rows)
    yield _labels(holding, visible)
    yield from _time_points(rows)
    smallest, thinnest = "The smallest spacing in each series.", "The thinnest slice of each series."
    yield _millimetres(rows, "pixel_spacing", "Pixel spacing (mm)", SPACINGS, smallest)
    yield _millimetres(rows, "slice_thickness", "Slice thickness (mm)", THICKNESSES, thinnest)


def _facet(name: str, title: str, query: Query, visible: Judged) -> Chart:
    """Series per value, from the cube."""
    values = count_facet(BY_NAME[name], query, visible).values
    bars = [Bar(label=one.label, count=one.count, query=one.toggled) for one in values if one.value]
    missing = sum(one.count for one in values if not one.value)
    return _cut(Chart(name=name, title=title, unit="series", bars=tuple(bars), missing=missing))


def _scanners(query: Query, visible: Judged) -> Chart:
    """Series of images per manufacturer and model, from the cube: software that labels is no scanner."""
    columns = ("manufacturer", "manufacturer_model_name")
    images = cells(query, visible).exclude(modality__in=LABELS)
    counted = images.order_by().values_list(*columns).annotate(count=Sum("series_count"))
    told = [
        Bar(
            label=" › ".join(filter(None, (maker, model))),
            count=count,
            query=replace(query, manufacturers=(maker,), models=(model,)),
        )
        for maker, model, count in counted
        if maker or model
    ]
    missing = sum(count for maker, model, count in counted if not (maker or model))
    bars = tuple(sorted(told, key=lambda bar: (-bar.count, bar.label)))
    return _cut(Chart(name="scanners", title="Scanners", unit="series", bars=bars, missing=missing))


def _cut(chart: Chart) -> Chart:
    """The most frequent values alone, and how many there are beyond."""
    return replace(chart, bars=chart.bars[:MOST_BARS], more=max(0, len(chart.bars) - MOST_BARS))


def _sexes(query: Query, rows: QuerySet[SeriesRevision]) -> Chart:
    counted = rows.order_by().values_list("patient_sex").annotate(count=Count(PATIENT, distinct=True))
    known = {value: count for value, count in counted if value}
    missing = sum(count for value, count in counted if not value)
    bars = [
        Bar(label=value, count=known[value], query=replace(query, sexes=(value,)))
        for value in sorted(known, key=lambda value: (-known[value], value))
    ]
    return Chart(name="sexes", title="Sex", unit="subjects", bars=tuple(bars), missing=missing)


def _ages(rows: QuerySet[SeriesRevision]) -> Chart:
    """Subjects per decade of their age, each at the youngest."""
    youngest = rows.order_by().values(PATIENT).annotate(age=Min("patient_age_years"))
    ages = [row["age"] for row in youngest]
    known = [age for age in ages if age is not None]
    return Chart(
        name="ages",
        title="Age (years)",
        unit="subjects",
        bars=_histogram(Counter(known), AGES),
        edges=AGES,
        missing=len(ages) - len(known),
        note="Each subject at the first study.",
    )


def _millimetres(
    rows: QuerySet[SeriesRevision], column: str, title: str, edges: tuple[float, ...], note: str
) -> Chart:
    """Series per range of a length; the least of the distinct values that a series tells."""
    counted = rows.order_by().values_list(column).annotate(count=Count("pk"))
    found: Counter[float] = Counter()
    missing = 0
    for told, count in counted:
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
    all_of = matching(own, visible).aggregate(count=Count(PATIENT, distinct=True))["count"]
    rows = matching(replace(query, modalities=tuple(LABELS)), visible).order_by()
    counted = rows.values_list("modality").annotate(
        subject_count=Count(PATIENT, distinct=True), series_count=Count("pk")
    )
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


def _time_points(rows: QuerySet[SeriesRevision]) -> Iterator[Chart]:
    """Studies per subject, and how long from one study to the next."""
    days: dict[int, list[date | None]] = defaultdict(list)
    for patient, _, day in rows.order_by().values_list(PATIENT, STUDY, STUDY_DATE).distinct():
        days[patient].append(day)
    counts = Counter(min(len(told), STUDIES) for told in days.values())
    studies = tuple(Bar(label=_studies(number), count=counts[number]) for number in sorted(counts))
    yield Chart(name="studies", title="Time points", unit="subjects", bars=studies)
    gaps = Counter(
        (after - before).days
        for told in days.values()
        for before, after in pairwise(sorted(day for day in told if day is not None))
    )
    starts = tuple(INTERVALS)
    found: dict[int, int] = Counter()
    for gap, count in gaps.items():
        found[starts[bisect_right(starts, gap) - 1]] += count
    bars = tuple(Bar(label=INTERVALS[start], count=found[start]) for start in starts if start in found)
    yield Chart(
        name="intervals", title="From one study to the next", unit="pairs of studies", bars=bars,
        note="Dates are moved by whole days for each subject; the days between studies stay as they were.",
    )  # fmt: skip


def _studies(number: int) -> str:
    if number == STUDIES:
        return f"{number} studies and more"
    return f"{number} study" if number == 1 else f"{number} studies"
